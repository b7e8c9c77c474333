"""One order of locks for everybody: the calendar's row before any other, the system's chain after all others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier, Event
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from models import audit, database
from models.audit import AuditEvent
from models.calendar_book import APPLIED, CalendarNotice
from models.calendar_draft import Typed, read_rows
from models.case import locked
from models.database import reading, transaction
from processes import calendar as verbs
from tests.invariants import check_all
from tests.notices import notice
from tests.world import World

# A table in which a row was locked or written carries a lock of its own for it.
MINE = """SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND relkind = 'r' AND mode <> 'AccessShareLock'"""


@pytest.fixture(autouse=True)
def _server(world: World) -> None:
    if database.bound().is_sqlite:
        pytest.skip("SQLite has one writer at a time: nobody waits for a row")


@contextmanager
def held_before(*asked: str) -> Iterator[list[list[tuple[str, str]]]]:
    """For each statement that holds these words: what its transaction had locked of tables and rows by then."""
    seen: list[list[tuple[str, str]]] = []

    def note(connection: sa.Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if all(words in statement for words in asked):
            with connection.connection.cursor() as cursor:
                cursor.execute(MINE)
                seen.append(sorted(cursor.fetchall()))

    engine = database.bound().writer
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_whoever_changes_calendar_or_clock_holds_nothing_else_by_then(
    sign_in: Callable[[str], FlaskClient],
) -> None:
    client = sign_in("guanli")
    where = client.post("/calendar/import/text", data={"text": notice(2027), "region": "national"}).location
    doors = [
        ("/calendar/office-hour", {"opens": "09:00"}),
        (f"{where}/apply", {"seen": "1"}),
        (f"{where}/undo", {}),
        ("/clock", {"day": "2026-03-03", "hour": "09:00"}),
    ]
    with held_before("FROM installation", "FOR UPDATE") as held:
        for path, data in doors:
            assert client.post(path, data=data).status_code in (200, 302), path
    # Its own share of that row, as every knock has.
    assert held == [[("installation", "RowShareLock")]] * len(doors)


def test_the_chain_of_the_system_is_the_last_that_a_knock_locks(world: World) -> None:
    """Two knocks that note something of the system and need the same case, in opposite orders."""
    case_id, both = world.submitted(), Barrier(2)

    def note(first: bool) -> None:
        with transaction() as session:
            if first:
                audit.record(session, "region.added", "先记后锁", actor=None)
                both.wait(10)
                locked(session, case_id)
            else:
                locked(session, case_id)
                both.wait(10)
                audit.record(session, "region.added", "先锁后记", actor=None)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(note, [True, False]))
    with reading() as session:
        told = sa.select(AuditEvent.summary).where(AuditEvent.action == "region.added")
        assert sorted(session.scalars(told)) == ["先记后锁", "先锁后记"]
        check_all(session)


def test_a_notice_brought_and_applied_in_one_go_waits_for_a_knock_that_is_logged(world: World) -> None:
    """The knock holds the calendar and needs the chain; the notice needs the calendar after it was logged."""
    opened = Event()

    def decree() -> None:
        draft = read_rows(2026, "days", "测试文", [Typed(date(2026, 3, 5), None, "off", "测试假日")])
        assert opened.wait(10)
        with transaction() as session:
            verbs.apply(session, verbs.propose(session, draft, None).id, None)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(decree)
        with transaction() as session:
            opened.set()
            _until_somebody_waits()
            audit.record(session, "region.added", "其间", actor=None)
        waiting.result(10)
    with reading() as session:
        newest = sa.select(CalendarNotice.state).order_by(CalendarNotice.id.desc()).limit(1)
        assert session.scalar(newest) == APPLIED
        check_all(session)


def _until_somebody_waits() -> None:
    """Until a transaction stands still behind a lock of another."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with reading() as session:
            if session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
