"""Room task review: another opinion before or after one's own (加签), answered, or no longer asked for (减签)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseDepartment
from models.people import Permission, Role, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.task_review import ReviewKind, ReviewState, TaskReview, of_task
from models.words import said
from models.workflow import UserTask
from processes.delegation import held
from processes.notification import tell
from processes.stand_in import note_names
from processes.substitute import standing_in
from processes.task_check import barred_by, is_head, reason_of
from processes.task_hands import bring_back, end, names_of, opinions, take_place
from processes.workflow import Token, token_of_task
from processes.worklist import open_task

OPINION_LIMIT = 1000
MOST = 10
_GONE = "该会签已经答复、撤销，或者所属环节已经办结，请刷新。"


def add_reviewer(
    session: Session, task_id: int, reviewer_id: int, when: ReviewKind, question: str, actor: User
) -> TaskReview:
    """加签: ask a colleague, or somebody of an office that takes part in the case; the clocks run on.

    `when`: before the step may be submitted, or after it and before it takes effect. Raises Refusal at `reviewer`,
    `when` and `question`, Conflict when he is asked already.
    """
    task, token = held(session, task_id, actor, "加签")
    if when not in (ReviewKind.BEFORE, ReviewKind.AFTER):
        raise Refusal("请选择会签时间。", "when")
    kept = reason_of(question, "question", "会签事项")
    reviewer = _reviewer(session, token, task, reviewer_id)
    outstanding = opinions(of_task(session, task.id))
    if any(row.reviewer_id == reviewer.id for row in outstanding):
        raise Conflict(f"已请{reviewer.name}会签，请刷新。")
    if len(outstanding) >= MOST:
        raise Refusal(f"同一事项至多同时请 {MOST} 人会签。", "reviewer")
    is_before = when is ReviewKind.BEFORE
    state = ReviewState.ASKED if is_before else ReviewState.PLANNED
    review = new_review(task, reviewer.id, when, state, kept, actor)
    session.add(review)
    task.open_reviews += 1
    session.flush()
    text = f"{actor.name}就“{task.name}”请{reviewer.name}{when.label}：{kept}"
    _log(session, token, review, "review.asked", text, actor)
    if is_before:
        tell_asked(session, token, task, review, actor)
    return review


def new_review(
    task: UserTask, reviewer_id: int, when: ReviewKind, state: ReviewState, question: str, actor: User
) -> TaskReview:
    """A row that is not in the session yet."""
    return TaskReview(
        task_id=task.id,
        case_id=task.case_id,
        kind=when.value,
        reviewer_id=reviewer_id,
        asked_by_id=actor.id,
        question=question,
        state=state.value,
        asked_at=now(),
    )


def may_review(session: Session, token: Token, task: UserTask, person: User) -> str:
    """Why this person cannot give an opinion on the task; empty when he can."""
    if not person.is_active or person.role == Role.APPLICANT or not person.may(Permission.TASK_WORK):
        return "只能请本部门或者参与本案卷的部门的在岗人员会签。"
    if person.id in (task.assignee_id, task.owner_id):
        return "不能请办理人本人会签。"
    takes_part = session.get(CaseDepartment, (task.case_id, person.department_id or 0)) is not None
    if person.department_id != task.department_id and not takes_part:
        return "只能请本部门或者参与本案卷的部门的在岗人员会签。"
    same = barred_by(session, token, task, person)
    if same:
        return f"{person.name}已办理该案卷的“{same}”，按照岗位分离要求，不能参与“{task.name}”。"
    return ""


def answer_review(
    session: Session, review_id: int, agrees: bool, opinion: str, actor: User
) -> tuple[UserTask, TaskReview]:
    """会签意见: whoever disagrees says why. With `ready_to_go` the door then carries out what was submitted.

    不同意 after the submission brings it back to its submitter. Whoever stands in for the one who is asked answers in his
    place, under both names. Raises NotFound for strangers, Conflict when it is over.
    """
    review, task, token = _locked(session, review_id, actor)
    absent_id = None if review.reviewer_id == actor.id else review.reviewer_id
    if absent_id is not None and absent_id not in standing_in(session, actor):
        raise NotFound("未找到该会签，或您无权答复。")
    if not review.is_waiting:
        raise Conflict(_GONE)
    _check_still(session, token, task, actor)
    kept, asker_id = _opinion(opinion, agrees), review.asked_by_id
    if absent_id is not None:
        _check_in_place(session, token, task, actor, absent_id)
        review = take_place(session, review, actor)
        note_names(session, actor, absent_id)
    end(review, ReviewState.AGREED if agrees else ReviewState.DISAGREED, kept)
    task.open_reviews = len(opinions(of_task(session, task.id)))
    words = ReviewState(review.state).label
    about = f"{actor.name}就“{task.name}”答复会签：{words}{f'，{kept}' if kept else ''}"
    _log(session, token, review, "review.answered", about, actor)
    told = {one for one in (task.holder_id, asker_id, absent_id) if one} - {actor.id}
    tell(session, told, "task", f"{token.case.number} {token.case.applicant_name}：{about}", token.case)
    if not agrees and review.kind == ReviewKind.AFTER:
        bring_back(session, token.case, task, f"{actor.name}不同意：{kept}", actor)
    return task, review


def remove_reviewer(session: Session, review_id: int, actor: User) -> tuple[UserTask, TaskReview]:
    """减签: by the holder of the task, or the head of its department; whoever was asked is told."""
    review, task, token = _locked(session, review_id, actor)
    if task.holder_id != actor.id and not is_head(task, actor):
        raise Forbidden("由办理人本人或者部门负责人减签。")
    if not review.is_live or review.kind == ReviewKind.DELEGATED:
        raise Conflict(_GONE)
    was_asked = review.is_waiting
    end(review, ReviewState.REMOVED)
    task.open_reviews = len(opinions(of_task(session, task.id)))
    name = names_of(session, [review.reviewer_id]).get(review.reviewer_id, "")
    text = f"{actor.name}撤销就“{task.name}”请{name}会签"
    _log(session, token, review, "review.removed", text, actor)
    if was_asked:
        about = f"{token.case.number} {token.case.applicant_name}：{text}，您无需再答复。"
        tell(session, {review.reviewer_id} - {actor.id}, "task", about, token.case)
    return task, review


def ready_to_go(task: UserTask) -> bool:
    """Whether what was submitted waits for nobody any more: the door carries it out in the same knock."""
    return task.is_sealed and not task.open_reviews


def tell_asked(session: Session, token: Token, task: UserTask, review: TaskReview, actor: User) -> None:
    """Whose opinion is asked for, and about what."""
    about = f"{token.case.number} {token.case.applicant_name}：{actor.name}就“{task.name}”请您会签：{review.question}"
    tell(session, [review.reviewer_id], "task", about, token.case)


def _reviewer(session: Session, token: Token, task: UserTask, reviewer_id: int) -> User:
    person = session.get(User, reviewer_id)
    if person is None:
        raise Refusal("只能请本部门或者参与本案卷的部门的在岗人员会签。", "reviewer")
    why = may_review(session, token, task, person)
    if why:
        raise Refusal(why, "reviewer")
    return person


def _check_still(session: Session, token: Token, task: UserTask, actor: User) -> None:
    """What held when he was asked is asked again. Raises Forbidden when he has left the offices, or is barred now."""
    if may_review(session, token, task, actor):
        raise Forbidden("您已不在本案卷的办理部门，或者按照岗位分离要求，不能再就该事项会签。")


def _check_in_place(session: Session, token: Token, task: UserTask, actor: User, absent_id: int) -> None:
    """代为会签: not beside an opinion of one's own, and only what the absent one might say himself. Raises Forbidden."""
    if any(row.reviewer_id == actor.id for row in opinions(of_task(session, task.id))):
        raise Forbidden("您本人已被请就该事项会签，不能再代他人答复。")
    absent = session.get_one(User, absent_id)
    if same := barred_by(session, token, task, absent):
        raise Forbidden(f"{absent.name}已办理该案卷的“{same}”，按照岗位分离要求，不能代其会签。")


