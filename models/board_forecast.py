"""Room board, forecast: which open steps will breach their term at the pace at which their step is done now.

Of the times (working days) that the same step took in the last PERIOD days, those count that are longer than what an
open one has taken already; the median of what they still took is what it is expected to take still. Where none took
so long, the step is beyond every example and counts as a breach. A step with fewer than LEAST examples is not forecast,
nor one whose clock has stood still: examples are net of pauses, and the days since it was opened are not. Days are those
of the calendar of the case's region, as in the examples; the median is that of the statistics (Days).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_

from models.board import back, opening_of, prefix_of
from models.calendar import calendars, end_of, today
from models.case import CaseFile
from models.deadline import Deadline
from models.pause import Pause
from models.scheme import Scheme
from models.statistics_days import Days
from models.workflow import UserTask
from models.working_days import Calendar, due_on, elapsed

PERIOD, LEAST, HORIZON, FARTHEST = 90, 5, 5, 20
# Beyond every example.
NEVER = 10**6


@dataclass(frozen=True, order=True)
class StepKey:
    """A step of a drawing; `process` tells apart what people start on drawings of their own."""

    scheme: str
    process: str
    element_id: str

    @property
    def is_it(self) -> ColumnElement[bool]:
        """Criterion: the open steps of that name; the case is joined."""
        same = and_(CaseFile.scheme == self.scheme, UserTask.element_id == self.element_id)
        is_drawn = self.scheme == Scheme.GENERAL
        return and_(same, CaseFile.process_key == self.process) if is_drawn else same


# Step → how often it took that many working days.
Pace = Mapping[StepKey, Counter[int]]


def remaining(times: Counter[int], taken: int) -> int:
    """Working days that a step still takes which has taken `taken`; NEVER beyond every example."""
    median = Days(Counter({days: count for days, count in times.items() if days > taken})).median
    return NEVER if median is None else median - taken


def expected_on(times: Counter[int], opened_on: date, calendar: Calendar) -> date | None:
    """The day on which a step opened then is expected to end; None beyond every example."""
    left = remaining(times, elapsed(opened_on, today(), calendar))
    return None if left == NEVER else due_on(today(), left, calendar).due_on


def known(pace: Pace) -> dict[StepKey, Counter[int]]:
    """The steps with enough examples."""
    return {key: times for key, times in pace.items() if times.total() >= LEAST}


def will_breach(pace: Pace, within: int = HORIZON) -> ColumnElement[bool]:
    """Criterion: the term ends within that many working days, today included, and the step is expected to end later.

    The clock is joined. Regions with days of their own are asked apart, the lowest first.
    """
    book, found, elsewhere = calendars(), [], list[ColumnElement[bool]]()
    for code in reversed(book.local_codes):
        is_here = Deadline.region_code.like(f"{prefix_of(code)}%")
        found.append(and_(is_here, *elsewhere, _breach(pace, within, book.of(code))))
        elsewhere.append(not_(is_here))
    found.append(and_(*elsewhere, _breach(pace, within, book.of())))
    stood = exists().where(Pause.deadline_id == UserTask.deadline_id, Pause.paused_on.is_not(None))
    return and_(or_(*found), ~stood)


def _breach(pace: Pace, within: int, calendar: Calendar) -> ColumnElement[bool]:
    last = due_on(today(), within, calendar).due_on
    coming = and_(UserTask.due_at > end_of(today() - timedelta(days=1)), UserTask.due_at <= end_of(last))
    parts = [
        and_(key.is_it, or_(*branches))
        for key, times in sorted(known(pace).items())
        if (branches := list(_branches(times, within, calendar)))
    ]
    return and_(coming, or_(*parts)) if parts else false()


def _branches(times: Counter[int], within: int, calendar: Calendar) -> Iterator[ColumnElement[bool]]:
    """One range of arrival for each day of the horizon on which a term may end."""
    left_on = _days_by_left(within, calendar)
    lasts = {
        left: [taken for taken in range(max(times) + 1) if remaining(times, taken) > left] for left in left_on
    }
    for left, (first, last) in left_on.items():
        due = and_(UserTask.due_at > end_of(first - timedelta(days=1)), UserTask.due_at <= end_of(last))
        arrived = [_arrived(a, b, calendar) for a, b in _runs(lasts[left], max(times))]
        yield and_(due, or_(*arrived))


def _days_by_left(within: int, calendar: Calendar) -> dict[int, tuple[date, date]]:
    """Working days left → first and last calendar day on which a term ends that has so many left."""
    first, found = today(), dict[int, tuple[date, date]]()
    for left in range(within + 1):
        following = due_on(today(), left + 1, calendar).due_on
        found[left], first = (first, following - timedelta(days=1)), following
    return found


def _runs(taken: list[int], most: int) -> Iterator[tuple[int, int | None]]:
    """Neighbours joined: (from, to) of days taken; the last run is open, for beyond `most` there is no example."""
    runs: list[list[int]] = []
    for days in [*taken, most + 1]:
        if runs and runs[-1][1] == days - 1:
            runs[-1][1] = days
        else:
            runs.append([days, days])
    for first, last in runs:
        yield first, None if last > most else last


def _arrived(fewest: int, most: int | None, calendar: Calendar) -> ColumnElement[bool]:
    """The step was opened so that between `fewest` and `most` working days have passed since."""
    # Fewer than n have passed since the days after back(n).
    before = (
        [] if fewest == 0 else [UserTask.created_at < opening_of(back(fewest, calendar) + timedelta(days=1))]
    )
    after = (
        []
        if most is None
        else [UserTask.created_at >= opening_of(back(most + 1, calendar) + timedelta(days=1))]
    )
    return and_(True, *before, *after)
