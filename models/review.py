"""Room review: the opinions of the reviewing bodies, supplement notices and refusals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case import CaseFile
from models.database import Base
from models.people import Department, User
from models.workflow import UserTask


class Opinion(Base):
    """What one body found on one case at one step; never changed afterwards."""

    __tablename__ = "opinion"
    __table_args__ = (Index("ix_opinion_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    form_key: Mapped[str] = mapped_column(String(60))
    step: Mapped[str] = mapped_column(String(100))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    result: Mapped[str] = mapped_column(String(20))
    reason_codes: Mapped[list[Any]]
    reason_text: Mapped[str] = mapped_column(Text, default="")
    opinion: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]]
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime]
    actor: Mapped[User] = relationship(lazy="raise")
    department: Mapped[Department] = relationship(lazy="raise")


class Supplement(Base):
    """One round of 补正: the complete list of what is missing (N2) and what came of it."""

    __tablename__ = "supplement"
    __table_args__ = (Index("ix_supplement_case", "case_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    round: Mapped[int]
    items: Mapped[list[Any]]
    notified_on: Mapped[date]
    # A second list with items that could have been in the first (A-16, S-3.5).
    is_repeated: Mapped[bool] = mapped_column(default=False)
    answered_on: Mapped[date | None]
    statement: Mapped[str] = mapped_column(Text, default="")


def last_opinion(session: Session, case: CaseFile, *form_keys: str) -> Opinion | None:
    """The newest opinion that counts, given through one of the forms; one given just now is not flushed yet.

    What was given before the case was sent back (退回) is history and counts no more.
    """
    pending = [row for row in session.new if isinstance(row, Opinion) and row.case_id == case.id]
    just_given = [row for row in pending if row.form_key in form_keys]
    if just_given:
        return just_given[-1]
    return session.scalars(
        select(Opinion)
        .join(UserTask, UserTask.id == Opinion.task_id)
        .where(Opinion.case_id == case.id, Opinion.form_key.in_(form_keys))
        .where(UserTask.superseded_at.is_(None))
        .order_by(Opinion.id.desc())
        .limit(1)
    ).first()


def supplements_of(session: Session, case: CaseFile) -> list[Supplement]:
    """All rounds of 补正, oldest first."""
    return list(
        session.scalars(select(Supplement).where(Supplement.case_id == case.id).order_by(Supplement.round))
    )
