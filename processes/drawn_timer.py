"""Room timer: the rows of the drawn timers follow the token, in the transaction of the knock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models.case import CaseFile
from models.deadline import Deadline
from models.workflow import ARMED, FIRED, OPEN, STALLED, Timer
from processes.engine.armed import ArmedTimer
from processes.engine.instance import Instance

if TYPE_CHECKING:
    from processes.projected_rows import Rows


def end_fired(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    """The row of what has fired ends; of an event that repeats every time has a row of its own."""
    fired = instance.fired()
    for timer in fired:
        row = rows.timers.pop(timer.engine_id, None)
        if row is None and timer.repeats:
            row = _row(case, timer)
            session.add(row)
        if row is not None:
            row.status, row.due_at, row.fault = FIRED, timer.due_at, ""
            row.engine_task_id = None if timer.repeats else timer.engine_id
    if any(timer.repeats for timer in fired):
        # The next row takes over the engine's id, which is in the table once.
        session.flush()


def follow(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    """A row for every timer that waits; where the engine has armed one anew its row follows."""
    for timer in [*instance.fired(), *instance.timers()]:
        _carry(instance, rows, timer)
    for timer in instance.timers():
        row, clock = rows.timers.get(timer.engine_id), _clock(instance, rows, timer)
        if row is None:
            row = _row(case, timer)
            session.add(row)
            _arm(row, timer, clock)
        elif _has_changed(row, timer, clock):
            _arm(row, timer, clock)
        if clock is not None:
            # A pause or an extension may have carried the clock into a year without a notice, or out of it.
            row.is_held = clock.provisional and timer.moves_on
        if (row.due_at, row.is_held) != (timer.due_at, timer.is_held):
            instance.reschedule(timer.engine_id, row.due_at, row.is_held)


def _row(case: CaseFile, timer: ArmedTimer) -> Timer:
    return Timer(
        case_id=case.id,
        engine_task_id=timer.engine_id,
        element_id=timer.element_id,
        due_at=timer.due_at,
        is_held=timer.is_held,
    )


def _has_changed(row: Timer, timer: ArmedTimer, clock: Deadline | None) -> bool:
    """Whether the engine knows better; of what a clock moves, the row is the truth."""
    if timer.fault:
        return (row.status, row.fault) != (STALLED, timer.fault)
    if clock is not None:
        return row.deadline_id != clock.id
    return (row.due_at, row.is_held) != (timer.due_at, timer.is_held)


def _arm(row: Timer, timer: ArmedTimer, clock: Deadline | None) -> None:
    """Wait for the timer's instant, or, without one, stand still with the reason."""
    row.due_at = clock.due_at if clock else timer.due_at
    row.is_held, row.deadline_id = timer.is_held, clock.id if clock else None
    row.status, row.fault = (STALLED, timer.fault) if timer.fault else (ARMED, "")
    row.attempts, row.leased_by, row.lease_until = 0, "", None


def _clock(instance: Instance, rows: Rows, timer: ArmedTimer) -> Deadline | None:
    return rows.clock(instance.definition.drawing.timers[timer.element_id].deadline, timer.start_on)


def _carry(instance: Instance, rows: Rows, timer: ArmedTimer) -> None:
    """The open step of a timer that had no time until now carries its clock."""
    clock, step = (
        _clock(instance, rows, timer),
        instance.definition.drawing.timers[timer.element_id].attached_to,
    )
    for task in rows.tasks.values():
        if clock is not None and task.element_id == step and task.status == OPEN and not task.deadline_id:
            task.deadline_id, task.due_at = clock.id, clock.due_at
