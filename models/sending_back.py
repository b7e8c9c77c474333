"""Room sending_back: a step sent back to an earlier one (退回) or taken back by whoever did it (撤回)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.database import Base
from models.people import User
from models.vocabulary import Labelled
from models.workflow import UserTask


class Mode(Labelled):
    """What happens once the earlier step has been done again."""

    IN_ORDER = "in_order", "依次重新办理"
    DIRECT = "direct", "办妥后直接送回本环节"
    RECALL = "recall", "撤回本人办理结果"


class SendingBack(Base):
    """One step sent back, or recalled. `outcome` is empty while the earlier step is being done again."""

    __tablename__ = "sending_back"
    __table_args__ = (
        Index("ix_sending_back_case", "case_id", "id"),
        Index(
            "ix_sending_back_waiting",
            "to_task_id",
            postgresql_where=text("outcome = ''"),
            sqlite_where=text("outcome = ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    mode: Mapped[str] = mapped_column(String(10))
    # The open step that was sent back; of a recall the finished step that was taken back.
    from_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    from_step: Mapped[str] = mapped_column(String(100))
    to_element: Mapped[str] = mapped_column(String(80))
    to_step: Mapped[str] = mapped_column(String(100))
    # The row of the step that is done again.
    to_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    # Places that were left (processes/engine/marking.py): where a direct return goes.
    left: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    # "returned": back where it came from; "went_on": as the drawing says; "dropped": the case went another way.
    outcome: Mapped[str] = mapped_column(String(10), default="")
    ended_at: Mapped[datetime | None]
    actor: Mapped[User] = relationship(lazy="raise")

    @property
    def title(self) -> str:
        """依次重新办理, 办妥后直接送回本环节, 撤回本人办理结果."""
        return Mode.title_of(self.mode)

    @property
    def is_recall(self) -> bool:
        """Taken back by whoever did it."""
        return self.mode == Mode.RECALL


def sendings_back_of(session: Session, case: CaseFile) -> list[SendingBack]:
    """Every step of a case that was sent back or recalled, oldest first, with who did it."""
    query = select(SendingBack).where(SendingBack.case_id == case.id).order_by(SendingBack.id)
    return list(session.scalars(query.options(joinedload(SendingBack.actor).joinedload(User.department))))


def waiting_return(session: Session, task: UserTask) -> SendingBack | None:
    """The sending back because of which an open step is being done again."""
    query = select(SendingBack).where(SendingBack.to_task_id == task.id, SendingBack.outcome == "")
    return session.scalars(query.order_by(SendingBack.id.desc()).limit(1)).first()
