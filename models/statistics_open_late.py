"""Room statistics, open and late: steps over their term and not done at the end of a period, which no rate of finished work shows.

Read from the flow records: a miss that no end, lifting or cancelling has followed by then. A period that is over keeps
its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from models.deadline import Deadline
from models.flow_record import APPLICANTS, FlowKind, FlowRecord
from models.people import Department, User
from models.statistics_scope import Scope, Wanted, criteria, narrowed, scope_of
from models.workflow import UserTask

_ADDS = (FlowKind.CLOCK_MISSED.value,)
_ENDS = (FlowKind.CLOCK_LATE.value, FlowKind.CLOCK_LIFTED.value)
_AGAIN = FlowKind.CLOCK_REOPENED.value


@dataclass(frozen=True)
class OpenLate:
    """So many steps of one kind at one office."""

    process_key: str
    element_id: str
    step: str
    department_id: int
    department: str
    number: int


def open_late(session: Session, user: User, wanted: Wanted) -> list[OpenLate]:
    """Of everything that a person may read, by step and office. Raises Forbidden, Refusal. One statement beside the scope."""
    scope, record = narrowed(session, scope_of(session, user), wanted), FlowRecord
    left = _left(scope, wanted)
    columns = (record.process_key, record.element_id, record.department_id)
    # A record of a clock tells the name of its term, not of its step.
    step = select(func.max(UserTask.name)).where(
        UserTask.case_id == record.case_id, UserTask.element_id == record.element_id
    )
    named = step.correlate(record).scalar_subquery()
    query = (
        select(*columns, func.max(named), func.max(Department.name), func.count())
        .join(left, left.c.latest == record.id)
        .join(Deadline, Deadline.id == record.deadline_id)
        .outerjoin(Department, Department.id == record.department_id)
        .where(_not_cancelled(wanted))
        .group_by(*columns)
        .order_by(*columns)
    )
    return _lines(session.execute(query).all())


def is_standing(scope: Scope, wanted: Wanted) -> ColumnElement[bool]:
    """Criterion: the records that `open_late` counts, one a term."""
    counts = (
        exists().where(Deadline.id == FlowRecord.deadline_id, _not_cancelled(wanted)).correlate(FlowRecord)
    )
    return and_(FlowRecord.id.in_(select(_left(scope, wanted).c.latest)), counts)


def _left(scope: Scope, wanted: Wanted) -> Any:
    """Of each term that was missed and by then neither ended nor lifted its latest record."""
    record = FlowRecord
    # A late end that was taken back lets the term run on, over as it was.
    sign = case((record.kind.in_(_ENDS), -1), else_=1)
    return (
        select(record.deadline_id, func.max(record.id).label("latest"))
        .where(record.on_day <= wanted.period.last, record.outcome != APPLICANTS, _moves())
        .where(record.department_id.is_not(None), *criteria(record, scope, wanted))
        .group_by(record.deadline_id)
        .having(func.sum(sign) > 0)
        .subquery()
    )


def _not_cancelled(wanted: Wanted) -> ColumnElement[bool]:
    return or_(Deadline.cancelled_on.is_(None), Deadline.cancelled_on > wanted.period.last)


def _moves() -> Any:
    record = FlowRecord
    return or_(record.kind.in_((*_ADDS, *_ENDS)), and_(record.kind == _AGAIN, record.is_late.is_(True)))


def _lines(rows: Sequence[Any]) -> list[OpenLate]:
    return [
        OpenLate(process, element, step or element, office, name or "（已撤销的机构）", number)
        for process, element, office, step, name, number in rows
    ]
