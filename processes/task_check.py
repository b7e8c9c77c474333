"""Room worklist, its checks: what must be so before somebody takes a task, gives it on or submits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.deadline import Deadline
from models.people import Permission, Role, User
from models.refusal import Conflict, Forbidden, Refusal
from models.task_review import ANSWERED, TaskReview, answered_in
from models.words import said
from models.workflow import DONE, UserTask
from processes.engine.drawing import Step
from processes.workflow import Token

REASON_LIMIT = 500


def barred_from(step: Step, tasks: Iterable[UserTask], reviews: Iterable[TaskReview] = ()) -> dict[int, str]:
    """Whom the separation of duties keeps from a step, by id, with the step of the case that each has taken part in."""
    every = {task.id: task for task in tasks if task.element_id in step.not_same_as}
    asked = {
        review.reviewer_id: every[review.task_id].name
        for review in reviews
        if review.state in ANSWERED and review.task_id in every
    }
    done = [task for task in every.values() if task.status == DONE and task.superseded_at is None]
    # Who did it, and in whose place (代办): it counts for both.
    both = {person: task.name for task in done for person in (task.on_behalf_of_id, task.done_by_id)}
    return asked | {person: name for person, name in both.items() if person is not None}


def barred_by(session: Session, token: Token, task: UserTask, person: User) -> str:
    """The step of the case because of which this person must not take part in this one; empty when there is none."""
    step = token.definition.drawing.steps[task.element_id]
    if not step.not_same_as:
        return ""
    done = select(UserTask.name).where(
        UserTask.case_id == task.case_id,
        UserTask.element_id.in_(step.not_same_as),
        or_(UserTask.done_by_id == person.id, UserTask.on_behalf_of_id == person.id),
        UserTask.status == DONE,
        UserTask.superseded_at.is_(None),
    )
    asked = answered_in(task.case_id, list(step.not_same_as), person.id)
    return session.scalars(done.union_all(asked)).first() or ""


def check_separation(session: Session, token: Token, task: UserTask, actor: User) -> None:
    """Raises Forbidden when the same person took part in a step that this one must not share a person with."""
    same = barred_by(session, token, task, actor)
    if same:
        raise Forbidden(f"您已办理该案卷的“{same}”，按照岗位分离要求，不能再办理“{task.name}”。")


def check_offices(token: Token, task: UserTask, verb: str) -> None:
    """Raises Refusal for a step of the applicant himself."""
    if task.assignee_id is not None and task.assignee_id == token.case.applicant_user_id:
        raise Refusal(f"该事项由申请人办理，不能{verb}。")


def check_listed(task: UserTask, verb: str) -> None:
    """Raises Refusal for a step that is answered on a board, with many others at once."""
    if task.board:
        raise Refusal(f"该环节集中办理，不能{verb}。")


def colleague(session: Session, token: Token, task: UserTask, user_id: int, field: str, verb: str) -> User:
    """The person to whom a task may be given: of its department, with its permission, not barred. Raises Refusal."""
    person = session.get(User, user_id)
    if person is None or not person.is_active or person.department_id != task.department_id:
        raise Refusal(f"只能{verb}给本部门的在岗人员。", field)
    if not person.may(Permission(task.permission)) or person.role == Role.APPLICANT:
        raise Refusal("该人员没有办理此环节的权限。", field)
    same = barred_by(session, token, task, person)
    if same:
        raise Refusal(
            f"{person.name}已办理该案卷的“{same}”，按照岗位分离要求，不能再办理“{task.name}”。", field
        )
    return person


def is_head(task: UserTask, actor: User) -> bool:
    """Whether the person is the head of the department that has the task."""
    return actor.is_active and actor.may(Permission.TASK_ASSIGN) and actor.department_id == task.department_id


def reason_of(text: str, field: str = "reason", label: str = "理由") -> str:
    """The reason as it is kept. Raises Refusal at its field when there is none, or far too much."""
    found = said(text)
    if not found:
        raise Refusal(f"请填写{label}。", field)
    if len(found) > REASON_LIMIT:
        raise Refusal(f"{label}不得超过 {REASON_LIMIT} 个字。", field)
    return found


def check_submittable(task: UserTask, actor: User) -> None:
    """Raises Conflict or Refusal while somebody else works on the task, or it is set aside or waits for opinions."""
    if task.owner_id == actor.id:
        raise Conflict("该事项已委派他人办理，待其交回或者收回委派后再提交。")
    if task.is_delegated:
        raise Conflict("该事项系他人委派，由委派人提交；请填写办理意见后交回。")
    if task.is_sealed and task.open_reviews:
        raise Conflict("该事项已提交，正在等待会签意见。")
    if task.is_set_aside:
        raise Refusal(f"该事项已挂起至 {task.set_aside_until}，请先恢复办理，再提交办理结果。")


def check_reviewed(task: UserTask) -> None:
    """Raises Refusal while opinions are outstanding."""
    if task.open_reviews:
        raise Refusal(f"尚有 {task.open_reviews} 项会签意见没有办结，不能提交办理结果。")


def check_asked(token: Token, task: UserTask, asked: Step | None) -> None:
    """Raises Conflict when the case has gone over to another form of the step since `asked` was read."""
    step = token.definition.drawing.steps[task.element_id]
    if asked is not None and (step.form_key, step.fields) != (asked.form_key, asked.fields):
        raise Conflict(
            f"案卷刚由流程负责人迁移到新的流程版本，“{step.name}”的表单已改变，所填内容没有提交，请重新填写。"
        )


def check_not_paused(session: Session, task: UserTask) -> None:
    """Raises Refusal while the clock of the task stands still."""
    deadline = session.get(Deadline, task.deadline_id) if task.deadline_id else None
    if deadline is not None and deadline.is_paused:
        raise Refusal("该事项已暂停计时，请先恢复计时，再提交办理结果。")


def is_late(session: Session, task: UserTask) -> bool:
    """Whether the task's term has ended before today."""
    deadline = session.get(Deadline, task.deadline_id) if task.deadline_id else None
    return deadline is not None and deadline.is_over


def late_reason_of(session: Session, task: UserTask, answers: Mapping[str, Any]) -> str:
    """A-12: “原则上”; a miss needs a recorded reason. Empty when the task is not late."""
    if not is_late(session, task):
        return ""
    reason = said(str(answers.get("late_reason") or ""))
    if not reason:
        raise Refusal("该事项已超期，请写明超期原因。", "late_reason")
    if len(reason) > REASON_LIMIT:
        raise Refusal(f"超期原因不得超过 {REASON_LIMIT} 个字。", "late_reason")
    return reason


def keep_late_reason(session: Session, task: UserTask, answers: Mapping[str, Any]) -> str:
    """As `late_reason_of`, kept with the clock: the last word on its lateness; the log has every one."""
    reason = late_reason_of(session, task, answers)
    if reason:
        session.get_one(Deadline, task.deadline_id).late_reason = reason
    return reason
