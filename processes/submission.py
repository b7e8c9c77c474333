"""Room submission: what was submitted waits sealed until the opinions after it are in (提交后会签)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseFile
from models.crypto import canonical_json, decrypt, encrypt
from models.people import User
from models.refusal import Conflict, Forbidden, Refusal
from models.task_review import ReviewKind, ReviewState, TaskReview, TaskSubmission, of_task, submission_of
from models.workflow import TaskDraft, UserTask
from processes.engine.drawing import Step
from processes.engine.instance import Instance
from processes.task_check import (
    check_asked,
    check_not_paused,
    check_separation,
    check_submittable,
    late_reason_of,
)
from processes.task_hands import bring_back, hands, live_of
from processes.task_review import tell_asked
from processes.workflow import Token, move, token_of_task
from processes.worklist import DRAFT, check_held, finish, may_work, open_task


@dataclass(frozen=True)
class HandedIn:
    """A form that was checked: what it says, and what was typed into it."""

    answers: Mapping[str, Any]
    typed: Mapping[str, Any]
    asked: Step


@dataclass(frozen=True)
class Done:
    """What became of a submission: carried out, or sealed until `waiting` people have given their opinions."""

    case: CaseFile
    waiting: int = 0


def hand_in(session: Session, task_id: int, actor: User, given: HandedIn) -> Done:
    """办理, the way every door goes: carried out at once, or sealed where opinions are asked for after it (加签).

    Raises as `worklist.complete`.
    """
    task, token = opened = open_task(session, task_id, actor)
    planned = live_of(of_task(session, task.id), ReviewKind.AFTER) if task.open_reviews else []
    if not planned or task.is_sealed:
        return Done(finish(session, opened, actor, given.answers, given.asked))
    check_held(task, actor)
    check_asked(token, task, given.asked)
    check_submittable(task, actor)
    check_separation(session, token, task, actor)
    if task.open_reviews > len(planned):
        raise Refusal("提交前会签尚未全部答复，不能提交办理结果。")
    _seal(session, token, task, actor, given)
    _ask(session, token, task, planned, actor)
    return Done(token.case, len(planned))


def _seal(session: Session, token: Token, task: UserTask, actor: User, given: HandedIn) -> None:
    """Keep what was typed, as a draft is kept; every check is made now, and again when it is carried out."""

    def act(instance: Instance) -> None:
        if not instance.is_ready(task.engine_task_id):
            raise Conflict("该事项已终止或已由他人办理，请刷新。")
        check_not_paused(session, task)
        late_reason_of(session, task, given.answers)
        _keep(session, task, actor, given.typed)

    move(session, token, act)


def _ask(session: Session, token: Token, task: UserTask, planned: list[TaskReview], actor: User) -> None:
    attempt = max(row.attempt for row in of_task(session, task.id)) + 1
    for review in planned:
        review.state, review.attempt, review.asked_at = ReviewState.ASKED.value, attempt, now()
        tell_asked(session, token, task, review, actor)
    new = {**hands(task), "reviews": [review.id for review in planned]}
    text = f"{actor.name}提交“{task.name}”，待 {len(planned)} 人会签后生效"
    audit.record(session, "task.submitted", text, actor=actor, case=token.case, new=new)


def _keep(session: Session, task: UserTask, actor: User, typed: Mapping[str, Any]) -> None:
    sealed = encrypt(canonical_json(dict(typed)), DRAFT)
    session.add(TaskSubmission(task_id=task.id, user_id=actor.id, content=sealed, submitted_at=now()))
    own = select(TaskDraft).where(TaskDraft.task_id == task.id, TaskDraft.user_id == actor.id)
    draft = session.scalars(own).first()
    if draft is not None:
        session.delete(draft)
    task.assignee_id, task.claimed_at = actor.id, task.claimed_at or now()
    task.is_sealed = True


def sealed_content(session: Session, task_id: int) -> tuple[dict[str, Any], TaskSubmission] | None:
    """What waits for opinions, as it was typed, and who submitted it when."""
    found = submission_of(session, task_id)
    return None if found is None else (orjson.loads(decrypt(found.content, DRAFT)), found)


def withdraw_submission(session: Session, task_id: int, actor: User) -> UserTask:
    """撤回提交: its submitter has it as a draft again, before the last opinion was given."""
    task, token = open_task(session, task_id, actor)
    if not task.is_sealed:
        raise Conflict("该事项没有等待会签的提交内容，请刷新。")
    if task.assignee_id != actor.id:
        raise Forbidden("由提交人本人撤回提交。")
    bring_back(session, token.case, task, "提交人撤回提交。", actor)
    return task


def return_submission(session: Session, task_id: int, reason: str, actor: User) -> UserTask:
    """The form or a rule says no to what was submitted, now that everybody agrees: back to its submitter."""
    token = token_of_task(session, task_id)
    task = next((row for row in token.rows.tasks.values() if row.id == task_id), None) if token else None
    if token is None or task is None or not task.is_sealed:
        raise Conflict("该事项没有等待会签的提交内容，请刷新。")
    bring_back(session, token.case, task, reason, actor)
    return task


def submitter_of(session: Session, task: UserTask) -> User:
    """In whose name the submission is carried out. Raises Conflict when there is none, or he has left."""
    found = submission_of(session, task.id)
    if found is None:
        raise Conflict("该事项没有等待会签的提交内容，请刷新。")
    user = session.get_one(User, found.user_id)
    if not user.is_active:
        raise Refusal(f"提交人{user.name}已停用。")
    if not may_work(task, user):
        raise Refusal(f"提交人{user.name}已不在该事项的办理部门，或者不再有办理权限。")
    return user
