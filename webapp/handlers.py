"""Room jobs, handlers: the jobs of the engine; each opens its own transactions and does no harm when done twice."""

from __future__ import annotations

import logging
from datetime import timedelta

from models.calendar import calendar, real_now
from models.database import reading, transaction
from processes import (
    background,
    board_export,
    channel,
    outbox,
    rehearsal,
    reminder,
    replay_shelf,
    timer,
    worker,
)
from processes.background import job, schedule
from processes.calendar import RECOUNT
from processes.channel import Undelivered
from webapp import jobs
from webapp import reminders as reminders_door

log = logging.getLogger(__name__)
# Traces of jobs that went well are of no use after a day; of those that did not, somebody may still ask.
KEEP_DONE, KEEP_BROKEN = timedelta(days=1), timedelta(days=60)
REMIND = "remind"
RECOUNT_CASE = "recount_case"


@job(outbox.DELIVER)
def deliver(outbox_id: int, attempt: int) -> None:
    """One try to send one message."""
    with transaction() as session:
        taken = outbox.take(session, outbox_id, attempt)
    if taken is None:
        return
    way, message = taken
    try:
        channel.ways()[way].send(message)
    except Undelivered as fault:
        with transaction() as session:
            note = outbox.given_up if fault.is_final else outbox.not_sent
            note(session, outbox_id, attempt, fault.reason)
        return
    with transaction() as session:
        outbox.sent(session, outbox_id, attempt)


@schedule("sweep", "20 * * * * *")
def sweep() -> None:
    """Messages whose job was lost get one again."""
    with reading() as session:
        found = outbox.lost(session)
    if found:
        background.forget(outbox.DELIVER, outbox.keys(found))
        with transaction() as session:
            outbox.put_in_again(session, found)


@schedule("reminders", "5 * * * * *")
def reminders() -> None:
    """One job a person who is owed a reminder now."""
    reminders_door.gather()
    with reading() as session:
        due = reminder.due_people(session)
    if due:
        minute = f"{real_now():%Y%m%d%H%M}"
        with transaction() as session:
            for user_id in due:
                background.enqueue(session, REMIND, [user_id], f"{user_id}-{minute}")


@job(REMIND)
def remind(user_id: int) -> None:
    """The digest of one person."""
    reminders_door.remind_one(user_id)


@job(RECOUNT)
def recount() -> None:
    """After a change of the calendar: one job a case in which an event waits that no clock holds."""
    with reading() as session:
        cases = timer.without_clock(session)
        version = calendar().version
    with transaction() as session:
        for case_id in cases:
            background.enqueue(session, RECOUNT_CASE, [case_id], f"{case_id}-{version}")


@job(RECOUNT_CASE)
def recount_case(case_id: int) -> None:
    """Let such events of one case follow the calendar in force."""
    with transaction() as session:
        timer.recount(session, case_id)


@schedule("anchor", "0 */10 * * * *")
def anchor() -> None:
    """The hourly seal of the audit log; asked for more often, so that a late one does not cost an hour."""
    if line := jobs.anchor_if_due():
        log.info("审计锚点：%s", line)


@schedule("failover", "*/30 * * * * *")
def failover() -> None:
    """The jobs of workers that have died go to the others."""
    with reading() as session:
        dead = worker.abandoned(session)
    for executor_id in dead:
        moved = background.failover(executor_id)
        with transaction() as session:
            worker.record_failover(session, executor_id, moved, None)


@schedule("retention", "0 30 2 * * *")
def retention() -> None:
    """Every night: traces of old jobs and of workers long gone, rehearsals that nobody touches any more, and old replays."""
    background.retain(KEEP_DONE, KEEP_BROKEN, real_now())
    with transaction() as session:
        worker.forget_old(session)
        rehearsal.forget_old(session)
        replay_shelf.forget_old(session)
        board_export.forget_old(session)
