"""Room instance: one running token: restore, complete, send, fire, save. Knows no table and no case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from models.refusal import Conflict
from processes.engine.compaction import compact
from processes.engine.definition import Definition
from processes.engine.environment import CaseEnvironment, GuardedEngine
from processes.engine.serialization import dump, load
from processes.engine.timer import Deadline

MAX_STEPS = 400


class EngineFault(RuntimeError):  # noqa: N818  a fault of the drawing, not of the program
    """The engine could not go on; the instance in memory must be thrown away."""


@dataclass(frozen=True)
class ReadyTask:
    """A step that waits for a person."""

    engine_id: str
    element_id: str


@dataclass(frozen=True)
class ArmedTimer:
    """A drawn timer that waits; the term is present when its expression was one in days."""

    engine_id: str
    element_id: str
    due_at: datetime
    is_held: bool
    start_on: date | None
    length: int
    unit: str


class Instance:
    """The token of one case on one definition."""

    def __init__(self, definition: Definition, workflow: Any, passed: Mapping[str, int]) -> None:
        self.definition = definition
        self._workflow = workflow
        self.passed: Counter[str] = Counter(passed)
        self._steps = 0

    @classmethod
    def start(cls, definition: Definition, asked: CaseEnvironment, data: Mapping[str, Any]) -> Instance:
        """A new token, run to its first waiting steps."""
        spec, subs = definition.specs
        workflow = BpmnWorkflow(spec, subs, script_engine=GuardedEngine(asked))
        workflow.data.update(data)
        instance = cls(definition, workflow, {})
        instance.run()
        return instance

    @classmethod
    def restore(
        cls,
        definition: Definition,
        state: bytes,
        passed: Mapping[str, int],
        asked: CaseEnvironment,
    ) -> Instance:
        """The token from its stored state; `asked` answers what its expressions ask."""
        return cls(definition, load(state, definition, GuardedEngine(asked)), passed)

    def dump(self) -> bytes:
        """The state to store, after folding finished history."""
        compact(self._workflow)
        return dump(self._workflow)

    @property
    def is_finished(self) -> bool:
        """Nothing waits any more."""
        return bool(self._workflow.completed) or not self._in_state(TaskState.NOT_FINISHED_MASK)

    def run(self) -> None:
        """Go on until only people and events are waited for. Raises EngineFault past MAX_STEPS."""
        with _engine_faults():
            while True:
                self._workflow.do_engine_steps(did_complete_task=self._passed)
                # A timer that fires at the end of a run is left READY: run again.
                if all(task.task_spec.manual for task in self._in_state(TaskState.READY)):
                    break
        self._workflow.get_events()

    def fire_due(self) -> None:
        """Fire every timer whose instant has come, in due order by their own rows; then go on."""
        with _engine_faults():
            self._workflow.refresh_timers()
        if self._workflow.script_engine.environment.fired:
            self.run()

    def complete(self, engine_id: str, data: Mapping[str, Any]) -> None:
        """Complete a READY step with routing values. Raises Conflict when it is not READY any more."""
        task = self._task(engine_id)
        if task is None or not self.is_ready(engine_id):
            raise Conflict("该事项已由他人办理或已终止，请刷新。")
        _check_routing(data)
        task.data.update(data)
        with _engine_faults():
            task.run()
            self._passed(task)
        self.run()

    def send(self, message: str) -> None:
        """Deliver a message to the event that waits for it. Raises Conflict when none waits."""
        event = BpmnEvent(MessageEventDefinition(message))
        try:
            self._workflow.send_event(event)
        except WorkflowException as error:
            raise Conflict("该案卷当前环节不能办理此事项。") from error
        self.run()

    def reschedule(self, engine_id: str, due_at: datetime, provisional: bool) -> None:
        """Make an armed timer follow its row."""
        task = self._task(engine_id)
        if task is not None and task.state == TaskState.WAITING:
            task._set_internal_data(event_value=due_at.isoformat(timespec="seconds"), provisional=provisional)

    def ready(self) -> list[ReadyTask]:
        """The steps that wait for a person."""
        return [
            ReadyTask(str(task.id), task.task_spec.bpmn_id)
            for task in self._in_state(TaskState.READY)
            if task.task_spec.manual
        ]

    def is_ready(self, engine_id: str) -> bool:
        """Whether that step waits for a person."""
        task = self._task(engine_id)
        return task is not None and task.state == TaskState.READY

    def timers(self) -> list[ArmedTimer]:
        """The drawn timers that wait."""
        return [
            _armed(str(task.id), task.task_spec.bpmn_id, task.internal_data, task.task_spec)
            for task in self._workflow.event_manager.tasks.values()
            if isinstance(task.task_spec.event_definition, Deadline) and task.internal_data.get("event_value")
        ]

    def fired(self) -> list[ArmedTimer]:
        """The drawn timers that fired since the token was restored, in due order."""
        fired = self._workflow.script_engine.environment.fired
        found = [_armed(engine_id, element, data, None) for engine_id, (element, data) in fired.items()]
        return sorted(found, key=lambda timer: timer.due_at)

    @property
    def depth(self) -> int:
        """Tasks kept in memory; stays small because history is folded."""
        return len(self._workflow.tasks)

    def _in_state(self, state: int) -> list[Any]:
        """Straight from the table of tasks: the engine's own iterator walks the tree and stops at a depth."""
        return [task for task in self._workflow.tasks.values() if task.has_state(state)]

    def _task(self, engine_id: str) -> Any:
        return self._workflow.tasks.get(UUID(engine_id))

    def _passed(self, task: Any) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise EngineFault("流程连续自动执行的步骤过多，可能存在循环。")
        if task.task_spec.bpmn_id:
            self.passed[task.task_spec.bpmn_id] += 1


def _check_routing(data: Mapping[str, Any]) -> None:
    """The token carries scalars only: lists die at joins, and a key `typename` makes a state unloadable."""
    for name, value in data.items():
        if name == "typename" or not isinstance(value, bool | int | str):
            raise EngineFault(f"流程变量“{name}”的值不能保存。")


def _armed(engine_id: str, element_id: str, data: Mapping[str, Any], spec: Any) -> ArmedTimer:
    start = data.get("start_on")
    return ArmedTimer(
        engine_id=engine_id,
        element_id=element_id,
        due_at=datetime.fromisoformat(data["event_value"]),
        is_held=bool(spec is not None and data.get("provisional") and spec.cancel_activity),
        start_on=date.fromisoformat(start) if start else None,
        length=data.get("length", 0),
        unit=data.get("unit", ""),
    )


class _engine_faults:  # noqa: N801  reads as a context, is used as one
    """Everything the engine may raise becomes an EngineFault; its own messages quote expressions."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, EngineFault) or not isinstance(error, Exception):
            return
        if isinstance(error, WorkflowTaskException | WorkflowException):
            raise EngineFault(f"流程执行失败：{error}") from error
        raise EngineFault(f"流程执行失败：{type(error).__name__}") from error
