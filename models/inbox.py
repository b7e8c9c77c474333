"""Room inbox: the worklist as a person sees it: scopes, filters, keyset pages; never opens the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from models.calendar import calendar, end_of, local_date, today
from models.case import CaseFile
from models.deadline import NO_DEADLINE, WHILE_PAUSED, Deadline
from models.keyset import containing, cursor_after, read_cursor
from models.notification import unread
from models.people import Department, Permission, Role, User
from models.vocabulary import Labelled
from models.workflow import DONE, IS_LISTED, OPEN, UserTask
from models.working_days import Light, due_on, light, light_words

PAGE = 20
COUNT_CAP = 1000
_Assignee = aliased(User)


class Scope(Labelled):
    """Whose tasks are listed."""

    MINE = "mine", "我的待办"
    DEPARTMENT = "department", "部门待签收"
    TEAM = "team", "部门在办"
    DONE = "done", "我的已办"


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


@dataclass(frozen=True)
class Page:
    """Some lines, and the cursor that continues after them."""

    items: list[Item] = field(default_factory=list)
    after: str = ""


@dataclass(frozen=True)
class Filters:
    """What a person may narrow the list by; empty means everything."""

    step: str = ""
    light: str = ""
    text: str = ""
    case: str = ""
    after: str = ""


def page(session: Session, user: User, scope: Scope, filters: Filters, limit: int = PAGE) -> Page:
    """One page in due order (done: newest first). Raises Refusal for a broken cursor."""
    query = _lines().where(_within(user, scope), *_narrowed(filters))
    is_done = scope is Scope.DONE
    moment = UserTask.done_at if is_done else UserTask.due_at
    if filters.after:
        key = tuple_(moment, UserTask.id)
        cursor = read_cursor(filters.after)
        query = query.where(key < cursor if is_done else key > cursor)
    order = (moment.desc(), UserTask.id.desc()) if is_done else (moment, UserTask.id)
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    items = [_item(row) for row in rows[:limit]]
    return Page(items, _after(items[-1], is_done) if len(rows) > limit else "")


def counts(session: Session, user: User, scope: Scope) -> dict[str, int]:
    """How many lines per light, each counted up to COUNT_CAP (“999+”)."""
    if scope is Scope.DONE:
        return {}
    shown = (Light.OVER, Light.TODAY, Light.SOON, Light.OK, Light.PAUSED)
    parts = [_capped(and_(_within(user, scope), _in_light(which))).label(which.value) for which in shown]
    row = session.execute(select(*parts)).one()
    return {which.value: row._mapping[which.value] for which in shown}


def overdue(session: Session, user: User) -> int:
    """How many open tasks that are his to do, or as their head his people's too, are late; up to COUNT_CAP."""
    held = Scope.TEAM if user.may(Permission.TASK_ASSIGN) else Scope.MINE
    late = [_capped(and_(_within(user, scope), _in_light(Light.OVER))) for scope in (held, Scope.DEPARTMENT)]
    found = session.execute(select(*late)).one()
    return min(sum(found), COUNT_CAP)


@dataclass(frozen=True)
class Waiting:
    """How much waits: messages; tasks, each up to COUNT_CAP: held by the person; for his department to claim, and late of that."""

    unread: int = 0
    mine: int = 0
    department: int = 0
    late: int = 0


def waiting(session: Session, user: User) -> Waiting:
    """What the header and the menu say on every full page; one query."""
    if not user.may(Permission.TASK_WORK):
        return Waiting(*session.execute(select(unread(user.id))).one())
    held, free = (_within(user, scope) for scope in (Scope.MINE, Scope.DEPARTMENT))
    parts = [_capped(part) for part in (held, free, and_(free, _in_light(Light.OVER)))]
    return Waiting(*session.execute(select(unread(user.id), *parts)).one())


def steps(session: Session, user: User, scope: Scope) -> list[tuple[str, str]]:
    """The steps that occur in the person's lists, for the filter."""
    within = (
        select(UserTask.element_id, UserTask.name).where(_within(user, scope)).limit(COUNT_CAP).subquery()
    )
    rows = session.execute(select(within.c.element_id, within.c.name).distinct().order_by(within.c.name))
    return [(row.element_id, row.name) for row in rows]


def _lines() -> Any:
    return (
        select(
            UserTask.id.label("task_id"),
            UserTask.case_id,
            CaseFile.number,
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


def _within(user: User, scope: Scope) -> ColumnElement[bool]:
    if scope is Scope.MINE:
        return and_(IS_LISTED, UserTask.assignee_id == user.id)
    if scope is Scope.DONE:
        return and_(UserTask.done_by_id == user.id, UserTask.status == DONE)
    if user.department_id is None or not user.may(Permission.TASK_WORK):
        return false()
    mine = and_(
        IS_LISTED,
        UserTask.department_id == user.department_id,
        UserTask.permission.in_(sorted(permission.value for permission in Role(user.role).permissions)),
    )
    if scope is Scope.DEPARTMENT:
        return and_(mine, UserTask.assignee_id.is_(None))
    if not user.may(Permission.TASK_ASSIGN):
        return false()
    return and_(mine, UserTask.assignee_id.is_not(None))


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.step:
        found.append(UserTask.element_id == filters.step)
    if filters.light in Light.__members__.values():
        found.append(_in_light(Light(filters.light)))
    if filters.case:
        found.append(CaseFile.number == filters.case)
    if filters.text.strip():
        pattern = containing(filters.text.strip())
        found.append(
            or_(
                CaseFile.number.like(pattern, escape="\\"), CaseFile.applicant_name.like(pattern, escape="\\")
            )
        )
    return found


def _in_light(which: Light) -> ColumnElement[bool]:
    """A light is a range of due instants: derived, never stored."""
    start, end = end_of(today() - timedelta(days=1)), end_of(today())
    soon = end_of(due_on(today(), 2, calendar()).due_on)
    ranges: Mapping[Light, ColumnElement[bool]] = {
        Light.OVER: UserTask.due_at <= start,
        Light.TODAY: and_(UserTask.due_at > start, UserTask.due_at <= end),
        Light.SOON: and_(UserTask.due_at > end, UserTask.due_at <= soon),
        Light.OK: and_(UserTask.due_at > soon, UserTask.due_at < WHILE_PAUSED),
        Light.PAUSED: UserTask.due_at == WHILE_PAUSED,
        Light.NONE: UserTask.due_at == NO_DEADLINE,
    }
    return ranges[which]


def _capped(criterion: ColumnElement[bool]) -> Any:
    rows = select(UserTask.id).where(criterion).limit(COUNT_CAP).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def _item(row: Any) -> Item:
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
    )


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


def _after(item: Item, is_done: bool) -> str:
    moment = item.done_at if is_done else item.due_at
    assert moment is not None
    return cursor_after(moment, item.task_id)
