"""Room timer: our timer events: any working-day expression, our clock, and no silent misreading.

An event fires only when the host names it (`environment.firing`): so due ones go one by one, in due order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.parser.event_parsers import EventDefinitionParser
from SpiffWorkflow.bpmn.serializer.default.event_definition import TimerConditionalEventDefinitionConverter
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import (
    CycleTimerEventDefinition,
    TimeDateEventDefinition,
)
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG

from models.calendar import end_of, now
from models.deadline import NO_DEADLINE
from models.refusal import Refusal
from processes.engine.expression import ExpressionError
from processes.engine.timer_value import cycle_of, instant_of, later

__all__ = ["CONFIG", "Cycle", "Deadline", "element_of", "moves_on", "timer_of"]


class Deadline(TimeDateEventDefinition):
    """A drawn timer that fires once. Armed when entered; the host moves it by writing `event_value`."""

    def has_fired(self, my_task: Any) -> bool:
        """Whether the host has let it fire, or did before."""
        _arm(my_task, self, _term)
        if _is_let(my_task):
            _note_fired(my_task, self)
            my_task._set_internal_data(event_fired=True)
        return bool(my_task.internal_data.get("event_fired"))


class Cycle(CycleTimerEventDefinition):
    """A drawn timer that fires a number of times beside its step, each time on its own date."""

    def has_fired(self, my_task: Any) -> bool:
        """Whether it has fired for the last time; the engine then ends the event."""
        _arm(my_task, self, _cycle)
        return my_task.internal_data.get("times") == 0

    def cycle_complete(self, my_task: Any) -> bool:
        """Whether the path behind the event begins once more; arms the next time."""
        if not _is_let(my_task):
            return False
        _note_fired(my_task, self)
        data = my_task.internal_data
        done = data.get("done", 0) + 1
        my_task._set_internal_data(done=done, times=data["times"] - 1)
        if data["times"]:
            next_at = _next(my_task, data, done)
            my_task._set_internal_data(event_value=next_at.isoformat(timespec="seconds"))
        return True


def timer_of(my_task: Any) -> Deadline | Cycle | None:
    """The timer for which a task waits: its own, or the one behind its gateway."""
    definition = my_task.task_spec.event_definition
    found = definition.event_definitions if isinstance(definition, MultipleEventDefinition) else [definition]
    return next((one for one in found if isinstance(one, Deadline | Cycle)), None)


def element_of(my_task: Any, definition: Any) -> str:
    """The id of the drawn timer; behind a gateway it is not the id of the waiting task."""
    is_gateway = isinstance(my_task.task_spec.event_definition, MultipleEventDefinition)
    return str(definition.name if is_gateway else my_task.task_spec.bpmn_id)


def events_of(my_task: Any) -> list[Any]:
    """What a task waits for: itself, or the events behind its gateway."""
    is_gateway = isinstance(my_task.task_spec.event_definition, MultipleEventDefinition)
    return list(my_task.task_spec.outputs) if is_gateway else [my_task.task_spec]


def moves_on(my_task: Any) -> bool:
    """Whether the token goes on when it fires; only a non-interrupting event leaves it where it is."""
    return bool(getattr(my_task.task_spec, "cancel_activity", True))


def _is_let(my_task: Any) -> bool:
    return bool(my_task.workflow.script_engine.environment.firing == str(my_task.id))


def _note_fired(my_task: Any, definition: Any) -> None:
    """The engine resets an event's data when it runs; the host needs them afterwards."""
    asked = my_task.workflow.script_engine.environment
    asked.firing = ""
    asked.fired.append((str(my_task.id), element_of(my_task, definition), dict(my_task.internal_data)))


def _arm(my_task: Any, definition: Any, read: Any) -> None:
    """Evaluate once, when entered. What has no time yet waits for it, visibly, and is asked at every knock:
    the person who happened to complete the step before is not to blame for it."""
    data = my_task.internal_data
    if data.get("event_value") is not None and not data.get("fault"):
        return
    try:
        armed = read(my_task, definition, _evaluated(my_task, definition.expression))
    except (ExpressionError, Refusal) as error:
        armed = {"event_value": NO_DEADLINE.isoformat(), "fault": error.message}
    my_task._set_internal_data(**{"fault": "", **armed})


def _evaluated(my_task: Any, expression: str) -> Any:
    try:
        return my_task.workflow.script_engine.evaluate(my_task, expression)
    except WorkflowTaskException as error:
        # The engine wraps whatever was raised; a fault of the program must stay one.
        if isinstance(error.__context__, ExpressionError | Refusal):
            raise error.__context__ from error
        raise


def _term(my_task: Any, definition: Any, value: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    instant = instant_of(value)
    if isinstance(value, Mapping):
        # The drawn length stays the length of the clause; only its end may have been moved.
        value = my_task.workflow.script_engine.environment.clocks(element_of(my_task, definition), value)
        facts = {
            **value,
            "start_on": value["start_on"].isoformat(),
            "due_on": value["due_on"].isoformat(),
        }
        instant = end_of(value["due_on"])
    return {"event_value": instant.isoformat(timespec="seconds"), **facts}


def _cycle(my_task: Any, _definition: Any, value: Any) -> dict[str, Any]:
    cycle = cycle_of(value)
    return {**cycle, "event_value": _next(my_task, cycle, 0).isoformat(timespec="seconds")}


def _next(my_task: Any, cycle: Mapping[str, Any], done: int) -> datetime:
    """When the cycle fires next; days are counted from its start, periods from one time to the next."""
    if "period" in cycle:
        return later(datetime.fromisoformat(cycle["event_value"]) if done else now(), cycle["period"])
    count = my_task.workflow.script_engine.environment.functions[f"{cycle['unit']}_days"]
    start_on = date.fromisoformat(cycle["start_on"])
    return end_of(count(cycle["length"] * (done + 1), start_on)["due_on"])


def _parse_timer_event(self: Any, event: Any) -> Deadline | Cycle:
    # By its id, which is unique: behind a gateway nothing else tells which event a definition belongs to.
    name = self.node.get("id")
    for tag, made in (("timeDate", Deadline), ("timeDuration", Deadline), ("timeCycle", Cycle)):
        found = self.xpath(f".//bpmn:{tag}")
        if found:
            text = (found[0].text or "").strip()
            return made(name, text, description=self.get_event_description(event))
    raise ExpressionError("计时器没有写明日期或时长。")


# The parser's only hook for timers is this method; both installs happen once, at import.
EventDefinitionParser.parse_timer_event = _parse_timer_event
_CONVERTER = TimerConditionalEventDefinitionConverter
CONFIG = {**SPIFF_CONFIG, Deadline: _CONVERTER, Cycle: _CONVERTER}
