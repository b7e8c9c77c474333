"""Room fact_correction: a fact of a case that clocks count from, corrected by two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.database import Base
from models.people import User
from models.token_move import Verdict


class FactCorrection(Base):
    """One proposal: which fact, its old and new value as text (days YYYY-MM-DD, money in 元), and the decision."""

    __tablename__ = "fact_correction"
    __table_args__ = (
        Index("ix_fact_correction_case", "case_id", "id"),
        Index("ix_fact_correction_status", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    fact: Mapped[str] = mapped_column(String(40))
    old: Mapped[str] = mapped_column(String(40))
    new: Mapped[str] = mapped_column(String(40))
    # What moves with it, one line a clock, as it was told to whoever proposed it.
    effects: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default=Verdict.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column()
    case: Mapped[CaseFile] = relationship(lazy="raise")
    author: Mapped[User] = relationship(lazy="raise", foreign_keys=[author_id])
    decided_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def title(self) -> str:
        """待复核, 已执行, …"""
        return Verdict.title_of(self.status)

    @property
    def is_waiting(self) -> bool:
        """A second person has still to decide."""
        return self.status == Verdict.PROPOSED


def corrections_of(session: Session, case: CaseFile) -> list[FactCorrection]:
    """Every correction of a case, newest first."""
    query = select(FactCorrection).where(FactCorrection.case_id == case.id).order_by(FactCorrection.id.desc())
    people = joinedload(FactCorrection.author), joinedload(FactCorrection.decided_by)
    return list(session.scalars(query.options(*people)))
