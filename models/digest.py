"""Room reminder: what a person is to be told of with the next digest, and on which days he got one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class DigestLine(Base):
    """A clock that one person is to be warned of; waits for his next digest and is deleted by it."""

    __tablename__ = "digest_line"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), primary_key=True)
    added_at: Mapped[datetime]


class Digest(Base):
    """One digest to one person on one day: the key keeps a second one out, also from another process."""

    __tablename__ = "digest"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]
    items: Mapped[int]
