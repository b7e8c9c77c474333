"""Room reassignment: a task goes to a colleague for good (转办)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.case import CaseFile, visible_to
from models.people import Permission, User
from models.refusal import Conflict
from models.workflow import UserTask
from processes.notification import tell
from processes.stand_in import note_place
from processes.supervision_order import offices_to_order
from processes.task_check import check_offices, colleague, is_head, reason_of
from processes.task_hands import change_hands, hands, names_of
from processes.workflow import Token, token_of_task
from processes.worklist import open_task


def reassign(session: Session, task_id: int, assignee_id: int, reason: str, actor: User) -> UserTask:
    """转办: whoever has the task, the head of its department, or who may order that, gives it to a colleague there.

    Its clocks run on. Raises NotFound for strangers, Refusal at `assignee` and `reason`, Conflict when it is delegated,
    submitted or not claimed.
    """
    task, token = to_reassign(session, task_id, actor)
    _check_may(session, token, task, actor)
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
        old,
        f"{actor.name}将“{task.name}”转办给{assignee.name}：{kept}",
        actor,
    )
    _tell(session, token, task, old, kept, actor)
    return task


def as_given(session: Session, task_id: int) -> UserTask:
    """A task that the actor has just given on, with what a door shows of it; he may not work on it himself."""
    shown = (UserTask.department, UserTask.assignee, UserTask.owner, UserTask.deadline, UserTask.case)
    query = select(UserTask).where(UserTask.id == task_id).options(*(joinedload(part) for part in shown))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def to_reassign(session: Session, task_id: int, actor: User) -> tuple[UserTask, Token]:
    """The open task, its case locked, for who works there or may order the office that has it; as worklist.open_task."""
    if not _may_see(session, task_id, actor):
        return open_task(session, task_id, actor)
    token = token_of_task(session, task_id)
    task = next((row for row in token.rows.tasks.values() if row.id == task_id), None) if token else None
    if token is None or task is None:
        raise Conflict("该事项已由他人办理或已终止，请刷新。")
    if not _supervises(session, token, task, actor):
        return open_task(session, task_id, actor)
    note_place(session, task, actor)
    return task, token


def _may_see(session: Session, task_id: int, actor: User) -> bool:
    if not actor.may(Permission.CASE_SUPERVISE):
        return False
    query = select(CaseFile.id).join(UserTask, UserTask.case_id == CaseFile.id)
    return session.scalars(query.where(UserTask.id == task_id, visible_to(actor))).first() is not None


def _supervises(session: Session, token: Token, task: UserTask, actor: User) -> bool:
    return task.department_id in offices_to_order(session, token.case, actor)


def log(
    session: Session,
    token: Token,
    task: UserTask,
    old: int | None,
    text: str,
    actor: User,
) -> None:
    """The line in the log of the case: from whom, and who has it now."""
    audit.record(
        session,
        "task.reassigned",
        text,
        actor=actor,
        case=token.case,
        old={"assignee": old},
        new=hands(task),
    )


def _check_may(session: Session, token: Token, task: UserTask, actor: User) -> None:
    check_offices(token, task, "转办")
    if is_head(task, actor) or _supervises(session, token, task, actor):
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
