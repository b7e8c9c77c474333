"""Room migration: a timer that waits goes on waiting on a new drawing: its start stays, its length may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from models.calendar import end_of, fixed_at, now
from processes.engine.armed import due_at
from processes.engine.expression import ExpressionError
from processes.engine.migration_check import Unfit
from processes.engine.timer import Cycle, element_of, timer_of
from processes.engine.timer_value import instant_of

_LONG_AGO = timedelta(days=400)


def carry(known: Any, event: Any, since: datetime | None) -> None:
    """Arm the timer of an event on the new drawing as its counterpart `known` was armed; the others need nothing.

    `since`: when the step was opened, from which a timer without counterpart counts. Raises Unfit.
    """
    timer = timer_of(event)
    if timer is None:
        return
    old = timer_of(known) if known is not None else None
    if old is not None and type(old) is type(timer) and old.expression == timer.expression:
        return
    data = dict(event.internal_data) if old is not None else {}
    event.internal_data = {}
    _arm(event, timer, since, is_known=bool(data))
    if data.get("fault") or not data:
        return
    if isinstance(timer, Cycle):
        _go_on(event, data)
    elif "start_on" in data and "start_on" in event.internal_data:
        _count_from(event, date.fromisoformat(data["start_on"]))
    elif "start_on" not in event.internal_data:
        _shift(event, old, timer, data)


def has_run_out(event: Any) -> bool:
    """A cycle that has already fired as often as the new drawing says."""
    return bool(event.internal_data.get("times", 1) <= 0)


def _arm(event: Any, timer: Any, since: datetime | None, is_known: bool) -> None:
    """Evaluate as on the day on which the step was opened, never from today."""
    with fixed_at(since or now()):
        timer.has_fired(event)
    fault = event.internal_data.get("fault")
    if fault and is_known:
        raise Unfit(f"新版本的计时器“{element_of(event, timer)}”暂不能计算：{fault}")
    if since is None and not is_known and _depends_on_today(event, timer):
        raise Unfit("新版本在正在等待的环节上增加了从进入时起算的计时器，进入时间没有记录。")


def _depends_on_today(event: Any, timer: Any) -> bool:
    first = event.internal_data["event_value"]
    event.internal_data = {}
    with fixed_at(now() - _LONG_AGO):
        timer.has_fired(event)
    return bool(event.internal_data["event_value"] != first)


def _count_from(event: Any, start_on: date) -> None:
    """The new length from the old start."""
    data, asked = event.internal_data, event.workflow.script_engine.environment
    value = asked.functions[f"{data['unit']}_days"](data["length"], start_on)
    value = asked.clocks(element_of(event, timer_of(event)), value)
    data.update(
        value,
        start_on=start_on.isoformat(),
        due_on=value["due_on"].isoformat(),
        event_value=end_of(value["due_on"]).isoformat(timespec="seconds"),
    )


def _shift(event: Any, old: Any, timer: Any, data: Mapping[str, Any]) -> None:
    """By as much as the new expression says later, or earlier, than the old one."""
    asked = event.workflow.script_engine.environment
    try:
        was, is_now = (instant_of(asked.evaluate(one.expression, event.data)) for one in (old, timer))
    except ExpressionError as error:
        raise Unfit(f"计时器“{element_of(event, timer)}”暂不能计算：{error.message}") from error
    moved = due_at(data) + (is_now - was)
    event.internal_data["event_value"] = moved.isoformat(timespec="seconds")


def _go_on(event: Any, data: Mapping[str, Any]) -> None:
    """A cycle goes on where it is: what has fired counts, and the next time follows from its start."""
    done, armed = data.get("done", 0), event.internal_data
    armed["times"] = armed["times"] - done
    armed["done"] = done
    if "period" in armed:
        armed["event_value"] = data.get("event_value", armed["event_value"])
    elif "start_on" in data:
        asked = event.workflow.script_engine.environment
        count = asked.functions[f"{armed['unit']}_days"]
        armed["start_on"] = data["start_on"]
        ends = count(armed["length"] * (done + 1), date.fromisoformat(data["start_on"]))
        armed["event_value"] = end_of(ends["due_on"]).isoformat(timespec="seconds")
