"""Room handover: everything that a leaver has under way goes to a successor, or back to his department (离职移交)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.people import Permission, Role, User
from models.refusal import Conflict, NotFound, Refusal
from models.task_review import LIVE, ReviewKind, ReviewState, TaskReview
from models.workflow import UserTask
from models.workload import cases_of
from processes.notification import tell
from processes.reassignment import log
from processes.substitute import check_present, end_of_leaver
from processes.task_check import barred_by, reason_of
from processes.task_hands import bring_back, change_hands, end, end_delegation, names_of, pass_draft
from processes.task_review import may_review, tell_asked
from processes.workflow import Token, tokens_of

# Cases at a time: all of them are locked together.
MOST = 300
_WORK = Permission.TASK_WORK


@dataclass(frozen=True)
class Result:
    """What became of one task or opinion."""

    task_id: int
    number: str
    applicant_name: str
    step: str
    is_handed_over: bool
    outcome: str


@dataclass(frozen=True)
class _Hands:
    """From whom to whom; without a successor the department claims anew."""

    leaver: User
    successor: User | None
    reason: str
    actor: User


def department_for(session: Session, leaver: User, successor: User | None, actor: User) -> int:
    """The department whose tasks change hands. Raises Forbidden, NotFound for a stranger's people."""
    if actor.may(Permission.PEOPLE_MANAGE):
        found = successor.department_id if successor is not None else leaver.department_id
    else:
        actor.require(Permission.TASK_ASSIGN)
        found = actor.department_id
        if leaver.department_id != found and not cases_of(session, leaver.id, found or 0, 1):
            raise NotFound("未找到该人员，或者不是本部门人员。")
    if found is None:
        raise Refusal("该人员不属于任何机构。", "successor")
    return found


def hand_over(
    session: Session,
    from_user_id: int,
    to_user_id: int | None,
    reason: str,
    actor: User,
    department_id: int | None = None,
) -> list[Result]:
    """离职移交: at most MOST cases at once, each task and opinion with what became of it; the clocks run on.

    The head does it for his department, an administrator for any. Raises Refusal at `successor` and `reason`,
    Conflict when nothing is under way.
    """
    leaver, successor = _people(session, from_user_id, to_user_id)
    kept = reason_of(reason, label="移交理由")
    office_id = department_for(session, leaver, successor, actor)
    if department_id is not None and actor.may(Permission.PEOPLE_MANAGE):
        office_id = department_id
    _check_successor(session, successor, leaver, office_id)
    hands = _Hands(leaver, successor, kept, actor)
    found: list[Result] = []
    for token in tokens_of(session, cases_of(session, leaver.id, office_id, MOST)):
        found += _hand_over_case(session, token, hands, office_id)
    if not found:
        raise Conflict(f"{leaver.name}没有可以移交的事项，请刷新。")
    if leaver.department_id == office_id:
        end_of_leaver(session, leaver, actor)
    _close(session, hands, found)
    return found


def _people(session: Session, from_user_id: int, to_user_id: int | None) -> tuple[User, User | None]:
    leaver = session.get(User, from_user_id)
    if leaver is None or leaver.role == Role.APPLICANT:
        raise NotFound("未找到该人员，或者不是本部门人员。")
    successor = session.get(User, to_user_id) if to_user_id is not None else None
    if to_user_id is not None and successor is None:
        raise Refusal("请选择接办人。", "successor")
    return leaver, successor


def _check_successor(session: Session, successor: User | None, leaver: User, department_id: int) -> None:
    if successor is None:
        return
    if successor.id == leaver.id:
        raise Refusal("接办人不能是移交人本人。", "successor")
    if not successor.is_active or successor.department_id != department_id or not successor.may(_WORK):
        raise Refusal("接办人应当是本部门有权办理的在岗人员。", "successor")
    check_present(session, successor, "successor")


def _hand_over_case(session: Session, token: Token, hands: _Hands, department_id: int) -> list[Result]:
    tasks = sorted(token.rows.tasks.values(), key=lambda task: task.id)
    mine = [
        task
        for task in tasks
        if task.department_id == department_id and hands.leaver.id in (task.assignee_id, task.owner_id)
    ]
    found = [_result(token, task, *_hand_over_task(session, token, task, hands)) for task in mine]
    if hands.leaver.department_id == department_id:
        found += _hand_over_reviews(session, token, hands)
    return found


def _hand_over_task(session: Session, token: Token, task: UserTask, hands: _Hands) -> tuple[bool, str]:
    leaver, actor = hands.leaver, hands.actor
    if task.is_delegated and task.assignee_id == leaver.id:
        owner_id = task.owner_id
        end_delegation(session, token.case, task, ReviewState.REMOVED, actor)
        owner = names_of(session, [owner_id]).get(owner_id or 0, "")
        _log(session, token, task, hands, f"委派终止，由委派人{owner}继续办理")
        tell(session, [owner_id] if owner_id else [], "task", _owner_text(token, task, leaver), token.case)
        return True, f"委派终止，退回委派人{owner}"
    why = _why_not(session, token, task, hands.successor)
    if hands.successor is not None and not why and _keeps_working(task, hands.successor):
        task.owner_id = hands.successor.id
        _log(session, token, task, hands, f"移交{hands.successor.name}，委派继续")
        return True, f"已移交{hands.successor.name}（委派继续）"
    to = None if why else hands.successor
    change_hands(session, token.case, task, to, actor)
    if to is not None:
        # Nobody comes back to what a leaver has begun.
        pass_draft(session, task.id, leaver.id, to.id)
    words = f"移交{to.name}" if to is not None else "退回部门待签收"
    _log(session, token, task, hands, words)
    return (True, f"已{words}") if not why else (False, f"{why}已退回部门待签收")