def _opinion(text: str, agrees: bool) -> str:
    kept = said(text)
    if not kept and not agrees:
        raise Refusal("不同意的，请填写理由。", "opinion")
    if len(kept) > OPINION_LIMIT:
        raise Refusal(f"会签意见不得超过 {OPINION_LIMIT} 个字。", "opinion")
    return kept


def _locked(session: Session, review_id: int, actor: User) -> tuple[TaskReview, UserTask, Token]:
    """The review with its open task, the case locked. Raises NotFound for strangers, Conflict when the task is over."""
    task_id = session.scalar(select(TaskReview.task_id).where(TaskReview.id == review_id))
    token = token_of_task(session, task_id) if task_id is not None else None
    found = select(TaskReview).where(TaskReview.id == review_id).execution_options(populate_existing=True)
    review = session.scalars(found).first()
    if token is None or review is None:
        raise NotFound("未找到该会签，或您无权答复。")
    task = next((row for row in token.rows.tasks.values() if row.id == review.task_id), None)
    if review.reviewer_id == actor.id or review.reviewer_id in standing_in(session, actor):
        if task is None:
            raise Conflict(_GONE)
        return review, task, token
    # Whoever may not work on the task does not learn whether it is open.
    task, token = open_task(session, review.task_id, actor)
    return review, task, token


def _log(session: Session, token: Token, review: TaskReview, action: str, text: str, actor: User) -> None:
    new = {"task": review.task_id, "review": review.id, "kind": review.kind, "state": review.state}
    audit.record(session, action, text, actor=actor, case=token.case, new=new)
