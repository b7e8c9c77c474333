"""Room jobs: the loop of the program: fires what is due, each timer in its own transaction; anchors the log."""

from __future__ import annotations

import logging
import os
import socket
import threading

from models import audit_anchor
from models.calendar import real_now
from models.database import reading, transaction
from processes import timer

log = logging.getLogger(__name__)
PAUSE = 5.0


def run_due() -> list[str]:
    """Fire everything that is due now; one line a timer, in due order. A faulty one is noted and skipped."""
    worker, lines = f"{socket.gethostname()}:{os.getpid()}", []
    while claimed := _claim(worker):
        lines += [_fire(timer_id, worker) for timer_id in claimed]
    return [line for line in lines if line]


def anchor() -> str:
    """Seal the log as it stands; the line to keep outside of the system, empty while the log is."""
    with transaction() as session:
        upto = audit_anchor.settled(session)
    with transaction() as session:
        made = audit_anchor.add(session, upto)
        return made.line if made else ""


def anchor_if_due() -> str:
    """An anchor at most once an hour, and only when something happened; its line, or nothing."""
    with reading() as session:
        is_due = audit_anchor.is_due(session, real_now())
    return anchor() if is_due else ""


class Worker(threading.Thread):
    """Runs what is due every few seconds until it is told to stop."""

    def __init__(self, pause: float = PAUSE) -> None:
        super().__init__(name="duoshen-worker", daemon=True)
        self.pause = pause
        self._stopping = threading.Event()

    def run(self) -> None:
        """The loop; whatever fails is logged, and the next round tries again."""
        while not self._stopping.wait(self.pause):
            try:
                for line in run_due():
                    log.info(line)
                if sealed := anchor_if_due():
                    log.info("审计锚点：%s", sealed)
            except Exception:
                log.exception("到期事项未能办理，稍后重试。")

    def stop(self) -> None:
        """Ask for the end and wait for the round in progress."""
        self._stopping.set()
        self.join(timeout=30)


def _claim(worker: str) -> list[int]:
    with transaction() as session:
        return timer.claim(session, worker)


def _fire(timer_id: int, worker: str) -> str:
    try:
        with transaction() as session:
            # False: fired together with an earlier timer of the same case, or by another worker.
            timer.fire(session, timer_id, worker)
            return timer.describe(session, timer_id)
    except Exception as error:
        log.exception("timer %s could not fire", timer_id)
        with transaction() as session:
            timer.note_fault(session, timer_id, worker, f"{type(error).__name__}: {error}")
        return f"计时器 {timer_id} 未能触发：{error}"
