"""Room board, order: in which order the rows of the list come, which table leads them, and the cursor that goes on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.orm import aliased

from models import board
from models.board_asked import Asked, Sort
from models.case import CaseFile
from models.deadline import NO_DEADLINE
from models.keyset import cursor_after, read_cursor
from models.keyset_text import NOTHING, amount_cursor, read_amount_cursor, read_text_cursor, text_cursor
from models.people import Permission, User
from models.workflow import IS_OPEN, OPEN, UserTask

# Sorts by what the case has, not its step; each has an index of the running cases.
_OF_CASE = (Sort.ACTED, Sort.AMOUNT, Sort.NUMBER)
_FALLING = (Sort.AMOUNT,)
# What narrows nothing.
_PLAIN = frozenset({"unit", "sort", "after", "within"})


class Placed(Protocol):
    """What a row says of its place."""

    @property
    def case_id(self) -> int: ...
    @property
    def task_id(self) -> int | None: ...
    @property
    def number(self) -> str: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def acted_at(self) -> datetime: ...
    @property
    def created_at(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime: ...


def is_led_by_cases(given: Asked, user: User) -> bool:
    """Whether the cases are walked in the asked order and their open steps looked up."""
    return _is_whole(given, user) and not given.is_of_cases and given.sort in _OF_CASE


def is_led_by_steps(given: Asked, user: User) -> bool:
    """Whether the open steps are walked in due order, and of each the case is shown whose most urgent one it is."""
    return _is_whole(given, user) and given.is_of_cases and given.sort == Sort.DUE


def _is_whole(given: Asked, user: User) -> bool:
    """Whether nearly every step or case is a row of the list: anything narrower is found first and sorted."""
    return not set(given.as_values) - _PLAIN and user.may(Permission.CASE_OVERSEE)


def urgent_step(case_id: Any) -> Any:
    """The most urgent open step of a case, as a part of a statement."""
    other = aliased(UserTask)
    is_open = other.status == literal(OPEN, literal_execute=True)
    query = select(other.id).where(other.case_id == case_id, is_open)
    return query.order_by(other.due_at, other.id).limit(1).correlate(CaseFile, UserTask).scalar_subquery()


def first_cases(where: list[ColumnElement[bool]], given: Asked, limit: int) -> tuple[Any, list[Any]]:
    """As `first_rows`, of all cases in due order: those with a step along its index, those without only when they come."""
    never, case_id = literal(NO_DEADLINE, UserTask.due_at.type), CaseFile.id
    columns = (
        case_id.label("case_id"),
        UserTask.id.label("task_id"),
        UserTask.due_at.label("key0"),
        case_id.label("key1"),
    )
    key, value, last = [UserTask.due_at, case_id], never, literal(0)
    stepped = select(*columns).select_from(UserTask).join(CaseFile, case_id == UserTask.case_id)
    stepped = stepped.where(IS_OPEN, UserTask.id == urgent_step(UserTask.case_id), *where)
    without = select(case_id, cast(null(), UserTask.id.type), never, case_id).where(
        board.has_no_step(), *where
    )
    if given.after:
        moment, row_id = read_cursor(given.after)
        value, last = literal(moment, UserTask.due_at.type), literal(row_id)
        stepped = stepped.where(tuple_(*key) > tuple_(value, last), key[0] >= value)
        without = without.where(tuple_(never, case_id) > tuple_(value, last))
    soon = stepped.order_by(*key).limit(limit).cte("soon")
    timed = select(func.count().label("n")).where(soon.c.key0 < never).subquery()
    without = without.select_from(timed).join(CaseFile, timed.c.n < limit)
    late = without.order_by(case_id).limit(limit).subquery()
    found = union_all(select(soon), select(late)).subquery()
    return found, [found.c.key0, found.c.key1]


def first_rows(narrow: Select[Any], given: Asked, limit: int) -> tuple[Any, list[Any]]:
    """The first rows behind the cursor, as a table, and by what it is ordered. Raises Refusal for a broken cursor."""
    key, is_falling = _key(given), given.sort in _FALLING
    narrow = narrow.add_columns(*(part.label(f"key{n}") for n, part in enumerate(key)))
    parts = [
        narrow.where(*where).order_by(*_ordered(key, is_falling)).limit(limit) for where in _parts(given, key)
    ]
    found: Any = parts[0].subquery()
    if len(parts) > 1:
        found = union_all(*(select(part.subquery()) for part in parts)).subquery()
    first, *others = (found.c[f"key{n}"] for n in range(len(key)))
    order = [first.desc().nulls_last()] if is_falling else [first]
    return found, [*order, *_ordered(others, is_falling)]


def cursor_of(row: Placed, given: Asked) -> str:
    """The cursor that continues after a row."""
    last = row.case_id if given.is_of_cases else row.task_id or 0
    if given.sort == Sort.AMOUNT:
        return amount_cursor(NOTHING if row.amount is None else int(row.amount * 100), last)
    if given.sort == Sort.NUMBER:
        return text_cursor(row.number, last)
    return cursor_after(_moment(row, given), last)


def _ordered(key: list[Any], is_falling: bool) -> list[Any]:
    return [part.desc() if is_falling else part for part in key]


def _key(given: Asked) -> list[Any]:
    """What the rows are ordered by, the last part unique."""
    of_case = {Sort.ACTED: CaseFile.acted_at, Sort.AMOUNT: CaseFile.amount, Sort.NUMBER: CaseFile.number}
    if given.sort in of_case:
        last = [] if given.is_of_cases else [UserTask.id]
        return [of_case[Sort(given.sort)], CaseFile.id, *last]
    if given.sort == Sort.ARRIVED:
        return [CaseFile.opened_at, CaseFile.id] if given.is_of_cases else [UserTask.created_at, UserTask.id]
    due = UserTask.due_at
    if given.is_of_cases:
        return [func.coalesce(due, literal(NO_DEADLINE, due.type), type_=due.type), CaseFile.id]
    return [due, UserTask.id]


def _parts(given: Asked, key: list[Any]) -> list[list[ColumnElement[bool]]]:
    """What the rows meet that come; by amount those without one follow, for an index knows no amount that is none."""
    read, row_id = _read(given) if given.after else (None, 0)
    value, place = literal(read, key[0].type), _place(key, row_id)
    if given.sort == Sort.AMOUNT:
        nothing = [CaseFile.amount.is_(None)]
        if given.after and read is None:
            return [[*nothing, tuple_(*key[1:]) < tuple_(*place)]]
        behind = [tuple_(*key) < tuple_(value, *place), key[0] <= value] if given.after else []
        return [[CaseFile.amount.is_not(None), *behind], nothing]
    if not given.after:
        return [[]]
    # The second says it again to the index of the first part alone: the parts belong to two tables.
    return [[tuple_(*key) > tuple_(value, *place), key[0] >= value]]


def _place(key: list[Any], row_id: int) -> list[Any]:
    """What stands behind the first part of the key for the row of that id."""
    if len(key) == 2:
        return [literal(row_id)]
    step = aliased(UserTask)
    return [select(step.case_id).where(step.id == row_id).scalar_subquery(), literal(row_id)]


def _read(given: Asked) -> tuple[Any, int]:
    if given.sort == Sort.AMOUNT:
        fen, row_id = read_amount_cursor(given.after)
        return (None if fen == NOTHING else Decimal(fen) / 100), row_id
    if given.sort == Sort.NUMBER:
        return read_text_cursor(given.after)
    return read_cursor(given.after)


def _moment(row: Placed, given: Asked) -> datetime:
    if given.sort == Sort.ACTED:
        return row.acted_at
    if given.sort == Sort.ARRIVED:
        return row.opened_at if given.is_of_cases or row.created_at is None else row.created_at
    return row.due_at
