"""Room statistics, class rows: which records a class of the classified statistics holds, as a criterion."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from models.case_status import TERMINATED, CaseStatus
from models.flow_record import FlowRecord
from models.scheme import Scheme
from models.statistics_asked import Asked, Ended
from models.statistics_classes import (
    AMOUNTS,
    TERMS,
    UNKNOWN,
    ClassBy,
    amount_title,
    class_titles_of,
    term_title,
)
from models.statistics_period import Period

_COLUMNS: dict[ClassBy, Any] = {
    ClassBy.GROUP: FlowRecord.group_code,
    ClassBy.KIND: FlowRecord.applicant_type,
    ClassBy.BANK: FlowRecord.bank_id,
    ClassBy.REGION: FlowRecord.region_id,
    ClassBy.TERM: FlowRecord.term_months,
    ClassBy.GUARANTEE: FlowRecord.guarantee_type,
    ClassBy.AMOUNT: FlowRecord.amount,
}
_RANGES = {ClassBy.TERM: (TERMS, term_title), ClassBy.AMOUNT: (AMOUNTS, amount_title)}


def class_criteria(session: Session, given: Asked, period: Period) -> Iterator[ColumnElement[bool]]:
    """The records of one class, and of one way to end; one statement at most."""
    yield FlowRecord.scheme == Scheme.STARTUP_LOAN.value
    if given.by and given.value:
        by = ClassBy(given.by)
        yield _range(by, given.value) if by in _RANGES else _named(session, by, given.value, period)
    if given.ended:
        yield _ended(Ended(given.ended))


def _ended(ended: Ended) -> ColumnElement[bool]:
    outcome = FlowRecord.outcome
    return {
        Ended.PAID: outcome == CaseStatus.DISBURSED.value,
        Ended.UNPAID: outcome != CaseStatus.DISBURSED.value,
        Ended.REFUSED: outcome == CaseStatus.REFUSED.value,
        Ended.WITHDRAWN: outcome.in_([one.value for one in TERMINATED]),
    }[ended]


def _range(by: ClassBy, title: str) -> ColumnElement[bool]:
    column, (ends, titled) = _COLUMNS[by], _RANGES[by]
    if title == UNKNOWN:
        return column.is_(None)  # type: ignore[no-any-return]  # a column of any class
    exact = Decimal if by is ClassBy.AMOUNT else int
    lower: int | None = None
    for end in (*ends, None):
        if title == titled(ends[-1] + 1 if end is None else end):
            upper = column <= exact(end) if end is not None else column.is_not(None)
            return upper if lower is None else (column > exact(lower)) & upper  # type: ignore[no-any-return]  # SQLAlchemy's &
        lower = end
    return false()


def _named(session: Session, by: ClassBy, title: str, period: Period) -> ColumnElement[bool]:
    """The values of the period that are called so: two banks of one name are one class."""
    column, titled = _COLUMNS[by], class_titles_of(session)[by]
    days = FlowRecord.on_day.between(period.first, period.last)
    values = session.scalars(select(column).where(FlowRecord.kind == "case.closed", days).distinct())
    found = [one for one in values if titled(SimpleNamespace(**{column.key: one}))[1] == title]
    return or_(
        column.in_([one for one in found if one is not None]), *([column.is_(None)] if None in found else [])
    )
