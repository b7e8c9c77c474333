"""Room token_repair: proposed by one person, decided by another: who may, in which order, and what both are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.calendar import now
from models.case import require_open
from models.four_eyes import ProposedT, Verdict
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound
from processes.repairable import (
    Repairing,
    is_repairable,
    require_repairable,
    require_second,
    require_waiting,
    tell_people,
    tell_seconds,
)
from processes.task_check import reason_of
from processes.workflow import Token, tokens_of


@dataclass(frozen=True)
class FourEyes(Generic[ProposedT]):
    """One kind of proposal: its rows, its name for people, and its name in the log."""

    kind: type[ProposedT]
    title: str
    # `token.move` → token.move_proposed, token.move_refused, token.move_outdated
    action: str
    key: str

    def token_for(self, session: Session, case_id: int) -> Token:
        """The token of a case about which nothing of this kind waits, locked. Raises NotFound, Conflict."""
        found = tokens_of(session, [case_id])
        if not found:
            raise NotFound("该案卷尚未提交。")
        require_open(found[0].case)
        waiting = self.kind.case_id == case_id, self.kind.status == Verdict.PROPOSED.value
        if session.scalars(select(self.kind.id).where(*waiting)).first() is not None:
            raise Conflict(f"该案卷已有一项{self.title}待复核，请先复核。")
        return found[0]

    def row_for(self, session: Session, row_id: int, actor: User) -> ProposedT:
        """A proposal with its people, for whoever may repair the case. Raises NotFound."""
        people = joinedload(self.kind.author), joinedload(self.kind.decided_by), joinedload(self.kind.case)
        row = session.scalars(select(self.kind).where(self.kind.id == row_id).options(*people)).first()
        if row is None:
            raise NotFound("未找到该事项，或您无权处理。")
        require_repairable(session, row.case_id, actor)
        return row

    def decidable(self, session: Session, row_id: int, actor: User) -> tuple[ProposedT, Token]:
        """A proposal that waits for this person, its token locked. Raises NotFound, Conflict, Forbidden."""
        row = self.row_for(session, row_id, actor)
        token = tokens_of(session, [row.case_id])[0]
        session.refresh(row, ["status", "revision"])
        require_waiting(row.is_waiting)
        require_second(row.author_id, actor)
        return row, token

    def agreed(self, session: Session, row_id: int, actor: User, words: str) -> tuple[ProposedT, Token]:
        """As `decidable`, of a case still open, with the second person's words noted."""
        row, token = self.decidable(session, row_id, actor)
        require_open(token.case)
        row.decided_by_id, row.decided_at, row.decision_text = actor.id, now(), words.strip()[:500]
        return row, token

    def outdated(self, session: Session, row: ProposedT, token: Token, actor: User) -> ProposedT:
        """Agreed to, and not done: the case has changed since. The log says so and its author is told."""
        row.status = Verdict.CHANGED.value
        text = f"{row.author.name}提出的{self.title}没有执行：提出后案卷已有变化"
        self._note(session, "outdated", text, row, token, actor)
        told = f"{token.case.number}：您提出的{self.title}没有执行，因为提出后案卷已有变化；确需处理的，请重新提出。"
        tell_people(session, token.case, [row.author_id], told)
        return row

    def refuse(self, session: Session, row_id: int, words: str, actor: User) -> ProposedT:
        """不同意, with the reason. Raises Refusal, Conflict, Forbidden."""
        row, token = self.decidable(session, row_id, actor)
        row.decision_text = reason_of(words, "decision_text", "复核意见")
        row.decided_by_id, row.decided_at, row.status = actor.id, now(), Verdict.REFUSED.value
        self._note(session, "refused", f"不同意{self.title}：{row.decision_text}", row, token, actor)
        told = f"{token.case.number}：您提出的{self.title}未获同意。"
        tell_people(session, token.case, [row.author_id], told)
        return row

    def withdraw(
        self, session: Session, row_id: int, actor: User, who: Repairing = is_repairable
    ) -> ProposedT:
        """收回 by whoever proposed it, while nobody has decided; those told of it are told. Raises Forbidden, Conflict."""
        row = self.row_for(session, row_id, actor)
        token = tokens_of(session, [row.case_id])[0]
        session.refresh(row, ["status", "revision"])
        if row.author_id != actor.id:
            raise Forbidden("只有提出人可以收回。")
        require_waiting(row.is_waiting)
        row.decided_at, row.status = now(), Verdict.WITHDRAWN.value
        self._note(session, "withdrawn", f"收回提出的{self.title}", row, token, actor)
        told = f"{token.case.number}：{self.title}已由提出人收回，不需复核。"
        tell_seconds(session, token.case, actor, told, who)
        return row

    def _note(
        self, session: Session, verdict: str, text: str, row: ProposedT, token: Token, actor: User
    ) -> None:
        new = {self.key: row.id}
        audit.record(session, f"{self.action}_{verdict}", text, actor=actor, case=token.case, new=new)
