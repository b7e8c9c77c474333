"""Laws of a term: holidays, pauses, extensions and calendars in any order, and a million starts counted day by day."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.term import Span, explain, paused_days, term_due
from models.working_days import Calendar, calendar_days_due, due_on, elapsed, official_calendar
from tests.laws.test_working_days import EXAMPLES

OFFICIAL = official_calendar()
ONE = timedelta(days=1)
days = st.dates(date(2008, 1, 1), date(2026, 9, 30))
lengths = st.integers(1, 60)
units = st.sampled_from(["working", "calendar"])
MILLION = 1_000_000


@st.composite
def pauses(draw: st.DrawFn, start: date) -> list[Span]:
    """Pauses one after the other, each begun while the term runs or later."""
    bounds = sorted(draw(st.lists(st.integers(0, 90), max_size=6, unique=True)))
    found = [start + timedelta(days=each) for each in bounds]
    return [Span(a, b) for a, b in list(pairwise(found))[::2]]


@st.composite
def terms(draw: st.DrawFn) -> tuple[date, int, str, list[Span]]:
    """A start, a length, a unit, and what stood still."""
    start = draw(days)
    return start, draw(lengths), draw(units), draw(pauses(start))


def slow(start: date, n: int, unit: str, calendar: Calendar, paused: list[Span]) -> date:
    """The rule as it is written: one day after the other."""
    day = start
    while n:
        day += ONE
        counts = unit == "calendar" or calendar.is_working_day(day)
        n -= counts and not any(span.covers(day) for span in paused)
    return day


def with_days(calendar: Calendar, off: set[date] = frozenset(), work: set[date] = frozenset()) -> Calendar:
    """The calendar after a notice that names these days."""
    return Calendar(
        (calendar.off | off) - work, (calendar.work - off) | work, calendar.official_years, 2, calendar.names
    )


@given(terms())
def test_a_term_ends_where_counting_day_by_day_ends(term: tuple[date, int, str, list[Span]]) -> None:
    start, n, unit, paused = term
    found = term_due(start, n, unit, OFFICIAL, paused).due_on
    assert found == slow(start, n, unit, OFFICIAL, paused)
    lines = explain(start, n, unit, OFFICIAL, paused)
    assert (lines[-1].date, lines[-1].number, sum(line.counted for line in lines)) == (found, n, n)


@given(terms(), st.data())
def test_a_holiday_inside_a_running_count_moves_the_end_by_one_working_day(
    term: tuple[date, int, str, list[Span]], data: st.DataObject
) -> None:
    start, n, _unit, paused = term
    counted = [line.date for line in explain(start, n, "working", OFFICIAL, paused) if line.counted]
    holiday = data.draw(st.sampled_from(counted))
    before = term_due(start, n, "working", OFFICIAL, paused).due_on
    after = term_due(start, n, "working", with_days(OFFICIAL, off={holiday}), paused).due_on
    assert after == term_due(start, n + 1, "working", OFFICIAL, paused).due_on
    assert elapsed(before, after, OFFICIAL) - paused_days(before, after, "working", OFFICIAL, paused) == 1
    assert term_due(start, n, "calendar", with_days(OFFICIAL, off={holiday}), paused) == term_due(
        start, n, "calendar", OFFICIAL, paused
    )


@given(terms())
def test_pauses_add_up(term: tuple[date, int, str, list[Span]]) -> None:
    """The end is the plain one, moved by the days that stood still; in parts or in one piece is the same."""
    start, n, unit, paused = term
    due = term_due(start, n, unit, OFFICIAL, paused).due_on
    still = paused_days(start, due, unit, OFFICIAL, paused)
    assert still == sum(paused_days(start, due, unit, OFFICIAL, [span]) for span in paused)
    plain = calendar_days_due(start, n + still) if unit == "calendar" else due_on(start, n + still, OFFICIAL)
    assert due == plain.due_on
    middles = [span.from_on + (span.to_on - span.from_on) // 2 for span in paused if span.to_on]
    halves = [
        half
        for span, mid in zip(paused, middles, strict=True)
        for half in (Span(span.from_on, mid), Span(mid, span.to_on))
    ]
    assert term_due(start, n, unit, OFFICIAL, halves).due_on == due
    assert term_due(start, n, unit, OFFICIAL, [*paused, *paused]).due_on == due


@given(terms())
def test_elapsed_is_the_inverse_of_a_paused_term(term: tuple[date, int, str, list[Span]]) -> None:
    start, n, _unit, paused = term
    due = term_due(start, n, "working", OFFICIAL, paused).due_on
    assert elapsed(start, due, OFFICIAL) - paused_days(start, due, "working", OFFICIAL, paused) == n


@given(terms(), st.integers(1, 20), st.data())
def test_pauses_extension_and_calendar_in_any_order_give_one_answer(
    term: tuple[date, int, str, list[Span]], more: int, data: st.DataObject
) -> None:
    start, n, unit, paused = term
    off = data.draw(st.sets(st.dates(start, start + timedelta(days=90)), max_size=4))
    work = data.draw(st.sets(st.dates(start, start + timedelta(days=90)), max_size=4)) - off
    acts = [("pause", span) for span in paused] + [("extend", more), ("off", off), ("work", work)]
    ends = set()
    for order in (acts, data.draw(st.permutations(acts))):
        length, spans, calendar, due = n, [], OFFICIAL, None
        for name, value in order:
            if name == "pause":
                spans.append(value)
            elif name == "extend":
                length += value
            else:
                calendar = with_days(calendar, **{name: value})
            due = term_due(start, length, unit, calendar, spans).due_on
        ends.add(due)
    assert ends == {slow(start, n + more, unit, with_days(OFFICIAL, off, work), paused)}


def test_a_million_random_starts_agree_with_a_day_by_day_oracle() -> None:
    chance = random.Random(20261122)
    first = date(2007, 1, 1)
    calendar_days = [first + timedelta(days=k) for k in range(36 * 366)]
    working = [day for day in calendar_days if OFFICIAL.is_working_day(day)]
    later: list[int] = []  # how many working days are not after that day
    for day in calendar_days:
        later.append((later[-1] if later else 0) + OFFICIAL.is_working_day(day))
    starts = chance.choices(range(34 * 365), k=MILLION)
    numbers = chance.choices(range(1, 91), k=MILLION)
    wrong = [
        (calendar_days[k], n)
        for k, n in zip(starts, numbers, strict=True)
        if due_on(calendar_days[k], n, OFFICIAL).due_on != working[later[k] + n - 1]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2024-02-28", 1, "2024-02-29"),  # leap day
        ("2023-02-28", 1, "2023-03-01"),
        ("2024-02-28", 365, "2025-02-27"),
        ("2025-12-31", 1, "2026-01-01"),  # year end
    ],
)
def test_calendar_days_over_leap_day_and_year_end(start: str, n: int, end: str) -> None:
    due = term_due(date.fromisoformat(start), n, "calendar", OFFICIAL)
    assert due.due_on == date.fromisoformat(end)


SAME = """
from datetime import UTC, date, datetime
from models.calendar import end_of, local_date
from models.working_days import due_on, official_calendar
calendar = official_calendar()
for start, n in {examples!r}:
    due = due_on(date.fromisoformat(start), n, calendar).due_on
    print(due, end_of(due).isoformat())
for text in ("2026-03-02T15:59:59", "2026-03-02T16:00:00", "2024-02-28T16:00:00", "2026-12-31T15:59:59"):
    print(local_date(datetime.fromisoformat(text).replace(tzinfo=UTC)))
"""


def test_a_server_set_to_any_zone_gives_the_same_dates() -> None:
    """UTC, zones with and without daylight saving, and the two ends of the world."""
    script = SAME.format(examples=[(start, n) for start, n, _last in EXAMPLES])
    said = set()
    for zone in ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"):
        ran = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        )
        said.add(ran.stdout)
    (lines,) = [text.splitlines() for text in said]
    assert [line.split()[0] for line in lines] == [last for *_term, last in EXAMPLES] + [
        "2026-03-02",
        "2026-03-03",
        "2024-02-29",
        "2026-12-31",
    ]
    assert lines[0].split()[1] == "2026-05-12T16:00:00+00:00"
