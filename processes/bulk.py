"""Room bulk: the acts that may be done to many tasks at once; each is the verb that a single task knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import today
from models.people import Permission, User
from models.refusal import Conflict, Refusal
from models.workflow import UserTask
from processes import supervision_bulk, worklist
from processes.bulk_check import (
    Candidate,
    bound_by,
    held_by_other,
    is_applicants,
    not_barred,
    open_to,
    supervises,
    workable,
)
from processes.bulk_undo import assign_back, release_again, take_back_done, take_up_again, undo_release
from processes.reassignment import reassign
from processes.sending_back import may_send_back, send_back
from processes.set_aside import set_aside
from processes.submission import hand_in
from processes.task_check import is_head
from processes.urging import again_on, urge

Arguments = Mapping[str, Any]
Check = Callable[[Candidate, User], str]
Act = Callable[[Session, int, User, Arguments], None]
Undo = Callable[[Session, UserTask, User, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Operation:
    """One act: what it is called, who may do it, what speaks against it, the verb, and the way back."""

    key: str
    title: str
    permission: Permission
    check: Check
    act: Act
    undo: Undo | None = None
    # What the page says before the person confirms.
    effect: str = ""
    # Who may also do it, by another permission.
    or_with: Permission | None = None

    def is_for(self, user: User) -> bool:
        """Whether his role permits it."""
        return user.may(self.permission) or (self.or_with is not None and user.may(self.or_with))

    def require(self, user: User) -> None:
        """Raises Forbidden for whoever may not."""
        user.require(self.or_with if self.or_with is not None and user.may(self.or_with) else self.permission)


def operation_named(key: str) -> Operation:
    """Raises Refusal for an act that does not exist."""
    if key not in OPERATIONS:
        raise Refusal("请选择批量办理的方式。", "operation")
    return OPERATIONS[key]


def _may_claim(candidate: Candidate, actor: User) -> str:
    if reason := workable(candidate):
        return reason
    assert candidate.task is not None
    if candidate.task.assignee_id == actor.id:
        return "已由您签收。"
    if not candidate.stands_in and (reason := held_by_other(candidate, actor)):
        return reason
    return not_barred(candidate, actor)


def _may_release(candidate: Candidate, actor: User) -> str:
    if reason := workable(candidate):
        return reason
    assert candidate.task is not None
    if candidate.task.assignee_id is None:
        return "尚未签收。"
    if is_applicants(candidate):
        return "由申请人办理，不能退回待签收。"
    if is_head(candidate.task, actor):
        return ""
    return held_by_other(candidate, actor) or _hands_bound(candidate.task)


def _hands_bound(task: UserTask) -> str:
    """Why its holder cannot give it back, as worklist.release asks."""
    return bound_by(task) if task.is_delegated or task.is_sealed else ""


def _may_complete(candidate: Candidate, actor: User) -> str:
    if reason := workable(candidate) or held_by_other(candidate, actor) or not_barred(candidate, actor):
        return reason
    assert candidate.task is not None
    deadline = candidate.task.deadline
    if reason := bound_by(candidate.task):
        return reason
    if deadline is not None and deadline.is_paused:
        return "已暂停计时，请先恢复计时。"
    return _late(candidate.task)


def _late(task: UserTask) -> str:
    """Each needs its own reason (A-12): many cannot be done, or sent back, with one."""
    is_late = task.deadline is not None and task.deadline.is_over
    return "已超期，须逐件写明超期原因。" if is_late else ""


def _may_reassign(candidate: Candidate, actor: User) -> str:
    leads = supervises(candidate, actor)
    if reason := open_to(candidate) if leads else workable(candidate):
        return reason
    assert candidate.task is not None
    if is_applicants(candidate):
        return "由申请人办理，不能转办。"
    if leads or is_head(candidate.task, actor):
        return ""
    if candidate.task.assignee_id is None:
        return "请先签收。"
    return held_by_other(candidate, actor) or bound_by(candidate.task)


def _may_set_aside(candidate: Candidate, actor: User) -> str:
    if reason := workable(candidate):
        return reason
    assert candidate.task is not None
    if candidate.task.assignee_id is None:
        return "请先签收。"
    deadline = candidate.task.deadline
    if deadline is not None and deadline.is_running and not deadline.is_paused and deadline.due_on <= today():
        return "办理时限今日届满或者已经超期，不能挂起。"
    return held_by_other(candidate, actor) or bound_by(candidate.task)


def _may_send_back(candidate: Candidate, actor: User) -> str:
    if reason := workable(candidate) or held_by_other(candidate, actor) or not_barred(candidate, actor):
        return reason
    assert candidate.task is not None
    if is_applicants(candidate) or not may_send_back(candidate.task, actor):
        return "该环节不能退回。"
    if not candidate.done:
        return "本案卷没有可以退回的环节。"
    deadline = candidate.task.deadline
    if deadline is not None and deadline.is_paused:
        return "已暂停计时，请先恢复计时。"
    return bound_by(candidate.task) or _late(candidate.task)


def _may_urge(candidate: Candidate, actor: User) -> str:
    if reason := open_to(candidate):
        return reason
    assert candidate.task is not None
    if actor.id in (candidate.task.assignee_id, candidate.task.owner_id):
        return "本人的事项不能催办。"
    last = candidate.urged_on
    if last is not None and today() < (free := again_on(last, candidate.task.case)):
        return f"已于 {last} 催办，{free} 起可以再次催办。"
    return ""


def _reassign(session: Session, task_id: int, actor: User, given: Arguments) -> None:
    reassign(session, task_id, _number(given, "assignee"), str(given.get("reason", "")), actor)


def _set_aside(session: Session, task_id: int, actor: User, given: Arguments) -> None:
    set_aside(session, task_id, date.fromisoformat(str(given["until"])), str(given.get("reason", "")), actor)


def _send_back(session: Session, task_id: int, actor: User, given: Arguments) -> None:
    target, mode, reason = (str(given.get(name, "")) for name in ("target", "mode", "reason"))
    send_back(session, task_id, target, mode, reason, actor)


def _urge(session: Session, task_id: int, actor: User, given: Arguments) -> None:
    urge(session, task_id, str(given.get("text", "")), actor)


def _number(given: Arguments, name: str) -> int:
    return int(str(given[name]))


def _claim(session: Session, task_id: int, actor: User, _given: Arguments) -> None:
    """What is his already was not claimed by this batch, and is not given back with it."""
    had = session.get_one(UserTask, task_id).assignee_id
    worklist.claim(session, task_id, actor)
    if had == actor.id:
        raise Conflict("已由您签收。")


def _release(session: Session, task_id: int, actor: User, _given: Arguments) -> None:
    """What nobody had was not given back by this batch, and returns to nobody with it."""
    had = session.get_one(UserTask, task_id).assignee_id
    worklist.release(session, task_id, actor)
    if had is None:
        raise Conflict("尚未签收。")


def _complete(session: Session, task_id: int, actor: User, given: Arguments) -> None:
    hand_in(session, task_id, actor, given["handed_in"])


OPERATIONS: dict[str, Operation] = {
    operation.key: operation
    for operation in (
        Operation(
            "claim",
            "签收",
            Permission.TASK_WORK,
            _may_claim,
            _claim,
            release_again,
            "签收后进入您的待办；尚未办理的可以撤销，退回待签收。",
        ),
        Operation(
            "release",
            "退回待签收",
            Permission.TASK_WORK,
            _may_release,
            _release,
            undo_release,
            "退回后由本部门人员另行签收；尚无人签收的可以撤销。时限继续计算。",
        ),
        Operation(
            "complete",
            "办理",
            Permission.TASK_WORK,
            _may_complete,
            _complete,
            take_back_done,
            "以同一结论和意见逐件办理，每件单独提交、单独留痕；下一环节尚无人打开的可以撤销（撤回）。",
        ),
        Operation(
            "reassign",
            "转办",
            Permission.TASK_WORK,
            _may_reassign,
            _reassign,
            assign_back,
            "转给办理部门的同一位人员，对方收到通知；时限继续计算。对方尚未办理的可以撤销。",
            Permission.CASE_SUPERVISE,
        ),
        Operation(
            "send_back",
            "退回",
            Permission.TASK_WORK,
            _may_send_back,
            _send_back,
            None,
            "退回到所选事项都已办过的环节，由原办理人重新办理；时限自各自的起算日继续计算，不重新起算。已超期的须逐件退回，写明超期原因。不能撤销。",
        ),
        Operation(
            "set_aside",
            "挂起",
            Permission.TASK_WORK,
            _may_set_aside,
            _set_aside,
            take_up_again,
            "挂起期间不在待办列表，到期自动恢复；时限继续计算，需要停止计时的请申请暂停计时。可以撤销。",
        ),
        Operation(
            "supervise",
            "督办",
            Permission.CASE_SUPERVISE,
            supervision_bulk.may_order,
            supervision_bulk.order_one,
            None,
            supervision_bulk.EFFECT,
        ),
        Operation(
            "urge",
            "催办",
            Permission.CASE_TALK,
            _may_urge,
            _urge,
            None,
            "办理人（及代办人）收到催办通知，已超期的同时通知其部门负责人；时限不变。不能撤销。",
        ),
    )
}
