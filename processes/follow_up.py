"""Room follow-up: the day on which a person wants to look at a step again (跟进日期); his own, and no clock."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.case import CaseFile, visible_to
from models.follow_up import MAX_NOTE, TaskFollowUp
from models.people import Permission, User
from models.refusal import Conflict, NotFound, Refusal
from models.workflow import OPEN, UserTask
from processes.comment import checked_note

LONGEST = timedelta(days=366)


def follow_up(session: Session, task_id: int, on: date | None, note: str, actor: User) -> TaskFollowUp | None:
    """Set the person's day for an open step of a case that he may see; None takes it away. No term is touched.

    Private as a draft is, so it stands in no log. Raises NotFound, Conflict (not open), Refusal (past, too far, long).
    """
    actor.require(Permission.CASE_TALK)
    known = select(UserTask).join(CaseFile, CaseFile.id == UserTask.case_id)
    task = session.scalars(known.where(UserTask.id == task_id, visible_to(actor))).first()
    if task is None:
        raise NotFound("未找到该事项，或您无权查看。")
    row = session.get(TaskFollowUp, (task_id, actor.id), with_for_update=True)
    if on is None:
        if row is not None:
            session.delete(row)
            session.flush()
        return None
    if task.status != OPEN:
        raise Conflict("该事项已办理或已终止，无需跟进。")
    if not today() <= on <= today() + LONGEST:
        raise Refusal("跟进日期应在今日至一年之内。", "on")
    said = checked_note(note, MAX_NOTE, "note", "备注")
    if row is None:
        row = TaskFollowUp(task_id=task_id, user_id=actor.id, on_day=on, note=said, set_at=now())
        session.add(row)
    row.on_day, row.note, row.set_at = on, said, now()
    session.flush()
    return row
