"""How the database answers: the statements of a reading session, and the plan of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from models import database


@contextmanager
def noted() -> Iterator[list[tuple[str, Any]]]:
    """What readers ask while it is open: statements with their values."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        asked.append((statement, given))

    reader = database.bound().reader
    sa.event.listen(reader, "before_cursor_execute", note)
    yield asked
    sa.event.remove(reader, "before_cursor_execute", note)


def plan(text: str, given: Any) -> str:
    """How the database will answer; a small table is no reason to read it whole."""
    bound = database.bound()
    with bound.reader.connect() as connection:
        if not bound.is_sqlite:
            for way in ("seqscan", "sort", "bitmapscan"):
                connection.exec_driver_sql(f"SET enable_{way} = off")
        word = "EXPLAIN QUERY PLAN" if bound.is_sqlite else "EXPLAIN"
        rows = connection.exec_driver_sql(f"{word} {text}", given).all()
    return "\n".join(str(row) for row in rows)
