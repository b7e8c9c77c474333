"""Room presence: who has a case open at this moment; rows of real time that live for a minute and a half."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.calendar import real_now
from models.database import Base, BigId
from models.people import Department, User

# A page says every 30 seconds that it is open; after three that did not arrive it is closed.
BEAT = timedelta(seconds=30)
GONE = 3 * BEAT


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
        return f"{self.name}（{self.department}）{'正在填写' if self.is_writing else '正在查看'}"


def present(session: Session, case_id: int, user: User) -> list[Present]:
    """Who else of the offices has the case open now, those who write first; nobody is named to an applicant."""
    if user.department_id is None:
        return []
    query = (
        select(Presence, User.name, Department.name)
        .join(User, User.id == Presence.user_id)
        .join(Department, Department.id == User.department_id)
        .where(Presence.case_id == case_id, Presence.user_id != user.id, Presence.seen_at > real_now() - GONE)
        .order_by(Presence.is_writing.desc(), User.name, User.id)
    )
    return [
        Present(row.user_id, name, office, row.task_id, row.is_writing)
        for row, name, office in session.execute(query)
    ]
