"""Room bulk: one act on many tasks at once, kept with what became of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.crypto import EncryptedJSON
from models.database import Base, BigId
from models.people import User
from models.refusal import NotFound
from models.vocabulary import Labelled
from models.workflow import UserTask

# So many tasks may be taken at a time.
MOST = 200


class ItemState(Labelled):
    """What has become of one task of a run."""

    WAITING = "waiting", "尚未处理"
    DONE = "done", "已办"
    REFUSED = "refused", "未办"
    UNDONE = "undone", "已撤销"


class BulkRun(Base):
    """One batch (批量办理): who did what to which tasks; a key that was used once does nothing again."""

    __tablename__ = "bulk_run"
    __table_args__ = (
        UniqueConstraint("actor_id", "key"),
        Index("ix_bulk_run_actor", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    key: Mapped[str] = mapped_column(String(36))
    # Of operation, tasks and answers: other ones under the same key are no repetition.
    digest: Mapped[str] = mapped_column(String(64))
    operation: Mapped[str] = mapped_column(String(20))
    # What was typed for all of them: an opinion, a reason, a colleague.
    arguments: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("bulk_run.arguments"))
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class BulkItem(Base):
    """One task of a run, with what was there before and after, so that it can be put back."""

    __tablename__ = "bulk_item"
    __table_args__ = (UniqueConstraint("run_id", "task_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_run.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    # The revision of the task that the preview has shown; 0: none was.
    seen: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default=ItemState.WAITING.value)
    message: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    # Why it could not be put back.
    undo_message: Mapped[str] = mapped_column(Text, default="")
    task: Mapped[UserTask] = relationship(lazy="raise")


def run_of(session: Session, run_id: int, actor: User) -> BulkRun:
    """A run of this person. Raises NotFound for anybody else's."""
    found = session.scalars(select(BulkRun).where(BulkRun.id == run_id, BulkRun.actor_id == actor.id)).first()
    if found is None:
        raise NotFound("未找到该批办理，或您无权查看。")
    return found


def runs_of(session: Session, actor: User, limit: int = 20) -> Sequence[BulkRun]:
    """The person's latest runs."""
    query = select(BulkRun).where(BulkRun.actor_id == actor.id).order_by(BulkRun.id.desc()).limit(limit)
    return session.scalars(query).all()


def counts_of(session: Session, run_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many tasks of each run are in which state; one statement."""
    counted = select(BulkItem.run_id, BulkItem.state, func.count()).where(BulkItem.run_id.in_(run_ids))
    found: dict[int, dict[str, int]] = {run_id: {} for run_id in run_ids}
    for run_id, state, count in session.execute(counted.group_by(BulkItem.run_id, BulkItem.state)):
        found[run_id][state] = count
    return found


def items_of(session: Session, run_id: int) -> Sequence[BulkItem]:
    """What became of each task of a run, in its order."""
    return session.scalars(select(BulkItem).where(BulkItem.run_id == run_id).order_by(BulkItem.id)).all()
