"""Workers are killed and stopped while thousands of timers are due: each fires exactly once, none is left."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from datetime import date, timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from models import audit
from models.audit import AuditEvent
from models.database import reading, transaction
from models.workflow import ARMED, FIRED, ProcessInstance, Timer
from processes import timer as timer_verbs
from tests.invariants import check_case
from tests.processes.killing import kill, spawn
from tests.processes.standing_timers import copies, publish_with_timers
from tests.world import World, on

pytestmark = [pytest.mark.slow, pytest.mark.forks]
# The engine's work for a case grows with the square of its timers, the database's with the cases.
CASES, TIMERS = 400, 15
LATER = date(2026, 6, 1)
# What is claimed at once is fired before its lease ends, unless the worker is killed.
LEASE, BATCH = timedelta(seconds=2), 10


def _work(name: str) -> None:
    while True:
        # SQLite makes writers wait without order; one that waited too long tries again, as the worker does.
        with suppress(sa.exc.OperationalError):
            if not _round(name):
                time.sleep(0.05)


def _round(name: str) -> int:
    with transaction() as session:
        claimed = timer_verbs.claim(session, name, BATCH, LEASE)
    for timer_id in claimed:
        with transaction() as session:
            timer_verbs.fire(session, timer_id, name)
    return len(claimed)


def _left() -> int:
    with reading() as session:
        query = sa.select(sa.func.count()).select_from(Timer).where(Timer.status == ARMED)
        return session.scalar(query) or 0


def test_six_thousand_due_timers_fire_once_each_under_a_storm_of_kills(world: World, url: str) -> None:
    publish_with_timers(TIMERS)
    cases = copies(world, CASES)
    chance, names, kills = random.Random(20260601), count(1), 0
    with on(LATER):
        assert _left() == CASES * TIMERS

        def begin() -> int:
            name = f"w{next(names)}"
            return spawn(url, lambda: _work(name))

        # Everything is compiled before the forks; the first case is done.
        with transaction() as session:
            (first,) = timer_verbs.claim(session, "parent", limit=1)
        with transaction() as session:
            assert timer_verbs.fire(session, first, "parent")
        workers, begun, before = [begin() for _ in range(3)], time.monotonic(), _left()
        while (left := _left()) and time.monotonic() - begun < 240:
            time.sleep(chance.uniform(0.1, 0.5))
            # However slow the machine is, between two kills something is done.
            if before - left < 200:
                continue
            victim, before = chance.randrange(len(workers)), left
            kill(workers[victim])
            workers[victim] = begin()
            kills += 1
        for worker in workers:
            kill(worker)
    assert kills > 5
    _each_once(chance.sample(cases, 20))


def _each_once(some: list[int]) -> None:
    """By the rows, by the engine's own count of every event, and by the log."""
    with reading() as session:
        rows = session.execute(sa.select(Timer.status, sa.func.count()).group_by(Timer.status)).all()
        assert [tuple(row) for row in rows] == [(FIRED, CASES * TIMERS)]
        for passed in session.scalars(sa.select(ProcessInstance.passed)):
            assert [passed[f"late_due{number}"] for number in range(1, TIMERS + 1)] == [1] * TIMERS
        missed = sa.select(sa.func.count()).where(AuditEvent.action == "deadline.missed")
        assert session.scalar(missed) == CASES
        assert list(audit.verify(session)) == []
        for case_id in some:
            check_case(session, case_id)


def test_a_worker_that_slept_through_its_lease_fires_nothing_when_it_wakes(world: World, url: str) -> None:
    """SIGSTOP between claim and fire; another worker does the work; awake again, the first is fenced off."""
    publish_with_timers(TIMERS)
    copies(world, 8)
    with on(LATER):
        reader, writer = os.pipe()
        zombie = spawn(url, lambda: _stop_after_the_claim(writer))
        os.waitpid(zombie, os.WUNTRACED)
        assert _left() == 8 * TIMERS
        time.sleep(0.3)
        while world.fire_due("heir"):
            pass
        assert _left() == 0
        os.kill(zombie, signal.SIGCONT)
        assert os.read(reader, 100) == b"claimed 50, fired 0"
        os.waitpid(zombie, 0)
    with reading() as session:
        for passed in session.scalars(sa.select(ProcessInstance.passed)):
            assert {passed[f"late_due{number}"] for number in range(1, TIMERS + 1)} == {1}


def _stop_after_the_claim(writer: int) -> None:
    with transaction() as session:
        claimed = timer_verbs.claim(session, "zombie", lease=timedelta(seconds=0.2))
    os.kill(os.getpid(), signal.SIGSTOP)
    fired = 0
    for timer_id in claimed:
        with transaction() as session:
            fired += timer_verbs.fire(session, timer_id, "zombie")
    os.write(writer, f"claimed {len(claimed)}, fired {fired}".encode())
