"""Room replay, drive: a token without a case goes through a drawing by the record of a finished case.

Every step is done when it was done; one that opens later than it did is done later by as many working days, never
earlier. A step without a record is assumed (processes/replay_habits.py), and the walk says so.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import SHANGHAI, calendar, fixed_at, local_date
from models.drawn_field import DRAWN_FORM
from models.refusal import Refusal
from models.working_days import due_on, elapsed
from processes.engine.definition import Definition
from processes.engine.drawing import Drawing, Step
from processes.engine.environment import CaseEnvironment
from processes.engine.faults import EngineFault, engine_faults
from processes.engine.instance import ReadyTask
from processes.engine.trace import Passage, TracedInstance
from processes.facts import functions
from processes.replay_clock import Clock, Clocks
from processes.replay_facts import ReplayFacts
from processes.replay_habits import Habits
from processes.replay_record import MessageRow, Record, StepRow

# More acts than any case has; a drawing that needs more turns round and round.
MAX_ACTS = 600
ENDLESS = "办理步骤过多，流程可能循环不止"


@dataclass
class Played:
    """One opening of a step in the replay; without a row nothing is on record of it."""

    step: Step
    row: StepRow | None
    opened_at: datetime
    planned_at: datetime | None
    shift: int = 0
    is_assumed: bool = False
    done_at: datetime | None = None


@dataclass
class Walk:
    """What a case would have done on a drawing."""

    trace: list[Passage] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    status: str = ""
    ended_at: datetime | None = None
    # Why the token could not go on, in words; empty: it came to an end.
    stuck: str = ""
    late: dict[int, int] = field(default_factory=dict)


# When it is due, before or after what else is due then, and what to do.
_Act = tuple[datetime, int, int, Any]
_TIMER, _ARRIVED, _DONE, _UNHEARD = range(4)


class Drive:
    """One walk; used once."""

    def __init__(
        self, session: Session, record: Record, definition: Definition, habits: Habits, old: Drawing
    ) -> None:
        self._record, self._definition, self._habits = record, definition, habits
        self._days = calendar(record.region_code)
        self._facts = ReplayFacts(session, record, definition.drawing)
        self._clocks = Clocks(definition.drawing, record)
        self._asked = CaseEnvironment(self._facts, functions(record.region_code), self._clocks.in_force)
        self._rows = _queues(record, definition.drawing, old)
        self._messages = sorted(record.messages, key=lambda row: (row.at, row.place))
        self._open: dict[str, Played] = {}
        self._ignored: set[tuple[str, datetime]] = set()
        self._walk = Walk(clocks=self._clocks.all)
        self._at = record.case.submitted_at or record.case.opened_at

    def run(self) -> Walk:
        """From the submission to the end, or to where it stands still."""
        try:
            with fixed_at(self._at):
                asked = {"case_id": self._record.case.id}
                self._instance = TracedInstance.begin(self._definition, self._asked, asked)
                self._follow(0)
            self._go_on()
        except (EngineFault, Refusal) as fault:
            self._walk.stuck = str(fault)
        return self._walk

    def _go_on(self) -> None:
        for _act in range(MAX_ACTS):
            if self._instance.is_finished:
                self._finish()
                return
            act = min(self._acts(), key=lambda act: act[:3], default=None) or self._assume_open()
            if act is None:
                self._walk.stuck = "没有可以继续办理的环节"
                return
            self._at = max(act[0], self._at)
            with fixed_at(self._at):
                passed = len(self._instance.trace)
                self._do(act)
                self._follow(passed)
        self._walk.stuck = ENDLESS

    def _acts(self) -> Iterator[_Act]:
        """What may happen next: at the same instant timers, messages that are waited for, steps, other messages."""
        for timer in self._instance.timers():
            if not timer.is_held and (timer.engine_id, timer.due_at) not in self._ignored:
                yield timer.due_at, _TIMER, 0, timer
        for engine_id, played in self._open.items():
            if played.planned_at is not None:
                yield played.planned_at, _DONE, played.row.place if played.row else 0, engine_id
        for message in self._messages[:1]:
            yield message.at, self._rank(message), message.place, message

    def _rank(self, message: MessageRow) -> int:
        if message.place:
            return _DONE
        return _ARRIVED if self._instance.waits_for(message.name) else _UNHEARD

    def _do(self, act: _Act) -> None:
        at, rank, _place, what = act
        if rank == _TIMER:
            self._instance.fire_due()
            # What could not fire is not tried again for the same instant.
            self._ignored.add((what.engine_id, at))
        elif isinstance(what, MessageRow):
            self._messages.pop(0)
            if self._instance.waits_for(what.name):
                self._instance.send(what.name)
        else:
            self._complete(what, self._open[what])

    def _complete(self, engine_id: str, played: Played) -> None:
        routing = self._answered(played)
        played.done_at = self._at
        self._facts.forget()
        self._instance.complete(engine_id, routing)

    def _answered(self, played: Played) -> Mapping[str, Any]:
        row = played.row
        if row is not None and row.done_at is not None:
            self._facts.seen[row.task_id] = played.shift
            return row.routing
        self._facts.assumed.update(self._habits.answers_of(played.step))
        return self._habits.routing_of(played.step)

    def _follow(self, passed: int) -> None:
        """After a knock: which steps are open now, and when each of them will be done."""
        self._clocks.follow(self._instance)
        ready = self._instance.ready()
        gone = self._open.keys() - {task.engine_id for task in ready}
        for engine_id in gone:
            del self._open[engine_id]
        for task in ready:
            if task.engine_id not in self._open:
                self._open[task.engine_id] = self._opened(task)
                self._walk.played.append(self._open[task.engine_id])
        self._walk.trace = self._instance.trace
        endings = self._definition.drawing.endings
        ended = [one.element_id for one in self._instance.trace[passed:] if endings.get(one.element_id)]
        self._walk.status = endings[ended[-1]] if ended else self._walk.status

    def _opened(self, task: ReadyTask) -> Played:
        step, rows = self._definition.drawing.steps[task.element_id], self._rows[task.element_id]
        if not rows:
            return Played(step, None, self._at, self._after(step), is_assumed=True)
        row, shift = rows.popleft(), 0
        if row.done_at is None:
            return Played(step, row, self._at, None)
        if self._at > row.opened_at:
            shift = elapsed(local_date(row.opened_at), local_date(self._at), self._days)
        return Played(step, row, self._at, max(self._later(row.done_at, shift), self._at), shift)

    def _after(self, step: Step) -> datetime:
        return self._later(self._at, self._habits.days_of(step))

    def _later(self, at: datetime, days: int) -> datetime:
        """The same hour so many working days later."""
        if not days:
            return at
        day = due_on(local_date(at), days, self._days).due_on
        return datetime.combine(day, at.astimezone(SHANGHAI).timetz())

    def _assume_open(self) -> _Act | None:
        """Nothing on record moves the case any more: what is still open is assumed to be done."""
        for engine_id, played in self._open.items():
            if played.planned_at is None:
                played.planned_at, played.is_assumed = self._after(played.step), True
                return played.planned_at, _DONE, 0, engine_id
        return None

    def _finish(self) -> None:
        promised = self._definition.drawing.promise_from
        with fixed_at(self._at), engine_faults():
            self._clocks.close(self._facts[promised] if promised else None, self._at)
        self._walk.ended_at = self._at


def _queues(record: Record, drawing: Drawing, old: Drawing) -> dict[str, deque[StepRow]]:
    """Element of the drawing → what is on record of it, oldest first."""
    named = _renamed(drawing, old)
    queues: dict[str, deque[StepRow]] = defaultdict(deque)
    for row in record.steps:
        element = row.element_id if row.element_id in drawing.steps else named.get(row.element_id, "")
        if element:
            queues[element].append(row)
    return queues


def _renamed(drawing: Drawing, old: Drawing) -> dict[str, str]:
    """A step that is gone → the one new step with its built-in form, where there is exactly one of each."""
    gone, new = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for steps, others, found in ((old.steps, drawing.steps, gone), (drawing.steps, old.steps, new)):
        for step in steps.values():
            if step.element_id not in others and step.form_key not in ("", DRAWN_FORM):
                found[step.form_key].append(step.element_id)
    return {ids[0]: new[form][0] for form, ids in gone.items() if len(ids) == 1 == len(new[form])}
