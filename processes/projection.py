"""Room projection: brings worklist, deadlines, timers and status in line with the token after a knock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, end_of, now, today
from models.case import CaseDepartment, CaseFile, CaseStatus
from models.deadline import CALENDAR, WORKING, Deadline, due_for
from models.people import DepartmentKind
from models.workflow import ARMED, CANCELLED, DONE, FIRED, NO_DEADLINE, OPEN, Timer, UserTask
from processes.engine.drawing import Drawing, DrawnTimer, Step
from processes.engine.environment import Clocks
from processes.engine.instance import ArmedTimer, EngineFault, Instance
from processes.notification import tell_applicant, tell_missed

_LANES = {kind.label: kind.value for kind in DepartmentKind}


@dataclass
class Rows:
    """What the tables say about a case before the knock is written."""

    tasks: dict[str, UserTask] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    deadlines: list[Deadline] = field(default_factory=list)

    def clocks(self, drawing: Drawing) -> Clocks:
        """For the engine: a drawn term whose clock already runs ends when the clock's row says."""

        def in_force(element_id: str, term: Mapping[str, Any]) -> Mapping[str, Any]:
            clock = self.clock(drawing.timers[element_id].deadline, term["start_on"])
            if clock is None:
                return term
            return {**term, "due_on": clock.due_on, "provisional": clock.provisional}

        return in_force

    def move_timers(self, instance: Instance) -> None:
        """The row is the truth: an armed timer whose row was moved follows it before anything fires."""
        for engine_id, row in self.timers.items():
            instance.reschedule(engine_id, row.due_at, row.is_held)

    def clock(self, key: str, start_on: date | None) -> Deadline | None:
        """The running clock of that key and start fact."""
        return next((d for d in self.deadlines if key and d.key == key and d.start_on == start_on), None)


def rows_of(session: Session, case: CaseFile) -> Rows:
    """Open tasks, armed timers and running clocks of a case, in three queries."""
    return Rows(
        {task.engine_task_id: task for task in _of_case(session, UserTask, case, OPEN)},
        {timer.engine_task_id: timer for timer in _of_case(session, Timer, case, ARMED)},
        _running_deadlines(session, case),
    )


def project(
    session: Session, case: CaseFile, instance: Instance, rows: Rows, before: Mapping[str, Any]
) -> None:
    """Write what the token's new state means for the case; everything is in the caller's transaction."""
    _project_fired(session, case, instance, rows)
    _project_timers(session, case, instance, rows)
    _project_tasks(session, case, instance, rows)
    _close_deadlines(rows)
    _project_status(case, instance, before)


def _of_case(session: Session, table: Any, case: CaseFile, status: str) -> Any:
    return session.scalars(select(table).where(table.case_id == case.id, table.status == status))


def _running_deadlines(session: Session, case: CaseFile) -> list[Deadline]:
    query = select(Deadline).where(
        Deadline.case_id == case.id, Deadline.done_on.is_(None), Deadline.cancelled_on.is_(None)
    )
    return list(session.scalars(query))


