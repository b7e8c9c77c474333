"""PostgreSQL stopped hard under load: writers are told, and nothing that was acknowledged is missing afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from models import database, tables
from models.audit import AuditEvent
from models.case import CaseFile
from models.database import Database, reading, transaction
from processes import background
from processes import case as case_verbs
from processes.seed import seed_rules, seed_sample_county
from tests.invariants import check_all
from tests.standing import on_server
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.server]
WRITERS = 3


class Server:
    """A cluster of the test's own, with fsync as in real life."""

    def __init__(self, binaries: Path, folder: str) -> None:
        self._binaries, self._folder = binaries, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-w", "-l", f"{self._folder}/log", "-o", options, "start")

    def stop_hard(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), "-D", self._folder, *arguments]
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*as_postgres, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def server() -> Iterator[Server]:
    """Without PostgreSQL's programs the test is left out, except where CI demands it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if not found:
        message = (
            "NO POSTGRESQL PROGRAMS: the hard stop of a server was not tested (apt-get install postgresql)."
        )
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail(message)
        pytest.skip(message)
    folder = tempfile.mkdtemp(prefix="server-loss-")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(found[-1].parent, folder)
    server.start()
    yield server
    server.stop_hard()
    shutil.rmtree(folder)


def _write(world: World, acknowledged: list[int], faults: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            fields = world.person()
            with transaction() as session:
                actor = world.user(session, "renshe1")
                case = case_verbs.create_draft(session, "startup_loan", "person", fields, actor)
                case_verbs.submit(session, case.id, actor)
                case_id = case.id
            acknowledged.append(case_id)
        except DBAPIError as error:
            faults.append(type(error).__name__)
            time.sleep(0.1)


@pytest.mark.skipif(not on_server(), reason="belongs to the suite on PostgreSQL")
def test_a_server_stopped_hard_loses_nothing_acknowledged(server: Server) -> None:
    opened = database.bind(Database(server.url))
    tables.metadata.create_all(opened.writer)
    background.install(server.url)
    with transaction() as session:
        seed_rules(session, training=True)
        seed_sample_county(session)
    acknowledged: list[int] = []
    faults: list[str] = []
    stop = threading.Event()
    work = (World(), acknowledged, faults, stop)
    writers = [threading.Thread(target=_write, args=work) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    _until(lambda: len(acknowledged) >= 10)
    server.stop_hard()
    _until(lambda: len(faults) >= WRITERS)
    safe = list(acknowledged)
    server.start()
    # The same pool finds its way back by itself.
    _until(lambda: len(acknowledged) >= len(safe) + WRITERS)
    stop.set()
    for writer in writers:
        writer.join()
    with reading() as session:
        assert set(safe) <= set(session.scalars(sa.select(CaseFile.id)))
        assert check_all(session) >= len(acknowledged)
        told = sa.select(AuditEvent.case_id).where(AuditEvent.action == "case.submitted")
        assert set(acknowledged) <= set(session.scalars(told))
    opened.dispose()


def _until(is_so: object) -> None:
    assert callable(is_so)
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")
