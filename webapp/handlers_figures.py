"""Room jobs, handlers of the figures: months are counted at night, weekly digests leave in the morning."""

from __future__ import annotations

import logging

from models.calendar import real_now
from models.database import reading, transaction
from processes import background, weekly_digest
from processes.background import job, schedule
from webapp import figures

log = logging.getLogger(__name__)
WEEKLY = "weekly_digest"


@schedule("close_months", "0 40 * * * *")
def close_months() -> None:
    """Months that are over are counted once; asked for every hour, so that a worker that was off makes up for it."""
    for line in figures.close_months():
        log.info(line)


@schedule("weekly_digests", "35 */5 * * * *")
def weekly_digests() -> None:
    """One job a person who is owed the digest of the week."""
    with reading() as session:
        due = weekly_digest.due_people(session)
    if due:
        minute = f"{real_now():%Y%m%d%H%M}"
        with transaction() as session:
            for user_id in due:
                background.enqueue(session, WEEKLY, [user_id], f"weekly-{user_id}-{minute}")


@job(WEEKLY)
def weekly_digest_of(user_id: int) -> None:
    """The digest of one person."""
    figures.send_one(user_id)
