"""Room reassignment: a task goes to a colleague for good (转办)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import audit
from models.people import User
from models.refusal import Conflict
from models.workflow import UserTask
from processes.notification import tell
from processes.task_check import check_offices, colleague, is_head, reason_of
from processes.task_hands import change_hands, names_of
from processes.workflow import Token
from processes.worklist import open_task


def reassign(session: Session, task_id: int, assignee_id: int, reason: str, actor: User) -> UserTask:
    """转办: whoever has the task, or the head of its department, gives it to a colleague; its clocks run on.

    Raises Refusal at `assignee` and `reason`, Conflict when it is delegated, submitted or not claimed.
    """
    task, token = open_task(session, task_id, actor)
    _check_may(token, task, actor)
    kept = reason_of(reason)
    assignee = colleague(session, token, task, assignee_id, "assignee", "转办")
    if assignee.id == task.holder_id and not task.is_delegated:
        raise Conflict(f"该事项已由{assignee.name}办理，请刷新。")
    old = task.holder_id
    change_hands(session, token.case, task, assignee, actor)
    log(
        session,
        token,
        task,
        (old, assignee.id),
        f"{actor.name}将“{task.name}”转办给{assignee.name}：{kept}",
        actor,
    )
    _tell(session, token, task, old, kept, actor)
    return task


def log(
    session: Session,
    token: Token,
    task: UserTask,
    hands: tuple[int | None, int | None],
    text: str,
    actor: User,
) -> None:
    """The line in the log of the case: from whom, to whom."""
    audit.record(
        session,
        "task.reassigned",
        text,
        actor=actor,
        case=token.case,
        old={"assignee": hands[0]},
        new={"assignee": hands[1], "task": task.id, "element": task.element_id},
    )


def _check_may(token: Token, task: UserTask, actor: User) -> None:
    check_offices(token, task, "转办")
    if is_head(task, actor):
        return
    if task.assignee_id is None:
        raise Conflict("请先签收该事项。")
    if actor.id not in (task.holder_id, task.assignee_id):
        raise Conflict("该事项已由他人办理，请刷新。")
    if task.is_delegated:
        raise Conflict("该事项已委派，请先交回或者收回委派，再转办。")
    if task.is_sealed:
        raise Conflict("该事项已提交，正在等待会签意见；可先撤回提交，再转办。")


def _tell(session: Session, token: Token, task: UserTask, old: int | None, reason: str, actor: User) -> None:
    about = f"{token.case.number} {token.case.applicant_name}：{actor.name}将“{task.name}”"
    taker = {task.assignee_id} - {actor.id, None}
    tell(session, [one for one in taker if one], "task", f"{about}转办给您：{reason}", token.case)
    if old is not None and old not in (actor.id, task.assignee_id):
        name = names_of(session, [task.assignee_id]).get(task.assignee_id or 0, "")
        tell(session, [old], "task", f"{about}转由{name}办理，您不再办理此事项：{reason}", token.case)
