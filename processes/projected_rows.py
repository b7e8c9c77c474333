"""Room projection, rows: what the tables say of a case before a knock: open tasks, timers, running clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.case import CaseDepartment, CaseFile
from models.deadline import NO_DEADLINE, Deadline
from models.workflow import ARMED, DRAWN, OPEN, STALLED, Timer, UserTask
from processes.clock_again import EndedClock
from processes.engine.drawing import Drawing
from processes.engine.environment import Clocks
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance


@dataclass
class Rows:
    """What the tables say about a case before the knock is written."""

    tasks: dict[str, UserTask] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    # Timers of the house itself (processes/case_clock.py).
    house: list[Timer] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    # Departments that take part in the case; None: not asked yet.
    members: set[int] | None = None
    # The version on which the case runs when the knock is over: for what is recorded of it.
    definition_id: int | None = None
    # Of a case that was sent back: clocks whose work is to be done again (processes/clock_again.py).
    ended: list[EndedClock] = field(default_factory=list)
    # Element id → who has its step as soon as it opens.
    holders: dict[str, int] = field(default_factory=dict)
    # What follows in the same transaction, once the rows are written.
    after: list[Callable[[], None]] = field(default_factory=list)
    # Ids of the tasks that were open before the knock.
    known: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(task.id for task in self.tasks.values())

    def clocks(self, drawing: Drawing) -> Clocks:
        """For the engine: a drawn term whose clock already runs ends when the clock's row says."""

        def in_force(element_id: str, term: Mapping[str, Any]) -> Mapping[str, Any]:
            drawn, start_on = drawing.timers[element_id], term["start_on"]
            if (running := self.clock(drawn.deadline, start_on)) is not None:
                return {**term, "due_on": running.due_on, "provisional": running.provisional}
            ended = self.ended_clock(drawn.deadline, start_on, drawn.attached_to)
            if ended is None:
                return term
            # Work that is done again counts from where it counted first.
            kept = {"due_on": ended.due_on, "provisional": ended.provisional}
            return {**term, **kept, "start_on": ended.clock.start_on}

        return in_force

    def move_timers(self, instance: Instance) -> None:
        """The row is the truth: an armed timer whose row was moved follows it before anything fires."""
        timers = instance.definition.drawing.timers
        for engine_id, row in self.timers.items():
            if row.deadline is not None:
                row.is_held = row.deadline.provisional and timers[row.element_id].is_interrupting
            instance.reschedule(engine_id, row.due_at, row.is_held)
            # One that had no time is asked again.
            if row.status == STALLED and row.due_at != NO_DEADLINE:
                instance.put_off(engine_id, EngineFault(row.fault))

    def clock(self, key: str, start_on: date | None) -> Deadline | None:
        """The running clock of that key and start fact."""
        return next((d for d in self.deadlines if key and d.key == key and d.start_on == start_on), None)

    def ended_clock(self, key: str, start_on: date | None, step: str = "") -> EndedClock | None:
        """The clock of that key and start fact, or of that step, that goes on once its work is done again."""
        return next((one for one in self.ended if one.fits(key, start_on, step)), None)


def rows_of(session: Session, case: CaseFile) -> Rows:
    """Open tasks with their running clocks, and armed timers of a case, in two queries.

    A clock runs exactly as long as an open task carries it.
    """
    tasks = _of_cases(session, UserTask, (case.id,), (OPEN,), joinedload(UserTask.deadline))
    timers = _of_cases(session, Timer, (case.id,), (ARMED, STALLED), joinedload(Timer.deadline))
    return _rows(tasks, timers)


def rows_of_all(session: Session, case_ids: Collection[int]) -> dict[int, Rows]:
    """As `rows_of`, for many cases, with the departments that take part, in three queries."""
    tasks = _of_cases(session, UserTask, case_ids, (OPEN,), joinedload(UserTask.deadline))
    timers = _of_cases(session, Timer, case_ids, (ARMED, STALLED), joinedload(Timer.deadline))
    members = select(CaseDepartment.case_id, CaseDepartment.department_id)
    taking: dict[int, set[int]] = defaultdict(set)
    for case_id, department_id in session.execute(members.where(CaseDepartment.case_id.in_(case_ids))):
        taking[case_id].add(department_id)
    task_of, timer_of = _by_case(tasks), _by_case(timers)
    return {one: replace(_rows(task_of[one], timer_of[one]), members=taking[one]) for one in case_ids}


def _by_case(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _rows(tasks: Sequence[Any], timers: Sequence[Any]) -> Rows:
    clocks = {task.deadline_id: task.deadline for task in tasks if task.deadline is not None}
    return Rows(
        {task.engine_task_id: task for task in tasks},
        {timer.engine_task_id: timer for timer in timers if timer.kind == DRAWN},
        [timer for timer in timers if timer.kind != DRAWN],
        [clocks[key] for key in sorted(clocks)],
    )


def _of_cases(
    session: Session, table: Any, cases: Collection[int], statuses: Sequence[str], *options: Any
) -> list[Any]:
    query = select(table).where(table.case_id.in_(cases), table.status.in_(statuses)).order_by(table.id)
    return list(session.scalars(query.options(*options).execution_options(populate_existing=True)))
