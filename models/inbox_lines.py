"""Room inbox, lines: one line of a list with everything that a page, a sheet or the REST door shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from models.calendar import calendar, local_date, today
from models.case import CaseFile, type_title
from models.deadline import WHILE_PAUSED, Deadline
from models.follow_up import TaskFollowUp
from models.people import Department, User
from models.urging import TaskUrging
from models.workflow import OPEN, UserTask
from models.working_days import Light, light, light_words

_Assignee = aliased(User)
# The mark of a task that a colleague has given to its holder to work on.
DELEGATED = "委派"


@dataclass(frozen=True)
class Item:
    """One line of the inbox."""

    task_id: int
    case_id: int
    number: str
    applicant_name: str
    amount: Decimal | None
    step: str
    element_id: str
    department: str
    assignee_id: int | None
    assignee: str
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    light: Light
    words: str
    provisional: bool
    # The clock of the step and its last day; empty for a step without one.
    deadline_id: int | None
    due_on: date | None
    # The drawing says that it is urgent (急件); the order stays that of the last days.
    is_urgent: bool
    # What the case is about, in an official's words.
    kind: str
    # Of the row itself: a bulk act says what it has seen.
    revision: int
    # What else is to be said of it: urged, followed up, set aside, delegated, waiting for opinions.
    marks: tuple[str, ...] = ()


def lines(reader_id: int) -> Any:
    """The statement of which a list is a part; the follow-up days are the reader's."""
    mine = and_(TaskFollowUp.task_id == UserTask.id, TaskFollowUp.user_id == reader_id)
    return (
        select(
            UserTask.id.label("task_id"),
            UserTask.case_id,
            CaseFile.number,
            CaseFile.scheme,
            CaseFile.applicant_type,
            CaseFile.applicant_name,
            CaseFile.amount,
            UserTask.name.label("step"),
            UserTask.element_id,
            Department.name.label("department"),
            UserTask.assignee_id,
            _Assignee.name.label("assignee"),
            UserTask.created_at,
            UserTask.due_at,
            UserTask.done_at,
            UserTask.status,
            UserTask.priority,
            UserTask.revision,
            UserTask.owner_id,
            UserTask.set_aside_until,
            UserTask.open_reviews,
            _waits(reader_id),
            _urged(),
            select(TaskFollowUp.on_day).where(mine).scalar_subquery().label("follow_up_on"),
            Deadline.id.label("deadline_id"),
            Deadline.due_on,
            Deadline.provisional,
            Deadline.unit,
            Deadline.region_code,
        )
        .join(CaseFile, CaseFile.id == UserTask.case_id)
        .join(Department, Department.id == UserTask.department_id)
        .outerjoin(_Assignee, _Assignee.id == UserTask.assignee_id)
        .outerjoin(Deadline, Deadline.id == UserTask.deadline_id)
    )


def _waits(reader_id: int) -> Any:
    """Whether the step is the applicant's and not done by the reader himself."""
    others = func.coalesce(UserTask.assignee_id, 0) != reader_id
    return and_(UserTask.is_applicants, others).label("waits_for_applicant")


def _urged() -> Any:
    count = select(func.count()).where(TaskUrging.task_id == UserTask.id)
    return count.scalar_subquery().label("urged")


def item(row: Any) -> Item:
    """A row of `lines` as the line that is shown."""
    unit = "calendar" if row.unit == "calendar" else "working"
    return Item(
        task_id=row.task_id,
        case_id=row.case_id,
        number=row.number,
        applicant_name=row.applicant_name,
        amount=row.amount,
        step=row.step,
        element_id=row.element_id,
        department=row.department,
        assignee_id=row.assignee_id,
        assignee=row.assignee or "",
        created_at=row.created_at,
        due_at=row.due_at,
        done_at=row.done_at,
        light=_light(row, unit),
        words=_words(row, unit),
        provisional=bool(row.provisional),
        deadline_id=row.deadline_id,
        due_on=row.due_on,
        is_urgent=bool(row.priority),
        kind=type_title(row.scheme, row.applicant_type),
        revision=row.revision,
        marks=tuple(_marks(row)),
    )


def _marks(row: Any) -> Iterator[str]:
    if row.status != OPEN:
        return
    if row.waits_for_applicant:
        yield "等待申请人（可代办）"
    if row.set_aside_until is not None and row.set_aside_until > today():
        yield f"挂起至 {row.set_aside_until}"
    if row.owner_id is not None:
        yield DELEGATED
    if row.open_reviews:
        yield f"待会签 {row.open_reviews}"
    if row.urged:
        yield f"催办 {row.urged} 次"
    if row.follow_up_on is not None:
        yield f"跟进 {row.follow_up_on}"


def _light(row: Any, unit: Any) -> Light:
    if row.status == OPEN and row.due_at == WHILE_PAUSED:
        return Light.PAUSED
    due = row.due_on if row.status == OPEN else None
    return light(due, today(), calendar(row.region_code or ""), unit=unit)


def _words(row: Any, unit: Any) -> str:
    if row.status != OPEN:
        return f"{local_date(row.done_at):%Y-%m-%d} 办结" if row.done_at else "已终止"
    if row.due_at == WHILE_PAUSED:
        return Light.PAUSED.label
    return light_words(row.due_on, today(), calendar(row.region_code or ""), unit=unit)
