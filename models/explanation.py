"""Room deadline: why a clock ends on its day: the facts, the calendar of that count, and the days one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.calendar import calendar as calendar_in_force
from models.calendar import today
from models.calendar_book import NATIONAL, CalendarNotice, calendars_at, lineage
from models.case import CaseFile
from models.deadline import PROMISE, Deadline
from models.pause import DeadlineChange, Pause, changes_of, pauses_of
from models.people import User
from models.refusal import NotFound
from models.term import CountedDay, Span, explain
from models.working_days import Calendar, elapsed


@dataclass(frozen=True)
class Explanation:
    """One clock of one case, counted again by the calendar version it was counted with."""

    case: CaseFile
    clock: Deadline
    calendar: Calendar
    days: Sequence[CountedDay]
    pauses: Sequence[Pause]
    changes: Sequence[DeadlineChange]
    notices: Sequence[CalendarNotice]
    names: Mapping[int, str]
    causes: Mapping[int, str]
    """The titles of the notices that moved the clock, by id."""

    @property
    def years_without_notice(self) -> list[int]:
        """The years that the count touches and whose official calendar was not published."""
        touched = {line.date.year for line in self.days[1:]}
        if self.clock.clock_unit == "calendar":
            return []
        return sorted(touched - self.calendar.official_years)

    @property
    def counted(self) -> int:
        """How many days of the term have been counted out."""
        return sum(line.counted for line in self.days)

    def is_last(self, line: CountedDay) -> bool:
        """Whether the term ends at 24:00 of that day."""
        return line is self.days[-1] and line.date == self.clock.due_on and not self.clock.is_paused


def pauses_within(clock: Deadline, pauses: Sequence[Pause]) -> list[Pause]:
    """Those that took effect on a clock; on the promise of the case all do."""
    return [
        pause
        for pause in pauses
        if pause.paused_on is not None and (clock.key == PROMISE or pause.deadline_id == clock.id)
    ]


def explanation_of(session: Session, case: CaseFile, deadline_id: int) -> Explanation:
    """The count of one clock of a case that the caller may see. Raises NotFound."""
    clock = session.get(Deadline, deadline_id)
    if clock is None or clock.case_id != case.id:
        raise NotFound("未找到该时限，或您无权查看。")
    pauses, changes = pauses_within(clock, pauses_of(session, case)), changes_of(session, clock.id)
    calendar = calendars_at(session, clock.calendar_version).of(clock.region_code)
    days = _days(clock, calendar, [pause.span for pause in pauses if pause.span is not None])
    return Explanation(
        case=case,
        clock=clock,
        calendar=calendar,
        days=days,
        pauses=pauses,
        changes=changes,
        notices=_notices(session, clock, days[0].date, days[-1].date),
        names=_names(session, pauses, changes),
        causes=_causes(session, changes),
    )


def _days(clock: Deadline, calendar: Calendar, spans: Sequence[Span]) -> list[CountedDay]:
    length = clock.length + clock.extension_days
    days = explain(clock.start_on, length, clock.clock_unit, calendar, spans, upto=_upto(clock))
    if clock.cancelled_on is None:
        return days
    return [line for line in days if line.date <= clock.cancelled_on] or days[:1]


def _upto(clock: Deadline) -> date:
    """Where the count of a paused clock stops for now."""
    return max(today(), clock.start_on)


def _notices(session: Session, clock: Deadline, first: date, last: date) -> list[CalendarNotice]:
    """The notices in force in the clock's calendar version that say something about those days."""
    version = clock.calendar_version
    query = select(CalendarNotice).where(
        CalendarNotice.region_code.in_(lineage(clock.region_code)),
        CalendarNotice.applied_version <= version,
        or_(CalendarNotice.undone_version.is_(None), CalendarNotice.undone_version > version),
    )
    found = session.scalars(query.order_by(CalendarNotice.year, CalendarNotice.id))
    return [notice for notice in found if _speaks_of(notice, first, last)]


def _speaks_of(notice: CalendarNotice, first: date, last: date) -> bool:
    if notice.is_full_year and notice.region_code == NATIONAL and first.year <= notice.year <= last.year:
        return True
    return any(first <= date.fromisoformat(row["day"]) <= last for row in notice.days)


def _causes(session: Session, changes: Sequence[DeadlineChange]) -> Mapping[int, str]:
    ids = {change.notice_id for change in changes if change.notice_id is not None}
    if not ids:
        return {}
    rows = session.execute(select(CalendarNotice.id, CalendarNotice.title).where(CalendarNotice.id.in_(ids)))
    return {row.id: row.title for row in rows}


def _names(session: Session, pauses: Sequence[Pause], changes: Sequence[DeadlineChange]) -> Mapping[int, str]:
    ids = {change.actor_id for change in changes}
    ids |= {who for pause in pauses for who in (pause.requested_by_id, pause.decided_by_id)}
    if not ids - {None}:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


def days_left_after(clock: Deadline, pause: Pause) -> int:
    """What is left of a paused term, in its own days, once it counts on."""
    if pause.paused_on is None or clock.due_on <= pause.paused_on:
        return 0
    if clock.clock_unit == "calendar":
        return (clock.due_on - pause.paused_on).days
    return elapsed(pause.paused_on, clock.due_on, calendar_in_force(clock.region_code))
