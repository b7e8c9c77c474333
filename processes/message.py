"""Room message: what one case tells another, as a row that a worker delivers exactly once in due order.

The row is a timer of the house on the receiving case, due at once: claimed, leased, fenced, retried and shown
like every other timer. A knock on that case delivers what has arrived before it acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.calendar import now
from models.workflow import ARMED, FIRED, MESSAGE, STALLED, Timer
from processes.engine.instance import Instance


def post(session: Session, case_ids: Iterable[int], name: str) -> None:
    """Tell cases something; each hears it in a knock of its own, with the instant of this posting."""
    # Leases and attempts have their defaults; `element_id` names the message.
    rows = [
        {"case_id": case_id, "kind": MESSAGE, "element_id": name, "due_at": now(), "status": ARMED,
         "is_held": False, "leased_by": "", "attempts": 0, "fault": ""}
        for case_id in case_ids
    ]  # fmt: skip
    if rows:
        session.execute(insert(Timer), rows)


def deliver(instance: Instance, armed: Sequence[Timer]) -> None:
    """Hand every message that has arrived to the token, after the timers that were due before it.

    One that the token does not wait for is dropped: the case has gone another way.
    """
    for timer in _arrived(armed):
        instance.fire_due(timer.due_at)
        timer.status = FIRED
        if not instance.is_finished and instance.waits_for(timer.element_id):
            instance.send_at(timer.element_id, timer.due_at)


def _arrived(armed: Sequence[Timer]) -> list[Timer]:
    """In due order, up to the first that stands still: what comes after it would not find its wait."""
    due = [t for t in armed if t.kind == MESSAGE and t.status in (ARMED, STALLED) and t.due_at <= now()]
    due.sort(key=lambda timer: (timer.due_at, timer.id))
    return list(takewhile(lambda timer: timer.status == ARMED, due))
