"""Laws of the room calendar: the official days against the notices and two packages; the statutory days."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from models.working_days import CalendarRow, official_calendar, official_rows, statutory_days

OFFICIAL = official_calendar()
FIRST, LAST = date(2008, 1, 1), date(2026, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
# Spans of days off and make-up days, copied from the two newest notices.
NOTICES = {
    2025: (
        "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_every_official_day_agrees_with_two_independent_packages() -> None:
    china = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 1))
    for each in ALL_DAYS:
        ours = OFFICIAL.is_working_day(each)
        assert ours == chinese_calendar.is_workday(each) == china.is_working_day(each), each


@pytest.mark.parametrize("year", NOTICES)
def test_the_newest_notices_word_for_word(year: int) -> None:
    spans, make_up = NOTICES[year]
    off = set()
    for span in spans.split():
        first, last = (day(f"{year}-{end}") for end in span.split("/"))
        off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    assert off == {each for each in OFFICIAL.off if each.year == year}
    assert {day(f"{year}-{each}") for each in make_up.split()} == {d for d in OFFICIAL.work if d.year == year}
    assert sum(OFFICIAL.is_working_day(each) for each in ALL_DAYS if each.year == year) == 248


def test_rows_are_unique_sorted_and_name_their_notice() -> None:
    rows = official_rows()
    assert [row.day for row in rows] == sorted({row.day for row in rows})
    assert all(row.name and row.source for row in rows)
    assert all(row.day.weekday() >= 5 for row in rows if row.kind == "work")
    assert rows[-1] == CalendarRow(date(2026, 10, 10), "work", "国庆节", "国办发明电〔2025〕7号")
    assert OFFICIAL.official_years == frozenset(range(2008, 2027))


def test_a_december_day_names_the_notice_of_the_next_year() -> None:
    sources = {row.day: row.source for row in official_rows() if row.day.month == 12}
    assert sources[date(2018, 12, 31)] == "国务院办公厅关于2019年部分节假日安排的通知"
    assert {str(each.year + 1) in source for each, source in sources.items()} == {True}


@pytest.mark.parametrize("year", range(2027, 2041))
def test_statutory_days_of_the_provisional_years(year: int) -> None:
    listed = statutory_days(year)
    # 中秋 falls into the three days of 国庆 in 2028, 2031 and 2039.
    assert len(listed) == (12 if year in {2028, 2031, 2039} else 13)
    china = holidays.country_holidays("CN", years=year)
    assert all(each in china and not OFFICIAL.is_working_day(each) for each in listed)


def test_statutory_days_outside_the_table_and_in_2027() -> None:
    lunar = "2027-02-05 2027-02-06 2027-02-07 2027-02-08 2027-04-05 2027-06-09 2027-09-15"
    assert {day(each) for each in lunar.split()} <= set(statutory_days(2027))
    assert len(statutory_days(2041)) == 6
    assert not OFFICIAL.is_working_day(date(2041, 10, 2))
