"""Room screening, answers: departments write them in batches, preview them, take a batch back.

An answer is a row, each change of it a version of the batch that made it. The value of an answer is the newest
version whose batch has not been undone, so batches may be undone in any order. What was handed in stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import locked
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.screening import (
    AnswerBatch,
    BatchState,
    OpinionVersion,
    ScreeningOpinion,
    ScreeningRound,
    Source,
)
from processes.screening_check import Answer, Outcome, RowResult, known, plan_of

_VALUES = ("result", "reason", "basis", "queried_on")
# Refused rows that a batch keeps, so that its page can still list them.
MAX_KEPT = 1000


def preview(session: Session, round_id: int, answers: Sequence[Answer], actor: User) -> Outcome:
    """What `answer` would do; writes nothing. Raises NotFound, Forbidden, Conflict as it does."""
    department_id = department_of(actor)
    open_for_answers(session, round_id)
    return plan_of(session, answers, known(session, round_id, department_id, answers)).outcome


def answer(
    session: Session, round_id: int, answers: Sequence[Answer], actor: User, source: Source, key: str = ""
) -> Outcome:
    """Write the good rows as one batch; the others are told with their reason.

    `key` names the click: the same answers under it again change nothing, others raise Conflict. A single row
    that cannot be written raises its Refusal (422), or Conflict (409) when somebody has changed it meanwhile.
    """
    department_id = department_of(actor)
    round_ = open_for_answers(session, round_id)
    # In line with other batches of the round: its log is one chain.
    locked(session, round_.case_id)
    digest = hashlib.sha256(repr(list(answers)).encode()).hexdigest() if key else ""
    if key and (done := _batch_with(session, round_id, department_id, key)) is not None:
        if done.digest not in ("", digest):
            raise Conflict("该标识（key）已用于另一批意见。", "key")
        return Outcome(batch_id=done.id, is_repeated=True)
    batch = AnswerBatch(
        round_id=round_id, department_id=department_id, source=source, key=key or None, digest=digest
    )
    return apply(session, batch, answers, actor)


def apply(session: Session, batch: AnswerBatch, answers: Sequence[Answer], actor: User) -> Outcome:
    """Write the good rows of a batch, new or proposed; the round's case is locked."""
    plan = plan_of(session, answers, known(session, batch.round_id, batch.department_id, answers))
    if len(answers) == 1 and plan.outcome.refused and batch.source != Source.EXCEL:
        _refuse(plan.outcome.refused[0])
    if not plan.writes and batch.id is None:
        return plan.outcome
    refused = plan.outcome.refused
    batch.state, batch.made_by_id, batch.made_at = BatchState.APPLIED, actor.id, now()
    batch.changed, batch.same, batch.refused = len(plan.writes), len(plan.outcome.same), len(refused)
    batch.proposal = [
        {"candidate_id": row.candidate_id, "name": row.name, "why": row.why} for row in refused[:MAX_KEPT]
    ]
    session.add(batch)
    session.flush()
    _write(session, batch, ((row, _values(new)) for row, new in plan.writes), actor)
    plan.outcome.batch_id = batch.id
    _log(session, batch, "screening.answered", f"填写甄别意见 {batch.changed} 户", actor)
    return plan.outcome


def write_part(
    session: Session, batch: AnswerBatch, answers: Sequence[Answer], actor: User
) -> list[RowResult]:
    """A part of the rows of a proposed batch: counted in the batch; those that cannot be written any more."""
    plan = plan_of(session, answers, known(session, batch.round_id, batch.department_id, answers))
    batch.changed, batch.same = batch.changed + len(plan.writes), batch.same + len(plan.outcome.same)
    batch.refused += len(plan.outcome.refused)
    _write(session, batch, ((row, _values(new)) for row, new in plan.writes), actor)
    return plan.outcome.refused


def close(session: Session, batch: AnswerBatch, actor: User) -> None:
    """All parts of a proposed batch are written."""
    batch.state, batch.made_by_id, batch.made_at = BatchState.APPLIED, actor.id, now()
    _log(session, batch, "screening.answered", f"填写甄别意见 {batch.changed} 户", actor)


def renewed(session: Session, round_id: int, answers: Iterable[Answer], actor: User) -> list[Answer]:
    """The answers that stand, of those candidates, with a new day of query (today where none is given)."""
    wanted, round_ = list(answers), open_for_answers(session, round_id)
    if session.info.get("writes"):
        # Cases before answers, as in `answer`.
        locked(session, round_.case_id)
    stand = known(session, round_id, department_of(actor), wanted)
    return [_renewed(given, stand.get(given.candidate_id)) for given in wanted]


def _renewed(given: Answer, stands: Any) -> Answer:
    result, reason, basis = (str(getattr(stands, name, "")) for name in ("result", "reason", "basis"))
    day = given.queried_on or today()
    return replace(given, result=result, reason=reason, basis=basis, queried_on=day)


