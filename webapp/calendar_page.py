"""Room calendar, the reader's side: a year as twelve pictures of months, each day with sign and words."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.term import day_reason
from models.working_days import SATURDAY, Calendar, are_statutory_days_known, statutory_days

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Day:
    """One cell: `mark` is its class, `sign` the character beside the number, `words` what is read out."""

    date: date
    mark: str
    sign: str
    words: str


@dataclass(frozen=True)
class Month:
    """One month: weeks from Monday, None outside of it."""

    number: int
    weeks: list[list[Day | None]]
    working_days: int


@dataclass(frozen=True)
class Year:
    """A year by one calendar."""

    number: int
    months: list[Month]
    is_official: bool
    working_days: int
    off_days: int
    make_up_days: int


def year_of(number: int, calendar: Calendar) -> Year:
    """The picture of a year."""
    months = [_month(number, month, calendar) for month in range(1, 13)]
    return Year(
        number=number,
        months=months,
        is_official=number in calendar.official_years,
        working_days=sum(month.working_days for month in months),
        off_days=sum(day.year == number for day in calendar.off),
        make_up_days=sum(day.year == number for day in calendar.work),
    )


def _month(year: int, month: int, calendar: Calendar) -> Month:
    weeks = [
        [_day(day, calendar) if day.month == month else None for day in week]
        for week in Weeks().monthdatescalendar(year, month)
    ]
    days = [day for week in weeks for day in week if day is not None]
    return Month(month, weeks, sum(calendar.is_working_day(day.date) for day in days))


def _day(day: date, calendar: Calendar) -> Day:
    mark, sign = next(_marks(day, calendar))
    words = day_reason(day, calendar)
    if mark == "statutory" and day in calendar.off:
        words += "（法定节假日）"
    return Day(day, mark, sign, words)


def _marks(day: date, calendar: Calendar) -> Iterator[tuple[str, str]]:
    if day in calendar.work:
        yield "work", "班"
    if are_statutory_days_known(day.year) and day in statutory_days(day.year):
        yield "statutory", "法"
    if day in calendar.off:
        yield "off", "休"
    yield ("weekend" if day.weekday() >= SATURDAY else "plain"), ""
