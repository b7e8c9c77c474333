"""The engine behind the port: every trap of it closed, on both databases."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.calendar import real_now
from models.database import bound, transaction
from models.refusal import Refusal
from models.worker import SILENCE, Worker, workers
from processes import background, worker
from processes.background import client, exclusive, registry, runtime
from tests.house.source import ROOT
from tests.world import World

# A worker of its own whose only job never ends.
HANGING = """
import sys, time
from models import database
from processes import worker
from processes.background import exclusive, job, runtime
url, name = sys.argv[1:]
database.bind(database.Database(url))
@job("hang")
def hang(_what):
    print("hanging", flush=True)
    time.sleep(60)
held = exclusive.acquire(url, name)
with database.transaction() as session:
    worker.begin(session, name, "elsewhere", 1, "1")
runtime.launch(name)
time.sleep(60)
"""


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the jobs of a test have done; they replace the real ones."""
    found: list[Any] = []
    faults = iter([ValueError("kaputt")])

    def once_broken(what: str) -> None:
        for fault in faults:
            raise fault
        found.append(what)

    monkeypatch.setattr(registry, "JOBS", {"note": found.append, "hang": found.append, "break": once_broken})
    monkeypatch.setattr(registry, "SCHEDULES", {})
    monkeypatch.setattr(runtime, "POLL_SECONDS", 0.05)
    return found


@contextmanager
def running(name: str) -> Iterator[None]:
    """The engine in this process, with what it says of faults kept back."""
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    held = exclusive.acquire(bound().url, name)
    runtime.launch(name)
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    yield
    runtime.stop(1)
    exclusive.release(held)


def put(name: str, what: str, key: str, delay: timedelta | None = None) -> None:
    with transaction() as session:
        background.enqueue(session, name, [what], key, delay)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def test_jobs_run_once_a_key_and_what_fails_is_seen_and_let_go_on(world: World, done: list[Any]) -> None:
    put("note", "one", "1")
    put("note", "one again", "1")
    put("note", "in a moment", "2", timedelta(seconds=0.5))
    put("note", "never", "3", timedelta(days=1))
    put("break", "mended", "1")
    put("unheard-of", "?", "1")
    with pytest.raises(KeyError), transaction() as session:
        background.enqueue(session, "note", ["rolled back"], "4")
        raise KeyError
    background.cancel("note", "3")
    with running("w1"):
        assert eventually(lambda: len(done) == 2 and len(background.failed()) == 3)
        reasons = {each.name: each.reason for each in background.failed()}
        assert reasons == {
            "break": "kaputt",
            "unheard-of": "没有名为“unheard-of”的后台任务，可能是由其他版本的程序登记的。",
            "note": "已取消。",
        }
        assert background.retry(["break:1", "note:1", "nothing"]) == 1
        assert eventually(lambda: "mended" in done)
    assert sorted(done) == ["in a moment", "mended", "one"]
    assert background.status("note", ["1", "4"]) == {"1": "SUCCESS"}
    (job,) = client._listed(workflow_ids=["note:1"])
    assert (job.app_version, job.executor_id) == (runtime.VERSION, "w1")
    assert background.retain(timedelta(0), timedelta(days=1), real_now() + timedelta(minutes=1)) == 3
    assert len(background.failed()) == 2


def test_schedules_are_ours_alone(world: World, done: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.JOBS, "tick", lambda: done.append("tick"))
    monkeypatch.setitem(registry.SCHEDULES, "tick", "* * * * * *")
    monkeypatch.setitem(registry.SCHEDULES, "old", "* * * * * *")
    with running("w1"):
        assert eventually(lambda: "tick" in done)
    monkeypatch.delitem(registry.SCHEDULES, "old")
    with running("w1"):
        assert [found["schedule_name"] for found in client._reading().list_schedules()] == ["tick"]
        before = len(done)
        assert eventually(lambda: len(done) > before)
    assert set(done) == {"tick"}


def test_a_second_process_with_the_same_id_is_refused(world: World, url: str) -> None:
    held = exclusive.acquire(url, "w1")
    with pytest.raises(Refusal, match="编号为 w1 的工作进程已在运行"):
        exclusive.acquire(url, "w1")
    exclusive.release(exclusive.acquire(url, "w2"))
    for wrong in ("", "a b", "../w", "a" * 61):
        with pytest.raises(Refusal, match="编号应为"):
            exclusive.acquire(url, wrong)
    exclusive.renew(held)
    if not bound().is_sqlite:
        # The server lost us, and nobody took the id meanwhile: it is ours again.
        _cut(held)
        exclusive.renew(held)
        _cut(held)
        other = exclusive.acquire(url, "w1")
        with pytest.raises(Refusal):
            exclusive.renew(held)
        held = other
    exclusive.release(held)
    exclusive.release(exclusive.acquire(url, "w1"))


def _cut(held: exclusive.Held) -> None:
    pid = held.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with bound().writer.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")


def test_the_jobs_of_a_dead_host_go_to_the_others(world: World, url: str, done: list[Any]) -> None:
    put("hang", "moved", "1")
    command = [sys.executable, "-c", HANGING, url, "dead"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "hanging\n"
        with pytest.raises(Refusal):
            exclusive.acquire(url, "dead")
        os.kill(process.pid, signal.SIGKILL)
    with transaction() as session:
        worker.begin(session, "alive", "here", 2, "1")
        assert worker.abandoned(session) == []
        session.execute(
            update(Worker).where(Worker.executor_id == "dead").values(beat_at=real_now() - SILENCE)
        )
        assert worker.abandoned(session) == ["dead"]
        assert [row.is_alive(real_now()) for row in workers(session)] == [True, False]
    with running("alive"):
        time.sleep(0.3)
        assert done == []
        assert background.failover("dead") == 1
        assert eventually(lambda: done == ["moved"])
        assert background.failover("dead") == 0
        assert background.abandoned(["alive"]) == []


def test_a_job_that_kills_its_workers_is_stopped(world: World, url: str) -> None:
    """As seen in the database: running under a dead id again and again."""
    put("hang", "poison", "1")
    for _time in range(client.MAX_FAILOVERS):
        _pretend_running("dead")
        assert background.failover("dead") == 1
    _pretend_running("dead")
    assert background.failover("dead") == 0
    assert [each.id for each in background.failed()] == ["hang:1"]


def _pretend_running(executor_id: str) -> None:
    schema = "" if bound().is_sqlite else "dbos."
    with bound().writer.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE {schema}workflow_status SET status = 'PENDING', executor_id = '{executor_id}'"
        )


def test_without_its_tables_the_engine_says_what_to_do(world: World, done: list[Any]) -> None:
    with bound().writer.begin() as connection:
        background.drop(connection)
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    with pytest.raises(Refusal, match="db upgrade"):
        runtime.launch("w1")
