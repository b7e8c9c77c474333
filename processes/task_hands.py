"""Room worklist: what happens to delegation, opinions and drafts when a task changes hands or ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseFile
from models.people import User
from models.task_review import (
    ANSWERED,
    LIVE,
    ReviewKind,
    ReviewState,
    TaskReview,
    TaskSubmission,
    in_place_of,
    of_task,
    submission_of,
)
from models.workflow import CANCELLED, OPEN, TaskDraft, UserTask
from processes.notification import tell


def hands(task: UserTask) -> dict[str, Any]:
    """For the line of the log by which a task changes hands: who works on it now (nobody: None).

    `owner`: who answers for it (委派), `on_behalf_of`: in whose place it is done (代办); left out where there is none.
    Whoever reads the lines of a case in order knows who had which task when (docs/architecture.md).
    """
    beside = {"owner": task.owner_id, "on_behalf_of": task.on_behalf_of_id}
    said = {"task": task.id, "element": task.element_id, "assignee": task.assignee_id}
    return said | {name: person for name, person in beside.items() if person is not None}


def given_out(tasks: Iterable[UserTask], known: Iterable[int]) -> list[dict[str, Any]]:
    """As `hands`, of the tasks that have been opened beside the known ones and that somebody has at once."""
    before = set(known)
    return [hands(task) for task in tasks if task.id not in before and task.assignee_id is not None]


def live_of(reviews: Iterable[TaskReview], *kinds: ReviewKind) -> list[TaskReview]:
    """Those that are still to be answered, of some kinds."""
    return [review for review in reviews if review.is_live and review.kind in kinds]


def opinions(reviews: Iterable[TaskReview]) -> list[TaskReview]:
    """The opinions that are still to be given: what a submission waits for."""
    return live_of(reviews, ReviewKind.BEFORE, ReviewKind.AFTER)


def end(review: TaskReview, state: ReviewState, opinion: str = "") -> None:
    """It is answered, taken back or void from now on."""
    review.state, review.ended_at = state.value, now()
    review.opinion = opinion or review.opinion


def take_place(session: Session, review: TaskReview, stand_in: User) -> TaskReview:
    """代办: the absent one's row ends, and his stand-in is asked the same by him; both have taken part from now on."""
    end(review, ReviewState.STOOD_IN)
    made = _again(review)
    made.reviewer_id, made.asked_by_id = stand_in.id, review.reviewer_id
    made.state, made.attempt, made.asked_at = (
        ReviewState.ASKED.value,
        review.attempt,
        review.ended_at or now(),
    )
    session.add(made)
    session.flush()
    return made


def is_for_delegate(session: Session, task: UserTask) -> bool:
    """Whether it is the delegate in whose place the task is done (代办), not the one for whom a stand-in gave it out."""
    absent_id = task.on_behalf_of_id
    if not task.is_delegated or absent_id is None or task.assignee_id == absent_id:
        return False
    asked = live_of(of_task(session, task.id), ReviewKind.DELEGATED)
    return any(review.reviewer_id == absent_id for review in asked)


def change_hands(session: Session, case: CaseFile, task: UserTask, to: User | None, actor: User) -> None:
    """Somebody else has the task from now on, or nobody: what its holder had under way comes back first."""
    if task.is_sealed:
        bring_back(session, case, task, "办理人已变更，提交内容退回重新办理。", actor)
    if task.is_delegated:
        end_delegation(session, case, task, ReviewState.REMOVED, actor)
    task.set_aside_until = task.on_behalf_of_id = None
    task.assignee_id, task.claimed_at = (to.id, now()) if to is not None else (None, None)
    if to is not None:
        ask_no_more(session, task, to.id)


def ask_no_more(session: Session, task: UserTask, person_id: int) -> None:
    """Whoever works on a task himself gives no opinion on it beside that."""
    if not task.open_reviews:
        return
    for review in opinions(of_task(session, task.id)):
        if review.reviewer_id == person_id:
            end(review, ReviewState.REMOVED)
    task.open_reviews = len(opinions(of_task(session, task.id)))


def end_delegation(
    session: Session, case: CaseFile, task: UserTask, state: ReviewState, actor: User, opinion: str = ""
) -> None:
    """The owner has the task again, with what the delegate has typed into it; in another's place if he had it so."""
    delegate_id, owner_id = task.assignee_id, task.owner_id
    if is_for_delegate(session, task):
        task.on_behalf_of_id = None
    for review in live_of(of_task(session, task.id), ReviewKind.DELEGATED):
        is_his = review.reviewer_id == actor.id or state is not ReviewState.HANDED_BACK
        end(review if is_his else take_place(session, review, actor), state, opinion)
    if delegate_id is not None and owner_id is not None:
        pass_draft(session, task.id, delegate_id, owner_id)
    task.assignee_id, task.owner_id = owner_id, None
    if delegate_id is not None and delegate_id != actor.id:
        text = f"{case.number} {case.applicant_name}：“{task.name}”的委派已撤销，您不再办理此事项。"
        tell(session, [delegate_id], "task", text, case)


def pass_draft(session: Session, task_id: int, giver_id: int, taker_id: int) -> None:
    """What one person has typed into a task lies before the other now."""
    given = _draft(session, task_id, giver_id)
    if given is None:
        return
    keep_draft(session, task_id, taker_id, given.content)
    session.delete(given)


