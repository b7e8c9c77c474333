"""Room presence: who has a case open at this moment, and what a person had open lately (最近案卷)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.calendar import now
from models.case import CaseFile, visible_to
from models.database import Base, BigId
from models.people import Department, User

# A page says every 30 seconds that it is open; after three that did not arrive it is closed.
BEAT = timedelta(seconds=30)
GONE = 3 * BEAT
RECENT = 30


class Presence(Base):
    """One person with one case open; swept when the page has been silent for a while."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_seen_at", "seen_at"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    # The step on the page, and whether something has been typed into its form.
    task_id: Mapped[int | None] = mapped_column(BigId)
    is_writing: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime]


class RecentCase(Base):
    """A case that a person has had open, with the last time; the newest RECENT are kept."""

    __tablename__ = "recent_case"
    __table_args__ = (Index("ix_recent_case_user", "user_id", "opened_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    opened_at: Mapped[datetime]


@dataclass(frozen=True)
class Present:
    """Somebody else who has the case open."""

    user_id: int
    name: str
    department: str
    task_id: int | None
    is_writing: bool

    @property
    def words(self) -> str:
        """张三（县人社局）正在填写"""
        office = f"（{self.department}）" if self.department else ""
        return f"{self.name}{office}{'正在填写' if self.is_writing else '正在查看'}"


def present(session: Session, case_id: int, user: User) -> list[Present]:
    """Who else of the offices has the case open now, those who write first."""
    query = (
        select(Presence, User.name, Department.name)
        .join(User, User.id == Presence.user_id)
        .join(Department, Department.id == User.department_id)
        .where(Presence.case_id == case_id, Presence.user_id != user.id, Presence.seen_at > now() - GONE)
        .order_by(Presence.is_writing.desc(), User.name, User.id)
    )
    return [
        Present(row.user_id, name, office, row.task_id, row.is_writing)
        for row, name, office in session.execute(query)
    ]


@dataclass(frozen=True)
class Recent:
    """A case that was open lately."""

    number: str
    applicant_name: str
    status: str
    opened_at: datetime


def recent(session: Session, user: User, limit: int = RECENT) -> list[Recent]:
    """What the person had open lately and may still see, newest first."""
    query = (
        select(CaseFile.number, CaseFile.applicant_name, CaseFile.status, RecentCase.opened_at)
        .join(RecentCase, RecentCase.case_id == CaseFile.id)
        .where(RecentCase.user_id == user.id, visible_to(user))
        .order_by(RecentCase.opened_at.desc(), CaseFile.id.desc())
        .limit(limit)
    )
    return [Recent(*row) for row in session.execute(query)]
