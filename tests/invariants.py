"""What must hold for every case after every knock, whatever happened before; used by laws and kill tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit
from models.audit import AuditEvent
from models.calendar_book import calendars_at
from models.case import CaseDepartment, CaseFile
from models.deadline import MISS, PAUSE_LIMIT, PROMISE, WHILE_PAUSED, Deadline
from models.pause import Pause
from models.people import Department, Permission, User
from models.term import term_due
from models.workflow import ARMED, DRAWN, OPEN, STALLED, ProcessInstance, Timer, UserTask
from processes.deadline import spans_of
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance
from processes.workflow import definition_of

HOUSE = (PROMISE, PAUSE_LIMIT)


def check_all(session: Session) -> int:
    """Every case, every audit chain, every miss counted once; returns the number of cases."""
    cases = session.scalars(select(CaseFile.id).order_by(CaseFile.id)).all()
    for case_id in cases:
        check_case(session, case_id)
    assert list(audit.verify(session)) == []
    missed = session.execute(
        select(AuditEvent.case_id, func.count())
        .where(AuditEvent.action == "deadline.missed")
        .group_by(AuditEvent.case_id)
    )
    lifted = dict(
        session.execute(
            select(AuditEvent.case_id, func.count())
            .where(AuditEvent.action == "deadline.miss_lifted")
            .group_by(AuditEvent.case_id)
        ).all()
    )
    for case_id, count in missed:
        clocks = session.scalars(
            select(Deadline.id).where(Deadline.case_id == case_id, Deadline.missed_at.is_not(None))
        ).all()
        assert len(clocks) == count - lifted.get(case_id, 0), "a miss is recorded exactly once a clock"
    return len(cases)


def check_case(session: Session, case_id: int) -> None:
    """One case: token, worklist, timers, clocks, status and audit chain agree."""
    case = session.get_one(CaseFile, case_id)
    _check_chain(session, case)
    stored = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == case_id)).first()
    tasks = _rows(session, UserTask, case_id, OPEN)
    timers = [row for status in (ARMED, STALLED) for row in _rows(session, Timer, case_id, status)]
    house = [row for row in timers if row.kind != DRAWN]
    if stored is None:
        assert case.status in ("draft", "withdrawn"), case.status
        assert tasks == timers == []
        return
    definition = definition_of(session, stored.definition_id)
    instance = Instance.restore(definition, stored.state, stored.passed, CaseEnvironment({}, {}))
    assert case.state.is_final == stored.is_finished == instance.is_finished, case.status
    # What is open waits for a person, or for an event that names its status.
    named = [element for element in instance.waiting() if definition.drawing.waits.get(element)]
    assert case.state.is_final == (not tasks and not named), case.status
    assert bool(case.closed_at) == case.state.is_final
    assert {t.engine_task_id: t.element_id for t in tasks} == {
        t.engine_id: t.element_id for t in instance.ready()
    }
    drawn = {t.engine_task_id: t.due_at for t in timers if t.kind == DRAWN}
    # The engine's timer follows its row when the token is next loaded.
    assert drawn.keys() == {t.engine_id for t in instance.timers()}
    _check_clocks(session, case_id, tasks, timers)
    _check_house(session, case, house)
    for task in tasks:
        _check_somebody_can_work(session, task)


def _rows(session: Session, table: type, case_id: int, status: str) -> list:
    return list(
        session.scalars(
            select(table)
            .where(table.case_id == case_id, table.status == status)
            .execution_options(populate_existing=True)
        )
    )


def _check_chain(session: Session, case: CaseFile) -> None:
    seqs = session.execute(
        select(AuditEvent.seq, AuditEvent.digest).where(AuditEvent.chain == case.id).order_by(AuditEvent.seq)
    ).all()
    assert [row.seq for row in seqs] == list(range(1, len(seqs) + 1))
    assert (case.audit_seq, case.audit_head) == (seqs[-1].seq, seqs[-1].digest)


def _check_clocks(session: Session, case_id: int, tasks: Iterable[UserTask], timers: Iterable[Timer]) -> None:
    clocks = {c.id: c for c in session.scalars(select(Deadline).where(Deadline.case_id == case_id))}
    running = {clock.id for clock in clocks.values() if clock.is_running and clock.key not in HOUSE}
    assert running == {task.deadline_id for task in tasks if task.deadline_id}
    for row in (*tasks, *timers):
        if row.deadline_id:
            assert row.due_at == clocks[row.deadline_id].due_at
    _check_pauses(session, clocks)
    _check_warnings(clocks)


def _check_warnings(clocks: Mapping[int, Deadline]) -> None:
    """A running clock warns again, for every shipped ladder goes on after a miss; any other is silent."""
    for clock in clocks.values():
        is_counting = clock.is_running and clock.paused_on is None
        assert (clock.remind_on is not None) == is_counting, clock.key
        assert clock.remind_on is None or clock.remind_on > (clock.reminded_on or clock.start_on)


def _check_pauses(session: Session, clocks: Mapping[int, Deadline]) -> None:
    """A clock stands still exactly while a pause of it is open; its end is what its facts say."""
    pauses = session.scalars(select(Pause).where(Pause.deadline_id.in_(clocks)))
    standing = {pause.deadline_id for pause in pauses if pause.is_open}
    assert standing == {c.id for c in clocks.values() if c.is_paused and c.key not in HOUSE}
    for clock in clocks.values():
        assert (clock.due_at == WHILE_PAUSED) == (clock.paused_on is not None)
        if clock.paused_on is None and clock.is_running:
            # What was over when a pause began does not stand still, and knows nothing of that pause.
            spans = [span for span in spans_of(session, clock) if span.to_on is not None]
            calendar = calendars_at(session, clock.calendar_version).of(clock.region_code)
            length = clock.length + clock.extension_days
            assert clock.due_on == term_due(clock.start_on, length, clock.clock_unit, calendar, spans).due_on


def _check_house(session: Session, case: CaseFile, house: Iterable[Timer]) -> None:
    """A clock of the house runs with a timer, a missed promise without one; none outlives its case."""
    clocks = session.scalars(select(Deadline).where(Deadline.case_id == case.id, Deadline.key.in_(HOUSE)))
    running = {clock.id for clock in clocks if clock.is_running and clock.missed_at is None}
    # Messages of other cases, and the watch over a loan, hang on no clock.
    clocked = [timer for timer in house if timer.kind in (*HOUSE, MISS)]
    assert running == {timer.deadline_id for timer in clocked if timer.kind != MISS}
    assert not (case.state.is_final and house), "nothing waits on a case that has ended"
    for timer in clocked:
        clock = session.get_one(Deadline, timer.deadline_id)
        assert clock.is_running and clock.missed_at is None
    assert not (case.state.is_final and running)


def _check_somebody_can_work(session: Session, task: UserTask) -> None:
    """Exactly one responsible department, it exists, sees the case, and has people with the permission."""
    department = session.get_one(Department, task.department_id)
    assert department.is_active
    assert session.get(CaseDepartment, (task.case_id, task.department_id)) is not None
    if task.assignee_id is not None:
        assert session.get_one(User, task.assignee_id).is_active
        return
    people = session.scalars(select(User).where(User.department_id == department.id, User.is_active))
    assert any(person.may(Permission(task.permission)) for person in people), task.element_id
