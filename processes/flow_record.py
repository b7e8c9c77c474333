"""Room flow record: writes, in the knock itself, what figures are counted from (models/flow_record.py).

Days are counted here and now, by the calendar in force and net of the pauses so far; nobody counts them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from models.calendar import local_date, now, today
from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, Deadline, due_for
from models.flow_record import APPLICANTS, TAKES_BACK, FlowKind, FlowRecord
from models.loan import loan_of
from models.scheme import Scheme
from models.term import Span
from models.workflow import CANCELLED, DONE, UserTask
from processes.deadline import region_of, spans_of
from processes.engine.drawing import Drawing
from processes.flow_count import applicants_steps, applicants_terms, clock_days, ending_kinds, is_over, worked

if TYPE_CHECKING:
    from processes.engine.instance import Instance
    from processes.projected_rows import Rows

# Where a session keeps the clocks that this knock has found missed, until it is recorded.
_MISSED = "flow_missed"
_TAKEN_BACK = {
    FlowKind.TASK_RETURNED: FlowRecord.task_id,
    FlowKind.TASK_UNOPENED: FlowRecord.task_id,
    FlowKind.CLOCK_LIFTED: FlowRecord.deadline_id,
    FlowKind.CLOCK_REOPENED: FlowRecord.deadline_id,
}
_KEPT = [
    column.key
    for column in FlowRecord.__table__.columns
    if column.key not in {"id", "at", "on_day", "kind", "counted_on", "is_taken_over"}
]


def write(
    session: Session,
    case: CaseFile,
    instance: Instance,
    rows: Rows,
    before: Mapping[str, Any],
    promises: Iterable[Deadline],
) -> None:
    """Record what a knock has done to a case, its steps and its clocks; before the rows are written."""
    drawing = instance.definition.drawing
    found = [*_steps(session, case, drawing, rows), *_clocks(session, case, drawing, rows, promises)]
    if not before:
        found.insert(0, FlowRecord(FlowKind.CASE_OPENED, **_case(case)))
    if instance.is_finished:
        found.append(_closed(session, case))
    for row in found:
        row.definition_id = rows.definition_id
    session.add_all(found)


def missed(session: Session, clock: Deadline) -> None:
    """The last day of a clock has passed: counted with this knock, on the day on which the house found it."""
    if clock.key != PAUSE_LIMIT:
        session.info.setdefault(_MISSED, {}).setdefault(clock.case_id, []).append(clock)


def taken_back(session: Session, kind: FlowKind, case_id: int, ids: Collection[int]) -> None:
    """From today on the tasks (TASK_RETURNED) or clocks (CLOCK_LIFTED, CLOCK_REOPENED) of those ids no longer count as they did.

    A step that is to be done again also arrives again. What was written stays; nothing for what was never counted.
    """
    session.flush()
    kinds = (kind, FlowKind.TASK_UNOPENED) if kind is FlowKind.TASK_RETURNED else (kind,)
    for one in kinds:
        _take_back(session, one, case_id, ids)


def _take_back(session: Session, kind: FlowKind, case_id: int, ids: Collection[int]) -> None:
    thing = _TAKEN_BACK[kind]
    counted = FlowRecord.kind.in_([one.value for one in TAKES_BACK[kind]])
    latest = (
        select(func.max(FlowRecord.id))
        .where(FlowRecord.case_id == case_id, counted, thing.in_(ids))
        .group_by(thing)
    )
    kept = [getattr(FlowRecord, name) for name in _KEPT]
    rows = select(
        literal(now(), FlowRecord.at.type),
        literal(today()),
        literal(kind.value),
        FlowRecord.on_day,
        literal(False),
        *kept,
    ).where(FlowRecord.id.in_(latest))
    into = ["at", "on_day", "kind", "counted_on", "is_taken_over", *_KEPT]
    session.execute(insert(FlowRecord).from_select(into, rows, include_defaults=False))


def _steps(session: Session, case: CaseFile, drawing: Drawing, rows: Rows) -> Iterator[FlowRecord]:
    for task in rows.tasks.values():
        if task.id not in rows.known:
            yield FlowRecord(FlowKind.TASK_OPENED, **_step(case, drawing, task))
        elif task.status in (DONE, CANCELLED):
            yield _ended(session, case, drawing, task)


def _ended(session: Session, case: CaseFile, drawing: Drawing, task: UserTask) -> FlowRecord:
    kind = FlowKind.TASK_DONE if task.status == DONE else FlowKind.TASK_CANCELLED
    clock = task.deadline
    return FlowRecord(
        kind,
        **_step(case, drawing, task),
        person_id=task.done_by_id,
        allowed_days=clock.length + clock.extension_days if clock else None,
        used_days=worked(local_date(task.created_at), today(), region_of(case), _spans(session, clock)),
        is_late=is_over(clock, today()),
    )


def _case(case: CaseFile) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "scheme": case.scheme,
        "process_key": case.process,
        "region_id": case.region_id,
        "applicant_type": case.applicant_type,
    }


def _step(case: CaseFile, drawing: Drawing, task: UserTask) -> dict[str, Any]:
    drawn = drawing.deadline_of(task.element_id)
    return {
        **_case(case),
        "task": task,
        "element_id": task.element_id,
        "step": task.name,
        "deadline_key": drawn.deadline if drawn else "",
        "department_id": task.department_id,
        "outcome": APPLICANTS if task.element_id in applicants_steps(drawing) else "",
    }


def _clocks(
    session: Session, case: CaseFile, drawing: Drawing, rows: Rows, promises: Iterable[Deadline]
) -> Iterator[FlowRecord]:
    """Clocks that this knock has missed or ended by what they waited for; what was cancelled says nothing of anybody."""
    step = {task.deadline_id: task for task in rows.tasks.values()}
    his = applicants_terms(drawing)
    found = [(FlowKind.CLOCK_MISSED, clock) for clock in session.info.get(_MISSED, {}).pop(case.id, [])]
    for kind, clock in found:
        yield _clock(session, case, kind, clock, step.get(clock.id), clock.key in his)
    step |= {task.deadline_id: task for task in rows.tasks.values() if task.status == DONE}
    found = [(kind, clock) for clock in [*rows.deadlines, *promises] for kind in ending_kinds(clock)]
    for kind, clock in found:
        yield _clock(session, case, kind, clock, step.get(clock.id), clock.key in his)


def _clock(
    session: Session, case: CaseFile, kind: FlowKind, clock: Deadline, task: UserTask | None, is_his: bool
) -> FlowRecord:
    is_missed = kind is FlowKind.CLOCK_MISSED
    return FlowRecord(
        kind,
        **_case(case),
        deadline=clock,
        deadline_key=clock.key,
        step=clock.name,
        element_id=task.element_id if task else "",
        department_id=task.department_id if task else None,
        person_id=task.done_by_id if task else None,
        outcome=APPLICANTS if is_his else "",
        allowed_days=clock.length + clock.extension_days,
        used_days=None if is_missed else clock_days(clock, today(), _spans(session, clock)),
        is_late=kind is not FlowKind.CLOCK_MET,
    )


def _spans(session: Session, clock: Deadline | None) -> Sequence[Span]:
    """The pauses of a clock; the ledger is asked only for one that ends on another day than without pauses."""
    if clock is None:
        return []
    plain = due_for(clock.start_on, clock.length + clock.extension_days, clock.unit, clock.region_code)
    has_stood_still = clock.paused_on is not None or clock.due_on != plain.due_on
    return spans_of(session, clock) if has_stood_still else []


def _closed(session: Session, case: CaseFile) -> FlowRecord:
    """The end of a case, with the classes of A-20 as they are known now."""
    loan = loan_of(session, case) if case.kind is Scheme.STARTUP_LOAN else None
    began = local_date(case.submitted_at or case.opened_at)
    return FlowRecord(
        FlowKind.CASE_CLOSED,
        **_case(case),
        outcome=case.status,
        used_days=worked(began, today(), region_of(case), []),
        group_code=case.group_code,
        bank_id=loan.bank_id if loan else case.bank_id,
        term_months=loan.term_months if loan else case.term_months,
        guarantee_type=loan.guarantee_type if loan else "",
        amount=loan.approved_amount if loan else case.amount,
    )
