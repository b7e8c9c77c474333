"""Room delegation: a colleague works on a task that comes back to its owner, who alone submits it (委派)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.people import User
from models.refusal import Conflict, Forbidden
from models.task_review import ReviewKind, ReviewState, TaskReview
from models.workflow import UserTask
from processes.notification import tell
from processes.task_check import check_listed, check_offices, colleague, is_head, reason_of
from processes.task_hands import ask_no_more, end_delegation, hands, names_of, pass_draft
from processes.workflow import Token
from processes.worklist import open_task


def held(session: Session, task_id: int, actor: User, verb: str) -> tuple[UserTask, Token]:
    """A task that the actor himself has and answers for, the case locked. Raises Conflict, NotFound, Refusal."""
    task, token = open_task(session, task_id, actor)
    check_offices(token, task, verb)
    check_listed(task, verb)
    if task.assignee_id is None:
        raise Conflict("请先签收该事项。")
    if task.is_delegated and actor.id in (task.owner_id, task.assignee_id):
        raise Conflict(f"该事项正由他人代为办理，交回或者收回委派后方可{verb}。")
    if task.assignee_id != actor.id:
        raise Conflict("该事项已由他人办理，请刷新。")
    if task.is_sealed:
        raise Conflict(f"该事项已提交，正在等待会签意见；可先撤回提交，再{verb}。")
    return task, token


def delegate(session: Session, task_id: int, delegate_id: int, question: str, actor: User) -> UserTask:
    """委派: the colleague drafts and answers `question`; the owner stays responsible, and the clocks run on."""
    task, token = held(session, task_id, actor, "委派")
    kept = reason_of(question, "question", "委派事项")
    person = colleague(session, token, task, delegate_id, "delegate", "委派")
    if person.id == actor.id:
        raise Conflict("该事项已由您本人办理。")
    review = TaskReview(
        task_id=task.id,
        case_id=task.case_id,
        kind=ReviewKind.DELEGATED.value,
        reviewer_id=person.id,
        asked_by_id=actor.id,
        question=kept,
        state=ReviewState.ASKED.value,
        asked_at=now(),
    )
    session.add(review)
    task.owner_id, task.assignee_id, task.set_aside_until = actor.id, person.id, None
    pass_draft(session, task.id, actor.id, person.id)
    ask_no_more(session, task, person.id)
    _log(
        session,
        token,
        task,
        "task.delegated",
        f"{actor.name}将“{task.name}”委派给{person.name}：{kept}",
        actor,
    )
    about = f"{token.case.number} {token.case.applicant_name}：{actor.name}将“{task.name}”委派给您"
    tell(session, [person.id], "task", f"{about}：{kept}办理后请交回，由其提交。", token.case)
    return task


def hand_back(session: Session, task_id: int, opinion: str, actor: User) -> UserTask:
    """交回: the delegate gives his opinion; what he has typed lies before the owner."""
    task, token = open_task(session, task_id, actor)
    if not task.is_delegated or task.assignee_id != actor.id:
        raise Conflict("该事项没有委派给您，或者委派已经收回，请刷新。")
    kept = reason_of(opinion, "opinion", "办理意见")
    owner_id = task.owner_id
    owner = names_of(session, [owner_id]).get(owner_id or 0, "")
    end_delegation(session, token.case, task, ReviewState.HANDED_BACK, actor, kept)
    _log(
        session, token, task, "task.handed_back", f"{actor.name}交回{owner}委派的“{task.name}”：{kept}", actor
    )
    text = f"{token.case.number} {token.case.applicant_name}：{actor.name}已交回您委派的“{task.name}”：{kept}"
    tell(session, [owner_id] if owner_id else [], "task", text, token.case)
    return task


def take_back(session: Session, task_id: int, actor: User) -> UserTask:
    """收回委派: by its owner, or by the head of the department for him."""
    task, token = open_task(session, task_id, actor)
    if not task.is_delegated:
        raise Conflict("该事项没有委派，或者已经交回，请刷新。")
    if task.owner_id != actor.id and not is_head(task, actor):
        raise Forbidden("由委派人本人或者部门负责人收回委派。")
    names = names_of(session, [task.owner_id, task.assignee_id])
    owner_id, delegate = task.owner_id, names.get(task.assignee_id or 0, "")
    end_delegation(session, token.case, task, ReviewState.REMOVED, actor)
    text = f"{actor.name}收回委派给{delegate}的“{task.name}”"
    _log(session, token, task, "task.taken_back", text, actor)
    tell(
        session,
        {owner_id or 0} - {actor.id, 0},
        "task",
        f"{token.case.number}：{text}，由您继续办理。",
        token.case,
    )
    return task


def _log(session: Session, token: Token, task: UserTask, action: str, text: str, actor: User) -> None:
    audit.record(session, action, text, actor=actor, case=token.case, new=hands(task))
