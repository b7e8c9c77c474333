"""Room calendar: pure arithmetic of working days, with make-up days (调休) and provisional years (暂定).

Dates are local dates of Asia/Shanghai (D-01). The event day is never counted and the last day ends at 24:00
(D-02, 民法典 201 and 203); an event on a day off begins to count on the next working day (D-03).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

DATA = Path(__file__).with_name("data")
SATURDAY = 5
ONE_DAY = timedelta(days=1)
# Statutory days that fall on the same date every year; the lunar ones are in data/statutory.json.
FIXED_STATUTORY = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}

Unit = Literal["working", "calendar"]


@dataclass(frozen=True)
class CalendarRow:
    """One day of a State Council notice: off (放假) or work (调休上班)."""

    day: date
    kind: Literal["off", "work"]
    name: str
    source: str


@dataclass(frozen=True)
class Calendar:
    """The days off and make-up working days in force; `official_years` are those with a published notice.

    A day is looked up by its date: the notice of one year may name days of the December before.
    """

    off: frozenset[date]
    work: frozenset[date]
    official_years: frozenset[int]
    version: int
    names: Mapping[date, str] = field(default_factory=dict, compare=False, repr=False)
    _years: dict[int, list[int]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def is_official(self, day: date) -> bool:
        """Whether the notice for the year of `day` is loaded."""
        return day.year in self.official_years

    def is_working_day(self, day: date) -> bool:
        """Whether `day` counts; without notice, weekends and the 13 statutory days do not (D-04)."""
        if day in self.work:
            return True
        if day in self.off or day.weekday() >= SATURDAY:
            return False
        return self.is_official(day) or day not in statutory_days(day.year)

    def working_ordinals(self, year: int) -> list[int]:
        """The working days of `year` as ascending proleptic ordinals; built once per calendar."""
        found = self._years.get(year)
        if found is None:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            found = [n for n in range(first, last + 1) if self.is_working_day(date.fromordinal(n))]
            self._years[year] = found
        return found


@dataclass(frozen=True)
class Due:
    """A term: `length` working or calendar days after `start_on`, ending at 24:00 of `due_on`."""

    start_on: date
    length: int
    unit: Unit
    due_on: date
    provisional: bool


class Light(StrEnum):
    """How a term stands today; derived, never stored."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Light:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    OVER = "over", "超期"
    TODAY = "today", "今日到期"
    SOON = "soon", "临近到期"
    OK = "ok", "正常"
    PAUSED = "paused", "暂停计时"
    NONE = "none", "无时限"

    def words(self, days: int = 0) -> str:
        """What is written beside the light; `days` as `remaining` returns them."""
        if self is Light.OVER:
            return f"超期 {-days} 日" if days else "超期不足 1 日"
        if self in (Light.SOON, Light.OK):
            return f"剩 {days} 日" if days else "即将到期"
        return self.label


def due_on(start: date, n: int, calendar: Calendar) -> Due:
    """The `n`-th working day after `start` (`n` = 0: `start` itself); ValueError below 0.

    Provisional when a day after `start` up to the last day lies in a year without notice (D-04).
    """
    position, year = _ordinal(start), start.year
    _check_length(n)
    if n == 0:
        return Due(start, 0, "working", start, False)
    days = calendar.working_ordinals(year)
    index = bisect_right(days, position) + n - 1
    while index >= len(days):
        index -= len(days)
        year += 1
        days = calendar.working_ordinals(year)
    first_year = date.fromordinal(position + 1).year
    is_known = all(passed in calendar.official_years for passed in range(first_year, year + 1))
    return Due(start, n, "working", date.fromordinal(days[index]), not is_known)


def calendar_days_due(start: date, n: int) -> Due:
    """The `n`-th calendar day after `start` (自然日); never provisional, never moved. ValueError below 0."""
    _check_length(n)
    return Due(start, n, "calendar", date.fromordinal(_ordinal(start) + n), False)


