"""The anchors: what the chains alone do not show, a log cut short together with its heads, is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from models import audit, audit_anchor
from models.audit import AuditEvent
from models.audit_anchor import AuditAnchor
from models.calendar import real_now
from models.database import bound, reading, transaction
from processes import installation
from tests.models.test_audit import _open
from tests.world import World, answers
from webapp.jobs import anchor, anchor_if_due


@contextmanager
def forging() -> Iterator[Connection]:
    """The database without its guards, as somebody with its password could have it."""
    _open(bound())
    with bound().writer.begin() as connection:
        yield connection


def verdict(*kept: str) -> list[str]:
    """What the anchors say; the chains alone say nothing."""
    with reading() as session:
        assert list(audit.verify(session)) == []
        return list(audit_anchor.verify(session, kept))


def anchors() -> list[AuditAnchor]:
    with reading() as session:
        return list(session.scalars(select(AuditAnchor).order_by(AuditAnchor.id)))


def worked(world: World) -> int:
    """A case with an anchor in the middle of its life and one at the end."""
    case_id = world.submitted()
    anchor()
    world.complete(case_id, "acceptance", answers("acceptance"))
    world.submitted()
    anchor()
    return case_id


def cut(connection: Connection, case_id: int, seq: int) -> None:
    """Delete the events of a case after `seq` and set its head back to it."""
    connection.execute(text(f"DELETE FROM audit_event WHERE chain = {case_id} AND seq > {seq}"))
    head = f"(SELECT digest FROM audit_event WHERE chain = {case_id} AND seq = {seq})"
    connection.execute(
        text(f"UPDATE case_file SET audit_seq = {seq}, audit_head = {head} WHERE id = {case_id}")
    )


def test_anchors_of_a_whole_log_hold_and_later_events_do_not_touch_them(world: World) -> None:
    worked(world)
    assert verdict() == []
    world.submitted()
    first, second = anchors()
    assert verdict(first.root, second.root) == []
    assert (first.previous, second.previous) == ("", first.root)
    assert second.last_event_id > first.last_event_id
    assert second.chains == 2


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_tail_cut_off_with_its_head_set_back_is_found(world: World, k: int) -> None:
    case_id = worked(world)
    with reading() as session:
        last = session.scalar(select(func.max(AuditEvent.seq)).where(AuditEvent.chain == case_id)) or 0
    with forging() as connection:
        cut(connection, case_id, last - k)
    assert "与审计日志不符" in verdict()[-1]


def test_a_cut_tail_written_anew_is_found(world: World) -> None:
    case_id = worked(world)
    with forging() as connection:
        cut(connection, case_id, 1)
    with transaction() as session:
        case = session.get_one(audit.CaseFile, case_id)
        audit.record(session, "case.edited", "另写", actor=None, case=case)
    assert verdict() != []


def test_a_chain_deleted_with_its_head_is_found(world: World) -> None:
    with transaction() as session:
        audit.record(session, "clock.set", "x", actor=None)
    worked(world)
    with forging() as connection:
        connection.execute(text("DELETE FROM audit_event WHERE chain = 0"))
        connection.execute(text("DELETE FROM audit_chain"))
    assert verdict()[0].startswith("锚点 1（")


def test_a_forged_or_removed_anchor_is_found(world: World) -> None:
    worked(world)
    world.submitted()
    anchor()
    first, second, third = anchors()
    drops = (
        ["DROP TRIGGER audit_anchor_no_update", "DROP TRIGGER audit_anchor_no_delete"]
        if bound().is_sqlite
        else ["DROP TRIGGER audit_anchor_append_only ON audit_anchor"]
    )
    with bound().writer.begin() as connection:
        for drop in drops:
            connection.execute(text(drop))
        connection.execute(text(f"DELETE FROM audit_anchor WHERE id = {second.id}"))
    assert [line.split("（")[0] for line in verdict()] == [f"锚点 {third.id}"]
    with bound().writer.begin() as connection:
        connection.execute(text(f"DELETE FROM audit_anchor WHERE id = {third.id}"))
    # Without its newest anchors a log looks whole: the root kept outside tells.
    assert verdict(first.root) == []
    (message,) = verdict(first.root, third.root)
    assert third.root in message


@pytest.mark.parametrize("statement", ["UPDATE audit_anchor SET root = 'x'", "DELETE FROM audit_anchor"])
@pytest.mark.parametrize("is_migrated", [False, True])
def test_the_database_refuses_to_change_an_anchor(
    world: World, url: str, statement: str, is_migrated: bool
) -> None:
    if is_migrated:
        bound().dispose()
        installation.wipe(url)
        installation.upgrade(url)
        with transaction() as session:
            installation.prepare(session, is_training=True)
            audit.record(session, "clock.set", "x", actor=None)
    else:
        world.submitted()
    assert anchor()
    with pytest.raises(DatabaseError, match="append-only"), bound().writer.begin() as connection:
        connection.execute(text(statement))


def test_an_anchor_is_made_at_most_once_an_hour_and_never_for_nothing(world: World) -> None:
    world.submitted()
    line = anchor_if_due()
    (only,) = anchors()
    assert line == only.line
    assert line.split()[-1] == only.root
    assert anchor() == line
    later = only.at + audit_anchor.INTERVAL
    with reading() as session:
        assert not audit_anchor.is_due(session, later)
    world.submitted()
    assert anchor_if_due() == ""
    with reading() as session:
        assert audit_anchor.is_due(session, later)
        assert not audit_anchor.is_due(session, later - timedelta(seconds=1))
    assert abs(real_now() - only.at) < timedelta(minutes=5)
    assert len(anchors()) == 1


def test_an_anchor_waits_for_whoever_has_written_and_not_committed(world: World) -> None:
    """PostgreSQL numbers events before their commit: one that appears late is never below an anchor."""
    case_id = world.submitted()
    made: list[str] = []
    sealing = threading.Thread(target=lambda: made.append(anchor()))
    with transaction() as session:
        case = session.get_one(audit.CaseFile, case_id)
        late = audit.record(session, "case.edited", "较晚提交", actor=None, case=case)
        session.flush()
        sealing.start()
        sealing.join(timeout=0.5)
        assert made == []
    sealing.join(timeout=20)
    (only,) = anchors()
    assert only.last_event_id == late.id
    assert verdict(only.root) == []
