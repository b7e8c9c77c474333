"""Tests of the worker: beside the pages it does what is due, and it ends when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from models import database
from models.calendar import real_now, set_clock
from models.workflow import FIRED, Timer
from tests.house.source import ROOT
from tests.world import World
from webapp.jobs import TimerLoop


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def has_fired() -> bool:
    with database.reading() as session:
        return session.query(Timer).filter_by(status=FIRED).count() > 0


def move_the_clock() -> None:
    """A year on: in the row, for the worker has a thread or a process of its own."""
    with database.transaction() as session:
        set_clock(session, real_now() + timedelta(days=365))


def test_the_worker_fires_what_becomes_due(world: World) -> None:
    world.submitted()
    worker = TimerLoop("test", pause=0.05)
    worker.start()
    move_the_clock()
    assert eventually(has_fired)
    worker.stop()
    assert not worker.is_alive()


def test_the_worker_outlives_a_fault(world: World, url: str) -> None:
    world.submitted()
    good = database.bound()
    database.bind(database.Database("sqlite:////nowhere/at/all.sqlite"))
    worker = TimerLoop("test", pause=0.05)
    worker.start()
    time.sleep(0.3)
    assert worker.is_alive()
    database.bound().dispose()
    database.bind(good)
    move_the_clock()
    assert eventually(has_fired)
    worker.stop()


def test_serve_answers_works_and_ends_on_sigterm(world: World, url: str, tmp_path: Path) -> None:
    world.submitted()
    move_the_clock()
    environment = {
        "PATH": os.environ["PATH"],
        "DUOSHEN_DATABASE_URL": url,
        "DUOSHEN_INSTANCE": str(tmp_path / "instance"),
        "DUOSHEN_DATA_KEY": bytes(range(32)).hex(),
    }
    command = [sys.executable, "-m", "flask", "--app", "webapp", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split("：")[1].split()[0]
        assert urllib.request.urlopen(f"{address}login").status == 200
        assert eventually(has_fired)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=35) == 0
