"""Room office: how much each person has under way: tasks he has or answers for, opinions he is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.case import CaseFile
from models.keyset import containing
from models.people import Department, Role, User
from models.task_review import LIVE, ReviewKind, TaskReview
from models.workflow import IS_OPEN, UserTask

LISTED = 200


@dataclass(frozen=True)
class Load:
    """What one person has under way in the tasks of one department."""

    user_id: int
    name: str
    username: str
    is_active: bool
    department_id: int
    department: str
    held: int = 0
    delegated: int = 0
    reviews: int = 0

    @property
    def total(self) -> int:
        """Everything that hangs on him."""
        return self.held + self.delegated + self.reviews


def loads(
    session: Session, department_id: int | None = None, text: str = "", user_id: int | None = None
) -> list[Load]:
    """Who has something under way, by office and name, in three queries; of one department, one person or all."""
    wanted: list[ColumnElement[bool]] = [User.role != Role.APPLICANT.value]
    if user_id is not None:
        wanted.append(User.id == user_id)
    if text.strip():
        pattern = containing(text.strip())
        wanted.append(or_(User.name.like(pattern, escape="\\"), User.username.like(pattern, escape="\\")))
    found: dict[tuple[int, int], Load] = {}
    for part, query in _counts(department_id):
        for row in session.execute(query.where(*wanted).limit(LISTED)):
            key = (row.department_id, row.user_id)
            known = found.get(key) or Load(
                row.user_id, row.name, row.username, row.is_active, row.department_id, row.department
            )
            found[key] = _WITH[part](known, row.number)
    return sorted(
        found.values(), key=lambda load: (load.is_active, load.department_id, load.name, load.user_id)
    )[:LISTED]


_WITH: dict[str, Callable[[Load, int], Load]] = {
    "held": lambda load, number: replace(load, held=number),
    "delegated": lambda load, number: replace(load, delegated=number),
    "reviews": lambda load, number: replace(load, reviews=number),
}


def _counts(department_id: int | None) -> list[tuple[str, Any]]:
    parts = [
        ("held", _of_tasks(UserTask.assignee_id)),
        ("delegated", _of_tasks(UserTask.owner_id)),
        ("reviews", _of_reviews()),
    ]
    if department_id is None:
        return parts
    return [(name, query.where(Department.id == department_id)) for name, query in parts]


def _of_tasks(who: Any) -> Any:
    query = _people(func.count(UserTask.id)).select_from(UserTask).join(User, User.id == who)
    return _grouped(query.join(Department, Department.id == UserTask.department_id).where(IS_OPEN))


def _of_reviews() -> Any:
    """Opinions are counted where the person works, whoever asks for them."""
    query = (
        _people(func.count(TaskReview.id))
        .select_from(TaskReview)
        .join(User, User.id == TaskReview.reviewer_id)
    )
    live = TaskReview.state.in_(LIVE), TaskReview.kind != ReviewKind.DELEGATED.value
    return _grouped(query.join(Department, Department.id == User.department_id).where(*live))


def _people(count: Any) -> Any:
    return select(
        User.id.label("user_id"),
        User.name,
        User.username,
        User.is_active,
        Department.id.label("department_id"),
        Department.name.label("department"),
        count.label("number"),
    )


def _grouped(query: Any) -> Any:
    columns = User.id, User.name, User.username, User.is_active, Department.id, Department.name
    return query.group_by(*columns).order_by(Department.id, User.name, User.id)


def tasks_of(session: Session, user_id: int, department_id: int, limit: int) -> list[UserTask]:
    """The open tasks of a department that a person has or answers for, by case; with case, clock and people."""
    query = (
        select(UserTask)
        .where(IS_OPEN, UserTask.department_id == department_id, _concern(user_id))
        .options(
            joinedload(UserTask.case),
            joinedload(UserTask.deadline),
            joinedload(UserTask.assignee),
            joinedload(UserTask.owner),
        )
        .order_by(UserTask.due_at, UserTask.id)
    )
    return list(session.scalars(query.limit(limit)))


def cases_of(session: Session, user_id: int, department_id: int, limit: int) -> list[int]:
    """The cases in which a person has a task of a department, or is asked for his opinion; in the order of locks."""
    held = select(UserTask.case_id).where(IS_OPEN, UserTask.department_id == department_id, _concern(user_id))
    asked = (
        select(TaskReview.case_id)
        .join(User, User.id == TaskReview.reviewer_id)
        .where(
            TaskReview.reviewer_id == user_id,
            User.department_id == department_id,
            TaskReview.state.in_(LIVE),
            TaskReview.kind != ReviewKind.DELEGATED.value,
        )
    )
    either = held.union(asked).subquery()
    query = select(CaseFile.id).where(CaseFile.id.in_(select(either.c.case_id)))
    return list(session.scalars(query.order_by(CaseFile.id).limit(limit)))


def _concern(user_id: int) -> ColumnElement[bool]:
    return or_(UserTask.assignee_id == user_id, UserTask.owner_id == user_id)
