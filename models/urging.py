"""Room urging: who has urged a step (催办), when, and how often."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.database import Base, BigId
from models.people import User


class TaskUrging(Base):
    """One time that somebody urged an open step; only added to."""

    __tablename__ = "task_urging"
    __table_args__ = (
        Index("ix_task_urging_task", "task_id", "id"),
        Index("ix_task_urging_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    on_day: Mapped[date]
    at: Mapped[datetime]
    # How many people were told.
    told: Mapped[int] = mapped_column(default=0)
    by: Mapped[User] = relationship(lazy="raise")


def urgings_of(session: Session, case: CaseFile) -> list[TaskUrging]:
    """Every time that a step of a case was urged, oldest first, with who did it; one statement."""
    query = select(TaskUrging).where(TaskUrging.case_id == case.id).options(joinedload(TaskUrging.by))
    return list(session.scalars(query.order_by(TaskUrging.id)))


def last_urging(session: Session, task_id: int) -> TaskUrging | None:
    """The newest one of a step."""
    query = select(TaskUrging).where(TaskUrging.task_id == task_id)
    return session.scalars(query.order_by(TaskUrging.id.desc()).limit(1)).first()


def times_urged(session: Session, task_ids: Collection[int]) -> dict[int, int]:
    """Task id → how often it was urged; for a page of a list, in one statement."""
    query = select(TaskUrging.task_id, func.count()).where(TaskUrging.task_id.in_(task_ids))
    return {task_id: count for task_id, count in session.execute(query.group_by(TaskUrging.task_id))}
