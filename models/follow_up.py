"""Room follow-up: the day on which a person wants to look at a step again (跟进); private to him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile, visible_to
from models.database import Base, BigId
from models.people import User
from models.workflow import IS_OPEN, UserTask

MAX_NOTE = 200
LISTED = 200


class TaskFollowUp(Base):
    """One person's day for one step."""

    __tablename__ = "task_follow_up"
    __table_args__ = (Index("ix_task_follow_up_user", "user_id", "on_day", "task_id"),)

    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    on_day: Mapped[date]
    note: Mapped[str] = mapped_column(String(MAX_NOTE), default="")
    set_at: Mapped[datetime]


@dataclass(frozen=True)
class FollowUpLine:
    """One step to look at again, as a list shows it."""

    task_id: int
    number: str
    applicant_name: str
    step: str
    on_day: date
    note: str
    due_at: datetime


def follow_ups_of(session: Session, user: User, until: date | None = None) -> list[FollowUpLine]:
    """A person's days for steps that are still open, in order; `until` a day, that day included."""
    query = (
        select(
            TaskFollowUp.task_id,
            CaseFile.number,
            CaseFile.applicant_name,
            UserTask.name.label("step"),
            TaskFollowUp.on_day,
            TaskFollowUp.note,
            UserTask.due_at,
        )
        .join(UserTask, UserTask.id == TaskFollowUp.task_id)
        .join(CaseFile, CaseFile.id == UserTask.case_id)
        .where(TaskFollowUp.user_id == user.id, IS_OPEN, visible_to(user))
        .order_by(TaskFollowUp.on_day, TaskFollowUp.task_id)
        .limit(LISTED)
    )
    if until is not None:
        query = query.where(TaskFollowUp.on_day <= until)
    return [FollowUpLine(**row._mapping) for row in session.execute(query)]


def follow_ups_in(session: Session, case: CaseFile, user: User) -> dict[int, TaskFollowUp]:
    """Task id → the person's day, for the steps of one case."""
    query = select(TaskFollowUp).join(UserTask, UserTask.id == TaskFollowUp.task_id)
    mine = query.where(UserTask.case_id == case.id, TaskFollowUp.user_id == user.id)
    return {row.task_id: row for row in session.scalars(mine)}


def followed_by(user: User, until: date | None = None) -> ColumnElement[bool]:
    """Criterion over UserTask: the steps that this person wants to look at again (until a day)."""
    mine: Any = select(TaskFollowUp.task_id).where(TaskFollowUp.user_id == user.id)
    if until is not None:
        mine = mine.where(TaskFollowUp.on_day <= until)
    return UserTask.id.in_(mine)
