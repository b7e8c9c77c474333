"""Room statistics, period: from which day to which day figures are counted, and its whole months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.refusal import Refusal
from models.vocabulary import Labelled

_DAY = timedelta(days=1)
# What one figure may cover: a look-back of five years and the year that runs.
LONGEST = 6 * 366


class Preset(Labelled):
    """Periods that are asked for by name."""

    YEAR_BACK = "year_back", "近12个月"
    THIS_MONTH = "this_month", "本月"
    LAST_MONTH = "last_month", "上月"
    THIS_QUARTER = "this_quarter", "本季度"
    LAST_QUARTER = "last_quarter", "上季度"
    THIS_YEAR = "this_year", "本年"
    LAST_YEAR = "last_year", "上年"
    LAST_WEEK = "last_week", "上周"
    CUSTOM = "custom", "自选日期"


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last one included."""

    first: date
    last: date

    @property
    def words(self) -> str:
        """As people read it."""
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"

    @property
    def months(self) -> list[date]:
        """First days of the months that it touches."""
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            found.append(month)
            month = next_month(month)
        return found

    def whole(self, month: date) -> bool:
        """Whether every day of a month lies in it."""
        return self.first <= month and next_month(month) - _DAY <= self.last

    def without(self, months: set[date]) -> Iterator[Period]:
        """What is left of it when these whole months are taken out, as few stretches as there are."""
        start = self.first
        for month in sorted(months):
            if start < month:
                yield Period(start, month - _DAY)
            start = next_month(month)
        if start <= self.last:
            yield Period(start, self.last)


def next_month(month: date) -> date:
    """The first day of the month after that of `month`."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def back(month: date, months: int) -> date:
    """The first day of the month that lies so many months before."""
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def preset(name: Preset, today: date) -> Period:
    """The period of that name as it is today; one that still runs ends today."""
    month = today.replace(day=1)
    quarter = back(month, (month.month - 1) % 3)
    monday = today - timedelta(days=today.weekday())
    known = {
        Preset.YEAR_BACK: (back(month, 11), today),
        Preset.THIS_MONTH: (month, today),
        Preset.LAST_MONTH: (back(month, 1), month - _DAY),
        Preset.THIS_QUARTER: (quarter, today),
        Preset.LAST_QUARTER: (back(quarter, 3), quarter - _DAY),
        Preset.THIS_YEAR: (date(today.year, 1, 1), today),
        Preset.LAST_YEAR: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        Preset.LAST_WEEK: (monday - 7 * _DAY, monday - _DAY),
    }
    return Period(*known.get(name, known[Preset.YEAR_BACK]))


def typed(first: str, last: str, today: date) -> Period:
    """A period as somebody has typed it. Raises Refusal naming the field."""
    period = Period(_day(first, "from", "开始日期"), _day(last, "to", "结束日期"))
    if period.last < period.first:
        raise Refusal("结束日期不得早于开始日期。", "to")
    if period.first > today:
        raise Refusal("开始日期不得晚于今日。", "from")
    if (period.last - period.first).days >= LONGEST:
        raise Refusal("统计期间最长为六年。", "to")
    return Period(period.first, min(period.last, today))


def _day(text: str, name: str, label: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise Refusal(f"{label}应为有效日期，如 2026-03-02。", name) from error
    if not 2000 <= day.year <= 2100:
        raise Refusal(f"{label}应在 2000 年至 2100 年之间。", name)
    return day
