"""Room drawn_answer: what people typed into fields that a process owner has drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.crypto import EncryptedJSON
from models.database import Base, BigId
from models.drawn_field import FieldKind
from models.people import User
from models.workflow import UserTask


class DrawnAnswer(Base):
    """One answer, encrypted; never changed: a later answer to the same field is a later row."""

    __tablename__ = "drawn_answer"
    __table_args__ = (Index("ix_drawn_answer_case", "case_id", "field", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    element_id: Mapped[str] = mapped_column(String(80))
    field: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(100))
    # {"value", "kind", "text"}: money and dates as text; how the answer reads, for a choice its label.
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("drawn_answer.content"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    task: Mapped[UserTask] = relationship(lazy="raise")
    actor: Mapped[User] = relationship(lazy="raise")

    @property
    def kind(self) -> str:
        """The kind of the field when it was answered."""
        return str(self.content.get("kind", FieldKind.TEXT))

    @property
    def text(self) -> str:
        """The answer as people read it."""
        return str(self.content.get("text", ""))

    @property
    def value(self) -> Any:
        """The answer as conditions and forms use it: money as Decimal, days as date."""
        value = self.content.get("value")
        if value in (None, ""):
            return value
        return _EXACT.get(self.kind, _same)(value)


def _same(value: Any) -> Any:
    return value


_EXACT: dict[str, Callable[[Any], Any]] = {
    FieldKind.MONEY.value: Decimal,
    FieldKind.PERCENT.value: Decimal,
    FieldKind.DATE.value: date.fromisoformat,
}


def answers_in(session: Session, case: CaseFile) -> list[DrawnAnswer]:
    """Every answer of a case in the order in which it was given, with its task and who gave it."""
    query = select(DrawnAnswer).where(DrawnAnswer.case_id == case.id).order_by(DrawnAnswer.id)
    parts = joinedload(DrawnAnswer.task), joinedload(DrawnAnswer.actor).joinedload(User.department)
    return list(session.scalars(query.options(*parts)))


def latest_values(session: Session, case: CaseFile) -> dict[str, Any]:
    """Field → what was last answered, as far as it counts: not what is to be answered again (退回)."""
    query = select(DrawnAnswer).join(UserTask, UserTask.id == DrawnAnswer.task_id)
    counting = query.where(DrawnAnswer.case_id == case.id, UserTask.superseded_at.is_(None))
    return {row.field: row.value for row in session.scalars(counting.order_by(DrawnAnswer.id))}


def last_given(session: Session, case: CaseFile) -> dict[str, DrawnAnswer]:
    """Field → its last answer with its task, history included: what a form may start with."""
    query = select(DrawnAnswer).where(DrawnAnswer.case_id == case.id).order_by(DrawnAnswer.id)
    return {row.field: row for row in session.scalars(query.options(joinedload(DrawnAnswer.task)))}
