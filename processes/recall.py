"""Room recall: 撤回 of one's own last completion, while nobody has opened, taken or begun what came next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access_log import AccessRecord
from models.people import Permission, User
from models.refusal import Conflict, NotFound, Refusal
from models.sending_back import Mode, SendingBack
from models.workflow import CANCELLED, DONE, OPEN, TaskDraft, UserTask
from processes.back_target import Target, study
from processes.engine.instance import Instance
from processes.engine.migration import places
from processes.notification import tell
from processes.sending_back import Wish, go_back, record
from processes.task_check import check_listed
from processes.undoing import REDOABLE, done_in_force
from processes.workflow import Token, move, token_of_task
from processes.worklist import may_work

_LATER = "其后的环节已有人办理，不能撤回；确需重新办理的，请联系后续环节经办人退回。"
_TOUCHED = "“{name}”已被打开、签收或开始办理，不能撤回；确需重新办理的，请联系经办人退回。"


def may_recall(task: UserTask, actor: User, tasks: Sequence[UserTask]) -> bool:
    """Whether the page offers it: one's own finished step, behind which nobody has looked at anything yet.

    Of a form whose completion tells the outside, or is booked, nothing is offered: it is refused in any case.
    """
    if task.form_key not in REDOABLE:
        return False
    if task.status != DONE or task.done_by_id != actor.id or task.superseded_at or task.done_at is None:
        return False
    later = [row for row in tasks if row.id > task.id and row.created_at >= task.done_at]
    is_alone = not any(row.status == DONE for row in later)
    return is_alone and bool(later) and not any(row.status == OPEN and _is_touched(row) for row in later)


def recall(session: Session, task_id: int, actor: User) -> SendingBack:
    """Take back what one has completed; the step is open again with him. Raises NotFound, Conflict, Refusal."""
    actor.require(Permission.TASK_WORK)
    task, token = _done_by(session, task_id, actor)
    made: list[tuple[Target, list[str], list[UserTask]]] = []

    def act(instance: Instance) -> None:
        if token.stored.is_finished or instance.is_finished:
            raise Conflict("案卷已办结，不能撤回。")
        target = _target(session, token, instance, task)
        gone = _untouched(session, token, target, actor)
        made.append((target, sorted(places(instance) - target.standing), gone))
        go_back(session, token, instance, target, Mode.RECALL)

    move(session, token, act)
    target, left, gone = made[0]
    row = record(session, token, task, target, Wish(Mode.RECALL, "", left, actor))
    for lost in gone:
        if lost.status == CANCELLED and lost.assignee_id not in (None, actor.id):
            text = f"{token.case.number} {token.case.applicant_name}：{actor.name}已撤回“{task.name}”，“{lost.name}”终止。"
            tell(session, [lost.assignee_id or 0], "task", text, token.case)
    return row


def _done_by(session: Session, task_id: int, actor: User) -> tuple[UserTask, Token]:
    """Raises NotFound for what is not one's own, Conflict when it is not done, or does not count any more."""
    token = token_of_task(session, task_id)
    task = session.get(UserTask, task_id)
    is_his = task is not None and actor.id in (task.done_by_id, task.assignee_id)
    if task is None or token is None or not is_his or not may_work(task, actor):
        raise NotFound("未找到该事项，或您无权办理。")
    if task.status != DONE or task.done_by_id != actor.id:
        raise Conflict("该事项尚未由您办结，不能撤回。")
    if task.superseded_at is not None:
        raise Conflict("该事项已退回或撤回，请刷新。")
    check_listed(task, "撤回")
    return task, token


def _target(session: Session, token: Token, instance: Instance, task: UserTask) -> Target:
    """Where the step is open again. Raises Conflict, Refusal."""
    done = done_in_force(session, token.case.id)
    newest = [row for row in done if row.element_id == task.element_id][-1]
    found = study(session, token, instance, "", done)
    target = next((one for one in found if one.element_id == task.element_id), None)
    if newest.id != task.id or target is None:
        raise Conflict(_LATER)
    if target.refused:
        raise Refusal(target.refused.replace("不能退回", "不能撤回"))
    if len(target.rows) > 1:
        raise Conflict(_LATER)
    return target


def _untouched(session: Session, token: Token, target: Target, actor: User) -> list[UserTask]:
    """The open steps that end by it. Raises Conflict when somebody has looked at one of them."""
    gone = [row for row in token.rows.tasks.values() if row.element_id not in target.standing]
    ids = [row.id for row in gone]
    drafted = set(session.scalars(select(TaskDraft.task_id).where(TaskDraft.task_id.in_(ids))))
    read = _readers(session, token, [row for row in gone if row.status == OPEN], actor)
    for row in gone:
        is_read = any(one.concerns(row) for one in read)
        if row.status == OPEN and (_is_touched(row) or row.id in drafted or is_read):
            raise Conflict(_TOUCHED.format(name=row.name))
    return gone


@dataclass(frozen=True)
class _Reader:
    """Who has looked at the case, and when last, as the access log says; by whatever door."""

    user_id: int
    department_id: int | None
    at: datetime

    def concerns(self, task: UserTask) -> bool:
        """Whether he is of the office that has the step, or its applicant, and has looked since it is open."""
        is_applicants = task.is_applicants and task.assignee_id is not None
        is_his = (
            self.user_id == task.assignee_id if is_applicants else self.department_id == task.department_id
        )
        return is_his and self.at >= task.created_at


def _readers(session: Session, token: Token, tasks: Sequence[UserTask], actor: User) -> list[_Reader]:
    """Who else has looked at the case since the first of the steps was opened."""
    if not tasks:
        return []
    since = min(row.created_at for row in tasks)
    who = AccessRecord.user_id, AccessRecord.department_id
    query = select(*who, func.max(AccessRecord.at)).where(
        AccessRecord.case_id == token.case.id, AccessRecord.at >= since, AccessRecord.user_id != actor.id
    )
    return [_Reader(*row) for row in session.execute(query.group_by(*who))]


def _is_touched(row: UserTask) -> bool:
    is_taken = row.assignee_id is not None and not row.is_applicants
    return bool(row.opened_at or is_taken or row.owner_id or row.open_reviews)
