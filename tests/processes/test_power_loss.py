"""Power loss on SQLite: however much is left of the write-ahead log, the database is whole and after some knock."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import database
from models.database import Database, reading, transaction
from tests.invariants import check_all
from tests.standing import on_server
from tests.walk import Walk
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.once]
HEADER, FRAME = 32, 24 + 4096
KNOCKS, CHECKED = 6, 12


@pytest.fixture
def walked(tmp_path: Path, county: str, clock: None) -> tuple[bytes, bytes]:
    """The database as it was, and the log of a case's walk, of which nothing was put back into the database."""
    path = tmp_path / "walked.sqlite"
    before = Path(county).read_bytes()
    path.write_bytes(before)
    opened = database.bind(Database(f"sqlite:///{path}"))
    for engine in (opened.writer, opened.reader):
        sa.event.listen(engine, "connect", _never_put_back)
    walk = Walk(World(), random.Random(7).choice)
    walk.begin()
    for _knock in range(KNOCKS):
        walk.knock()
    log = Path(f"{path}-wal").read_bytes()
    opened.dispose()
    return before, log


def _never_put_back(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")


@pytest.mark.skipif(on_server(), reason="about the log of SQLite")
def test_the_log_may_end_at_and_inside_every_frame(walked: tuple[bytes, bytes], tmp_path: Path) -> None:
    before, log = walked
    chance = random.Random(20260302)
    path, lines, states = tmp_path / "cut.sqlite", [], []
    frames = (len(log) - HEADER) // FRAME
    ends = [HEADER + frame * FRAME for frame in range(frames + 1)]
    for cut in (place for end in ends for place in (end, end - chance.randint(1, FRAME - 1))):
        _cut(path, before, log[: max(cut, 0)])
        lines.append(_lines(path))
        if cut > HEADER and lines[-1] not in states:
            states.append(lines[-1])
            if len(states) <= CHECKED:
                _check(path)
    assert frames > 30 and len(states) > KNOCKS / 2, "the walk was long enough to be cut"
    assert lines[-2] == states[-1] == max(lines), "the whole log loses nothing"
    whole = lines[::2]
    assert whole == sorted(whole), "more of the log is never less of the story"


def _cut(path: Path, before: bytes, log: bytes) -> None:
    Path(f"{path}-shm").unlink(missing_ok=True)
    path.write_bytes(before)
    Path(f"{path}-wal").write_bytes(log)


def _lines(path: Path) -> int:
    """Opens it as after the power came back; how many lines the audit log has."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    (lines,) = connection.execute("SELECT count(*) FROM audit_event").fetchone()
    connection.close()
    return int(lines)


def _check(path: Path) -> None:
    opened = database.bind(Database(f"sqlite:///{path}"))
    with reading() as session:
        check_all(session)
    with transaction() as session:
        session.execute(sa.text("UPDATE installation SET id = id"))
    opened.dispose()
