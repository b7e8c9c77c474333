"""Room board, forecast: which open steps will breach their term at the pace at which their step is done now.

Of the times (working days) that the same step took in the last PERIOD days, those count that are longer than what an
open one has taken already; the median of what they still took is what it is expected to take still. Where none took
so long, the step is beyond every example and counts as a breach. A step with fewer than LEAST examples is not forecast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from sqlalchemy import ColumnElement, and_, false, or_

from models.board import back, opening_of
from models.calendar import calendars, end_of, today
from models.case import CaseFile
from models.scheme import Scheme
from models.workflow import UserTask
from models.working_days import due_on, elapsed

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
    longer = Counter({days: count for days, count in times.items() if days > taken})
    return ceil(median_of(longer)) - taken if longer else NEVER


def median_of(times: Counter[int]) -> float:
    """The median of all examples; of an even number the mean of the two in the middle."""
    half, seen, lower = times.total() / 2, 0, None
    for days in sorted(times):
        seen += times[days]
        if lower is not None:
            return (lower + days) / 2
        if seen > half:
            return days
        if seen == half:
            lower = days
    raise ValueError("no examples")


def known(pace: Pace) -> dict[StepKey, Counter[int]]:
    """The steps with enough examples."""
    return {key: times for key, times in pace.items() if times.total() >= LEAST}


def will_breach(pace: Pace, within: int = HORIZON) -> ColumnElement[bool]:
    """Criterion: the term ends within that many working days, today included, and the step is expected to end later."""
    last = due_on(today(), within, calendars().of()).due_on
    coming = and_(UserTask.due_at > end_of(today() - timedelta(days=1)), UserTask.due_at <= end_of(last))
    parts = [
        and_(key.is_it, or_(*branches))
        for key, times in sorted(known(pace).items())
        if (branches := list(_branches(times, within)))
    ]
    return and_(coming, or_(*parts)) if parts else false()


def _branches(times: Counter[int], within: int) -> Iterator[ColumnElement[bool]]:
    """One range of arrival for each day of the horizon on which a term may end."""
    left_on = _days_by_left(within)
    lasts = {
        left: [taken for taken in range(max(times) + 1) if remaining(times, taken) > left] for left in left_on
    }
    for left, (first, last) in left_on.items():
        due = and_(UserTask.due_at > end_of(first - timedelta(days=1)), UserTask.due_at <= end_of(last))
        yield and_(due, or_(*(_arrived(a, b) for a, b in _runs(lasts[left], max(times)))))


def _days_by_left(within: int) -> dict[int, tuple[date, date]]:
    """Working days left → first and last calendar day on which a term ends that has so many left."""
    calendar, first, found = calendars().of(), today(), dict[int, tuple[date, date]]()
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


def _arrived(fewest: int, most: int | None) -> ColumnElement[bool]:
    """The step was opened so that between `fewest` and `most` working days have passed since."""
    calendar = calendars().of()
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


def expected_on(times: Counter[int], opened_on: date) -> date | None:
    """The day on which an open step is expected to be done; None beyond every example."""
    calendar = calendars().of()
    left = remaining(times, elapsed(opened_on, today(), calendar))
    return None if left >= NEVER else due_on(today(), left, calendar).due_on
