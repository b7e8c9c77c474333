"""Engine room: the pure functions that every expression may call; each refuses what it is not made for."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from processes.engine.expression_values import (
    ADD,
    EXACT,
    GREATER,
    LESS,
    Fault,
    bounded,
    items_of,
    kind,
    number_of,
    ordered,
)

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_NUMBER = re.compile(r"[+-]?[0-9]{1,19}(\.[0-9]{1,20})?")


def _len(value: object) -> int:
    if isinstance(value, str | list | tuple | set | frozenset | Mapping):
        return len(value)
    raise Fault(f"需要文本、列表或字典，得到的是{kind(value)}")


def _min(*values: object) -> object:
    return ordered(_listed(values), LESS)


def _max(*values: object) -> object:
    return ordered(_listed(values), GREATER)


def _listed(values: tuple[object, ...]) -> list[Any]:
    return items_of(values[0] if len(values) == 1 else values)


def _abs(x: object) -> int | Decimal:
    number = number_of(x)
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def _round_to(x: object, places: object = 0) -> Decimal:
    if type(places) is not int or not 0 <= places <= 10:
        raise Fault("小数位数须为 0 至 10 的整数")
    exact = Decimal(number_of(x))
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)


def _any_of(values: object) -> bool:
    return any(items_of(values))


def _all_of(values: object) -> bool:
    return all(items_of(values))


def _sum_of(values: object) -> int | Decimal:
    total: int | Decimal = 0
    for item in items_of(values):
        total = ADD(total, number_of(item))
    return total


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Fault(f"日期“{value}”不存在") from error
    raise Fault("日期须写成“2026-05-12”的样子")


def _days_between(a: object, b: object) -> int:
    return (_date(b) - _date(a)).days


def _number(x: object) -> int | Decimal:
    if not isinstance(x, str):
        return number_of(x)
    written = unicodedata.normalize("NFKC", x[:100]).strip()
    if not _WRITTEN_NUMBER.fullmatch(written):
        raise Fault("文本不是数字")
    number = Decimal(written) if "." in written else int(written)
    return number_of(bounded(number))


def _text(x: object) -> str:
    if isinstance(x, date):
        return x.isoformat()
    if x is None or isinstance(x, bool):
        return {True: "是", False: "否", None: ""}[x]
    if isinstance(x, str):
        return x
    number = number_of(x)
    if isinstance(number, Decimal) and number.adjusted() < -50:
        raise Fault("小数位数过多")
    return format(number, "f") if isinstance(number, Decimal) else str(number)


FUNCTIONS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "len": _len,  # of a text, list or dictionary
        "min": _min,  # of a list or of the arguments
        "max": _max,
        "abs": _abs,
        "round_to": _round_to,  # half up (四舍五入), 0 to 10 decimal places
        "any_of": _any_of,
        "all_of": _all_of,
        "sum_of": _sum_of,
        "date": _date,  # an ISO date text as a date
        "days_between": _days_between,  # calendar days from a to b, negative if b is earlier
        "text": _text,
        "number": _number,  # a text of digits, also full-width ones, as a number
    }
)