def elapsed(a: date, b: date, calendar: Calendar) -> int:
    """Working days in (a, b]; 0 when `b` is not after `a`."""
    first, last = _ordinal(a), _ordinal(b)
    if last <= first:
        return 0
    whole_years = sum(len(calendar.working_ordinals(year)) for year in range(a.year, b.year))
    return whole_years + _rank(last, b.year, calendar) - _rank(first, a.year, calendar)


def late_by(due: date, done: date, calendar: Calendar) -> int:
    """Working days by which `done` misses `due`; 0 in time, and 0 on days off right after `due`."""
    return elapsed(due, done, calendar)


def remaining(today: date, due: date, calendar: Calendar, unit: Unit = "working") -> int:
    """Days left: positive before `due`, 0 on it, negative after it.

    In working days today is not counted and `due` is. On a day off right after `due` the result is still 0
    although the term is over, and it is 0 before a `due` that is reached through days off only: whether a
    term is over is a comparison of dates (`light`), not the sign of this number.
    """
    if unit == "calendar":
        return _ordinal(due) - _ordinal(today)
    return elapsed(today, due, calendar) - elapsed(due, today, calendar)


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first working day after `day`."""
    return due_on(day, 1, calendar).due_on


def roll_forward(day: date, calendar: Calendar) -> date:
    """`day` if it is a working day, otherwise the first one after it (民法典 203)."""
    return day if calendar.is_working_day(day) else next_working_day(day, calendar)


def light(due: date | None, today: date, calendar: Calendar, warn: int = 2, unit: Unit = "working") -> Light:
    """The light of a term; SOON when `warn` days of `unit` or fewer are left, NONE without a term."""
    if due is None:
        return Light.NONE
    if due == today:
        return Light.TODAY
    if due < today:
        return Light.OVER
    return Light.SOON if remaining(today, due, calendar, unit) <= warn else Light.OK


def light_words(due: date | None, today: date, calendar: Calendar, unit: Unit = "working") -> str:
    """The light of a term in words: “超期 2 日”, “超期不足 1 日”, “今日到期”, “剩 3 日”, “无时限”."""
    days = 0 if due is None else remaining(today, due, calendar, unit)
    return light(due, today, calendar, unit=unit).words(days)


def _ordinal(day: date) -> int:
    if isinstance(day, datetime):
        raise TypeError("an instant has no date before it is converted to the local one (D-01)")
    return day.toordinal()


def _check_length(n: int) -> None:
    if n < 0:
        raise ValueError("a term cannot be shorter than 0 days")


def _rank(position: int, year: int, calendar: Calendar) -> int:
    return bisect_right(calendar.working_ordinals(year), position)


@cache
def statutory_days(year: int) -> Mapping[date, str]:
    """The 13 statutory days (全国年节及纪念日放假办法); outside the table only those of fixed date."""
    listed = _statutory_table().get(str(year))
    if listed is None:
        return {date(year, month, day): name for (month, day), name in FIXED_STATUTORY.items()}
    return {date.fromisoformat(day): name for day, name in listed.items()}


def are_statutory_days_known(year: int) -> bool:
    """Whether all statutory days of `year` are listed: from 2025 on, when the law names thirteen."""
    return str(year) in _statutory_table()


@cache
def _statutory_table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = json.loads((DATA / "statutory.json").read_text(encoding="utf-8"))
    return table


@cache
def official_rows() -> tuple[CalendarRow, ...]:
    """The days named in the State Council's notices for 2008 to 2026, in order of date."""
    rows = json.loads((DATA / "calendar.json").read_text(encoding="utf-8"))
    return tuple(
        CalendarRow(date.fromisoformat(row["date"]), row["kind"], row["name"], row["source"]) for row in rows
    )


def official_years() -> range:
    """The years whose notices are shipped."""
    rows = official_rows()
    return range(rows[0].day.year, rows[-1].day.year + 1)


@cache
def official_calendar() -> Calendar:
    """The calendar made of `official_rows`, as version 1: for pure rules without a database."""
    rows = official_rows()
    return Calendar(
        off=frozenset(row.day for row in rows if row.kind == "off"),
        work=frozenset(row.day for row in rows if row.kind == "work"),
        official_years=frozenset(official_years()),
        version=1,
        names={row.day: row.name for row in rows},
    )
