"""Room timer: what the value of a timer's expression means: an instant, or a cycle of them; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.calendar import SHANGHAI, end_of, now
from models.identity import add_months
from models.working_days import Due
from processes.engine.expression import ExpressionError
from processes.engine.expression_values import Fault

MAX_TIMES = 30
# The years after it hold the marks of terms without an end (models/deadline.py).
LAST_YEAR = 9000
_PART = "([0-9]{1,5})"
_PERIOD = re.compile(
    rf"P(?=[0-9T])(?:{_PART}Y)?(?:{_PART}M)?(?:{_PART}W)?(?:{_PART}D)?"
    rf"(?:T(?=[0-9])(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?)?"
)
_TIMES = re.compile("[0-9]{1,5}")
_TERM = frozenset(("start_on", "length", "unit", "due_on", "provisional"))


def term(due: Due) -> dict[str, Any]:
    """A term as expressions see it: plain values under their names."""
    return asdict(due)


def is_term(value: object) -> bool:
    """Whether a value is a term in days, as working_days(…) makes it."""
    return isinstance(value, Mapping) and value.keys() >= _TERM


def every(times: object, each: object) -> dict[str, Any]:
    """For drawings: `times` terms one after the other, the k-th being k times as long from the same day."""
    if type(times) is not int or not 1 <= times <= MAX_TIMES:
        raise Fault(f"次数应为1至{MAX_TIMES}的整数")
    if not isinstance(each, Mapping) or not is_term(each):
        raise Fault("第二个参数应为 working_days(…) 或 calendar_days(…)")
    return {**each, "times": times}


def instant_of(value: object) -> datetime:
    """The UTC instant that a value means; a date is its 24:00 in Shanghai. Raises ExpressionError."""
    try:
        found = _instant_of(value)
    except OverflowError as error:
        raise _no_time(value) from error
    if found.year > LAST_YEAR:
        raise _no_time(value)
    return found


def _instant_of(value: object) -> datetime:
    if isinstance(value, Mapping) and is_term(value) and "times" not in value:
        return end_of(value["due_on"])
    if isinstance(value, timedelta):
        return now() + value
    if isinstance(value, str) and value.upper().startswith("P"):
        return later(now(), value)
    read = _written(value) if isinstance(value, str) else value
    if isinstance(read, datetime):
        return (read if read.tzinfo else read.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    if isinstance(read, date):
        return end_of(read)
    raise _no_time(value)


def later(instant: datetime, duration: str) -> datetime:
    """The instant an ISO duration later; months end on their last day where they have no such day.

    Raises ExpressionError.
    """
    found = _PERIOD.fullmatch(duration.upper())
    if found is None:
        raise _no_time(duration)
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    local = instant.astimezone(SHANGHAI)
    try:
        day = add_months(local.date(), 12 * years + months)
        moved = datetime.combine(day, local.timetz()).astimezone(UTC)
        return moved + timedelta(days, seconds, 0, 0, minutes, hours, weeks)
    except (ValueError, OverflowError) as error:
        raise _no_time(duration) from error


def cycle_of(value: object) -> dict[str, Any]:
    """A cycle as an armed event keeps it: how many times, and how long each is. Raises ExpressionError."""
    if isinstance(value, Mapping) and is_term(value) and "times" in value:
        return {**value, "start_on": value["start_on"].isoformat(), "due_on": value["due_on"].isoformat()}
    if isinstance(value, str) and value.upper().startswith("R") and "/" in value:
        times, period = value[1:].split("/", 1)
        if _TIMES.fullmatch(times) and 1 <= int(times) <= MAX_TIMES:
            later(now(), period)
            return {"times": int(times), "period": period}
    raise ExpressionError(f"“{value}”不是循环：请写 R3/P1D 或 every(3, working_days(1))，最多{MAX_TIMES}次。")


def _written(text: str) -> date | datetime:
    """A date written without a time is that day, to its end; not its first instant."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _no_time(text) from error


def _no_time(value: object) -> ExpressionError:
    shown = "空值" if value is None else f"“{str(value)[:60]}”"
    return ExpressionError(f"计时器的值{shown}不是日期或时长。")
