"""Room jobs: the worker processes that are alive, and messages on their way out of the system."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, BigId

WAITING, SENT, STALLED = "waiting", "sent", "stalled"


class Worker(Base):
    """One process that does background work; its executor id is its own as long as it lives."""

    __tablename__ = "worker"

    executor_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    # Real time, never the training clock.
    beat_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class Outbox(Base):
    """One message to one person over one channel outside of the program; the truth about its delivery.

    The job that carries it may be lost or doubled: what is not done is enqueued again under the same key.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "not_before",
            "id",
            postgresql_where=text("status = 'waiting'"),
            sqlite_where=text("status = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    # Real time: not sent earlier, and not tried again earlier after a fault.
    not_before: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default=WAITING)
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")
