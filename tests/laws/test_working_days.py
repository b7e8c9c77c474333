"""Laws of the room calendar: the worked examples, and counting against a day-by-day oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.term import day_reason, explain
from models.working_days import (
    Calendar,
    Light,
    calendar_days_due,
    due_on,
    elapsed,
    late_by,
    light,
    light_words,
    next_working_day,
    official_calendar,
    remaining,
    roll_forward,
)

OFFICIAL = official_calendar()
# The official years and the provisional ones after them.
days = st.dates(date(2007, 6, 1), date(2042, 6, 30))
lengths = st.integers(0, 300)


def oracle(start: date, n: int) -> date:
    """domain rule 2: one day at a time."""
    day = start
    while n:
        day += timedelta(days=1)
        n -= OFFICIAL.is_working_day(day)
    return day


def day(text: str) -> date:
    return date.fromisoformat(text)


# (event, working days, last day): domain examples first, then the vectors of the peer study.
EXAMPLES = [
    ("2026-04-29", 7, "2026-05-12"),
    ("2026-05-03", 5, "2026-05-11"),
    ("2026-02-13", 3, "2026-02-25"),
    ("2026-09-18", 3, "2026-09-22"),
    ("2026-10-07", 7, "2026-10-15"),
    ("2025-09-26", 7, "2025-10-13"),
    ("2026-08-31", 7, "2026-09-09"),
    ("2025-01-20", 7, "2025-02-05"),
    ("2025-01-24", 5, "2025-02-07"),
    ("2025-04-25", 3, "2025-04-29"),
    ("2025-04-25", 7, "2025-05-08"),
    ("2025-09-25", 7, "2025-10-11"),
    ("2025-09-26", 10, "2025-10-16"),
    ("2025-09-30", 3, "2025-10-11"),
    ("2026-02-11", 7, "2026-02-27"),
    ("2026-02-13", 10, "2026-03-05"),
    ("2026-04-30", 7, "2026-05-13"),
    ("2026-09-18", 10, "2026-10-09"),
    # The package's find_workday(7, 2026-10-04) answers 2026-10-16.
    ("2026-10-04", 7, "2026-10-15"),
    # Make-up days that only the notice of the following year names.
    ("2018-12-28", 1, "2018-12-29"),
    ("2018-12-28", 2, "2019-01-02"),
]
COUNTED = {
    ("2026-04-29", 7): "04-30 05-06 05-07 05-08 05-09 05-11 05-12",
    ("2026-05-03", 5): "05-06 05-07 05-08 05-09 05-11",
    ("2026-02-13", 3): "02-14 02-24 02-25",
    ("2026-09-18", 3): "09-20 09-21 09-22",
    ("2026-10-07", 7): "10-08 10-09 10-10 10-12 10-13 10-14 10-15",
    ("2025-09-26", 7): "09-28 09-29 09-30 10-09 10-10 10-11 10-13",
    ("2026-08-31", 7): "09-01 09-02 09-03 09-04 09-07 09-08 09-09",
}


@pytest.mark.parametrize(("start", "n", "last"), EXAMPLES)
def test_examples(start: str, n: int, last: str) -> None:
    found = due_on(day(start), n, OFFICIAL)
    assert (found.due_on, found.provisional, found.unit, found.length) == (day(last), False, "working", n)
    assert oracle(day(start), n) == day(last)


@pytest.mark.parametrize(("start", "n"), COUNTED)
def test_the_days_that_the_examples_count(start: str, n: int) -> None:
    counted = [line for line in explain(day(start), n, "working", OFFICIAL) if line.counted]
    assert " ".join(f"{line.date:%m-%d}" for line in counted) == COUNTED[start, n]
    assert [line.number for line in counted] == list(range(1, n + 1))


@pytest.mark.parametrize(
    ("start", "n"),
    [("2026-12-04", 20), ("2026-12-18", 10), ("2026-12-23", 7), ("2026-12-25", 5), ("2026-12-29", 3)],
)
def test_a_term_that_reaches_the_unknown_year_is_provisional(start: str, n: int) -> None:
    assert due_on(day(start), n, OFFICIAL).provisional
    assert not due_on(day(start), n - 1, OFFICIAL).provisional


def test_provisional_looks_at_the_days_after_the_start_only() -> None:
    assert due_on(date(2007, 12, 31), 1, OFFICIAL).provisional is False
    assert due_on(date(2007, 12, 28), 2, OFFICIAL).provisional is True
    assert due_on(date(2026, 12, 31), 0, OFFICIAL).provisional is False
    assert due_on(date(2026, 12, 31), 1, OFFICIAL).provisional is True


def test_a_provisional_term_becomes_final_with_the_notice() -> None:
    # Until the notice of 2027 is loaded, the make-up Saturday below is taken for a weekend.
    saturday = date(2027, 1, 9)
    assert due_on(date(2026, 12, 28), 9, OFFICIAL).due_on == date(2027, 1, 11)
    loaded = Calendar(
        OFFICIAL.off | {date(2027, 1, 1)}, OFFICIAL.work | {saturday}, frozenset({2026, 2027}), 2
    )
    found = due_on(date(2026, 12, 28), 9, loaded)
    assert (found.due_on, found.provisional) == (saturday, False)


@given(days, lengths)
def test_due_is_what_the_oracle_counts(start: date, n: int) -> None:
    found = due_on(start, n, OFFICIAL)
    assert found.due_on == oracle(start, n)
    counted = [start + timedelta(days=k) for k in range(1, (found.due_on - start).days + 1)]
    assert found.provisional == any(not OFFICIAL.is_official(each) for each in counted)


@given(days, lengths)
def test_elapsed_is_the_inverse_of_due(start: date, n: int) -> None:
    assert elapsed(start, due_on(start, n, OFFICIAL).due_on, OFFICIAL) == n


@given(days, st.integers(1, 300))
def test_the_last_day_is_a_working_day_and_the_day_before_is_too_early(start: date, n: int) -> None:
    last = due_on(start, n, OFFICIAL).due_on
    assert OFFICIAL.is_working_day(last)
    assert elapsed(start, last - timedelta(days=1), OFFICIAL) == n - 1


@given(days, days, lengths)
def test_a_later_event_is_never_due_earlier(a: date, b: date, n: int) -> None:
    first, second = sorted((a, b))
    assert due_on(first, n, OFFICIAL).due_on <= due_on(second, n, OFFICIAL).due_on
    assert due_on(first, n, OFFICIAL).due_on < due_on(first, n + 1, OFFICIAL).due_on


@given(days, days, days)
def test_elapsed_adds_up(a: date, b: date, c: date) -> None:
    first, second, third = sorted((a, b, c))
    parts = elapsed(first, second, OFFICIAL) + elapsed(second, third, OFFICIAL)
    assert elapsed(first, third, OFFICIAL) == parts
    assert elapsed(third, first, OFFICIAL) == 0


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_terms_can_be_chained_on_working_days(start: date, n: int, m: int) -> None:
    halfway = due_on(start, n, OFFICIAL).due_on
    assert due_on(halfway, m, OFFICIAL).due_on == due_on(start, n + m, OFFICIAL).due_on


@given(days, days)
def test_remaining_and_late_by_mirror_each_other(today: date, due: date) -> None:
    assert remaining(today, due, OFFICIAL) == -remaining(due, today, OFFICIAL)
    assert late_by(due, today, OFFICIAL) == max(0, -remaining(today, due, OFFICIAL))
    assert remaining(today, due, OFFICIAL, "calendar") == (due - today).days


@given(days, st.integers(0, 40))
def test_the_explanation_tells_every_day_once(start: date, n: int) -> None:
    lines = explain(start, n, "working", OFFICIAL)
    last = due_on(start, n, OFFICIAL).due_on
    assert [line.date for line in lines] == [
        start + timedelta(days=k) for k in range((last - start).days + 1)
    ]
    assert [line.number for line in lines if line.counted] == list(range(1, n + 1))
    assert all(line.number is None for line in lines if not line.counted)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-10-05", "国庆节"),
        ("2026-10-04", "国庆节"),
        ("2026-10-10", "国庆节调休上班"),
        ("2026-10-17", "周末"),
        ("2026-10-19", "工作日"),
        ("2027-02-05", "春节（暂定）"),
        ("2027-01-04", "工作日（暂定）"),
        ("2027-01-09", "周末（暂定）"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert day_reason(day(text), OFFICIAL) == reason


@pytest.mark.parametrize(
    ("today", "due", "shown", "words"),
    [
        ("2026-10-08", "2026-10-08", Light.TODAY, "今日到期"),
        ("2026-10-13", "2026-10-09", Light.OVER, "超期 3 日"),  # 10 October is a make-up Saturday
        ("2026-08-29", "2026-08-28", Light.OVER, "超期不足 1 日"),  # the Saturday after the term
        ("2026-08-31", "2026-08-28", Light.OVER, "超期 1 日"),
        ("2026-08-26", "2026-08-28", Light.SOON, "剩 2 日"),
        ("2026-08-25", "2026-08-28", Light.OK, "剩 3 日"),
        ("2026-09-29", "2026-10-08", Light.SOON, "剩 2 日"),
    ],
)
def test_lights(today: str, due: str, shown: Light, words: str) -> None:
    assert light(day(due), day(today), OFFICIAL) is shown
    assert light_words(day(due), day(today), OFFICIAL) == words


def test_a_light_without_a_term_and_in_calendar_days() -> None:
    today = date(2026, 8, 28)
    assert (light(None, today, OFFICIAL), light_words(None, today, OFFICIAL)) == (Light.NONE, "无时限")
    sunday = date(2026, 8, 30)
    assert light_words(sunday, today, OFFICIAL, "calendar") == "剩 2 日"
    assert light_words(sunday, today, OFFICIAL) == "即将到期"
    assert light(date(2026, 8, 31), today, OFFICIAL, unit="calendar") is Light.OK
    assert light(date(2026, 8, 31), today, OFFICIAL, warn=0) is Light.OK


@given(days, days, st.integers(0, 10))
def test_the_light_follows_the_dates(today: date, due: date, warn: int) -> None:
    shown = light(due, today, OFFICIAL, warn)
    assert (shown is Light.OVER, shown is Light.TODAY) == (today > due, today == due)


def test_neighbours() -> None:
    assert next_working_day(date(2026, 9, 30), OFFICIAL) == date(2026, 10, 8)
    assert roll_forward(date(2026, 10, 3), OFFICIAL) == date(2026, 10, 8)
    assert roll_forward(date(2026, 10, 10), OFFICIAL) == date(2026, 10, 10)
    found = calendar_days_due(date(2026, 12, 1), 60)
    assert (found.due_on, found.unit, found.provisional) == (date(2027, 1, 30), "calendar", False)


def test_impossible_questions_are_errors() -> None:
    event = date(2026, 1, 5)
    with pytest.raises(ValueError, match="shorter"):
        due_on(event, -1, OFFICIAL)
    with pytest.raises(ValueError, match="shorter"):
        calendar_days_due(event, -1)
    with pytest.raises(TypeError, match="instant"):
        due_on(datetime(2026, 1, 1, tzinfo=UTC), 1, OFFICIAL)
