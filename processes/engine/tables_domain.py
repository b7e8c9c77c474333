"""Room tables: a column's values fall into sections in which every condition of the column gives one answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from processes.engine.tables_kinds import Kind, Word, word_of

OTHER = "其他"
MISSING = "（空）"


@dataclass(frozen=True)
class Section:
    """One example of the values that belong together, and how to say it. `is_any`: nothing is known of them."""

    value: Any
    title: str
    is_any: bool = False


def sections(constants: Iterable[Any], kind: Kind) -> list[Section]:
    """The sections of a column whose conditions compare it with these constants."""
    known = {value for value in constants if value is not None}
    word = kind.word or next(iter(sorted({word_of(value) for value in known})), "")
    found = list(_BY_WORD[word]({value for value in known if word_of(value) == word}, kind))
    missing = [Section(None, MISSING)] if kind.can_be_missing and (known or None in constants) else []
    return [*found, *missing]


def _truths(_known: set[Any], _kind: Kind) -> Iterator[Section]:
    yield from (Section(True, "是"), Section(False, "否"))


def _texts(known: set[Any], _kind: Kind) -> Iterator[Section]:
    yield from (Section(text, text) for text in sorted(known))
    other = OTHER
    while other in known:
        other += "…"
    yield Section(other, other)


def _numbers(known: set[Any], kind: Kind) -> Iterator[Section]:
    points = sorted({Decimal(value) for value in known})
    if not points:
        yield Section(0, "", is_any=True)
        return
    samples = _whole(points) if kind.is_whole else _between(points)
    for value in samples:
        if kind.minimum is None or value >= kind.minimum:
            yield Section(int(value) if value == value.to_integral_value() else value, format(value, "f"))


def _between(points: list[Decimal]) -> Iterator[Decimal]:
    yield points[0].to_integral_value(ROUND_FLOOR) - 1
    for point, later in zip(points, [*points[1:], None], strict=True):
        yield point
        yield point.to_integral_value(ROUND_CEILING) + 1 if later is None else _inside(point, later)


def _inside(low: Decimal, high: Decimal) -> Decimal:
    """A short number between two others."""
    whole = low.to_integral_value(ROUND_FLOOR) + 1
    return whole if low < whole < high else (low + high) / 2


def _whole(points: list[Decimal]) -> Iterator[Decimal]:
    """Where only whole numbers exist there is nothing between 17 and 18."""
    yield points[0].to_integral_value(ROUND_CEILING) - 1
    for point, later in zip(points, [*points[1:], None], strict=True):
        if point == point.to_integral_value():
            yield point
        after = point.to_integral_value(ROUND_FLOOR) + 1
        if later is None or after < later:
            yield after


def _days(known: set[Any], _kind: Kind) -> Iterator[Section]:
    numbers = {Decimal(day.toordinal()) for day in known}
    if not numbers:
        yield Section(date(2026, 1, 1), "", is_any=True)
        return
    for value in _whole(sorted(numbers)):
        if timedelta.min.days < value and 1 <= value <= date.max.toordinal():
            day = date.fromordinal(int(value))
            yield Section(day, day.isoformat())


def _anything(_known: set[Any], _kind: Kind) -> Iterator[Section]:
    yield Section(None, "", is_any=True)


_BY_WORD: dict[Word, Any] = {
    "boolean": _truths,
    "text": _texts,
    "number": _numbers,
    "date": _days,
    "": _anything,
}
