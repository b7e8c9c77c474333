"""Room jobs: the worker processes that are alive, and messages on their way out of the system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base, BigId
from models.people import User

WAITING, SENT, STALLED = "waiting", "sent", "stalled"
EMAIL, WEBHOOK = "email", "webhook"
# A worker beats four times as often as it may be silent before the others take over its jobs.
BEAT, SILENCE = timedelta(seconds=15), timedelta(seconds=60)


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

    def is_alive(self, at: datetime) -> bool:
        """Whether it has not stopped, and has been heard of in the last minute before that real instant."""
        return self.stopped_at is None and at - self.beat_at < SILENCE


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


@dataclass(frozen=True)
class Letterbox:
    """What has not left the house: how many messages wait, since when, and the ones that stand still."""

    waiting: int
    oldest: datetime | None
    stalled: list[tuple[Outbox, str]]


def workers(session: Session) -> list[Worker]:
    """Every worker process there has been of late, the one last heard of first."""
    return list(session.scalars(select(Worker).order_by(Worker.beat_at.desc(), Worker.executor_id)))


def letterbox(session: Session, limit: int = 100) -> Letterbox:
    """The state of the outbox; stalled messages with the name of the person, oldest first."""
    query = select(func.count(), func.min(Outbox.created_at)).where(Outbox.status == WAITING)
    waiting, oldest = session.execute(query).one()
    stalled = (
        select(Outbox, User.name)
        .join(User, User.id == Outbox.user_id)
        .where(Outbox.status == STALLED)
        .order_by(Outbox.id)
        .limit(limit)
    )
    return Letterbox(waiting, oldest, [(row, name) for row, name in session.execute(stalled)])