def keep_draft(session: Session, task_id: int, user_id: int, sealed: bytes) -> None:
    """This is what the person's draft of the task says from now on."""
    draft = _draft(session, task_id, user_id)
    if draft is None:
        session.add(TaskDraft(task_id=task_id, user_id=user_id, content=sealed, saved_at=now()))
        return
    # A tab that shows what was there before does not overwrite it (models/task_draft.py).
    draft.content, draft.saved_at, draft.revision, draft.tab = sealed, now(), draft.revision + 1, ""


def _draft(session: Session, task_id: int, user_id: int) -> TaskDraft | None:
    found = select(TaskDraft).where(TaskDraft.task_id == task_id, TaskDraft.user_id == user_id)
    return session.scalars(found).first()


def bring_back(session: Session, case: CaseFile, task: UserTask, reason: str, actor: User) -> None:
    """What waits sealed is a draft of its submitter again; whoever was asked about it is asked anew with the next."""
    submission = submission_of(session, task.id)
    if submission is None:
        return
    keep_draft(session, task.id, submission.user_id, submission.content)
    session.delete(submission)
    task.is_sealed = False
    _ask_anew(session, task)
    about = f"“{task.name}”的提交内容退回修改：{reason}"
    new = {"task": task.id, "reason": reason}
    audit.record(session, "task.submission_returned", about, actor=actor, case=case, new=new)
    text = f"{case.number} {case.applicant_name}：{about}"
    tell(session, {submission.user_id} - {actor.id}, "task", text, case)


def _ask_anew(session: Session, task: UserTask) -> None:
    """Answers to what will not be submitted as it was stay as history; the same people answer the next."""
    reviews = of_task(session, task.id)
    attempt = max((row.attempt for row in reviews), default=0)
    # Who answered in another's place is not asked himself: the other is, who may be back.
    this = [row for row in reviews if row.kind == ReviewKind.AFTER and row.attempt == attempt]
    for row in (row for row in this if row.id not in in_place_of(reviews)):
        if row.state == ReviewState.ASKED:
            row.state = ReviewState.PLANNED.value
        elif row.state in (ReviewState.AGREED, ReviewState.DISAGREED, ReviewState.STOOD_IN):
            session.add(_again(row))
    session.flush()
    task.open_reviews = len(opinions(of_task(session, task.id)))


def ask_again(session: Session, case: CaseFile, before: UserTask, again: UserTask, actor: User) -> None:
    """提交后会签 of a finished step that is open again as another task: an agreement belongs to the submission it saw."""
    reviews = of_task(session, before.id)
    attempt = max((row.attempt for row in reviews), default=0)
    stood_in = in_place_of(reviews)
    last = [row for row in reviews if row.kind == ReviewKind.AFTER and attempt and row.attempt == attempt]
    answered = [row for row in last if row.id not in stood_in and row.state in ANSWERED]
    made = [_again(row, again.id) for row in answered if row.reviewer_id != again.assignee_id]
    if not made:
        return
    session.add_all(made)
    session.flush()
    again.open_reviews += len(made)
    names = "、".join(names_of(session, [row.reviewer_id for row in made]).values())
    text = f"“{again.name}”重新办理，原提交后会签作废，提交后重新送{names}会签"
    new = {"task": again.id, "reviews": [row.id for row in made]}
    audit.record(session, "review.asked_again", text, actor=actor, case=case, new=new)


def _again(row: TaskReview, task_id: int = 0) -> TaskReview:
    return TaskReview(
        task_id=task_id or row.task_id,
        case_id=row.case_id,
        kind=row.kind,
        reviewer_id=row.reviewer_id,
        asked_by_id=row.asked_by_id,
        question=row.question,
        state=ReviewState.PLANNED.value,
        asked_at=now(),
    )


def close_ended(session: Session, case: CaseFile, tasks: Iterable[UserTask]) -> None:
    """What hangs on tasks that have just ended ends with them; nothing is asked where nothing hangs."""
    ended = [task for task in tasks if task.status != OPEN and (task.open_reviews or _hangs(task))]
    if not ended:
        return
    ids = [task.id for task in ended]
    for task in ended:
        if is_for_delegate(session, task):
            task.on_behalf_of_id = None
    waiting = select(TaskReview).where(TaskReview.task_id.in_(ids), TaskReview.state.in_(LIVE))
    rows = list(session.scalars(waiting.order_by(TaskReview.id)))
    for row in rows:
        _tell_ended(session, case, next(task for task in ended if task.id == row.task_id), row)
        end(row, ReviewState.LAPSED)
    session.execute(delete(TaskSubmission).where(TaskSubmission.task_id.in_(ids)))
    for task in ended:
        task.open_reviews, task.is_sealed, task.set_aside_until = 0, False, None
        if task.is_delegated:
            task.assignee_id, task.owner_id = task.owner_id, None


def _hangs(task: UserTask) -> bool:
    return task.is_delegated or task.is_sealed or task.set_aside_until is not None


def _tell_ended(session: Session, case: CaseFile, task: UserTask, row: TaskReview) -> None:
    if row.state != ReviewState.ASKED or task.status != CANCELLED:
        return
    what = "代为办理" if row.kind == ReviewKind.DELEGATED else "答复会签"
    text = f"{case.number} {case.applicant_name}：“{task.name}”已终止，您无需再{what}。"
    tell(session, [row.reviewer_id], "task", text, case)


def names_of(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """The names of people by id."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {
        row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    }
