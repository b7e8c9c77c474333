"""Room replay, shelf: how many runs a person keeps and for how long, and how one is thrown away."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import real_now
from models.people import User
from models.refusal import NotFound
from models.replay import ReplayLine, ReplayRun

MOST: Final = 20
KEPT_FOR: Final = timedelta(days=90)


def discard(session: Session, run_id: int, actor: User) -> str:
    """Throw a run of one's own away, finished or not; its name. Its job ends by itself. Raises NotFound."""
    run = session.get(ReplayRun, run_id, with_for_update=True)
    if run is None or run.owner_id != actor.id:
        raise NotFound("未找到该次回放。")
    name, old = run.name, {"replay": run.id, "done": run.done}
    _delete(session, [run_id])
    audit.record(session, "replay.discarded", f"删除对“{name}”的历史回放", actor=actor, old=old)
    return name


def make_room(session: Session, actor: User) -> None:
    """Before another run begins the oldest beyond MOST go."""
    newest = select(ReplayRun.id).where(ReplayRun.owner_id == actor.id).order_by(ReplayRun.id.desc())
    for run_id in list(session.scalars(newest.offset(MOST - 1))):
        discard(session, run_id, actor)


def forget_old(session: Session) -> int:
    """Delete the runs that were begun longer than KEPT_FOR ago; how many."""
    old = list(session.scalars(select(ReplayRun.id).where(ReplayRun.created_at < real_now() - KEPT_FOR)))
    _delete(session, old)
    return len(old)


def _delete(session: Session, run_ids: list[int]) -> None:
    session.execute(delete(ReplayLine).where(ReplayLine.run_id.in_(run_ids)))
    session.execute(delete(ReplayRun).where(ReplayRun.id.in_(run_ids)))
    session.expire_all()
