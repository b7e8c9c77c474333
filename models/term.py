"""Room deadline: pure rules of a term with pauses: its end, and its count day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.working_days import (
    ONE_DAY,
    Calendar,
    Due,
    Unit,
    calendar_days_due,
    due_on,
    elapsed,
    statutory_days,
)

Mark = Literal["start", "counted", "off", "paused"]


@dataclass(frozen=True)
class Span:
    """A pause: the days after `from_on` up to and including `to_on` (None: it lasts) do not count."""

    from_on: date
    to_on: date | None
    reason: str = "暂停计时"

    def covers(self, day: date) -> bool:
        """Whether `day` is taken out of the count."""
        return self.from_on < day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True)
class CountedDay:
    """One line of the explanation of a term: the day, its number if it counts, and why."""

    date: date
    number: int | None
    mark: Mark
    reason: str

    @property
    def counted(self) -> bool:
        """Whether the day is one of the term."""
        return self.number is not None


def term_due(start: date, n: int, unit: Unit, calendar: Calendar, pauses: Sequence[Span] = ()) -> Due:
    """The `n`-th day after `start` that counts; days of a pause do not. Raises ValueError for an open pause."""
    paused, due = -1, _plain_due(start, n, unit, calendar)
    # Each round adds the paused days that the last one reached; it ends, for pauses are finite.
    while (found := paused_days(start, due.due_on, unit, calendar, pauses)) != paused:
        paused = found
        due = _plain_due(start, n + paused, unit, calendar)
    return Due(start, n, unit, due.due_on, due.provisional)


def _plain_due(start: date, n: int, unit: Unit, calendar: Calendar) -> Due:
    return calendar_days_due(start, n) if unit == "calendar" else due_on(start, n, calendar)


def paused_days(a: date, b: date, unit: Unit, calendar: Calendar, pauses: Sequence[Span]) -> int:
    """Days in (a, b] that would count but for the pauses; overlapping pauses count once."""
    total, reached = 0, a
    for span in sorted(pauses, key=lambda span: span.from_on):
        if span.to_on is None:
            raise ValueError("the end of a term is unknown while it is paused")
        first, last = max(reached, span.from_on), min(b, span.to_on)
        if last > first:
            total += (last - first).days if unit == "calendar" else elapsed(first, last, calendar)
            reached = last
    return total


def explain(
    start: date, n: int, unit: Unit, calendar: Calendar, pauses: Sequence[Span] = (), upto: date | None = None
) -> list[CountedDay]:
    """Day by day from `start` to the last day of the term: what counts, its number, and why.

    With an open pause the count stops at `upto` (required then): the days after it are not yet known.
    """
    is_open = any(span.to_on is None for span in pauses)
    last = upto if is_open else term_due(start, n, unit, calendar, pauses).due_on
    if last is None:
        raise ValueError("the count of a paused term needs a day to stop at")
    shown = [CountedDay(start, None, "start", "起算日，不计入")]
    number = 0
    while shown[-1].date < last:
        line = _counted(shown[-1].date + ONE_DAY, number + 1, unit, calendar, pauses)
        number += line.counted
        shown.append(line)
    return shown


def _counted(day: date, number: int, unit: Unit, calendar: Calendar, pauses: Sequence[Span]) -> CountedDay:
    would_count = unit == "calendar" or calendar.is_working_day(day)
    reason = day_reason(day, calendar) if unit == "working" else "自然日"
    pause = next((span for span in pauses if span.covers(day)), None)
    if pause is not None:
        return CountedDay(day, None, "paused", pause.reason if would_count else f"{reason}；{pause.reason}")
    return CountedDay(day, number if would_count else None, "counted" if would_count else "off", reason)


def day_reason(day: date, calendar: Calendar) -> str:
    """Why a day counts or not: 工作日, 周末, 国庆节, 国庆节调休上班; “（暂定）” without notice."""
    if calendar.is_official(day):
        return _reason(day, calendar)
    return f"{_reason(day, calendar)}（暂定）"


def _reason(day: date, calendar: Calendar) -> str:
    name = calendar.names.get(day, "")
    if day in calendar.work:
        return f"{name}调休上班"
    if day in calendar.off:
        return name or "放假"
    if not calendar.is_working_day(day):
        return _statutory_name(day, calendar) or "周末"
    return "工作日"


def _statutory_name(day: date, calendar: Calendar) -> str:
    return "" if calendar.is_official(day) else statutory_days(day.year).get(day, "")
