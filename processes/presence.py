"""Room presence: a page says that it is open, who else has the case open is answered, what is over is swept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.calendar import now, real_now
from models.case import CaseFile
from models.people import User
from models.presence import GONE, Presence, Present, present
from models.workflow import DONE, OPEN, UserTask
from processes.worklist import may_work


def beat(
    session: Session, case: CaseFile, task_id: int | None, is_writing: bool, actor: User
) -> list[Present]:
    """The actor has the case open with that step; who else has. The caller has checked that he may see the case."""
    at = real_now()
    session.execute(delete(Presence).where(Presence.seen_at < at - GONE))
    task = _step(session, case, task_id, actor)
    row = {
        "case_id": case.id,
        "user_id": actor.id,
        "task_id": task.id if task else None,
        "is_writing": is_writing and task is not None,
        "seen_at": at,
    }
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    put = make(Presence).values(row)
    changed = {name: put.excluded[name] for name in ("task_id", "is_writing", "seen_at")}
    session.execute(put.on_conflict_do_update(index_elements=["case_id", "user_id"], set_=changed))
    if task is not None:
        note_opened(session, task, actor)
    return present(session, case.id, actor)


def leave(session: Session, case: CaseFile, actor: User) -> None:
    """The page was closed."""
    session.execute(delete(Presence).where(Presence.case_id == case.id, Presence.user_id == actor.id))


def note_opened(session: Session, task: UserTask, actor: User) -> None:
    """Somebody who may work on it has looked at an open step: what came before can no longer be recalled (撤回).

    He who did the last step himself does not count: he looks at the case in order to recall.
    """
    if task.opened_at is not None or task.status != OPEN or _did_last(session, task, actor):
        return
    # Not through the row: looking at a step is no change that another's knock must not overtake.
    opened = update(UserTask).where(UserTask.id == task.id, UserTask.opened_at.is_(None))
    session.execute(opened.values(opened_at=now()).execution_options(synchronize_session=False))


def _step(session: Session, case: CaseFile, task_id: int | None, actor: User) -> UserTask | None:
    task = session.get(UserTask, task_id) if task_id else None
    is_his = task is not None and task.case_id == case.id and may_work(task, actor)
    return task if is_his else None


def _did_last(session: Session, task: UserTask, actor: User) -> bool:
    last = (
        select(UserTask.done_by_id)
        .where(UserTask.case_id == task.case_id, UserTask.status == DONE)
        .order_by(UserTask.done_at.desc(), UserTask.id.desc())
        .limit(1)
    )
    return session.scalar(last) == actor.id
