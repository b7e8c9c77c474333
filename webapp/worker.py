"""Room worker: what a process that does background work is made of: its id, the engine, the timers, a heartbeat."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from models.database import bound, transaction
from models.refusal import Refusal
from models.worker import BEAT
from processes import timer, worker
from processes.background import exclusive, runtime
from processes.background.exclusive import Held
from webapp import (
    handlers,
    handlers_board,
    handlers_conversion,
    handlers_credit,
    handlers_dossier,
    handlers_figures,
    handlers_migration,
    handlers_replay,
)
from webapp.jobs import TimerLoop

log = logging.getLogger(__name__)
__all__ = [
    "Heart",
    "default_id",
    "handlers",
    "handlers_board",
    "handlers_conversion",
    "handlers_credit",
    "handlers_dossier",
    "handlers_figures",
    "handlers_migration",
    "handlers_replay",
    "working",
]


def default_id() -> str:
    """The name of this machine: one worker a machine needs no other id."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname())[:60].lstrip("-_.") or "worker"


@contextmanager
def working(executor_id: str) -> Iterator[None]:
    """Do background work while inside. Never before a fork. At the end the jobs in hand are finished.

    Raises Refusal when another process has the id, or the tables are missing.
    """
    with ExitStack() as stack:
        held = exclusive.acquire(bound().url, executor_id)
        stack.callback(exclusive.release, held)
        with transaction() as session:
            worker.begin(session, executor_id, socket.gethostname(), os.getpid(), runtime.VERSION)
            # What the process before us, under the same id, had claimed when it died.
            timer.release(session, executor_id)
        stack.callback(_end, executor_id)
        heart = Heart(held)
        heart.start()
        stack.callback(heart.stop)
        stack.callback(runtime.stop)
        runtime.launch(executor_id)
        timers = TimerLoop(executor_id)
        timers.start()
        stack.callback(timers.stop)
        yield


class Heart(threading.Thread):
    """Says every few seconds that the process is alive, and makes sure that its id is still its own."""

    def __init__(self, held: Held, pause: float = BEAT.total_seconds()) -> None:
        super().__init__(name="duoshen-heart", daemon=True)
        self.held, self.pause = held, pause
        self._stopping = threading.Event()

    def run(self) -> None:
        """The loop; when the database is away it waits for it, when another took the id it ends the process."""
        while not self._stopping.wait(self.pause):
            try:
                exclusive.renew(self.held)
                with transaction() as session:
                    worker.beat(session, self.held.executor_id)
            except Refusal as refusal:
                log.critical("%s本进程即将停止。", refusal.message)
                os.kill(os.getpid(), signal.SIGTERM)
                return
            except Exception:
                log.exception("心跳未能写入，稍后重试。")

    def stop(self) -> None:
        """Stop beating."""
        self._stopping.set()
        self.join(timeout=30)


def _end(executor_id: str) -> None:
    with transaction() as session:
        worker.end(session, executor_id)
