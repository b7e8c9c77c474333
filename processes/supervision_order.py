"""Room supervision, orders: 督办 of a case or of one of its steps: issued, answered, closed; one series of numbers for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, today
from models.case import CaseDepartment, CaseFile, locked, next_numbers, require_open, visible_to
from models.people import Department, Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.supervision import Supervision, may_answer, may_close
from models.words import said
from models.workflow import OPEN, UserTask
from models.working_days import next_working_day
from processes.notification import tell, tell_departments
from processes.office import window_of

MAX_TEXT = 2000
LONGEST = timedelta(days=366)
UNKNOWN = "未找到该督办，或您无权办理。"


@dataclass(frozen=True)
class Demand:
    """What an order asks, and until when."""

    text: str
    due_on: date


@dataclass(frozen=True)
class Served:
    """To which office an order goes, about which step, and in a round how many answers it owes."""

    department_id: int
    task_id: int | None = None
    round_id: int | None = None
    missing: int = 0


def order(
    session: Session,
    case_id: int,
    department_id: int,
    demand: Demand,
    actor: User,
    task_id: int | None = None,
) -> Supervision:
    """督办 of an office that takes part in a running case. Raises Forbidden, NotFound, Conflict, Refusal."""
    case = _case_in_hand(session, case_id, actor)
    if department_id not in offices_to_order(session, case, actor):
        raise Refusal("请选择参与本案卷、且您可以督办的部门。", "department")
    return enter(session, case, [Served(department_id, task_id)], demand, actor)[0]


def order_task(session: Session, task_id: int, demand: Demand, actor: User) -> Supervision:
    """督办 of the office that has an open step. Raises Forbidden, NotFound, Conflict, Refusal."""
    task = session.get(UserTask, task_id)
    if task is None:
        raise NotFound("未找到该事项，或您无权查看。")
    case = _case_in_hand(session, task.case_id, actor)
    session.refresh(task)
    if task.status != OPEN:
        raise Conflict("该环节已办结，不必督办。")
    if task.department_id not in offices_to_order(session, case, actor):
        raise Forbidden("您不能督办该部门。")
    if _is_ordered(session, task):
        raise Conflict("该环节已有尚未办结的督办。")
    return enter(session, case, [Served(task.department_id, task.id)], demand, actor)[0]


def offices_to_order(session: Session, case: CaseFile, actor: User) -> set[int]:
    """The offices of a case that a person may order: a leader and the head of the lead office all that take part,
    other heads their own."""
    if not actor.may(Permission.CASE_SUPERVISE):
        return set()
    query = select(CaseDepartment.department_id).where(CaseDepartment.case_id == case.id)
    taking = set(session.scalars(query))
    if actor.may(Permission.CASE_OVERSEE):
        return taking
    if actor.department_id is None:
        return set()
    return taking if window_of(session, case) == actor.department_id else taking & {actor.department_id}


def enter(
    session: Session, case: CaseFile, served: Sequence[Served], demand: Demand, actor: User
) -> list[Supervision]:
    """Write and send an order to each office; the case is locked and the caller has checked who may do it."""
    text, year = checked(demand.text, "text"), today().year
    _check_term(demand.due_on)
    numbers = next_numbers(session, f"DB{year}-", len(served))
    rows = [
        Supervision(
            case_id=case.id,
            task_id=one.task_id,
            round_id=one.round_id,
            department_id=one.department_id,
            office_id=actor.department_id,
            number=f"督办〔{year}〕{number[-5:]}号",
            text=text,
            missing=one.missing,
            issued_on=today(),
            due_on=demand.due_on,
            issued_by_id=actor.id,
            remind_on=first_reminder(demand.due_on),
        )
        for number, one in zip(numbers, served, strict=True)
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        tell_departments(
            session, [row.department_id], _message(session, row, case), case, place_of(row, case)
        )
    new = {"numbers": [row.number for row in rows], "due_on": demand.due_on}
    summary = f"下达督办 {len(rows)} 件（{'、'.join(row.number for row in rows[:3])}），期限 {demand.due_on.isoformat()}"
    audit.record(session, "supervision.issued", summary, actor=actor, case=case, new=new)
    return rows


def answer_supervision(session: Session, supervision_id: int, text: str, actor: User) -> Supervision:
    """The office answers. Raises NotFound for strangers, Conflict once it is closed."""
    row, case = in_hand(session, supervision_id)
    if not may_answer(row, actor):
        raise NotFound(UNKNOWN)
    row.answer, row.answered_on, row.answered_by_id = checked(text, "answer"), today(), actor.id
    row.remind_on = None
    _log(session, case, row, "supervision.answered", f"答复{row.number}", actor)
    told = f"{case.number}：{actor.display_name}已答复{row.number}，请审阅办结。"
    tell(session, {row.issued_by_id} - {actor.id}, "supervision", told, case, place=place_of(row, case))
    return row


def close_order(session: Session, supervision_id: int, text: str, actor: User) -> Supervision:
    """The office that issued an order ends it, answered or not. Raises NotFound for others, Conflict when it is closed."""
    row, case = in_hand(session, supervision_id)
    if not may_close(row, actor):
        raise NotFound(UNKNOWN)
    return close(session, row, case, text, actor)


def close(session: Session, row: Supervision, case: CaseFile, text: str, actor: User) -> Supervision:
    """Write the end of an order; the caller has checked who may do it."""
    row.closing, row.closed_on, row.closed_by_id = checked(text, "closing"), today(), actor.id
    row.remind_on = None
    _log(session, case, row, "supervision.closed", f"办结{row.number}", actor)
    told = f"{case.number}：{row.number}已办结。"
    tell_departments(session, [row.department_id], told, case, place_of(row, case))
    return row


def in_hand(session: Session, supervision_id: int) -> tuple[Supervision, CaseFile]:
    """The order and its case, both locked, the case first. Raises NotFound, Conflict once it is closed."""
    case_id = session.scalar(select(Supervision.case_id).where(Supervision.id == supervision_id))
    if case_id is None:
        raise NotFound(UNKNOWN)
    case = locked(session, case_id)
    query = select(Supervision).where(Supervision.id == supervision_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if row.closed_on is not None:
        raise Conflict("该督办已办结。")
    return row, case


def checked(text: str, at: str) -> str:
    """What was typed, trimmed. Raises Refusal at the field when there is nothing, or too much."""
    found = said(text)
    if not found or len(found) > MAX_TEXT:
        raise Refusal(f"请填写内容，不超过 {MAX_TEXT} 字。", at)
    return found


def first_reminder(due_on: date) -> date:
    """The last working day before the term where that is still to come, else the first one after it."""
    before = due_on - timedelta(days=1)
    while not calendar().is_working_day(before) and before > today():
        before -= timedelta(days=1)
    return before if before > today() else next_working_day(max(due_on, today()), calendar())


def place_of(row: Supervision, case: CaseFile) -> str:
    """Where an order is dealt with: the page of the round, or its own."""
    return f"supervision:{case.number}" if row.round_id else f"order:{row.id}"


def names_of(session: Session, departments: Collection[int]) -> dict[int, str]:
    """Department id → name."""
    query = select(Department.id, Department.name).where(Department.id.in_(departments))
    return dict(session.execute(query).all())


def _case_in_hand(session: Session, case_id: int, actor: User) -> CaseFile:
    actor.require(Permission.CASE_SUPERVISE)
    seen = session.scalar(select(CaseFile.id).where(CaseFile.id == case_id, visible_to(actor)))
    if seen is None:
        raise NotFound("未找到该案卷，或您无权查看。")
    case = locked(session, case_id)
    require_open(case)
    return case


def _is_ordered(session: Session, task: UserTask) -> bool:
    open_ones = select(Supervision.id).where(Supervision.task_id == task.id, Supervision.closed_on.is_(None))
    return session.scalars(open_ones).first() is not None


def _check_term(due_on: date) -> None:
    if due_on < today():
        raise Refusal("办结期限不能早于今天。", "due_on")
    if due_on > today() + LONGEST:
        raise Refusal("办结期限不能晚于一年后。", "due_on")


def _message(session: Session, row: Supervision, case: CaseFile) -> str:
    term = f"办结期限 {row.due_on.isoformat()}，请答复"
    if row.round_id:
        return f"{row.number}：{row.text}（尚有 {row.missing} 户未提交，{term}）"
    task = session.get(UserTask, row.task_id) if row.task_id else None
    about = f"{case.number} {case.applicant_name}{f'“{task.name}”' if task else ''}"
    return f"{row.number}（{about}）：{row.text}（{term}）"


def _log(session: Session, case: CaseFile, row: Supervision, action: str, summary: str, actor: User) -> None:
    audit.record(session, action, summary, actor=actor, case=case, new={"number": row.number})
