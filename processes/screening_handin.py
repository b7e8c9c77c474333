"""Room screening, handing in: a department sends what it has decided; its tasks are completed behind the knock.

Silence and 无法核实 stay with the department (D-25). What was handed in is frozen. The tokens of the candidates
follow chunk by chunk in the background, each chunk one transaction; whatever departments have handed in for a
candidate by then is completed in one knock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, real_now
from models.case import CaseFile, locked
from models.people import Department, User
from models.refusal import Refusal
from models.screening import DECIDED, Candidate, Result, ScreeningOpinion, candidates_of_cases
from models.workflow import DONE, UserTask
from processes import background
from processes.engine.instance import Instance
from processes.screening_answers import department_of, open_for_answers
from processes.screening_check import oldest_query, require_asked
from processes.workflow import Token, move, tokens_of

# Candidates a transaction: their tokens are locked for about as long as a page may take.
CHUNK = 50
COMPLETE = "screening_complete"
DECISION_STEP = "group_decision"
SHOWN = 200


@dataclass(frozen=True)
class Staying:
    """A candidate whose answer stays with the department, and why."""

    candidate_id: int
    name: str
    why: str


@dataclass
class HandIn:
    """What is sent, by result, and what stays; of what stays the first SHOWN by name."""

    sent: dict[str, int] = field(default_factory=dict)
    staying: int = 0
    first: list[Staying] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many answers are sent."""
        return sum(self.sent.values())


def hand_in_preview(session: Session, round_id: int, actor: User) -> HandIn:
    """What `hand_in` would send, and what would stay; writes nothing."""
    department_id = department_of(actor)
    open_for_answers(session, round_id)
    require_asked(session, round_id, department_id)
    oldest = oldest_query(session)
    mine = _mine(round_id, department_id)
    is_sent = _is_sendable(oldest)
    counted = select(ScreeningOpinion.result, func.count()).where(*mine, is_sent)
    sent = dict(session.execute(_in_round(counted).group_by(ScreeningOpinion.result)).all())
    staying = select(Candidate.id, Candidate.name, ScreeningOpinion.result).where(*mine, ~is_sent)
    rows = session.execute(_in_round(staying).order_by(Candidate.id).limit(SHOWN)).all()
    count = session.scalar(_in_round(select(func.count()).where(*mine, ~is_sent))) or 0
    return HandIn(sent, count, [Staying(row.id, row.name, _why(row.result)) for row in rows])


def hand_in(session: Session, round_id: int, actor: User) -> HandIn:
    """Freeze what the department has decided, and let the tasks of those candidates follow.

    Raises Refusal when there is nothing to send; a second click finds nothing left.
    """
    department_id = department_of(actor)
    round_ = open_for_answers(session, round_id)
    case_ = locked(session, round_.case_id)
    found = hand_in_preview(session, round_id, actor)
    if not found.total:
        raise Refusal("没有可提交的意见：未填写和“无法核实”的不能提交。")
    in_round = select(Candidate.id).where(Candidate.round_id == round_id, Candidate.outcome == "")
    is_sent = (*_mine(round_id, department_id), _is_sendable(oldest_query(session)))
    session.execute(
        update(ScreeningOpinion)
        .where(*is_sent, ScreeningOpinion.candidate_id.in_(in_round))
        .values(handed_in_at=now(), handed_in_by_id=actor.id)
        .execution_options(synchronize_session=False)
    )
    new = {"department": department_id, "sent": found.sent, "staying": found.staying}
    summary = f"提交甄别意见 {found.total} 户，尚余 {found.staying} 户"
    audit.record(session, "screening.handed_in", summary, actor=actor, case=case_, new=new)
    follow(session, round_id)
    return found


def follow(session: Session, round_id: int) -> None:
    """Let the tokens of the round follow what was handed in or decided."""
    background.enqueue(session, COMPLETE, [round_id], f"{round_id}-{real_now().isoformat()}")


def _mine(round_id: int, department_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        ScreeningOpinion.round_id == round_id,
        ScreeningOpinion.department_id == department_id,
        ScreeningOpinion.handed_in_at.is_(None),
    )


def _is_sendable(oldest: date) -> ColumnElement[bool]:
    """Decided, on a query that is still valid today (D-17)."""
    is_valid = func.coalesce(ScreeningOpinion.queried_on, date.min) >= oldest
    return ScreeningOpinion.result.in_(DECIDED) & is_valid


def _in_round(query: Any) -> Any:
    joined = query.select_from(ScreeningOpinion).join(
        Candidate, Candidate.id == ScreeningOpinion.candidate_id
    )
    return joined.where(Candidate.outcome == "")


