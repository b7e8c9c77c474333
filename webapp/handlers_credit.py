"""Room jobs, handlers of 信保贷: long work in chunks, a transaction each; killed anywhere they go on when run again."""

from __future__ import annotations

from collections.abc import Callable

from models.database import DatabaseFault, DbSession, is_deadlock, transaction
from processes import meeting_reminder, screening, screening_handin
from processes.background import job, schedule

# Others lock in the same order; should the server choose a chunk all the same, it is begun anew.
TRIES = 5


@job(screening.PREPARE)
def prepare_round(round_id: int, known: int = 0) -> None:
    """Make the waiting declarations candidates of a round, of which `known` were told before."""
    while chunk(lambda session: screening.prepare(session, round_id, known=known)):
        pass


@job(screening_handin.COMPLETE)
def complete_candidates(round_id: int) -> None:
    """Let the candidates of a round follow what departments have handed in and the group has decided."""
    while chunk(lambda session: screening_handin.complete_chunk(session, round_id)):
        pass


@schedule("council", "0 15 1 * * *")
def remind_of_council() -> None:
    """Every day: whether a half-year ends without its 议事会议; each center is told once (D-39)."""
    with transaction() as session:
        meeting_reminder.remind(session)


def chunk(verb: Callable[[DbSession], int], tries: int = TRIES) -> int:
    """One chunk in a transaction of its own, again after a deadlock; how many it did. Raises the last fault."""
    try:
        with transaction() as session:
            return verb(session)
    except DatabaseFault as fault:
        if tries == 1 or not is_deadlock(fault):
            raise
    return chunk(verb, tries - 1)
