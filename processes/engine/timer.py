"""Room timer: our timer event: any working-day expression, our clock, and no silent misreading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import EventDefinitionParser
from SpiffWorkflow.bpmn.serializer.default.event_definition import TimerConditionalEventDefinitionConverter
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG

from models.calendar import SHANGHAI, end_of, now
from models.working_days import Due
from processes.engine.expression import ExpressionError


def term(due: Due) -> dict[str, Any]:
    """A term as expressions see it: plain values under their names."""
    return asdict(due)


class Deadline(TimeDateEventDefinition):
    """A drawn timer. Armed once when entered; the host moves it by writing `event_value`."""

    def has_fired(self, my_task: Any) -> bool:
        """True from the due instant on; an interrupting one waits while its date is provisional."""
        data = my_task.internal_data
        if data.get("event_value") is None:
            self._arm(my_task)
        is_due = datetime.fromisoformat(data["event_value"]) <= now()
        if is_due and not (data.get("provisional") and my_task.task_spec.cancel_activity):
            my_task._set_internal_data(event_fired=True)
            # The engine resets these data when the event runs; the host needs them afterwards.
            my_task.workflow.script_engine.environment.fired[str(my_task.id)] = (
                my_task.task_spec.bpmn_id,
                dict(data),
            )
        return bool(data.get("event_fired", False))

    def _arm(self, my_task: Any) -> None:
        value = my_task.workflow.script_engine.evaluate(my_task, self.expression)
        facts: dict[str, Any] = {}
        if isinstance(value, Mapping):
            # The drawn length stays the length of the clause; only its end may have been moved.
            value = my_task.workflow.script_engine.environment.clocks(my_task.task_spec.bpmn_id, value)
            facts = {
                **value,
                "start_on": value["start_on"].isoformat(),
                "due_on": value["due_on"].isoformat(),
            }
        my_task._set_internal_data(event_value=_instant(value).isoformat(timespec="seconds"), **facts)


def _instant(value: object) -> datetime:
    """The UTC instant that an expression's value means. Raises ExpressionError."""
    if isinstance(value, Mapping):
        return end_of(value["due_on"])
    if isinstance(value, timedelta):
        return now() + value
    if isinstance(value, str) and value.upper().startswith("P"):
        parsed = TimeDateEventDefinition.parse_iso_duration(value)
        return now() + TimeDateEventDefinition.get_timedelta_from_start(parsed, now())
    try:
        parsed_value = _written(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ExpressionError(f"计时器的值“{value}”不是日期或时长。") from error
    if isinstance(parsed_value, datetime):
        aware = parsed_value if parsed_value.tzinfo else parsed_value.replace(tzinfo=SHANGHAI)
        return aware.astimezone(UTC)
    if isinstance(parsed_value, date):
        return end_of(parsed_value)
    raise ExpressionError(f"计时器的值“{value}”不是日期或时长。")


def _written(text: str) -> date | datetime:
    """A date written without a time is that day, to its end; not its first instant."""
    return date.fromisoformat(text) if len(text) == len("2026-01-31") else datetime.fromisoformat(text)


def _parse_timer_event(self: Any, event: Any) -> Deadline:
    name = self.node.get("name", self.node.get("id"))
    for tag in ("timeDate", "timeDuration"):
        found = self.xpath(f".//bpmn:{tag}")
        if found:
            text = (found[0].text or "").strip()
            return Deadline(name, text, description=self.get_event_description(event))
    raise ExpressionError("循环计时器（timeCycle）不能使用，请改用日期或工作日表达式。")


# The parser's only hook for timers is this method; both installs happen once, at import.
EventDefinitionParser.parse_timer_event = _parse_timer_event
CONFIG = {**SPIFF_CONFIG, Deadline: TimerConditionalEventDefinitionConverter}
