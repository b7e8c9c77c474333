"""Room projection: brings worklist, deadlines, timers and status in line with the token after a knock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import calendar, end_of, now, today
from models.case import CaseDepartment, CaseFile
from models.case_status import CaseStatus
from models.deadline import CALENDAR, NO_DEADLINE, WORKING, Deadline, due_for
from models.people import LANES, Permission, User
from models.workflow import CANCELLED, DONE, OPEN, UserTask
from processes import case_clock, drawn_timer, flow_record
from processes.clock_again import reopen
from processes.deadline import LATE, miss, region_of
from processes.engine.armed import ArmedTimer
from processes.engine.drawing import DrawnTimer, Step
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.lapse import tell_lapsed
from processes.notification import tell_applicant
from processes.office import office_of
from processes.projected_rows import Rows
from processes.task_hands import close_ended

LAPSED = "已届满（应于 {day}（含当日）前补齐）"


def project(
    session: Session, case: CaseFile, instance: Instance, rows: Rows, before: Mapping[str, Any]
) -> None:
    """Write what the token's new state means for the case; everything is in the caller's transaction."""
    drawn_timer.end_fired(session, case, instance, rows)
    _end_rows(instance, rows)
    _project_status(case, instance, before)
    _start_clocks(session, case, instance, rows)
    drawn_timer.follow(session, case, instance, rows)
    _project_tasks(session, case, instance, rows)
    _project_fired(session, case, instance, rows)
    over = [one.id for one in _close_deadlines(session, case, rows) if one.done_on or instance.is_finished]
    if over:
        case_clock.lapse_requests(session, case, over)
    close_ended(session, case, rows.tasks.values())
    promises: list[Deadline] = []
    if instance.is_finished:
        promises = case_clock.close(session, case, rows.house)
    else:
        case_clock.start_promise(session, case, instance.definition.drawing, rows.house)
    flow_record.write(session, case, instance, rows, before, promises)


def _project_fired(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    """A timer has fired, or should have: the deadline it carries is missed, once."""
    for fired in [*instance.fired(), *instance.overdue()]:
        drawn = instance.definition.drawing.timers[fired.element_id]
        deadline = rows.clock(drawn.deadline, fired.start_on)
        if deadline is not None and deadline.missed_at is None:
            # A term that ends the step by itself is the applicant's own (D-12).
            miss(session, case, deadline, fired.due_at, LAPSED if drawn.is_interrupting else LATE)
            flow_record.missed(session, deadline)
            if drawn.is_interrupting:
                tell_lapsed(session, case, deadline)


def _end_rows(instance: Instance, rows: Rows) -> None:
    """What the token no longer waits for is no longer open."""
    ready = {task.engine_id for task in instance.ready()}
    armed = {timer.engine_id for timer in instance.timers()}
    for engine_id, task in rows.tasks.items():
        if engine_id not in ready and task.status == OPEN:
            task.status = CANCELLED
    for engine_id, timer in rows.timers.items():
        if engine_id not in armed:
            timer.status = CANCELLED


def _start_clocks(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    """A clock for every statutory timer, also one that was late when it was born; a running one may span steps."""
    new = []
    for timer in [*instance.fired(), *instance.timers()]:
        drawn = instance.definition.drawing.timers[timer.element_id]
        if drawn.deadline and timer.start_on and rows.clock(drawn.deadline, timer.start_on) is None:
            if (ended := rows.ended_clock(drawn.deadline, timer.start_on)) is not None:
                rows.deadlines.append(reopen(session, case, ended))
                continue
            new.append(_new_deadline(case, drawn, timer, timer.start_on))
            new[-1].warn_by(instance.definition.drawing.warnings_of(drawn.deadline))
            rows.deadlines.append(new[-1])
    if new:
        session.add_all(new)
        session.flush()


def _new_deadline(case: CaseFile, drawn: DrawnTimer, timer: ArmedTimer, start_on: date) -> Deadline:
    unit = CALENDAR if timer.unit == CALENDAR else WORKING
    region_code = region_of(case)
    due = due_for(start_on, timer.length, unit, region_code)
    return Deadline(
        case_id=case.id,
        key=drawn.deadline,
        name=drawn.name.split(" ")[0],
        clause=drawn.clause,
        start_on=start_on,
        length=timer.length,
        unit=unit,
        region_code=region_code,
        due_on=due.due_on,
        due_at=end_of(due.due_on),
        provisional=due.provisional,
        calendar_version=calendar().version,
    )


def _project_tasks(session: Session, case: CaseFile, instance: Instance, rows: Rows) -> None:
    drawing = instance.definition.drawing
    new = []
    for task in instance.ready():
        if task.engine_id not in rows.tasks:
            drawn = drawing.deadline_of(task.element_id)
            step = drawing.steps[task.element_id]
            new.append(_new_task(session, case, step, task.engine_id, _clock(rows, drawn)))
    session.add_all(new)
    _join(session, case, {task.department_id for task in new}, rows)
    for row in new:
        if row.is_applicants:
            tell_applicant(session, case, row)
        _hand_to(session, row, rows.holders.get(row.element_id))
    rows.tasks.update({row.engine_task_id: row for row in new})


def _clock(rows: Rows, drawn: DrawnTimer | None) -> Deadline | None:
    if drawn is None:
        return None
    return next((d for d in reversed(rows.deadlines) if d.key == drawn.deadline and d.is_running), None)


def _new_task(
    session: Session, case: CaseFile, step: Step, engine_id: str, deadline: Deadline | None
) -> UserTask:
    kind = LANES.get(step.lane) or step.properties.get("on_behalf", "")
    department_id = office_of(session, case, kind)
    if department_id is None:
        raise EngineFault(f"环节“{step.name}”没有对应的办理部门。")
    is_applicants = step.lane not in LANES
    return UserTask(
        case_id=case.id,
        engine_task_id=engine_id,
        element_id=step.element_id,
        name=step.name,
        form_key=step.form_key,
        department_id=department_id,
        permission=step.permission,
        board=step.properties.get("board", ""),
        priority=step.priority,
        is_applicants=is_applicants,
        assignee_id=case.applicant_user_id if is_applicants else None,
        status=OPEN,
        deadline_id=deadline.id if deadline else None,
        due_at=deadline.due_at if deadline else NO_DEADLINE,
        created_at=now(),
    )


def _hand_to(session: Session, row: UserTask, holder_id: int | None) -> None:
    """Whoever had the step before has it again, if he may still do it."""
    person = session.get(User, holder_id) if holder_id is not None and row.assignee_id is None else None
    if person is None or not person.is_active or person.department_id != row.department_id:
        return
    if person.may(Permission(row.permission)):
        row.assignee_id, row.claimed_at = person.id, now()


def _join(session: Session, case: CaseFile, departments: set[int], rows: Rows) -> None:
    """Departments with a step take part from now on and may see the case."""
    joining = departments - {task.department_id for task in rows.tasks.values()}
    if not joining:
        return
    if rows.members is None:
        query = select(CaseDepartment.department_id).where(CaseDepartment.case_id == case.id)
        rows.members = set(session.scalars(query))
    joining -= rows.members
    rows.members |= joining
    session.add_all(CaseDepartment(case_id=case.id, department_id=one) for one in sorted(joining))


def _close_deadlines(session: Session, case: CaseFile, rows: Rows) -> list[Deadline]:
    """A clock ends with the last step it belongs to: done if the step was done, else cancelled. Those that end."""
    held = {task.deadline_id for task in rows.tasks.values() if task.status == OPEN}
    # What was open before the knock and is done now was completed by it.
    done = {task.deadline_id for task in rows.tasks.values() if task.status == DONE}
    over = [deadline for deadline in rows.deadlines if deadline.id not in held]
    for deadline in over:
        for timer in rows.house:
            if timer.deadline_id == deadline.id:
                timer.status = CANCELLED
        if deadline.paused_on is not None:
            case_clock.close_pauses(session, case, deadline)
        if deadline.id in done:
            deadline.done_on = today()
        else:
            deadline.cancelled_on = today()
    return over


def _project_status(case: CaseFile, instance: Instance, before: Mapping[str, Any]) -> None:
    drawing = instance.definition.drawing
    if instance.is_finished:
        ended = [e for e, count in instance.passed.items() if count > before.get(e, 0)]
        case.status = next((drawing.endings[e] for e in ended if drawing.endings.get(e)), case.status)
        case.closed_at = now()
        return
    opened = [drawing.steps[task.element_id].status for task in instance.ready()]
    waited = [drawing.waits.get(element_id, "") for element_id in instance.waiting()]
    # A step that somebody has to do says more of the case than what it waits for.
    known = [status for status in (*waited, *opened) if status]
    case.status = CaseStatus(known[-1]) if known else case.status