def _why(result: str) -> str:
    if not result:
        return "尚未填写"
    return "无法核实" if result == Result.UNVERIFIED else "查询结果已过有效期，请重新查询"


def complete_chunk(session: Session, round_id: int, limit: int = CHUNK) -> int:
    """Move the tokens of at most `limit` candidates for whom something was handed in or decided; how many.

    Killed anywhere it has done nothing. Other workers take other candidates meanwhile.
    """
    # Whoever moves a token locks its case first and its candidate after it; so does this. What others hold is
    # left to later chunks, and waited for when nothing else is left: no candidate is forgotten.
    case_ids = _taken(session, round_id, limit, True) or _taken(session, round_id, limit, False)
    if not case_ids:
        return 0
    tokens = tokens_of(session, case_ids)
    candidates = candidates_of_cases(session, case_ids)
    opinions = _pending_opinions(session, [one.id for one in candidates.values()])
    names = dict(session.execute(select(Department.id, Department.name)).all())
    for token in tokens:
        candidate = candidates[token.case.id]
        _follow_one(session, token, candidate, opinions[candidate.id], names)
    session.flush()
    return len(candidates)


def _taken(session: Session, round_id: int, limit: int, skips: bool) -> list[int]:
    """The cases of candidates with something to carry out, locked in the order of their ids."""
    handed_in = select(ScreeningOpinion.candidate_id).where(
        ScreeningOpinion.handed_in_at.is_not(None), ScreeningOpinion.completed_at.is_(None)
    )
    decided = Candidate.decided_on.is_not(None) & Candidate.completed_at.is_(None)
    query = (
        select(CaseFile.id)
        .join(Candidate, Candidate.case_id == CaseFile.id)
        .where(Candidate.round_id == round_id, or_(Candidate.id.in_(handed_in), decided))
        .order_by(CaseFile.id)
        .limit(limit)
    )
    return list(session.scalars(query.with_for_update(of=CaseFile, key_share=True, skip_locked=skips)))


def _pending_opinions(session: Session, candidate_ids: Sequence[int]) -> dict[int, list[ScreeningOpinion]]:
    query = select(ScreeningOpinion).where(
        ScreeningOpinion.candidate_id.in_(candidate_ids),
        ScreeningOpinion.handed_in_at.is_not(None),
        ScreeningOpinion.completed_at.is_(None),
    )
    found: dict[int, list[ScreeningOpinion]] = defaultdict(list)
    for opinion in session.scalars(query.order_by(ScreeningOpinion.id)):
        found[opinion.candidate_id].append(opinion)
    return found


def _follow_one(
    session: Session,
    token: Token,
    candidate: Candidate,
    opinions: Sequence[ScreeningOpinion],
    names: Mapping[int, str],
) -> None:
    open_tasks = {task.element_id: task for task in token.rows.tasks.values()}
    handed = [(open_tasks[one.element_id], one) for one in opinions if one.element_id in open_tasks]
    decided = open_tasks.get(DECISION_STEP) if candidate.decided_on is not None else None

    def act(instance: Instance) -> None:
        for task, opinion in handed:
            if instance.is_ready(task.engine_task_id):
                _done(task, opinion.handed_in_by_id)
                instance.complete(task.engine_task_id, {})
        if decided is not None and instance.is_ready(decided.engine_task_id):
            _done(decided, candidate.decided_by_id)
            instance.complete(decided.engine_task_id, {})

    if handed or decided is not None:
        received = (
            "、".join(names[opinion.department_id] for _task, opinion in handed) or "县域金融工程领导小组"
        )
        new = {"elements": [task.element_id for task, _opinion in handed]}
        # Who said what is not written here: departments that have yet to answer may see the case.
        audit.record(
            session, "screening.received", f"收到{received}意见", actor=None, case=token.case, new=new
        )
        move(session, token, act)
    for opinion in opinions:
        opinion.completed_at = now()
    if candidate.decided_on is not None and candidate.completed_at is None:
        candidate.completed_at = now()


def _done(task: UserTask, actor_id: int | None) -> None:
    task.status, task.done_at, task.done_by_id = DONE, now(), actor_id
    task.assignee_id = task.assignee_id or actor_id


def remaining(session: Session, round_id: int) -> dict[str, int]:
    """What the background still has to do for a round: `handed_in` answers in all, and those `waiting`."""
    waits = case((ScreeningOpinion.completed_at.is_(None), 1), else_=0)
    query = select(func.count().label("handed_in"), func.coalesce(func.sum(waits), 0).label("waiting")).where(
        ScreeningOpinion.round_id == round_id, ScreeningOpinion.handed_in_at.is_not(None)
    )
    row = session.execute(query).one()
    return {"handed_in": int(row.handed_in), "waiting": int(row.waiting)}
