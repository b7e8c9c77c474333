"""Room flow record, take over: records of what an older release has done, out of its rows, once, at `db upgrade`.

Days are counted by the calendar of the day of the upgrade; the rows say that they were taken over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import end_of, local_date
from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, PROMISE, Deadline
from models.flow_record import APPLICANTS, FlowKind, FlowRecord
from models.loan import Loan
from models.pause import Pause
from models.people import Region
from models.term import Span
from models.workflow import CANCELLED, DONE, ProcessInstance, UserTask
from processes.flow_count import (
    applicants_steps,
    applicants_terms,
    clock_days,
    ending_kinds,
    is_broken_off,
    is_over,
    worked,
)
from processes.workflow import definition_of

CHUNK = 200
Row = dict[str, Any]
_EMPTY: Row = {
    column.key: "" if column.key in {"element_id", "step", "deadline_key", "outcome", "applicant_type",
                                     "group_code", "guarantee_type"} else None
    for column in FlowRecord.__table__.columns if column.key != "id"
} | {"is_late": False, "is_taken_over": True}  # fmt: skip


@dataclass(frozen=True)
class _Past:
    """What the tables of an older release say of a chunk of cases."""

    tasks: dict[int, list[UserTask]]
    clocks: dict[int, list[Deadline]]
    pauses: dict[int, list[Span]]
    loans: dict[int, Loan]
    regions: dict[int, str]


def take_over(session: Session, after: int = 0) -> list[int]:
    """Write the records of the next cases beyond the id `after` that have none; their ids. Call until there are none."""
    written = exists().where(FlowRecord.case_id == CaseFile.id)
    query = (
        select(CaseFile, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(CaseFile.id > after, ~written)
        .order_by(CaseFile.id)
        .limit(CHUNK)
    )
    found = session.execute(query).all()
    if not found:
        return []
    past = _past(session, [case.id for case, _definition in found])
    rows = [row for case, definition in found for row in _of_case(session, case, definition, past)]
    session.execute(insert(FlowRecord), rows)
    return [case.id for case, _definition in found]


def note(session: Session, cases: int) -> None:
    """The log says that figures of before rest on rows, not on knocks."""
    text = f"统计记录：接续历史案卷 {cases} 件"
    audit.record(session, "statistics.taken_over", text, actor=None, new={"cases": cases})


def _past(session: Session, case_ids: Collection[int]) -> _Past:
    tasks: dict[int, list[UserTask]] = defaultdict(list)
    clocks: dict[int, list[Deadline]] = defaultdict(list)
    pauses: dict[int, list[Span]] = defaultdict(list)
    for task in session.scalars(select(UserTask).where(UserTask.case_id.in_(case_ids)).order_by(UserTask.id)):
        tasks[task.case_id].append(task)
    for clock in session.scalars(
        select(Deadline).where(Deadline.case_id.in_(case_ids)).order_by(Deadline.id)
    ):
        clocks[clock.case_id].append(clock)
    for pause in session.scalars(select(Pause).where(Pause.case_id.in_(case_ids)).order_by(Pause.id)):
        if pause.span is not None:
            pauses[pause.deadline_id].append(pause.span)
    loans = session.scalars(select(Loan).where(Loan.case_id.in_(case_ids)))
    regions = {row.id: row.code for row in session.execute(select(Region.id, Region.code))}
    return _Past(tasks, clocks, pauses, {loan.case_id: loan for loan in loans}, regions)


def _of_case(session: Session, case: CaseFile, definition_id: int, past: _Past) -> Iterator[Row]:
    drawing = definition_of(session, definition_id).drawing
    applicants, his = applicants_steps(drawing), applicants_terms(drawing)
    clocks = {clock.id: clock for clock in past.clocks[case.id]}
    common = _EMPTY | {
        "case_id": case.id,
        "scheme": case.scheme,
        "process_key": case.process,
        "definition_id": definition_id,
        "region_id": case.region_id,
        "applicant_type": case.applicant_type,
    }
    region = past.regions.get(case.region_id or 0, "")
    began = case.submitted_at or case.opened_at
    yield common | _at(FlowKind.CASE_OPENED, began)
    for task in past.tasks[case.id]:
        clock = clocks.get(task.deadline_id or 0)
        mine = common | {"outcome": APPLICANTS if task.element_id in applicants else ""}
        yield from _of_task(mine, case, task, clock, region, past)
    for clock in clocks.values():
        if clock.key != PAUSE_LIMIT and not is_broken_off(clock, case.status):
            yield from _of_clock(common | {"outcome": APPLICANTS if clock.key in his else ""}, clock, past)
    if case.closed_at is not None:
        yield common | _closed(case, past.loans.get(case.id), began, region)


def _at(kind: FlowKind, at: datetime) -> Row:
    return {"kind": kind.value, "at": at, "on_day": local_date(at)}


def _of_task(
    common: Row, case: CaseFile, task: UserTask, clock: Deadline | None, region: str, past: _Past
) -> Iterator[Row]:
    row = common | {
        "element_id": task.element_id,
        "step": task.name,
        "deadline_key": clock.key if clock else "",
        "task_id": task.id,
        "department_id": task.department_id,
    }
    yield row | _at(FlowKind.TASK_OPENED, task.created_at)
    at = task.done_at if task.status == DONE else _broken_off(case, task, clock)
    if at is None:
        return
    last = local_date(at)
    spans = past.pauses.get(clock.id, []) if clock else []
    yield row | _at(FlowKind.TASK_DONE if task.status == DONE else FlowKind.TASK_CANCELLED, at) | {
        "person_id": task.done_by_id,
        "allowed_days": clock.length + clock.extension_days if clock else None,
        "used_days": worked(local_date(task.created_at), last, region, spans),
        "is_late": is_over(clock, last),
    }  # fmt: skip


def _broken_off(case: CaseFile, task: UserTask, clock: Deadline | None) -> datetime | None:
    """When a step ended undone, which no row says by itself: with its clock, else with its case, else at once."""
    if task.status != CANCELLED:
        return None
    if clock is not None and clock.cancelled_on is not None:
        return _opening(clock.cancelled_on)
    return case.closed_at or task.created_at


def _of_clock(common: Row, clock: Deadline, past: _Past) -> Iterator[Row]:
    """A miss on the day on which it was recorded, an end on its own day."""
    owner = next((task for task in past.tasks[clock.case_id] if task.deadline_id == clock.id), None)
    row = common | {
        "step": clock.name,
        "deadline_key": clock.key,
        "deadline_id": clock.id,
        "element_id": owner.element_id if owner else "",
        "department_id": owner.department_id if owner else None,
        "allowed_days": clock.length + clock.extension_days,
    }
    # A miss is dated by the end of its term, which is the first instant of the next day.
    if clock.missed_at is not None:
        yield row | _at(FlowKind.CLOCK_MISSED, clock.missed_at) | {"is_late": True}
    if clock.done_on is None:
        return
    used = clock_days(clock, clock.done_on, _spans(clock, past))
    for kind in ending_kinds(clock):
        yield row | _at(kind, _opening(clock.done_on)) | {
            "used_days": None if kind is FlowKind.CLOCK_MISSED else used,
            "is_late": kind is not FlowKind.CLOCK_MET,
        }  # fmt: skip


def _opening(day: date) -> datetime:
    return end_of(day - timedelta(days=1))


def _spans(clock: Deadline, past: _Past) -> list[Span]:
    """The pauses that count for a clock; for the promise those of every clock of the case."""
    if clock.key != PROMISE:
        return past.pauses.get(clock.id, [])
    return [span for one in past.clocks[clock.case_id] for span in past.pauses.get(one.id, [])]


def _closed(case: CaseFile, loan: Loan | None, began: datetime, region: str) -> Row:
    assert case.closed_at is not None
    return _at(FlowKind.CASE_CLOSED, case.closed_at) | {
        "outcome": case.status,
        "used_days": worked(local_date(began), local_date(case.closed_at), region, []),
        "group_code": case.group_code,
        "bank_id": loan.bank_id if loan else case.bank_id,
        "term_months": loan.term_months if loan else case.term_months,
        "guarantee_type": loan.guarantee_type if loan else "",
        "amount": loan.approved_amount if loan else case.amount,
    }
