"""Pure rules of the figures: periods, medians, classes of a distribution."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusal import Refusal
from models.statistics_days import Days, class_titles, percent
from models.statistics_period import Period, Preset, next_month, preset, typed

pytestmark = pytest.mark.once
TODAY = date(2026, 3, 11)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_median_and_p90_are_days_within_which_so_many_were_done(used: list[int]) -> None:
    days = Days(Counter(used))
    assert days.median == median_low(used)
    assert days.p90 is not None
    assert sum(one <= days.p90 for one in used) * 10 >= len(used) * 9
    assert sum(one < days.p90 for one in used) * 10 < len(used) * 9
    assert sum(days.classes()) == len(used) and len(class_titles()) == len(days.classes())
    assert days.total == sum(used)


def test_nothing_has_no_median_and_no_rate() -> None:
    assert Days().median is None
    assert percent(0, 0) is None
    assert percent(1, 3) == 33.3


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(0, 900), st.sets(st.integers(0, 30)))
def test_months_and_the_rest_are_the_period_and_nothing_twice(
    first: date, length: int, picked: set[int]
) -> None:
    period = Period(first, first + timedelta(days=length))
    whole = [month for month in period.months if period.whole(month)]
    months = {month for n, month in enumerate(whole) if n in picked}
    days = [part.first + timedelta(days=n) for part in period.without(months)
            for n in range((part.last - part.first).days + 1)]  # fmt: skip
    taken = [month + timedelta(days=n) for month in months for n in range((next_month(month) - month).days)]
    assert sorted(days + taken) == [first + timedelta(days=n) for n in range(length + 1)]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (Preset.THIS_MONTH, date(2026, 3, 1), TODAY),
        (Preset.LAST_MONTH, date(2026, 2, 1), date(2026, 2, 28)),
        (Preset.LAST_QUARTER, date(2025, 10, 1), date(2025, 12, 31)),
        (Preset.YEAR_BACK, date(2025, 4, 1), TODAY),
        (Preset.LAST_WEEK, date(2026, 3, 2), date(2026, 3, 8)),
        (Preset.LAST_YEAR, date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_periods_by_name(name: Preset, first: date, last: date) -> None:
    assert preset(name, TODAY) == Period(first, last)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("x", "2026-01-01", "from"),
        ("2026-01-01", "2026-13-01", "to"),
        ("2026-02-01", "2026-01-01", "to"),
        ("2026-04-01", "2026-05-01", "from"),
        ("2000-01-01", "2026-01-01", "to"),
        ("9999-12-31", "9999-12-31", "from"),
        ("1999-12-31", "2000-01-01", "from"),
    ],
)
def test_a_bad_period_is_refused_at_its_field(first: str, last: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        typed(first, last, TODAY)
    assert list(refused.value.errors) == [field]


def test_a_period_ends_today_at_the_latest() -> None:
    assert typed("2026-03-01", "2026-12-31", TODAY) == Period(date(2026, 3, 1), TODAY)
