"""Room notification: what a person is told inside the program."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base, BigId

UNREAD_CAP = 100


class Notification(Base):
    """One message to one person about one case."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_user", "user_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


def unread_count(session: Session, user_id: int) -> int:
    """How many messages a person has not read, up to UNREAD_CAP; one look into the index."""
    rows = (
        select(Notification.id)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .limit(UNREAD_CAP)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(rows)) or 0
