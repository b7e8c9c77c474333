"""Room relocation: the open places of a token as the engine keeps them, and how one is put into a new token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine.definition import Definition
from processes.engine.migration_check import Unfit

_AHEAD = TaskState.NOT_FINISHED_MASK


def empty_token(definition: Definition, engine: Any, data: Mapping[str, Any]) -> Any:
    """A token of a drawing that stands nowhere yet: under its finished root places are put."""
    spec, subs = definition.specs
    workflow = BpmnWorkflow(spec, subs, script_engine=engine)
    workflow.task_tree._drop_children(force=True)
    workflow.task_tree._set_state(TaskState.COMPLETED)
    workflow.data = dict(data)
    return workflow


def open_places(workflow: Any) -> Iterator[tuple[str, Any]]:
    """Every open place with its task; of a branch that has arrived at a join, the task it came from."""
    for task in list(workflow.tasks.values()):
        spec = task.task_spec
        is_between = task.state == TaskState.READY and not spec.manual
        if is_between or task.has_state(TaskState.STARTED | TaskState.ERROR):
            raise Unfit("流程停在自动环节，请先由系统管理员处理。")
        if task.state == TaskState.READY or (task.state == TaskState.WAITING and _is_catch(spec)):
            yield spec.name, task
        elif task.state == TaskState.WAITING and isinstance(spec, ParallelGateway):
            yield from _arrivals(workflow, task)


def _is_catch(spec: Any) -> bool:
    return isinstance(spec, CatchingEvent) and not isinstance(spec, BoundaryEvent)


def _arrivals(workflow: Any, join: Any) -> Iterator[tuple[str, Any]]:
    """The branches that have arrived at a join, as the engine itself counts them."""
    spec, seen = join.task_spec, set()
    for task in workflow.tasks.values():
        source = task.parent
        if task.task_spec is not spec or source is None or source.state != TaskState.COMPLETED:
            continue
        is_earlier = task is not join and (join.is_descendant_of(task) or task.is_descendant_of(join))
        if source.task_spec in spec.inputs and not is_earlier and source.task_spec.name not in seen:
            seen.add(source.task_spec.name)
            yield f"{source.task_spec.name}>{spec.name}", source


def put_arrival(root: Any, source: str, join: str, data: Mapping[str, Any]) -> None:
    """The branch as finished; the last of the arrivals waits for the others, as the engine has it."""
    workflow = root.workflow
    came = add(root, source, TaskState.COMPLETED, data)
    for other in list(workflow.tasks.values()):
        if other.task_spec.name == join and other.state == TaskState.WAITING:
            other._set_state(TaskState.CANCELLED)
            other._drop_children()
    look_ahead(add(came, join, TaskState.WAITING, {}))


def copy(parent: Any, name: str, task: Any) -> Any:
    """The same task, with its identity, on the new spec."""
    made = add(parent, name, task.state, task.data, task.id)
    made.internal_data = dict(task.internal_data)
    return made


def add(parent: Any, name: str, state: int, data: Mapping[str, Any], task_id: Any = None) -> Any:
    """A task of that spec; a new one without `task_id`."""
    workflow = parent.workflow
    made = Task(workflow, workflow.spec.task_specs[name], parent, state=state, id=task_id)
    made.thread_id = parent.thread_id
    made.data = dict(data)
    return made


def look_ahead(task: Any) -> None:
    """What lies ahead of a task, as the drawing says."""
    task.task_spec._predict(task, mask=_AHEAD)
