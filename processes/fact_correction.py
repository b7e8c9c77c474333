"""Room fact_correction: a fact that clocks count from is corrected by two people, and the clocks are counted again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.calendar import now
from models.case import require_open
from models.fact_correction import FactCorrection
from models.people import User
from models.refusal import Conflict, NotFound, Refusal
from models.token_move import Verdict
from processes.correctable import Fact, fact_named, facts_of
from processes.engine.instance import Instance
from processes.fact_effect import Recount, recount_all, recounts
from processes.repairable import (
    require_repairable,
    require_second,
    require_waiting,
    tell_people,
    tell_seconds,
)
from processes.task_check import reason_of
from processes.workflow import Token, move, token_read, tokens_of

__all__ = ["agree", "correctable", "correction_for", "preview", "propose", "refuse"]


def correctable(session: Session, case_id: int, actor: User) -> list[Fact]:
    """The facts of a case that may be corrected, with what they are now."""
    case = require_repairable(session, case_id, actor)
    return facts_of(session, case)


def preview(session: Session, case_id: int, name: str, value: str, actor: User) -> list[str]:
    """One line a clock that would move; nothing is written. Raises Refusal."""
    case = require_repairable(session, case_id, actor)
    require_open(case)
    fact = fact_named(session, case, name)
    return _lines(session, token_read(session, case), fact, value)


def propose(
    session: Session, case_id: int, name: str, value: str, reason: str, actor: User
) -> FactCorrection:
    """提出更正: which fact, to what, and why. Raises Refusal at the field, Conflict, NotFound."""
    require_repairable(session, case_id, actor)
    token = _locked(session, case_id)
    fact = fact_named(session, token.case, name)
    waiting = FactCorrection.case_id == case_id, FactCorrection.status == Verdict.PROPOSED.value
    if session.scalars(select(FactCorrection.id).where(*waiting)).first() is not None:
        raise Conflict("该案卷已有一项事实更正待复核，请先复核。")
    effects = _lines(session, token, fact, value)
    row = FactCorrection(
        case_id=case_id,
        fact=name,
        old=fact.value,
        new=fact.checked(session, token.case, value),
        effects="\n".join(effects),
        reason=reason_of(reason),
        author_id=actor.id,
        created_at=now(),
        status=Verdict.PROPOSED.value,
    )
    session.add(row)
    session.flush()
    text = f"提出将{fact.title}由 {row.old} 更正为 {row.new}：{row.reason}"
    new = {"correction": row.id, "fact": name, "value": row.new, "reason": row.reason}
    audit.record(session, "fact.correction_proposed", text, actor=actor, case=token.case, new=new)
    tell_seconds(session, token.case, actor, f"{token.case.number}：{fact.title}更正待复核。")
    return row


def agree(session: Session, correction_id: int, actor: User, words: str = "") -> FactCorrection:
    """同意并更正, by a second person; running clocks are counted again. Raises Conflict, Forbidden, Refusal."""
    row, token = _decidable(session, correction_id, actor)
    require_open(token.case)
    row.decided_by_id, row.decided_at, row.decision_text = actor.id, now(), words.strip()[:500]
    fact = fact_named(session, token.case, row.fact)
    if fact.value != row.old:
        row.status = Verdict.CHANGED.value
        return row
    value = fact.checked(session, token.case, row.new)

    def act(instance: Instance) -> None:
        fact.write(session, token.case, value)
        session.flush()
        recount_all(session, token, instance, fact, actor)

    move(session, token, act)
    row.status = Verdict.APPLIED.value
    audit.record(
        session,
        "fact.corrected",
        f"经{row.author.name}提出、{actor.name}复核，{fact.title}由 {row.old} 更正为 {row.new}：{row.reason}",
        actor=actor,
        case=token.case,
        old={row.fact: row.old},
        new={row.fact: row.new, "correction": row.id, "reason": row.reason},
    )
    have = [task.assignee_id for task in token.rows.tasks.values()]
    about = f"{token.case.number} {token.case.applicant_name}：{fact.title}更正为 {row.new}"
    tell_people(session, token.case, have, f"{about}，相关时限已重新计算。")
    tell_people(
        session, token.case, [row.author_id], f"{token.case.number}：您提出的{fact.title}更正已复核执行。"
    )
    return row


def refuse(session: Session, correction_id: int, words: str, actor: User) -> FactCorrection:
    """不同意, with the reason. Raises Refusal, Conflict, Forbidden."""
    row, token = _decidable(session, correction_id, actor)
    row.decision_text = reason_of(words, "decision_text", "复核意见")
    row.decided_by_id, row.decided_at, row.status = actor.id, now(), Verdict.REFUSED.value
    text = f"不同意事实更正：{row.decision_text}"
    audit.record(
        session, "fact.correction_refused", text, actor=actor, case=token.case, new={"correction": row.id}
    )
    tell_people(session, token.case, [row.author_id], f"{token.case.number}：您提出的事实更正未获同意。")
    return row


def correction_for(session: Session, correction_id: int, actor: User) -> FactCorrection:
    """A proposal with its people, for whoever may repair the case. Raises NotFound."""
    people = (
        joinedload(FactCorrection.author),
        joinedload(FactCorrection.decided_by),
        joinedload(FactCorrection.case),
    )
    query = select(FactCorrection).where(FactCorrection.id == correction_id)
    row = session.scalars(query.options(*people)).first()
    if row is None:
        raise NotFound("未找到该事项，或您无权处理。")
    require_repairable(session, row.case_id, actor)
    return row


def _locked(session: Session, case_id: int) -> Token:
    found = tokens_of(session, [case_id])
    if not found:
        raise NotFound("该案卷尚未提交。")
    require_open(found[0].case)
    return found[0]


def _decidable(session: Session, correction_id: int, actor: User) -> tuple[FactCorrection, Token]:
    row = correction_for(session, correction_id, actor)
    tokens = tokens_of(session, [row.case_id])
    session.refresh(row, ["status", "revision"])
    require_waiting(row.is_waiting)
    require_second(row.author_id, actor)
    return row, tokens[0]


def _lines(session: Session, token: Token, fact: Fact, value: str) -> list[str]:
    """What would move, in words."""
    checked = fact.checked(session, token.case, value)
    if checked == fact.value:
        raise Refusal("更正后的内容与现在相同。", "new_value")
    found = recounts(session, token, fact, checked)
    lines = [_line(one) for one in found]
    return lines or ["没有正在计算的时限因此改变；已经办结的时限不变。"]


def _line(one: Recount) -> str:
    late = "，届时已超期" if one.is_late else ""
    return (
        f"{one.clock.name}：起算日由 {one.clock.start_on} 改为 {one.start_on}，"
        f"截止日由 {one.clock.due_on} 改为 {one.due_on}{late}"
    )
