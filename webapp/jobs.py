"""Room jobs: fires what is due, each timer in its own transaction; anchors the log; reminds people."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

from models import audit_anchor
from models.calendar import now, real_now
from models.database import reading, transaction
from processes import timer
from webapp.reminders import remind_due, remind_orders

log = logging.getLogger(__name__)
# Nothing waits longer than this for a timer that another knock has armed.
PAUSE, BREATH = 5.0, 0.02


def run_due() -> list[str]:
    """Do everything that is due now, timers and reminders; one line each. A faulty one is noted and skipped."""
    name = f"once-{uuid.uuid4().hex[:12]}"
    lines: list[str] = []
    while due := _claimed(name):
        lines += [_fire(timer_id, name) for timer_id in due]
    return [*filter(None, lines), *remind_due(), *remind_orders()]


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


class TimerLoop(threading.Thread):
    """Fires what is due as soon as it is, until it is told to stop; any number of them may run on a database."""

    def __init__(self, name: str, pause: float = PAUSE) -> None:
        super().__init__(name="duoshen-timers", daemon=True)
        self.worker, self.pause = name, pause
        self._stopping = threading.Event()

    def run(self) -> None:
        """The loop; whatever fails is logged, and the next round tries again."""
        wait = 0.0
        while not self._stopping.wait(wait):
            try:
                for line in self._round():
                    log.info(line)
                wait = self._until_next()
            except Exception:
                log.exception("到期事项未能办理，稍后重试。")
                wait = self.pause

    def stop(self) -> None:
        """Ask for the end and wait for the case in hand; what is claimed beyond it goes back to the others."""
        self._stopping.set()
        self.join(timeout=30)

    def _round(self) -> Iterator[str]:
        for timer_id in _claimed(self.worker):
            if self._stopping.is_set():
                with transaction() as session:
                    timer.release(session, self.worker)
                return
            yield _fire(timer_id, self.worker)

    def _until_next(self) -> float:
        """Seconds until the next timer is due, on the program's clock; `pause` at most."""
        with reading() as session:
            due = timer.next_due(session)
            left = due - now() if due else timedelta(seconds=self.pause)
        # Due, but locked by another worker at this moment: not asked for again without a breath.
        return min(max(left.total_seconds(), BREATH), self.pause)


def _claimed(worker: str) -> list[int]:
    # Only who finds something takes the write lock.
    with reading() as session:
        if not timer.due_timers(session, 1):
            return []
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
