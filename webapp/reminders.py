"""Room reminder: the door through which warnings leave: gather, then one transaction a person."""

from __future__ import annotations

import logging

from models.database import reading, transaction
from processes import reminder, supervision_reminder

log = logging.getLogger(__name__)


def remind_due() -> list[str]:
    """Send every digest that is due now; one line that says how many, none without any.

    Any number of processes may do so at the same time; nothing is written when nothing is due.
    """
    gather()
    with reading() as session:
        people = reminder.due_people(session)
    sent = sum(_remind(user_id) for user_id in people)
    return [f"已发出 {sent} 份时限提醒。"] if sent else []


def remind_orders() -> list[str]:
    """Remind of every order (督办) whose day has come, each in a transaction of its own; one line that says how many."""
    with reading() as session:
        due = supervision_reminder.due_orders(session)
    done = sum(_remind_order(order_id) for order_id in due)
    return [f"已提醒 {done} 件督办。"] if done else []


def _remind_order(order_id: int) -> bool:
    with transaction() as session:
        return supervision_reminder.remind_order(session, order_id)


def gather() -> None:
    """Write down whom every warning that has come concerns; comes before `due_people`."""
    while _gathered():
        pass


def _gathered() -> int:
    with reading() as session:
        if not reminder.is_due(session):
            return 0
    with transaction() as session:
        return reminder.collect(session)


def remind_one(user_id: int) -> bool:
    """The digest of one person, in a transaction of its own; False when he has had it already."""
    with transaction() as session:
        return reminder.remind_person(session, user_id)


def _remind(user_id: int) -> bool:
    try:
        return remind_one(user_id)
    except Exception:
        # One person's fault keeps nobody else's digest back; the next round tries again.
        log.exception("the digest of user %s could not be sent", user_id)
        return False