def undo(session: Session, batch_id: int, actor: User) -> int:
    """Take a batch back as long as nothing of it has been handed in; how many answers changed.

    Raises NotFound for strangers, Conflict when it is too late or was done before.
    """
    batch = session.get(AnswerBatch, batch_id)
    if batch is None or batch.department_id != department_of(actor):
        raise NotFound("未找到该批填写记录，或您无权查看。")
    locked(session, open_for_answers(session, batch.round_id).case_id)
    session.refresh(batch)
    if batch.state != BatchState.APPLIED or batch.source == Source.UNDO:
        raise Conflict("该批填写已经撤销，或不能撤销。")
    rows = _of_batch(session, batch)
    if any(row.handed_in_at is not None for row in rows):
        raise Conflict("该批中已有意见提交，不能撤销整批；未提交的可逐户修改。")
    # A key may be used again after it was taken back.
    batch.state, batch.undone_at, batch.undone_by_id, batch.key = BatchState.UNDONE, now(), actor.id, None
    session.flush()
    back = _before(session, [row.id for row in rows])
    writes = [(row, back.get(row.id, _EMPTY)) for row in rows if _differs(row, back.get(row.id, _EMPTY))]
    undoing = AnswerBatch(
        round_id=batch.round_id,
        department_id=batch.department_id,
        source=Source.UNDO,
        proposal=[],
        changed=len(writes),
        made_by_id=actor.id,
        made_at=now(),
    )
    session.add(undoing)
    session.flush()
    _write(session, undoing, writes, actor)
    _log(session, undoing, "screening.answers_undone", f"撤销甄别意见 {len(writes)} 户", actor)
    return len(writes)


def department_of(actor: User) -> int:
    """The office for which the actor answers. Raises Forbidden."""
    actor.require(Permission.CREDIT_WORK)
    if actor.department_id is None:
        raise Forbidden("您没有办理此事项的权限。")
    return actor.department_id


def open_for_answers(session: Session, round_id: int) -> ScreeningRound:
    """A round that is not closed. Raises NotFound, Conflict."""
    round_ = session.get(ScreeningRound, round_id)
    if round_ is None:
        raise NotFound("未找到该轮甄别，或您无权查看。")
    if round_.closed_on is not None:
        raise Conflict("本轮甄别已结束，不能再填写意见。")
    return round_


def _batch_with(session: Session, round_id: int, department_id: int, key: str) -> AnswerBatch | None:
    """The applied batch that came under that key."""
    query = select(AnswerBatch).where(
        AnswerBatch.round_id == round_id, AnswerBatch.department_id == department_id, AnswerBatch.key == key
    )
    return session.scalars(query.where(AnswerBatch.state == BatchState.APPLIED)).first()


_EMPTY: dict[str, Any] = {"result": "", "reason": "", "basis": "", "queried_on": None}


def _values(new: Answer) -> dict[str, Any]:
    return {name: getattr(new, name) for name in _VALUES}


def _differs(row: Any, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != values[name] for name in _VALUES)


def _write(
    session: Session, batch: AnswerBatch, writes: Iterable[tuple[Any, Mapping[str, Any]]], actor: User
) -> None:
    """The answers and their versions, two statements for all."""
    rows = [(row.id, row.version + 1, {name: values[name] for name in _VALUES}) for row, values in writes]
    if not rows:
        return
    signed = {"answered_by_id": actor.id, "answered_at": now()}
    changed = [{"id": one, "version": version, **values, **signed} for one, version, values in rows]
    session.execute(update(ScreeningOpinion), changed)
    kept = [{"opinion_id": one, "version": at, "batch_id": batch.id, **values} for one, at, values in rows]
    session.execute(insert(OpinionVersion), kept)


def _of_batch(session: Session, batch: AnswerBatch) -> Sequence[Any]:
    """The answers that a batch has changed, locked."""
    query = (
        select(*ScreeningOpinion.__table__.c)
        .join(OpinionVersion, OpinionVersion.opinion_id == ScreeningOpinion.id)
        .where(OpinionVersion.batch_id == batch.id)
        .order_by(ScreeningOpinion.id)
    )
    return session.execute(query.with_for_update(of=ScreeningOpinion)).all()


def _before(session: Session, opinion_ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """Opinion id → values of its newest version that stands, in parts."""
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(opinion_ids), 1000):
        part = opinion_ids[start : start + 1000]
        standing = (
            select(OpinionVersion.opinion_id, func.max(OpinionVersion.version).label("version"))
            .join(AnswerBatch, AnswerBatch.id == OpinionVersion.batch_id)
            .where(OpinionVersion.opinion_id.in_(part), AnswerBatch.state == BatchState.APPLIED)
            .where(AnswerBatch.source != Source.UNDO)
            .group_by(OpinionVersion.opinion_id)
            .subquery()
        )
        rows = session.execute(
            select(*OpinionVersion.__table__.c).join(
                standing,
                (standing.c.opinion_id == OpinionVersion.opinion_id)
                & (standing.c.version == OpinionVersion.version),
            )
        )
        found |= {row.opinion_id: row._mapping for row in rows}
    return found


def _log(session: Session, batch: AnswerBatch, action: str, summary: str, actor: User) -> None:
    """One line a batch, with its counts: never one a row, and never what was answered."""
    case = locked(session, session.get_one(ScreeningRound, batch.round_id).case_id)
    new = {"batch": batch.id, "source": batch.source, "changed": batch.changed, "refused": batch.refused}
    summary = f"{summary}（{Source(batch.source).label}）"
    audit.record(session, action, summary, actor=actor, case=case, new=new)


def _refuse(line: RowResult) -> None:
    if line.field == "version":
        raise Conflict(line.why)
    raise Refusal(line.why, line.field)