def _project_fired(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    """A timer has fired: its row ends, and the deadline it carries is missed, once."""
    for fired in instance.fired():
        drawn = instance.definition.drawing.timers[fired.element_id]
        row = rows.timers.pop(fired.engine_id, None)
        if row is not None:
            row.status = FIRED
        deadline = _deadline_for(session, case, drawn, fired, rows)
        if deadline is not None and deadline.missed_at is None:
            deadline.missed_at = fired.due_at
            _record_missed(session, case, deadline, drawn, rows)


def _record_missed(
    session: Session, case: CaseFile, deadline: Deadline, drawn: DrawnTimer, rows: Rows
) -> None:
    audit.record(
        session,
        "deadline.missed",
        f"{deadline.name}已超期（应于 {deadline.due_on.isoformat()} 前办结）",
        actor=None,
        case=case,
        new={"key": deadline.key, "due_on": deadline.due_on, "clause": deadline.clause},
    )
    task = next((task for task in rows.tasks.values() if task.element_id == drawn.attached_to), None)
    if task is not None:
        tell_missed(session, case, task, deadline)


def _project_timers(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    armed = {timer.engine_id: timer for timer in instance.timers()}
    for engine_id, row in rows.timers.items():
        if engine_id not in armed:
            row.status = CANCELLED
    for engine_id, timer in armed.items():
        if engine_id in rows.timers:
            continue
        drawn = instance.definition.drawing.timers[timer.element_id]
        deadline = _deadline_for(session, case, drawn, timer, rows)
        due_at = deadline.due_at if deadline is not None else timer.due_at
        if due_at != timer.due_at:
            instance.reschedule(engine_id, due_at, bool(deadline and deadline.provisional))
        session.add(
            Timer(
                case_id=case.id,
                engine_task_id=engine_id,
                element_id=timer.element_id,
                deadline_id=deadline.id if deadline is not None else None,
                due_at=due_at,
                is_held=timer.is_held,
            )
        )


def _deadline_for(
    session: Session, case: CaseFile, drawn: DrawnTimer, timer: ArmedTimer, rows: Rows
) -> Deadline | None:
    """The running clock of that key and start, or a new one; a clock may span several steps."""
    if not drawn.deadline or timer.start_on is None:
        return None
    running = rows.clock(drawn.deadline, timer.start_on)
    if running is not None:
        return running
    deadline = _new_deadline(case, drawn, timer, timer.start_on)
    session.add(deadline)
    session.flush()
    rows.deadlines.append(deadline)
    return deadline


def _new_deadline(case: CaseFile, drawn: DrawnTimer, timer: ArmedTimer, start_on: date) -> Deadline:
    unit = CALENDAR if timer.unit == CALENDAR else WORKING
    due = due_for(start_on, timer.length, unit)
    return Deadline(
        case_id=case.id,
        key=drawn.deadline,
        name=drawn.name.split(" ")[0],
        clause=drawn.clause,
        start_on=start_on,
        length=timer.length,
        unit=unit,
        due_on=due.due_on,
        due_at=end_of(due.due_on),
        provisional=due.provisional,
        calendar_version=calendar().version,
    )


def _project_tasks(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    ready = {task.engine_id: task for task in instance.ready()}
    for engine_id, row in rows.tasks.items():
        if engine_id not in ready and row.status == OPEN:
            row.status = CANCELLED
    for engine_id, task in ready.items():
        if engine_id not in rows.tasks:
            step = instance.definition.drawing.steps[task.element_id]
            drawn = instance.definition.drawing.deadline_of(task.element_id)
            row = _new_task(case, step, engine_id, _clock(rows, drawn))
            session.add(row)
            rows.tasks[engine_id] = row
            _join(session, case, row)


def _clock(rows: Rows, drawn: DrawnTimer | None) -> Deadline | None:
    if drawn is None:
        return None
    return next((d for d in reversed(rows.deadlines) if d.key == drawn.deadline and d.is_running), None)


def _new_task(case: CaseFile, step: Step, engine_id: str, deadline: Deadline | None) -> UserTask:
    kind = _LANES.get(step.lane) or step.properties.get("on_behalf", "")
    department_id = {"hrss": case.hrss_id, "guarantor": case.guarantor_id, "bank": case.bank_id}.get(kind)
    if department_id is None:
        raise EngineFault(f"环节“{step.name}”没有对应的办理部门。")
    is_applicants = step.lane not in _LANES
    return UserTask(
        case_id=case.id,
        engine_task_id=engine_id,
        element_id=step.element_id,
        name=step.name,
        form_key=step.form_key,
        department_id=department_id,
        permission=step.permission,
        assignee_id=case.applicant_user_id if is_applicants else None,
        status=OPEN,
        deadline_id=deadline.id if deadline else None,
        due_at=deadline.due_at if deadline else NO_DEADLINE,
        created_at=now(),
    )


def _join(session: Session, case: CaseFile, task: UserTask) -> None:
    """The department takes part from now on and may see the case."""
    if session.get(CaseDepartment, (case.id, task.department_id)) is None:
        session.add(CaseDepartment(case_id=case.id, department_id=task.department_id))
        session.flush()
    if task.assignee_id is not None:
        tell_applicant(session, case, task)


def _close_deadlines(rows: Rows) -> None:
    """A clock ends with the last step it belongs to: done if the step was done, else cancelled."""
    held = {task.deadline_id for task in rows.tasks.values() if task.status == OPEN}
    # What was open before the knock and is done now was completed by it.
    done = {task.deadline_id for task in rows.tasks.values() if task.status == DONE}
    for deadline in rows.deadlines:
        if deadline.id in held:
            continue
        if deadline.id in done:
            deadline.done_on = today()
        else:
            deadline.cancelled_on = today()


def _project_status(case: CaseFile, instance: Instance, before: Mapping[str, Any]) -> None:
    drawing = instance.definition.drawing
    if instance.is_finished:
        ended = [e for e, count in instance.passed.items() if count > before.get(e, 0)]
        case.status = next((drawing.endings[e] for e in ended if drawing.endings.get(e)), case.status)
        case.closed_at = now()
        return
    opened = [drawing.steps[task.element_id].status for task in instance.ready()]
    known = [status for status in opened if status]
    case.status = CaseStatus(known[-1]) if known else case.status
