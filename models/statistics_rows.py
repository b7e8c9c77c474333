"""Room statistics, rows: flow records counted by whatever is asked for, in a fixed number of statements.

Months that are over are read from FlowMonth, the other days from the records themselves. What was taken back within
the period no longer counts in it; what is taken back later still does: the figure of a period that is over stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, extract, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from models.flow_record import TAKES_BACK, FlowKind, FlowMonth, FlowMonthClose, FlowRecord
from models.statistics_period import Period
from models.statistics_scope import Scope, Wanted, criteria

Key = tuple[Any, ...]
MONTH = "month"
# What the rows of a month keep and may be counted by.
DIMENSIONS = (
    "kind", "scheme", "process_key", "definition_id", "element_id", "step", "deadline_key", "department_id",
    "region_id", "outcome", "allowed_days", "used_days", "is_late",
)  # fmt: skip


def closed_months(session: Session, period: Period) -> set[date]:
    """The months of a period that FlowMonth holds and that lie in it whole; one statement."""
    query = select(FlowMonthClose.month).where(
        FlowMonthClose.month.between(period.first.replace(day=1), period.last)
    )
    return {month for month in session.scalars(query) if period.whole(month)}


def counted(
    session: Session,
    scope: Scope,
    wanted: Wanted,
    kinds: Collection[FlowKind],
    names: Sequence[str],
    closed: set[date],
    *where: tuple[str, Any],
) -> Counter[Key]:
    """How many records of those kinds there are, by `names` (DIMENSIONS, or MONTH as year × 12 + month − 1).

    One statement. `where`: name and value of a dimension each.
    """
    parts = [_of_months(scope, wanted, kinds, names, closed, where)] if closed else []
    stretches = list(wanted.period.without(closed))
    if stretches:
        parts.append(_of_days(scope, wanted, kinds, names, stretches, where))
    parts.extend(
        _taken_back(scope, wanted, kind, names, where)
        for kind, taken in TAKES_BACK.items()
        if set(taken) <= set(kinds)
    )
    rows = union_all(*parts).subquery()
    columns = list(rows.c)
    total = select(*columns[:-1], func.sum(columns[-1])).group_by(*columns[:-1])
    found = Counter({tuple(row[:-1]): int(row[-1]) for row in session.execute(total)})
    return +found


def month_number(day: date) -> int:
    """A month as one number that grows by one a month."""
    return day.year * 12 + day.month - 1


def month_title(number: int) -> str:
    """2026-03."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def _of_months(
    scope: Scope,
    wanted: Wanted,
    kinds: Iterable[FlowKind],
    names: Sequence[str],
    closed: set[date],
    where: Iterable[tuple[str, Any]],
) -> Any:
    columns = _columns(FlowMonth, names, FlowMonth.month)
    return (
        select(*columns, func.sum(FlowMonth.number).label("number"))
        .where(FlowMonth.month.in_(sorted(closed)), FlowMonth.kind.in_([kind.value for kind in kinds]))
        .where(*criteria(FlowMonth, scope, wanted), *_narrowing(FlowMonth, where))
        .group_by(*columns)
    )


def _of_days(
    scope: Scope,
    wanted: Wanted,
    kinds: Iterable[FlowKind],
    names: Sequence[str],
    stretches: Iterable[Period],
    where: Iterable[tuple[str, Any]],
) -> Any:
    columns = _columns(FlowRecord, names, FlowRecord.on_day)
    days = or_(*(FlowRecord.on_day.between(part.first, part.last) for part in stretches))
    return (
        select(*columns, func.count().label("number"))
        .where(FlowRecord.kind.in_([kind.value for kind in kinds]), days)
        .where(*criteria(FlowRecord, scope, wanted), *_narrowing(FlowRecord, where))
        .group_by(*columns)
    )


def _taken_back(
    scope: Scope, wanted: Wanted, kind: FlowKind, names: Sequence[str], where: Iterable[tuple[str, Any]]
) -> Any:
    """What was counted within the period and was taken back within it, as minus; by months: within its month."""
    first, last = wanted.period.first, wanted.period.last
    grouped = dict(zip(names, _columns(FlowRecord, names, FlowRecord.on_day), strict=True))
    columns = list({**grouped, **_taken_kind(kind, names)}.values())
    if len(TAKES_BACK[kind]) == 1:
        grouped.pop("kind", None)  # PostgreSQL groups by no constant
    query = (
        select(*columns, (-func.count()).label("number"))
        .where(FlowRecord.kind == kind.value, FlowRecord.on_day.between(first, last))
        .where(FlowRecord.counted_on >= first)
        .where(*criteria(FlowRecord, scope, wanted), *_narrowing(FlowRecord, where))
        .group_by(*{**grouped, **({} if len(TAKES_BACK[kind]) == 1 else _taken_kind(kind, names))}.values())
        .having(func.count() > 0)
    )
    if MONTH in names:
        query = query.where(_month(FlowRecord.counted_on) == _month(FlowRecord.on_day))
    return query


def _taken_kind(kind: FlowKind, names: Sequence[str]) -> dict[str, Any]:
    """Of which kind the row was that is taken back; nothing when nobody asks."""
    if "kind" not in names:
        return {}
    taken: list[Any] = [literal_column(f"'{one.value}'") for one in TAKES_BACK[kind]]
    if len(taken) == 1:
        return {"kind": taken[0].label("kind")}
    met, late = taken
    return {"kind": case((FlowRecord.is_late, late), else_=met).label("kind")}


def _columns(table: Any, names: Sequence[str], day: Any) -> list[Any]:
    return [_month(day).label(MONTH) if name == MONTH else getattr(table, name).label(name) for name in names]


def _month(day: Any) -> Any:
    # Written, not bound: PostgreSQL must see the same expression in the list and in GROUP BY.
    return extract("year", day) * literal_column("12") + extract("month", day) - literal_column("1")


def _narrowing(table: Any, where: Iterable[tuple[str, Any]]) -> list[ColumnElement[bool]]:
    return [getattr(table, name) == value for name, value in where]
