"""Room migration: puts the open places of a running token onto another version of its drawing.

The engine's own migration arms timers anew and loses what stands at joins. Here a new token is built: every
open place as it was, with its own identity, data and due instant, and what lies ahead as the new drawing says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from models.calendar import now
from processes.engine.carried_timer import carry, has_run_out
from processes.engine.definition import Definition
from processes.engine.environment import CaseEnvironment, GuardedEngine
from processes.engine.faults import EngineFault, engine_faults
from processes.engine.instance import Instance
from processes.engine.migration_check import Unfit, check_places
from processes.engine.placing import add, copy, empty_token, look_ahead, open_places, put_arrival
from processes.engine.serialization import dump, load
from processes.engine.timer import Cycle, Deadline


@dataclass(frozen=True)
class Running:
    """A token as it is stored, with the drawing on which it runs."""

    definition: Definition
    state: bytes
    passed: Mapping[str, int]


@dataclass(frozen=True)
class Way:
    """Where a token goes: the new drawing, steps by their new ids, and since when each open step is open."""

    definition: Definition
    steps: Mapping[str, str]
    # Engine id of an open step → the instant at which it was opened.
    since: Mapping[str, datetime]

    def new(self, name: str) -> str:
        """The id of a step, or of a helper of the engine beside it, in the new drawing."""
        head, dot, tail = name.partition(".Boundary")
        return self.steps.get(head, head) + dot + tail


def places(instance: Instance) -> frozenset[str]:
    """Where a token stands (processes/engine/marking.py). Raises Unfit when it stands between two steps."""
    return frozenset(name for name, _task in open_places(instance._workflow))


def migrate(running: Running, way: Way, asked: CaseEnvironment) -> Instance:
    """The token on the new drawing. Raises Unfit, in an official's words, where that would break or lose something.

    `asked` answers what the expressions of the new drawing ask. Nothing runs on, and nothing fires.
    """
    old = load(running.state, running.definition, GuardedEngine(asked))
    found = list(open_places(old))
    target = check_places(running.definition, way.definition, [name for name, _task in found], way.new)
    new = empty_token(way.definition, GuardedEngine(asked), old.data)
    root = new.task_tree
    unfit = None
    with engine_faults():
        unfit = _built(root, found, way)
    if unfit is not None:
        raise unfit
    passed: Counter[str] = Counter()
    for name, count in running.passed.items():
        passed[way.new(name)] += count
    instance = Instance(way.definition, load(dump(new), way.definition, GuardedEngine(asked)), passed)
    _check(instance, way, found, target)
    return instance


def _built(root: Any, found: list[tuple[str, Any]], way: Way) -> Unfit | None:
    """Put every place under the root. A reason is handed back: raised here it would be taken for the engine's."""
    try:
        for name, task in found:
            place(root, name, task, way)
    except Unfit as unfit:
        return unfit
    return None


def _check(instance: Instance, way: Way, found: list[tuple[str, Any]], target: frozenset[str]) -> None:
    """What has been built stands where it should, under the identities that the tables know."""
    ready = {(task.engine_id, task.element_id) for task in instance.ready()}
    wanted = {(str(task.id), way.new(name)) for name, task in found if task.state == TaskState.READY}
    if places(instance) != target or ready != wanted:
        raise EngineFault("迁移后的状态与方案不一致。")


def place(root: Any, name: str, task: Any, way: Way) -> None:
    """One open place of the old token, in the new one."""
    source, _, join = name.partition(">")
    if join:
        put_arrival(root, way.new(source), join, task.data)
    elif task.task_spec.manual:
        _place_step(root, task, way)
    else:
        event = copy(root, way.new(name), task)
        carry(task, event, None)
        look_ahead(event)


def _place_step(root: Any, task: Any, way: Way) -> None:
    """An open step with the events on its boundary; one that has fired already does not wait again."""
    name = way.new(task.task_spec.name)
    split = root.workflow.spec.task_specs.get(f"{name}.BoundaryEventSplit")
    if split is None:
        look_ahead(copy(root, name, task))
        return
    held = add(root, split.name, TaskState.COMPLETED, task.data)
    look_ahead(copy(held, name, task))
    known = list(_boundary(task))
    for spec in split.outputs:
        if isinstance(spec, BoundaryEvent):
            _place_event(held, spec.name, _counterpart(spec, known, way), task, way)


def _place_event(held: Any, name: str, known: Any, step: Any, way: Way) -> None:
    if known is not None and known.state != TaskState.WAITING:
        _end(copy(held, name, known))
        return
    since = way.since.get(str(step.id), now())
    event = copy(held, name, known) if known else add(held, name, TaskState.WAITING, step.data)
    carry(known, event, since)
    if has_run_out(event):
        _end(event)
    else:
        look_ahead(event)


def _end(event: Any) -> None:
    """It has fired already. Not “completed”: the engine would take that of an interrupting one for an interruption."""
    event._set_state(TaskState.CANCELLED)


def _boundary(step: Any) -> Iterator[Any]:
    if step.parent is not None and isinstance(step.parent.task_spec, BoundaryEventSplit):
        yield from (task for task in step.parent.children if isinstance(task.task_spec, BoundaryEvent))


def _counterpart(spec: Any, known: list[Any], way: Way) -> Any:
    """The event as it stood on the old step: the same id, or else the clock of the same key."""
    same = next((task for task in known if task.task_spec.name == spec.name), None)
    if same is not None:
        return same if _is_timer(same.task_spec) is _is_timer(spec) else None
    drawn = way.definition.drawing.timers.get(spec.name)
    clocks = [task for task in known if drawn and drawn.deadline and _key(task) == drawn.deadline]
    return clocks[0] if clocks else None


def _is_timer(spec: Any) -> bool:
    return isinstance(spec.event_definition, Deadline | Cycle)


def _key(task: Any) -> str:
    properties: Mapping[str, str] = (task.task_spec.extensions or {}).get("properties", {})
    return properties.get("deadline", "") if _is_timer(task.task_spec) else ""
