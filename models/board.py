"""Room board: what the stalled board (督查看板) asks: whose steps, how late they are, why they stand, as criteria."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select, union
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.calendar import calendars, end_of, today
from models.case import CaseFile, visible_to
from models.deadline import NO_DEADLINE, PROMISE, WHILE_PAUSED, Deadline
from models.people import Permission, User
from models.refusal import Forbidden
from models.timer import IS_STALLED
from models.vocabulary import Labelled
from models.workflow import IS_OPEN, ProcessInstance, Timer, UserTask
from models.working_days import Calendar, due_on, elapsed

# Working days without an act of anybody after which a case is called quiet (久未办理).
QUIET = 5


class Window(Labelled):
    """How an open step stands to its last day, in working days; every step is in exactly one."""

    LATE_10 = "late10", "超期 10 日以上"
    LATE_5 = "late5", "超期 6—10 日"
    LATE_2 = "late2", "超期 3—5 日"
    LATE_0 = "late0", "超期 2 日以内"
    TODAY = "today", "今日到期"
    SOON = "soon", "临近到期"
    OK = "ok", "未到期"
    PAUSED = "paused", "暂停计时"
    NONE = "none", "无时限"


LATE = (Window.LATE_10, Window.LATE_5, Window.LATE_2, Window.LATE_0)
# What the filter may also say: any of the late ones.
OVER = "over"


class Why(Labelled):
    """Why a step stands where it stands; the first that fits."""

    BROKEN = "broken", "技术故障"
    PAUSED = "paused", "暂停计时"
    SET_ASIDE = "set_aside", "已挂起"
    APPLICANT = "applicant", "等待申请人"
    REVIEW = "review", "等待会签意见"
    UNCLAIMED = "unclaimed", "部门尚未签收"
    WORKING = "working", "经办人办理中"


def reach(user: User) -> ColumnElement[bool]:
    """The open steps that a person oversees: of his regions, or as head those of his office. Raises Forbidden."""
    user.require(Permission.BOARD_READ)
    if user.may(Permission.CASE_OVERSEE):
        return visible_to(user)
    if user.department_id is None:
        raise Forbidden("您没有查看督查看板的权限。")
    # Written out: the index of an office's open steps says so, and serves no list of the inbox.
    return and_(UserTask.department_id == user.department_id, UserTask.id > literal(0, literal_execute=True))


def reach_cases(user: User) -> ColumnElement[bool]:
    """The running cases that a person oversees: of his regions, or those in which his office has an open step."""
    if user.may(Permission.CASE_OVERSEE):
        return reach(user)
    own = CaseFile.id.in_(select(UserTask.case_id).where(IS_OPEN, reach(user)))
    return and_(own, CaseFile.submitted_at.is_not(None))


def window() -> ColumnElement[str]:
    """In which window a step is; the deadline is joined (outer)."""
    end, soon = end_of(today()), _bound(lambda one: due_on(today(), 2, one).due_on)
    return case(
        (UserTask.due_at == NO_DEADLINE, _text(Window.NONE)),
        (UserTask.due_at == WHILE_PAUSED, _text(Window.PAUSED)),
        (UserTask.due_at <= _late(11), _text(Window.LATE_10)),
        (UserTask.due_at <= _late(6), _text(Window.LATE_5)),
        (UserTask.due_at <= _late(3), _text(Window.LATE_2)),
        (UserTask.due_at <= end_of(today() - timedelta(days=1)), _text(Window.LATE_0)),
        (UserTask.due_at <= end, _text(Window.TODAY)),
        (UserTask.due_at <= soon, _text(Window.SOON)),
        else_=_text(Window.OK),
    )


def in_window(wanted: str) -> ColumnElement[bool]:
    """Criterion: the steps of that window, or with OVER every late one; as a range that the index knows."""
    start, end = end_of(today() - timedelta(days=1)), end_of(today())
    if wanted == OVER:
        return UserTask.due_at <= start
    if wanted in (Window.PAUSED, Window.NONE):
        return UserTask.due_at == (WHILE_PAUSED if wanted == Window.PAUSED else NO_DEADLINE)
    if wanted == Window.TODAY:
        return and_(UserTask.due_at > start, UserTask.due_at <= end)
    within = UserTask.due_at <= start if wanted in LATE else UserTask.due_at > end
    return and_(within, UserTask.due_at < WHILE_PAUSED, window() == _text(Window(wanted)))


def why() -> ColumnElement[str]:
    """Why a step stands; the first reason that fits."""
    return case(
        (_is_broken(), _text(Why.BROKEN)),
        (UserTask.due_at == WHILE_PAUSED, _text(Why.PAUSED)),
        (UserTask.set_aside_until > today(), _text(Why.SET_ASIDE)),
        (UserTask.is_applicants, _text(Why.APPLICANT)),
        (UserTask.open_reviews > 0, _text(Why.REVIEW)),
        (UserTask.assignee_id.is_(None), _text(Why.UNCLAIMED)),
        else_=_text(Why.WORKING),
    )


def broken_cases() -> Any:
    """The cases whose token or timer stands still: few among all, each found by a partial index."""
    return union(
        select(ProcessInstance.case_id).where(ProcessInstance.fault != literal("", literal_execute=True)),
        select(Timer.case_id).where(IS_STALLED),
    )


def _is_broken() -> ColumnElement[bool]:
    return UserTask.case_id.in_(broken_cases())


def promise_over() -> ColumnElement[bool]:
    """Criterion: the promise for the whole case has passed while it runs."""
    return _promise(Deadline.due_on < today())


def promise_soon() -> ColumnElement[bool]:
    """Criterion: the promise for the whole case ends today or within two working days."""
    soon = due_on(today(), 2, calendars().of()).due_on
    return _promise(and_(Deadline.due_on >= today(), Deadline.due_on <= soon))


def _promise(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
    runs = and_(
        Deadline.key == literal(PROMISE, literal_execute=True),
        Deadline.done_on.is_(None),
        Deadline.cancelled_on.is_(None),
        Deadline.paused_on.is_(None),
    )
    return CaseFile.id.in_(select(Deadline.case_id).where(runs, criterion))


def is_running() -> ColumnElement[bool]:
    """Criterion: the case was handed in and has not ended."""
    return and_(CaseFile.closed_at.is_(None), CaseFile.submitted_at.is_not(None))


def is_quiet() -> ColumnElement[bool]:
    """Criterion: nobody has done anything in the case for QUIET working days."""
    return CaseFile.acted_at <= end_of(back(QUIET, calendars().of()))


def has_no_step() -> ColumnElement[bool]:
    """Criterion: the case waits for something else than a person: a date, a message, another case."""
    return ~exists().where(UserTask.case_id == CaseFile.id, IS_OPEN).correlate(CaseFile)


def back(days: int, calendar: Calendar) -> date:
    """The last day since which at least that many working days have passed, today included."""
    found, left = today(), days
    while left > 0:
        left -= calendar.is_working_day(found)
        found -= timedelta(days=1)
    return found


def late_days(due: date, calendar: Calendar) -> int:
    """Working days by which an open step is late today; 0 when it is not."""
    return elapsed(due, today(), calendar)


def stamp(session: Session) -> int:
    """A number that changes with every knock: the last line of the log."""
    return session.scalar(select(func.max(AuditEvent.id))) or 0


def _late(days: int) -> Any:
    return _bound(lambda one: back(days, one))


def _bound(of: Any) -> Any:
    """The end of a day that the calendar of a step's region gives; one instant where no region has its own days."""
    book = calendars()
    national = end_of(of(book.of()))
    local = {code: end_of(of(book.of(code))) for code in reversed(book.local_codes)}
    branches = [
        (Deadline.region_code.like(f"{prefix_of(code)}%"), literal(instant, UserTask.due_at.type))
        for code, instant in local.items()
        if instant != national
    ]
    return case(*branches, else_=literal(national, UserTask.due_at.type)) if branches else national


def prefix_of(code: str) -> str:
    """What the codes of a region and of everything under it begin with (GB/T 2260)."""
    return code[:2] if code[2:6] == "0000" else code[:4] if code[4:6] == "00" else code


def _text(value: str) -> ColumnElement[str]:
    return literal(str(value.value if isinstance(value, Labelled) else value), literal_execute=True)


def opening_of(day: date) -> datetime:
    """0:00 of a day in Shanghai."""
    return end_of(day - timedelta(days=1))
