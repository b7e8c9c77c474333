"""A county of two thousand cases made fifty or five hundred times as large: the database copies the rows, moved on by their numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from benchmarks.big_county import BATCH, TASKS_A_CASE, T, analyse, case_number
from models import database
from models.case_bigram import write_rows

# So many cases are made one by one; that many more names and instants are not needed.
BASE = 2_000
Moved = dict[str, int]
# Table → columns that go on with the numbers of cases, each by so much a case; what is not named is the same, `id` is given anew.
CASES: dict[str, Moved] = {"case_file": {"id": 1}, "case_department": {"case_id": 1}}
STEPS: dict[str, Moved] = {
    "deadline": {"id": TASKS_A_CASE, "case_id": 1},
    "user_task": {"id": TASKS_A_CASE, "case_id": 1, "deadline_id": TASKS_A_CASE},
    "process_instance": {"case_id": 1},
    "flow_record": {"case_id": 1, "task_id": TASKS_A_CASE, "deadline_id": TASKS_A_CASE},
    "audit_event": {"chain": 1, "case_id": 1},
    "access_record": {"case_id": 1},
    "notification": {"case_id": 1},
    "dossier": {"case_id": 1},
}


def multiply(cases: int, tables: dict[str, Moved]) -> None:
    """Make `cases` cases out of the first BASE, with their rows in these tables."""
    for start in range(BASE, cases, BASE):
        count = min(BASE, cases - start)
        with database.bound().writer.begin() as connection:
            _trust(connection)
            for name, moved in tables.items():
                connection.execute(_copied(T[name], moved, start, count))
            if "case_file" in tables:
                _make_findable(connection, start, count)
    if cases > BASE:
        analyse()


def _trust(connection: sa.Connection) -> None:
    """What is copied refers to what is there: a server need not look that up row by row."""
    if database.bound().is_sqlite:
        connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    elif connection.execute(sa.text("SELECT current_setting('is_superuser')")).scalar_one() == "on":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))


def _copied(table: sa.Table, moved: Moved, start: int, count: int) -> Any:
    """INSERT … SELECT of the rows of the first `count` cases, as those of the cases behind `start`."""
    texts: dict[str, Callable[[], Any]] = {
        "number": lambda: "CD2026" + _padded(table.c.id + start, 8),
        "engine_task_id": lambda: _padded(table.c.id + start * TASKS_A_CASE, 36),
    }
    chosen: dict[str, Any] = {}
    for column in table.columns:
        if column.name in moved:
            chosen[column.name] = column + start * moved[column.name]
        elif column.name in texts and "id" in moved:
            chosen[column.name] = texts[column.name]()
        elif column.name != "id":
            chosen[column.name] = column
    case_id = table.c.case_id if "case_id" in table.c else table.c.id
    # Written as BigInteger or text: what is copied is neither deciphered nor read as money.
    return table.insert().from_select(list(chosen), sa.select(*chosen.values()).where(case_id <= count))


def _padded(number: Any, width: int) -> Any:
    if database.bound().is_sqlite:
        return sa.func.printf(f"%0{width}d", number, type_=sa.String)
    return sa.func.lpad(sa.cast(number, sa.String), width, "0", type_=sa.String)


def _make_findable(connection: sa.Connection, start: int, count: int) -> None:
    """As the flush of a session does it, by the batch."""
    table = T["case_file"]
    query = sa.select(table.c.id, table.c.applicant_name).where(
        table.c.id > start, table.c.id <= start + count
    )
    rows = [(row.id, case_number(row.id), row.applicant_name) for row in connection.execute(query)]
    for first in range(0, count, BATCH):
        write_rows(connection, rows[first : first + BATCH])
