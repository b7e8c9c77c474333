"""Room jobs, handlers of replays: finished cases in chunks; killed anywhere a run goes on after the last case kept."""

from __future__ import annotations

from models.database import DatabaseFault, is_deadlock, reading, transaction
from processes import replay
from processes.background import job

TRIES = 5


@job(replay.RUN)
def run_replay(run_id: int) -> None:
    """Replay the cases of a run that have not been replayed yet; one that failed goes on when it is tried again."""
    is_through = False
    try:
        while chunk(run_id):
            pass
        is_through = True
    finally:
        if not is_through:
            with transaction() as session:
                replay.give_up(session, run_id, "后台任务出错，未能完成")


def chunk(run_id: int, tries: int = TRIES) -> bool:
    """Replay some cases without a lock, then write them down at once; whether there may be more."""
    with reading() as session:
        batch = replay.next_batch(session, run_id)
    if batch is None:
        return False
    try:
        with transaction() as session:
            return replay.keep(session, run_id, batch)
    except DatabaseFault as fault:
        if tries == 1 or not is_deadlock(fault):
            raise
    return chunk(run_id, tries - 1)
