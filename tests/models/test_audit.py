"""The log: chained, verifiable, and closed to changes in the database itself."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from models import audit
from models.database import Database, reading, transaction
from tests.world import World, answers


def _open(database: Database) -> None:
    """Take the guard away, as somebody with the keys of the database could."""
    drops = (
        ["DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete"]
        if database.is_sqlite
        else ["DROP TRIGGER audit_event_append_only ON audit_event"]
    )
    with database.writer.begin() as connection:
        for statement in drops:
            connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET summary = 'x'", "DELETE FROM audit_event"])
def test_the_database_refuses_to_change_the_log(world: World, url: str, statement: str) -> None:
    world.submitted()
    database = Database(url)
    with pytest.raises(DatabaseError, match="append-only"), database.writer.begin() as connection:
        connection.execute(text(statement))
    database.dispose()


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_event SET summary = 'x' WHERE chain = 1 AND seq = 2",
        "UPDATE audit_event SET actor_name = '别人' WHERE chain = 1 AND seq = 1",
        "DELETE FROM audit_event WHERE chain = 1 AND seq = 2",
        "UPDATE audit_event SET case_id = NULL WHERE chain = 1 AND seq = 2",
        "DELETE FROM audit_event WHERE chain = 1 AND seq = (SELECT max(seq) FROM audit_event WHERE chain = 1)",
    ],
)
def test_every_forgery_is_found(world: World, url: str, forgery: str) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    with reading() as session:
        assert list(audit.verify(session)) == []
    database = Database(url)
    _open(database)
    with database.writer.begin() as connection:
        connection.execute(text(forgery.replace("chain = 1", f"chain = {case_id}")))
    database.dispose()
    with reading() as session:
        assert len(list(audit.verify(session))) == 1


def test_a_chain_emptied_with_its_head_is_found(world: World, url: str) -> None:
    case_id = world.submitted()
    database = Database(url)
    _open(database)
    with database.writer.begin() as connection:
        connection.execute(text(f"DELETE FROM audit_event WHERE chain = {case_id}"))
        connection.execute(text(f"UPDATE case_file SET audit_seq = 0, audit_head = '' WHERE id = {case_id}"))
    database.dispose()
    with reading() as session:
        assert len(list(audit.verify(session))) == 1


def test_an_act_whose_log_line_fails_does_not_happen(world: World) -> None:
    case_id = world.submitted()
    with pytest.raises(RuntimeError), transaction() as session:
        case = session.get_one(audit.CaseFile, case_id)
        case.applicant_name = "改名"
        audit.record(session, "case.edited", "x", actor=None, case=case)
        raise RuntimeError
    with reading() as session:
        assert session.get_one(audit.CaseFile, case_id).applicant_name != "改名"
        assert list(audit.verify(session)) == []
