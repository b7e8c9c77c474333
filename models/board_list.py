"""Room board, list: the rows behind a number of the stalled board, by keyset; last acts and reasons of a page at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, aliased

from models import board
from models.board import Why
from models.board_asked import Asked, Sort, criteria
from models.board_cache import kept, whose
from models.board_detail import Detail, details
from models.board_forecast import Pace, StepKey
from models.board_order import (
    cursor_of,
    first_cases,
    first_rows,
    is_led_by_cases,
    is_led_by_steps,
    urgent_step,
)
from models.calendar import calendar, today
from models.case import CaseFile, type_title
from models.case_status import CaseStatus
from models.deadline import NO_DEADLINE, WHILE_PAUSED, Deadline
from models.people import Department, Region, User
from models.scheme import Scheme
from models.workflow import UserTask
from models.working_days import Light, Unit, light, light_words

PAGE, CHUNK = 50, 500
# What asks after the step of a case, or after its clock.
_BY_STEP = {"window", "why", "department", "person", "step", "provisional", "forecast"}
_Assignee = aliased(User)
_Owner = aliased(User)


@dataclass(frozen=True)
class Row:
    """One open step, or one running case with its most urgent step (empty where it has none)."""

    case_id: int
    number: str
    applicant_name: str
    scheme: str
    applicant_type: str
    amount: Decimal | None
    status: str
    region: str
    opened_at: datetime
    acted_at: datetime
    task_id: int | None
    step: str
    department: str
    assignee: str
    owner: str
    created_at: datetime | None
    due_at: datetime
    set_aside_until: date | None
    why_key: str
    deadline_id: int | None
    due_on: date | None
    provisional: bool
    unit: str
    region_code: str
    process_key: str
    element_id: str

    @property
    def kind(self) -> str:
        """What the case is about."""
        return type_title(self.scheme, self.applicant_type)

    @property
    def why(self) -> Why | None:
        """Why the step stands; None where the case has none."""
        return Why(self.why_key) if self.task_id else None

    @property
    def status_label(self) -> str:
        """The status of the case."""
        return CaseStatus(self.status).label

    @property
    def is_of_round(self) -> bool:
        """An answer without a term of its own: it is due with its round."""
        return self.scheme == Scheme.SCREENING and self.task_id is not None and self.due_at == NO_DEADLINE

    @property
    def key(self) -> StepKey:
        """By which examples it is forecast."""
        return StepKey(
            self.scheme, self.process_key if self.scheme == Scheme.GENERAL else "", self.element_id
        )

    @property
    def late_days(self) -> int:
        """Working days by which the step is late."""
        if self.due_on is None or self.due_at >= WHILE_PAUSED:
            return 0
        return board.late_days(self.due_on, calendar(self.region_code))

    @property
    def light(self) -> Light:
        """The light of today."""
        if self.due_at == WHILE_PAUSED:
            return Light.PAUSED
        return light(self.due_on, today(), calendar(self.region_code), unit=self._unit)

    @property
    def words(self) -> str:
        """The light in words."""
        if self.due_at == WHILE_PAUSED:
            return Light.PAUSED.label
        return light_words(self.due_on, today(), calendar(self.region_code), unit=self._unit)

    @property
    def _unit(self) -> Unit:
        return "calendar" if self.unit == "calendar" else "working"


@dataclass(frozen=True)
class Line:
    """A row with what else is known of its case: why exactly, the last act, orders, urgings."""

    row: Row
    detail: Detail


@dataclass(frozen=True)
class Page:
    """Some lines, and the cursor that continues after them."""

    lines: list[Line] = field(default_factory=list)
    after: str = ""


def page(session: Session, user: User, given: Asked, pace: Pace, limit: int = PAGE) -> Page:
    """One page of the list in a fixed number of statements. Raises Refusal for a broken cursor."""
    rows = _rows(session, user, given, pace, limit + 1)
    more = len(rows) > limit
    return Page(_lines(session, rows[:limit]), cursor_of(rows[limit - 1], given) if more else "")


def count(session: Session, user: User, given: Asked, pace: Pace) -> int:
    """How many rows the list has; of a long one as it was within the last minute."""
    name = ("count", whose(user), replace(given, after="", sort=Sort.DUE.value))
    return kept(session, name, lambda: counted(session, user, given, pace), lambda found: found)


def counted(session: Session, user: User, given: Asked, pace: Pace) -> int:
    """The same, counted now."""
    is_plain = given.is_of_cases and not _BY_STEP & given.as_values.keys()
    query = select(func.count())
    query = query.select_from(CaseFile) if is_plain else _from(query, given)
    return session.scalar(query.where(*criteria(given, user, pace))) or 0


def every(session: Session, user: User, given: Asked, pace: Pace) -> Iterator[list[Line]]:
    """The whole list in chunks, each by itself: flat memory, whatever its length."""
    while True:
        found = page(session, user, given, pace, CHUNK)
        if found.lines:
            yield found.lines
        session.expunge_all()
        if not found.after:
            return
        given = replace(given, after=found.after)


def _lines(session: Session, rows: list[Row]) -> list[Line]:
    known = details(session, [(row.case_id, row.task_id, row.deadline_id) for row in rows])
    return [Line(row, known[row.case_id, row.task_id]) for row in rows]


def _rows(session: Session, user: User, given: Asked, pace: Pace, limit: int) -> list[Row]:
    """The page is found by narrow rows first; names and reasons are looked up for it alone."""
    found, order = _found(user, given, criteria(given, user, pace), limit)
    return [Row(*row) for row in session.execute(_named(found).order_by(*order).limit(limit))]


def _found(user: User, given: Asked, where: list[Any], limit: int) -> tuple[Any, list[Any]]:
    if is_led_by_steps(given, user):
        return first_cases(where, given, limit)
    is_led = is_led_by_cases(given, user)
    narrow = _from(select(CaseFile.id.label("case_id"), UserTask.id.label("task_id")), given, is_led)
    if is_led:
        # What has ended has no open step: said for the index of the running cases.
        narrow = narrow.where(CaseFile.closed_at.is_(None))
    return first_rows(narrow.where(*where), given, limit)


def _columns() -> list[Any]:
    task, clock = UserTask, Deadline
    return [
        CaseFile.id, CaseFile.number, CaseFile.applicant_name, CaseFile.scheme, CaseFile.applicant_type,
        CaseFile.amount, CaseFile.status, func.coalesce(Region.name, ""), CaseFile.opened_at, CaseFile.acted_at,
        task.id, func.coalesce(task.name, ""), func.coalesce(Department.name, ""),
        func.coalesce(_Assignee.name, ""), func.coalesce(_Owner.name, ""), task.created_at,
        func.coalesce(task.due_at, literal(NO_DEADLINE, task.due_at.type), type_=task.due_at.type),
        task.set_aside_until, board.why(), clock.id, clock.due_on, func.coalesce(clock.provisional, False),
        func.coalesce(clock.unit, ""), func.coalesce(clock.region_code, ""),
        CaseFile.process_key, func.coalesce(task.element_id, ""),
    ]  # fmt: skip


def _from(query: Any, given: Asked, is_led: bool = False) -> Any:
    """The tables: steps with their case, or cases with their most urgent step, and the clock of the step."""
    if given.is_of_cases:
        query = query.select_from(CaseFile).outerjoin(UserTask, UserTask.id == urgent_step(CaseFile.id))
    elif is_led:
        # A sum, so that no database begins with the steps and sorts them all.
        query = query.select_from(CaseFile).join(UserTask, UserTask.case_id == CaseFile.id + 0)
    else:
        query = query.select_from(UserTask).join(CaseFile, CaseFile.id == UserTask.case_id)
    return query.outerjoin(Deadline, Deadline.id == UserTask.deadline_id)


def _named(found: Any) -> Any:
    """The rows of a page with everything that is shown of them."""
    return (
        select(*_columns())
        .select_from(found)
        .join(CaseFile, CaseFile.id == found.c.case_id)
        .outerjoin(UserTask, UserTask.id == found.c.task_id)
        .outerjoin(Deadline, Deadline.id == UserTask.deadline_id)
        .outerjoin(Department, Department.id == UserTask.department_id)
        .outerjoin(_Assignee, _Assignee.id == UserTask.assignee_id)
        .outerjoin(_Owner, _Owner.id == UserTask.owner_id)
        .outerjoin(Region, Region.id == CaseFile.region_id)
    )
