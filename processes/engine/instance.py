"""Room instance: one running token: restore, complete, send, fire, save. Knows no table and no case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from models.calendar import end_of, fixed_at, now
from models.refusal import Conflict
from processes.engine.armed import ArmedTimer, armed, due_at
from processes.engine.compaction import compact
from processes.engine.definition import Definition
from processes.engine.environment import CaseEnvironment, GuardedEngine
from processes.engine.faults import EngineFault, check_routing, engine_faults
from processes.engine.serialization import dump, load
from processes.engine.timer import element_of, events_of, moves_on, timer_of

MAX_STEPS = 400
_TOO_MANY = "流程连续自动执行的步骤过多，可能存在循环。"
_NOT_YET = "本环节的期限已届满，但到期处理尚未完成，请稍后再试；如仍不能办理，请联系系统管理员。"
_DRAWN_FAULT = (
    "本环节的期限已届满，但流程图中的表达式无法计算，到期处理不能完成，再试也不能办理；"
    "请联系流程负责人修改流程并迁移案卷，或联系系统管理员。"
)


# State, passed elements, steps, fired timers and asked acts before a timer was tried.
_Kept = tuple[bytes, Mapping[str, int], int, int, int]


@dataclass(frozen=True)
class ReadyTask:
    """A step that waits for a person."""

    engine_id: str
    element_id: str


class Instance:
    """The token of one case on one definition."""

    def __init__(self, definition: Definition, workflow: Any, passed: Mapping[str, int]) -> None:
        self.definition = definition
        self._workflow = workflow
        self.passed: Counter[str] = Counter(passed)
        self._steps = 0
        self._put_off: dict[str, tuple[ArmedTimer, EngineFault]] = {}
        # What throwing events have asked for in this knock: (act, at which instant).
        self.asked_for: list[tuple[str, datetime]] = []

    @classmethod
    def start(cls, definition: Definition, asked: CaseEnvironment, data: Mapping[str, Any]) -> Instance:
        """A new token, run to its first waiting steps."""
        spec, subs = definition.specs
        workflow = BpmnWorkflow(spec, subs, script_engine=GuardedEngine(asked))
        workflow.data.update(data)
        instance = cls(definition, workflow, {})
        instance.run()
        instance.fire_due()
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
        # Not the engine's own loop: it walks the whole tree for every step and stops at a depth.
        with engine_faults():
            while automatic := [t for t in self._in_state(TaskState.READY) if not t.task_spec.manual]:
                automatic[0].run()
                self._passed(automatic[0])
        self._workflow.get_events()

    def fire_due(self, upto: datetime | None = None) -> None:
        """Fire every timer whose instant has come (`upto`: now), in due order, each at its own instant.

        One that cannot fire is put off, with its fault, and blocks neither the others nor the knock; so is
        what is left when half of the steps of a knock are spent.
        """
        with engine_faults():
            # Asks again for the time of those that had none.
            self._workflow.refresh_timers()
        self._recount()
        upto, kept, each = upto or now(), None, False
        while (due := self._next_due(upto)) is not None:
            if self._steps > MAX_STEPS // 2:
                self.put_off(due.engine_id, EngineFault(_TOO_MANY))
                continue
            kept = self._kept() if each or kept is None else kept
            try:
                self._fire(due)
            except EngineFault as fault:
                self._go_back(kept)
                self.put_off(due.engine_id, fault)
                # Armed after the picture was taken, it is not in it: from now on a picture before each one.
                each = each or due.engine_id not in self._put_off

    def put_off(self, engine_id: str, fault: EngineFault) -> None:
        """In this knock the timer does not fire."""
        for timer in self.timers():
            if timer.engine_id == engine_id:
                self._put_off[engine_id] = timer, fault

    def overdue(self) -> list[ArmedTimer]:
        """What is due and was put off, and would have left the token where it is."""
        return [t for t, _fault in self._put_off.values() if t.due_at <= now() and not t.moves_on]

    def insist(self, engine_id: str) -> None:
        """Raises the fault for which that timer was put off, if it was."""
        if engine_id in self._put_off:
            raise self._put_off[engine_id][1]

    def _next_due(self, upto: datetime) -> ArmedTimer | None:
        """The earliest; of the same instant first what leaves the token where it is, lest it be lost."""
        due = [
            t
            for t in self.timers()
            if t.due_at <= upto and not t.is_held and t.engine_id not in self._put_off
        ]
        return min(due, key=lambda t: (t.due_at, t.moves_on), default=None)

    def _fire(self, timer: ArmedTimer) -> None:
        self.environment.firing = timer.engine_id
        try:
            # What follows counts from the event's own instant, also when the worker comes late.
            with fixed_at(timer.due_at), engine_faults():
                self._workflow.refresh_timers()
                self.run()
            if self.environment.firing:
                raise EngineFault("计时器已到期，但流程没有响应。")
        finally:
            self.environment.firing = ""

    def _kept(self) -> _Kept:
        """What to go back to when a timer cannot fire: half a step must not stay."""
        counted = self._steps, len(self.environment.fired), len(self.asked_for)
        return dump(self._workflow), Counter(self.passed), *counted

    def _go_back(self, kept: _Kept) -> None:
        state, passed, self._steps, fired, asked_for = kept
        del self.asked_for[asked_for:]
        self._workflow = load(state, self.definition, self._workflow.script_engine)
        self.passed = Counter(passed)
        del self.environment.fired[fired:]

    def _recount(self) -> None:
        """A term in days that no clock of the case holds follows the calendar in force."""
        for timer in self.timers():
            drawn = self.definition.drawing.timers[timer.element_id]
            if timer.start_on and not drawn.deadline and not timer.repeats:
                term = self.environment.functions[f"{timer.unit}_days"](timer.length, timer.start_on)
                self.reschedule(timer.engine_id, end_of(term["due_on"]), term["provisional"])

    def complete(self, engine_id: str, data: Mapping[str, Any]) -> None:
        """Complete a READY step with routing values. Raises Conflict when it is not READY any more."""
        self.finish(engine_id, data)
        self.fire_due()

    def finish(self, engine_id: str, data: Mapping[str, Any]) -> None:
        """As `complete`, but what is due behind the step does not fire yet."""
        task = self._task(engine_id)
        if task is None or not self.is_ready(engine_id):
            raise Conflict("该事项已由他人办理或已终止，请刷新。")
        if faults := self._ended_by(task):
            raise Conflict(_DRAWN_FAULT if any(fault.is_drawn for fault in faults) else _NOT_YET)
        check_routing(data)
        task.data.update(data)
        with engine_faults():
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
        self.fire_due()

    def send_at(self, message: str, at: datetime) -> None:
        """Deliver a message of the house at its own instant. Raises EngineFault when the token cannot go on."""
        with fixed_at(at), engine_faults():
            self._workflow.send_event(BpmnEvent(MessageEventDefinition(message)))
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
        waiting = [(task, timer_of(task)) for task in self._workflow.event_manager.tasks.values()]
        return [
            armed(str(task.id), element_of(task, timer), task.internal_data, moves_on(task))
            for task, timer in waiting
            if timer is not None and task.internal_data.get("event_value")
        ]

    def waiting(self) -> list[str]:
        """The element ids of the events that are waited for."""
        tasks = self._workflow.event_manager.tasks.values()
        return [event.bpmn_id for task in tasks for event in events_of(task)]

    def waits_for(self, message: str) -> bool:
        """Whether an event waits for that message."""
        messages = self.definition.drawing.messages
        return any(messages.get(element_id) == message for element_id in self.waiting())

    def fired(self) -> list[ArmedTimer]:
        """The drawn timers that fired since the token was restored, in due order."""
        return [armed(engine_id, element, data, False) for engine_id, element, data in self.environment.fired]

    @property
    def depth(self) -> int:
        """Tasks kept in memory; stays small because history is folded."""
        return len(self._workflow.tasks)

    def _in_state(self, state: int) -> list[Any]:
        """Straight from the table of tasks: the engine's own iterator walks the tree and stops at a depth."""
        return [task for task in self._workflow.tasks.values() if task.has_state(state)]

    def copied(self) -> bytes:
        """Its state as it is, to try something on a copy."""
        return dump(self._workflow)

    @property
    def environment(self) -> CaseEnvironment:
        """What answers its expressions."""
        asked: CaseEnvironment = self._workflow.script_engine.environment
        return asked

    def _ended_by(self, task: Any) -> list[EngineFault]:
        """Why events that would have ended the step are due but did not fire: what comes now comes too late."""
        waiting = self._workflow.event_manager.tasks
        put_off = [
            (waiting[UUID(one)], fault) for one, (_, fault) in self._put_off.items() if UUID(one) in waiting
        ]
        return [
            fault
            for event, fault in put_off
            if event.parent is task.parent and moves_on(event) and due_at(event.internal_data) <= now()
        ]

    def _task(self, engine_id: str) -> Any:
        return self._workflow.tasks.get(UUID(engine_id))

    def _passed(self, task: Any) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise EngineFault(_TOO_MANY)
        element_id = task.task_spec.bpmn_id
        if element_id:
            self.passed[element_id] += 1
        if element_id in self.definition.drawing.acts:
            self.asked_for.append((self.definition.drawing.acts[element_id], now()))
