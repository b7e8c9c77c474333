"""Room statistics, sum: what stands above a list of records: how many, how many late, how long they took, how much money."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session

from models.database import Money
from models.flow_record import APPLICANTS, FlowKind, FlowRecord
from models.people import User
from models.statistics_asked import Asked, Figure
from models.statistics_days import Days, percent
from models.statistics_list import conditions, sight
from models.statistics_rows import closed_months, counted
from models.statistics_scope import Scope, Wanted

# Kind, whose it was, used days, whether late.
Key = tuple[str, str, int | None, bool]
_NAMES = ("kind", "outcome", "used_days", "is_late")


@dataclass
class Summary:
    """The figure itself, counted as the page of the statistics counts it."""

    number: int = 0
    late: int = 0
    met: int = 0
    amount: Decimal = Decimal("0.00")
    days: Days = field(default_factory=Days)

    @property
    def rate(self) -> float | None:
        """Of terms that were kept or missed those that were kept, in percent."""
        return percent(self.met, self.number)

    def add(self, key: Key, number: int) -> None:
        """So many records of one kind."""
        kind, _outcome, used, is_late = key
        self.number += number
        self.late += number if is_late else 0
        self.met += number if kind == FlowKind.CLOCK_MET else 0
        self.days.add(used, number)


def summary(session: Session, user: User, wanted: Wanted, given: Asked) -> Summary:
    """How many records the list has and what they come to. Raises Forbidden, Refusal. A fixed number of statements."""
    scope, wanted = sight(session, user, wanted, given)
    if given.kind in (Figure.OPEN_LATE, Figure.CLASSIFIED):
        return _of_records(session, scope, wanted, given)
    found = Summary()
    asked = [(name, value) for name, value in _equal(given) if value is not None]
    closed = closed_months(session, wanted.period)
    for key, number in counted(session, scope, wanted, given.kind.family, _NAMES, closed, *asked).items():
        if _counts(given, key):
            found.add(key, number)
    return found


def _equal(given: Asked) -> list[tuple[str, Any]]:
    return [
        ("process_key", given.process or None), ("deadline_key", given.deadline or None),
        ("element_id", given.element or None), ("definition_id", given.version), ("department_id", given.office),
        ("is_late", True if given.late else None),
    ]  # fmt: skip


def _counts(given: Asked, key: Key) -> bool:
    """Whether records of that kind belong to the figure; as statistics_list says it to the database."""
    kind, outcome, used, _is_late = key
    if kind not in given.kind.kinds:
        return False
    if given.kind.is_of_clocks and (outcome == APPLICANTS) != given.applicants:
        return False
    if given.kind is Figure.OFFICE_DONE and outcome == APPLICANTS:
        return False
    if given.kind is Figure.ENDED and used is None:
        return False
    if given.spread is None:
        return True
    least, most = given.days
    return least <= (used or 0) and (most is None or (used or 0) <= most)


def _of_records(session: Session, scope: Scope, wanted: Wanted, given: Asked) -> Summary:
    """Of what no month keeps: the records themselves are counted."""
    columns = [getattr(FlowRecord, name) for name in _NAMES]
    money = type_coerce(func.coalesce(func.sum(FlowRecord.amount), 0), Money())
    query = select(*columns, func.count(), money).where(*conditions(session, scope, wanted, given))
    rows: Counter[Key] = Counter()
    found = Summary()
    for *key, number, amount in session.execute(query.group_by(*columns)):
        rows[tuple(key)] += number
        found.amount += amount
    for each, number in rows.items():
        found.add(each, number)
    return found
