"""Room supervision, rounds: reminds departments of missing answers, and 督办 of those that stay silent (D-25)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit
from models.case import CaseFile, locked
from models.people import User
from models.refusal import NotFound, Refusal
from models.screening import Candidate, ScreeningOpinion, ScreeningRound
from models.supervision import Supervision
from processes.notification import tell_departments
from processes.screening import center_of, round_in_hand
from processes.supervision_order import UNKNOWN, Demand, Served, close, close_order, enter, in_hand, names_of


def missing(session: Session, round_id: int) -> dict[int, int]:
    """Department id → answers that it has not handed in, 无法核实 included; candidates that left do not count."""
    query = (
        select(ScreeningOpinion.department_id, func.count())
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .where(
            ScreeningOpinion.round_id == round_id,
            ScreeningOpinion.handed_in_at.is_(None),
            Candidate.outcome == "",
        )
        .group_by(ScreeningOpinion.department_id)
    )
    return dict(session.execute(query).all())


def remind_all(session: Session, round_: ScreeningRound, case: CaseFile) -> None:
    """By the clock: every department with missing answers is reminded, its clerks and its head."""
    _remind(session, round_, case, missing(session, round_.id), None)


def remind(session: Session, round_id: int, departments: Collection[int], actor: User) -> int:
    """催办 by the center: those of the departments that miss answers; how many were told."""
    round_ = round_in_hand(session, round_id, center_of(actor))
    owing = {one: count for one, count in missing(session, round_id).items() if one in departments}
    if not owing:
        raise Refusal("所选部门的意见均已提交，无需催办。")
    _remind(session, round_, locked(session, round_.case_id), owing, actor)
    return len(owing)


def _remind(
    session: Session, round_: ScreeningRound, case: CaseFile, owing: dict[int, int], actor: User | None
) -> None:
    names = names_of(session, owing)
    for department_id, count in sorted(owing.items()):
        text = f"{case.number} {round_.label}：贵单位尚有 {count} 户甄别意见未提交，请尽快办理。未提交不视为通过。"
        tell_departments(session, [department_id], text, case, f"board:{case.number}")
    if owing:
        told = "、".join(f"{names[one]}（{count}户）" for one, count in sorted(owing.items()))
        new = {"departments": {str(one): count for one, count in sorted(owing.items())}}
        audit.record(session, "screening.reminded", f"催办甄别意见：{told}", actor=actor, case=case, new=new)


def supervise(
    session: Session, round_id: int, departments: Collection[int], text: str, due_on: date, actor: User
) -> list[Supervision]:
    """Issue 督办 to those of the departments that miss answers, each with a number of its own.

    Raises Refusal for an empty text, a past term, or when none of them misses anything.
    """
    round_ = round_in_hand(session, round_id, center_of(actor))
    case = locked(session, round_.case_id)
    owing = {one: count for one, count in missing(session, round_id).items() if one in departments}
    return issue(session, round_, case, owing, (text, due_on), actor)


def issue(
    session: Session,
    round_: ScreeningRound,
    case: CaseFile,
    owing: dict[int, int],
    demanded: tuple[str, date],
    actor: User,
) -> list[Supervision]:
    """Write and send 督办 (text and term) to departments (id → missing answers); the case is locked."""
    if not owing:
        raise Refusal("所选部门的意见均已提交，无需督办。")
    served = [Served(one, None, round_.id, count) for one, count in sorted(owing.items())]
    return enter(session, case, served, Demand(*demanded), actor)


def close_supervision(session: Session, supervision_id: int, text: str, actor: User) -> Supervision:
    """The center ends a 督办 of its round with what became of it; any other is ended by the office that issued it."""
    row, case = in_hand(session, supervision_id)
    if row.round_id is None:
        return close_order(session, supervision_id, text, actor)
    if session.get_one(ScreeningRound, row.round_id).region_id != center_of(actor):
        raise NotFound(UNKNOWN)
    return close(session, row, case, text, actor)
