"""Room bulk, undo: the way back of an act, as long as nothing has happened to the task since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.people import User
from models.refusal import Conflict
from models.task_draft import row_of
from models.workflow import OPEN, UserTask
from processes import worklist
from processes.notification import tell
from processes.reassignment import log, to_reassign
from processes.recall import recall
from processes.set_aside import take_up
from processes.task_check import colleague
from processes.task_hands import change_hands

Before = Mapping[str, Any]


def look(task: UserTask) -> dict[str, Any]:
    """What an act may change of a task, as it is kept with the act."""
    return {
        "status": task.status,
        "assignee": task.assignee_id,
        "owner": task.owner_id,
        "set_aside_until": task.set_aside_until.isoformat() if task.set_aside_until else None,
    }


def check_untouched(task: UserTask, after: Before) -> None:
    """Raises Conflict when the task is no longer as the act has left it."""
    if look(task) != dict(after):
        raise Conflict(
            "该事项在批量办理之后又有变动，不能撤销。" if task.status == OPEN else "该事项已办理，不能撤销。"
        )


def release_again(session: Session, task: UserTask, actor: User, _before: Before) -> None:
    """What was claimed goes back to the department."""
    worklist.release(session, task.id, actor)


def undo_release(session: Session, task: UserTask, actor: User, before: Before) -> None:
    """What was given back returns to who had it."""
    if _who_had(before) == actor.id:
        worklist.claim(session, task.id, actor)
    else:
        worklist.assign(session, task.id, _who_had(before), actor)


def assign_back(session: Session, task: UserTask, actor: User, before: Before) -> None:
    """What was handed to a colleague returns to who had it, or to the department; the colleague is told.

    Raises Refusal when whoever had it may not have it any more: he has left the office, or is barred. Conflict when the
    colleague has begun: he has saved something since.
    """
    _, token = to_reassign(session, task.id, actor)
    _check_not_begun(session, task, actor)
    previous = None
    if _who_had(before):
        previous = colleague(session, token, task, _who_had(before), "assignee", "退回")
    old, told = task.assignee_id, previous.name if previous else "部门待签收"
    change_hands(session, token.case, task, previous, actor)
    ended = "，原委派已终止" if before.get("owner") else ""
    text = f"{actor.name}撤销批量转办，“{task.name}”退回{told}{ended}"
    log(session, token, task, old, text, actor)
    about = f"{token.case.number} {token.case.applicant_name}：{text}。"
    tell(session, {old or 0, task.assignee_id or 0} - {actor.id, 0}, "task", about, token.case)


def _who_had(before: Before) -> int:
    """Who answered for the task: of delegated work its owner, for the delegation has ended (委派). 0: nobody."""
    return int(before.get("owner") or before.get("assignee") or 0)


def _check_not_begun(session: Session, task: UserTask, actor: User) -> None:
    """Raises Conflict when whoever has it, not the actor himself, has saved a draft since he has it."""
    draft = (
        row_of(session, task.id, session.get_one(User, task.assignee_id))
        if task.assignee_id is not None
        else None
    )
    is_begun = draft is not None and (task.claimed_at is None or draft.saved_at >= task.claimed_at)
    if is_begun and task.assignee_id != actor.id:
        raise Conflict("对方已开始办理（已暂存），不能撤销。")


def take_up_again(session: Session, task: UserTask, actor: User, _before: Before) -> None:
    """What was set aside is in the list again."""
    take_up(session, task.id, actor)


def take_back_done(session: Session, task: UserTask, actor: User, _before: Before) -> None:
    """What was completed is open again, while nobody has looked at what came next (撤回)."""
    recall(session, task.id, actor)
