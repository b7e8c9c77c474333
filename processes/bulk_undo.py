"""Room bulk, undo: the way back of an act, as long as nothing has happened to the task since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.people import User
from models.refusal import Conflict
from models.task_draft import row_of
from models.task_review import ReviewKind, of_task
from models.workflow import OPEN, UserTask
from processes import worklist
from processes.notification import tell
from processes.reassignment import log, to_reassign
from processes.recall import recall
from processes.set_aside import take_up
from processes.substitute import standing_in
from processes.task_check import colleague
from processes.task_hands import change_hands

Before = Mapping[str, Any]


def look(task: UserTask) -> dict[str, Any]:
    """What an act may change of a task, as it is kept with the act."""
    return {
        "status": task.status,
        "assignee": task.assignee_id,
        "owner": task.owner_id,
        "on_behalf_of": task.on_behalf_of_id,
        "set_aside_until": task.set_aside_until.isoformat() if task.set_aside_until else None,
    }


def check_untouched(task: UserTask, after: Before) -> None:
    """Raises Conflict when the task is no longer as the act has left it."""
    stands = look(task)
    # What an older version of the program has not kept is not asked about.
    if stands | dict(after) != stands:
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
        person_id, absent_id = _goes_to(session, task, before)
        worklist.assign(session, task.id, person_id, actor, absent_id)


def assign_back(session: Session, task: UserTask, actor: User, before: Before) -> None:
    """What was handed to a colleague returns to who had it, or to the department; the colleague is told.

    Raises Refusal when whoever had it may not have it any more: he has left the office, or is barred. Conflict when the
    colleague has begun: he has saved something since.
    """
    _, token = to_reassign(session, task.id, actor)
    _check_not_begun(session, task, actor)
    person_id, absent_id = _goes_to(session, task, before)
    previous = colleague(session, token, task, person_id, "assignee", "退回") if person_id else None
    old, told = task.assignee_id, previous.name if previous else "部门待签收"
    change_hands(session, token.case, task, previous, actor)
    task.on_behalf_of_id = absent_id
    ended = "，原委派已终止" if before.get("owner") else ""
    text = f"{actor.name}撤销批量转办，“{task.name}”退回{told}{ended}"
    log(session, token, task, old, text, actor)
    about = f"{token.case.number} {token.case.applicant_name}：{text}。"
    tell(session, {old or 0, task.assignee_id or 0} - {actor.id, 0}, "task", about, token.case)


def _who_had(before: Before) -> int:
    """Who answered for the task: of delegated work its owner, for the delegation has ended (委派). 0: nobody."""
    return int(before.get("owner") or before.get("assignee") or 0)


def _goes_to(session: Session, task: UserTask, before: Before) -> tuple[int, int | None]:
    """Who has it again, and in whose place (代办): the absent one himself when the other stands in for him no more."""
    who, absent_id = _who_had(before), before.get("on_behalf_of")
    if absent_id is None or (before.get("owner") and _was_delegates(session, task, absent_id)):
        return who, None
    stand_in = session.get_one(User, who)
    stands_in = stand_in.is_active and absent_id in standing_in(session, stand_in)
    return (who, absent_id) if stands_in else (absent_id, None)


def _was_delegates(session: Session, task: UserTask, absent_id: int) -> bool:
    """Whether it was done in the place of the delegate, whose part ended with the delegation, not of the owner."""
    asked = [row for row in of_task(session, task.id) if row.kind == ReviewKind.DELEGATED]
    return bool(asked) and asked[-1].reviewer_id == absent_id


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
