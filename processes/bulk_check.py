"""Room bulk, check: what will and what will not be done to each of many tasks, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.case import CaseFile, visible_to
from models.people import Permission, User
from models.task_review import ANSWERED, TaskReview
from models.urging import TaskUrging
from models.workflow import DONE, OPEN, ProcessInstance, UserTask
from processes import worklist
from processes.engine.drawing import Step
from processes.office import windows_of
from processes.substitute import standing_in
from processes.workflow import definition_of

UNKNOWN = "未找到该事项，或您无权办理。"
ENDED = "该事项已办理或已终止。"


@dataclass(frozen=True)
class Candidate:
    """One task that was chosen, with what decides whether the act fits it."""

    task_id: int
    # Empty when there is none, or not for this person.
    task: UserTask | None = None
    step: Step | None = None
    # Whom the separation of duties keeps from it: id → the step that he has done.
    barred: Mapping[int, str] = field(default_factory=dict)
    may_work: bool = False
    # When it was last urged (催办).
    urged_on: date | None = None
    # The steps that the case has done and that still count, by element, the newest name.
    done: Mapping[str, str] = field(default_factory=dict)
    # The actor stands in for who has it (代办).
    stands_in: bool = False
    # He may read the case; the office that speaks for its applicant.
    is_visible: bool = False
    window_id: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be done."""
        return self.task is not None and self.task.status == OPEN


def candidates(session: Session, actor: User, task_ids: Sequence[int]) -> list[Candidate]:
    """What is behind the chosen numbers, in their order; tasks that the person may not see are unknown."""
    parts = (UserTask.department, UserTask.assignee, UserTask.deadline)
    query = (
        select(UserTask, ProcessInstance.definition_id, visible_to(actor).label("is_visible"))
        .join(CaseFile, CaseFile.id == UserTask.case_id)
        .outerjoin(ProcessInstance, ProcessInstance.case_id == UserTask.case_id)
        .where(UserTask.id.in_(task_ids))
        .options(*(joinedload(part) for part in parts))
        .options(joinedload(UserTask.case).joinedload(CaseFile.region))
    )
    rows = {row[0].id: row for row in session.execute(query)}
    around = _around(session, [row[0] for row in rows.values()], actor)
    found = {}
    for task_id, (task, definition_id, is_visible) in rows.items():
        may_work = worklist.may_work(task, actor)
        if may_work or is_visible or task.assignee_id in around.away:
            step = _step(session, definition_id, task)
            found[task_id] = _candidate(task, step, around, may_work, is_visible)
        # Another query of the session that reads the task anew must not empty what is shown of it.
        session.expunge(task)
    return [found.get(task_id, Candidate(task_id)) for task_id in task_ids]


@dataclass(frozen=True)
class _Past:
    """What people have done in a case."""

    tasks: dict[int, UserTask] = field(default_factory=dict)
    reviews: list[TaskReview] = field(default_factory=list)


@dataclass(frozen=True)
class _Around:
    """What was read for all of them at once."""

    past: Mapping[int, _Past]
    urged: Mapping[int, date]
    away: Collection[int]
    windows: Mapping[int, int | None]


def _around(session: Session, tasks: Sequence[UserTask], actor: User) -> _Around:
    cases = {task.case_id: task.case for task in tasks}
    return _Around(
        _past_of(session, cases),
        _urged(session, [task.id for task in tasks]),
        standing_in(session, actor),
        windows_of(session, list(cases.values())) if actor.may(Permission.CASE_SUPERVISE) else {},
    )


def _candidate(
    task: UserTask, step: Step | None, around: _Around, may_work: bool, is_visible: bool
) -> Candidate:
    past = around.past.get(task.case_id, _Past())
    return Candidate(
        task.id,
        task,
        step,
        worklist.barred_from(step, past.tasks.values(), past.reviews) if step else {},
        may_work,
        around.urged.get(task.id),
        {row.element_id: row.name for row in past.tasks.values() if _counts(row)},
        task.assignee_id in around.away,
        is_visible,
        around.windows.get(task.case_id),
    )


def _counts(task: UserTask) -> bool:
    return task.status == DONE and task.superseded_at is None


def _step(session: Session, definition_id: int | None, task: UserTask) -> Step | None:
    if definition_id is None:
        return None
    return definition_of(session, definition_id).drawing.steps.get(task.element_id)


def _past_of(session: Session, case_ids: Iterable[int]) -> dict[int, _Past]:
    """Of each case the steps that somebody has had a part in, done or heard about them, and who was heard; one query."""
    found: dict[int, _Past] = {}
    heard = and_(TaskReview.task_id == UserTask.id, TaskReview.state.in_(ANSWERED))
    query = (
        select(UserTask, TaskReview)
        .outerjoin(TaskReview, heard)
        .where(UserTask.case_id.in_(list(case_ids)), or_(UserTask.status == DONE, TaskReview.id.is_not(None)))
    )
    for task, review in session.execute(query.order_by(UserTask.id, TaskReview.id)):
        past = found.setdefault(task.case_id, _Past())
        past.tasks[task.id] = task
        past.reviews.extend([review] if review is not None else [])
    return found


def _urged(session: Session, task_ids: Sequence[int]) -> dict[int, date]:
    query = select(TaskUrging.task_id, func.max(TaskUrging.on_day)).where(TaskUrging.task_id.in_(task_ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(TaskUrging.task_id))}


def open_to(candidate: Candidate) -> str:
    """Why nobody could do anything to it; empty when it is open."""
    if candidate.task is None:
        return UNKNOWN
    return "" if candidate.is_open else ENDED


def workable(candidate: Candidate) -> str:
    """Why this person may do nothing to it; empty when it is his or his department's."""
    return open_to(candidate) or ("" if candidate.may_work or candidate.stands_in else UNKNOWN)


def supervises(candidate: Candidate, person: User) -> bool:
    """Whether he may order the office that has it (督办, 转办); as supervision_order.offices_to_order."""
    if candidate.task is None or not (candidate.is_visible and person.may(Permission.CASE_SUPERVISE)):
        return False
    if person.may(Permission.CASE_OVERSEE):
        return True
    office = person.department_id
    return office is not None and office in (candidate.task.department_id, candidate.window_id)


def not_barred(candidate: Candidate, person: User) -> str:
    """Why the separation of duties keeps a person from it; empty when it does not."""
    step = candidate.barred.get(person.id)
    return f"{person.name}已办理该案卷的“{step}”，按照岗位分离要求不能再办理此环节。" if step else ""


def held_by_other(candidate: Candidate, actor: User) -> str:
    """Who has it in hand; empty when it is nobody's or the actor's."""
    task = candidate.task
    if task is None or task.assignee_id in (None, actor.id):
        return ""
    return f"正由{task.assignee.name if task.assignee else '他人'}办理。"


def is_applicants(candidate: Candidate) -> bool:
    """Whether it is the applicant's own to do."""
    task = candidate.task
    return (
        task is not None and task.assignee_id is not None and task.assignee_id == task.case.applicant_user_id
    )


def bound_by(task: UserTask) -> str:
    """What is under way in it: lies aside, delegated, or submitted and waiting for opinions; empty for nothing."""
    if task.is_set_aside:
        return f"已挂起至 {task.set_aside_until}，请先恢复。"
    if task.is_delegated:
        return "已委派，请先交回或者收回委派。"
    if task.is_sealed:
        return "已提交，正在等待会签意见。"
    return f"尚有 {task.open_reviews} 项会签意见没有办结。" if task.open_reviews else ""