def _keeps_working(task: UserTask, successor: User) -> bool:
    """Whether a delegate goes on while the successor answers for it."""
    return task.is_delegated and task.assignee_id != successor.id


def _why_not(session: Session, token: Token, task: UserTask, successor: User | None) -> str:
    if successor is None:
        return ""
    if not successor.may(Permission(task.permission)):
        return f"{successor.name}没有办理此环节的权限，"
    same = barred_by(session, token, task, successor)
    return f"{successor.name}已办理“{same}”（岗位分离），" if same else ""


def _hand_over_reviews(session: Session, token: Token, hands: _Hands) -> list[Result]:
    tasks = {task.id: task for task in token.rows.tasks.values()}
    waiting = select(TaskReview).where(
        TaskReview.task_id.in_(tasks),
        TaskReview.reviewer_id == hands.leaver.id,
        TaskReview.kind != ReviewKind.DELEGATED.value,
        TaskReview.state.in_(LIVE),
    )
    rows = list(session.scalars(waiting.order_by(TaskReview.id)))
    return [_hand_over_review(session, token, tasks[row.task_id], row, hands) for row in rows]


def _hand_over_review(
    session: Session, token: Token, task: UserTask, row: TaskReview, hands: _Hands
) -> Result:
    to, leaver = hands.successor, hands.leaver
    why = _why_no_opinion(session, token, task, to)
    if to is not None and not why:
        row.reviewer_id = to.id
        _log_review(session, token, task, row, hands, f"会签改由{to.name}答复")
        if row.is_waiting:
            tell_asked(session, token, task, row, hands.actor)
        return _result(token, task, True, f"会签改由{to.name}答复")
    end(row, ReviewState.REMOVED)
    task.open_reviews -= 1
    _log_review(session, token, task, row, hands, "会签撤销")
    if task.is_sealed and not task.open_reviews:
        bring_back(session, token.case, task, f"会签人{leaver.name}已移交工作。", hands.actor)
    about = f"{token.case.number} {token.case.applicant_name}"
    text = f"{about}：{leaver.name}已移交工作，不再就“{task.name}”会签。"
    tell(session, [task.holder_id] if task.holder_id else [], "task", text, token.case)
    return _result(token, task, False, f"会签撤销，已告知办理人：{why}")


def _why_no_opinion(session: Session, token: Token, task: UserTask, to: User | None) -> str:
    if to is None:
        return "没有指定接办人。"
    asked = select(TaskReview.id).where(
        TaskReview.task_id == task.id,
        TaskReview.reviewer_id == to.id,
        TaskReview.kind != ReviewKind.DELEGATED.value,
        TaskReview.state.in_(LIVE),
    )
    if session.scalars(asked.limit(1)).first() is not None:
        return f"{to.name}已在会签人之列。"
    return may_review(session, token, task, to)


def _result(token: Token, task: UserTask, is_handed_over: bool, outcome: str) -> Result:
    case = token.case
    return Result(task.id, case.number, case.applicant_name, task.name, is_handed_over, outcome)


def _owner_text(token: Token, task: UserTask, leaver: User) -> str:
    about = f"{token.case.number} {token.case.applicant_name}"
    return f"{about}：{leaver.name}已移交工作，“{task.name}”由您继续办理。"


def _log(session: Session, token: Token, task: UserTask, hands: _Hands, words: str) -> None:
    text = f"{hands.leaver.name}离职移交“{task.name}”：{words}。理由：{hands.reason}"
    log(session, token, task, hands.leaver.id, text, hands.actor)


def _log_review(
    session: Session, token: Token, task: UserTask, row: TaskReview, hands: _Hands, words: str
) -> None:
    text = f"{hands.leaver.name}离职移交“{task.name}”的{words}。理由：{hands.reason}"
    new = {"task": task.id, "review": row.id, "reviewer": row.reviewer_id, "state": row.state}
    audit.record(session, "review.handed_over", text, actor=hands.actor, case=token.case, new=new)


def _close(session: Session, hands: _Hands, found: list[Result]) -> None:
    """One line in the log of the house, one message to each of the two."""
    done = len([one for one in found if one.is_handed_over])
    new = {"from": hands.leaver.id, "to": hands.successor.id if hands.successor else None}
    text = f"离职移交：{hands.leaver.name}的 {len(found)} 项在办事项"
    counts = {"handed_over": done, "others": len(found) - done}
    audit.record(session, "people.tasks_handed_over", text, actor=hands.actor, new={**new, **counts})
    reason = f"（{hands.reason}）"
    if hands.successor is not None and done:
        taken = f"{hands.leaver.name}的在办事项已移交给您，共 {done} 项，请在“我的待办”中查看{reason}。"
        tell(session, {hands.successor.id} - {hands.actor.id}, "task", taken, None)
    if hands.leaver.is_active:
        given = f"您的 {len(found)} 项在办事项已移交{reason}。"
        tell(session, {hands.leaver.id} - {hands.actor.id}, "task", given, None)
