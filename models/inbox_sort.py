"""Room inbox, sort: the orders of a list, each with a cursor that continues after a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, tuple_, type_coerce

from models.case import CaseFile
from models.inbox_scope import Scope
from models.keyset import cursor_after, read_cursor
from models.keyset_text import NOTHING, amount_cursor, read_amount_cursor, read_text_cursor, text_cursor
from models.vocabulary import Labelled
from models.workflow import UserTask


class Sort(Labelled):
    """By what a list is ordered."""

    DUE = "due", "时限"
    ARRIVED = "arrived", "到达时间"
    AMOUNT = "amount", "金额"
    NAME = "name", "申请人"
    NUMBER = "number", "案卷号"
    DONE = "done", "办结时间"


@dataclass(frozen=True)
class Order:
    """A sort with its direction; as text `amount` or `-amount`."""

    sort: Sort = Sort.DUE
    is_descending: bool = False

    @property
    def text(self) -> str:
        return f"{'-' if self.is_descending else ''}{self.sort.value}"

    @property
    def label(self) -> str:
        """What the page calls it."""
        return f"{self.sort.label}{'降序' if self.is_descending else '升序'}"


_FIRST, _LATEST = Order(), Order(Sort.DONE, True)
_FALLS = (Sort.ARRIVED, Sort.AMOUNT)


@dataclass(frozen=True)
class _Key:
    """The column behind a sort, and how its value stands in a cursor."""

    column: ColumnElement[Any]
    write: Callable[[Any], str]
    read: Callable[[str], tuple[Any, int]]


def _instant(name: str, column: Any) -> _Key:
    def write(row: Any) -> str:
        moment: datetime = getattr(row, name)
        return cursor_after(moment, row.task_id)

    return _Key(column, write, read_cursor)


def _text(name: str, column: Any) -> _Key:
    return _Key(column, lambda row: text_cursor(getattr(row, name), row.task_id), read_text_cursor)


def _write_amount(row: Any) -> str:
    return amount_cursor(NOTHING if row.amount is None else int(row.amount * 100), row.task_id)


_KEYS = {
    Sort.DUE: _instant("due_at", UserTask.due_at),
    Sort.ARRIVED: _instant("created_at", UserTask.created_at),
    Sort.DONE: _instant("done_at", UserTask.done_at),
    Sort.AMOUNT: _Key(
        func.coalesce(type_coerce(CaseFile.amount, BigInteger), NOTHING), _write_amount, read_amount_cursor
    ),
    Sort.NAME: _text("applicant_name", CaseFile.applicant_name),
    Sort.NUMBER: _text("number", CaseFile.number),
}


def orders_of(scope: Scope) -> tuple[Order, ...]:
    """The orders that a list of this scope offers; the first is the one without being asked."""
    if scope is Scope.DONE:
        return _LATEST, Order(Sort.DONE)
    both = [Order(sort, falls) for sort in Sort if sort is not Sort.DONE for falls in (False, True)]
    return tuple(both)


def order_named(text: str, scope: Scope) -> Order:
    """The order of that text; the scope's own when it has no such order."""
    known = {order.text: order for order in orders_of(scope)}
    return known.get(text, orders_of(scope)[0])


def turned(order: Order, sort: Sort) -> Order:
    """What a click on the head of a column asks for: the other direction, or the column's natural one."""
    if order.sort is sort:
        return Order(sort, not order.is_descending)
    return Order(sort, sort in _FALLS or sort is Sort.DONE)


def continued(query: Any, order: Order, after: str) -> Any:
    """The query in that order, behind the cursor. Raises Refusal for a broken cursor."""
    key = _KEYS[order.sort]
    if after:
        place, cursor = tuple_(key.column, UserTask.id), key.read(after)
        query = query.where(place < cursor if order.is_descending else place > cursor)
    columns = (key.column, UserTask.id)
    return query.order_by(*(column.desc() if order.is_descending else column for column in columns))


def cursor_of(order: Order, row: Any) -> str:
    """The cursor that continues after a row of the list (its columns, or an `Item`)."""
    return _KEYS[order.sort].write(row)
