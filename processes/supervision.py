"""Room supervision: reminds departments of missing answers, and 督办 with number, term, answer and closure (D-25)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.case import CaseFile, locked, next_numbers
from models.people import Department, User
from models.refusal import Conflict, NotFound, Refusal
from models.screening import Candidate, ScreeningOpinion, ScreeningRound, Supervision
from processes.notification import tell_departments
from processes.screening import center_of, round_in_hand
from processes.screening_answers import department_of

MAX_TEXT = 2000


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
    names = dict(session.execute(select(Department.id, Department.name)).all())
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
    demand, due_on = _text(demanded[0], "text"), demanded[1]
    if due_on < today():
        raise Refusal("办结期限不能早于今天。", "due_on")
    if not owing:
        raise Refusal("所选部门的意见均已提交，无需督办。")
    year = today().year
    numbers = next_numbers(session, f"DB{year}-", len(owing))
    rows = [
        Supervision(
            round_id=round_.id,
            department_id=department_id,
            number=f"督办〔{year}〕{number[-5:]}号",
            text=demand,
            missing=count,
            issued_on=today(),
            due_on=due_on,
            issued_by_id=actor.id,
        )
        for number, (department_id, count) in zip(numbers, sorted(owing.items()), strict=True)
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        told = f"{row.number}：{demand}（尚有 {row.missing} 户未提交，办结期限 {due_on.isoformat()}，请答复）"
        tell_departments(session, [row.department_id], told, case, f"supervision:{case.number}")
    new = {"numbers": [row.number for row in rows], "due_on": due_on}
    summary = f"下达督办 {len(rows)} 件，期限 {due_on.isoformat()}"
    audit.record(session, "supervision.issued", summary, actor=actor, case=case, new=new)
    return rows


def answer_supervision(session: Session, supervision_id: int, text: str, actor: User) -> Supervision:
    """The department answers its 督办. Raises NotFound for strangers, Conflict once it is closed."""
    row = _in_hand(session, supervision_id)
    if row.department_id != department_of(actor):
        raise NotFound("未找到该督办，或您无权办理。")
    row.answer, row.answered_on, row.answered_by_id = _text(text, "answer"), today(), actor.id
    _log(session, row, "supervision.answered", f"答复{row.number}", actor)
    return row


def close_supervision(session: Session, supervision_id: int, text: str, actor: User) -> Supervision:
    """The center closes a 督办 with what became of it."""
    row = _in_hand(session, supervision_id)
    round_ = session.get_one(ScreeningRound, row.round_id)
    if round_.region_id != center_of(actor):
        raise NotFound("未找到该督办，或您无权办理。")
    row.closing, row.closed_on, row.closed_by_id = _text(text, "closing"), today(), actor.id
    _log(session, row, "supervision.closed", f"办结{row.number}", actor)
    return row


def _in_hand(session: Session, supervision_id: int) -> Supervision:
    query = select(Supervision).where(Supervision.id == supervision_id).with_for_update()
    row = session.scalars(query).first()
    if row is None:
        raise NotFound("未找到该督办，或您无权办理。")
    if row.closed_on is not None:
        raise Conflict("该督办已办结。")
    return row


def _text(text: str, at: str) -> str:
    found = text.strip()
    if not found or len(found) > MAX_TEXT:
        raise Refusal(f"请填写内容，不超过 {MAX_TEXT} 字。", at)
    return found


def _log(session: Session, row: Supervision, action: str, summary: str, actor: User) -> None:
    case = locked(session, session.get_one(ScreeningRound, row.round_id).case_id)
    audit.record(session, action, summary, actor=actor, case=case, new={"number": row.number})
