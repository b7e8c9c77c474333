"""Room fact_correction: a fact of a case that clocks count from, corrected by two people."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile
from models.database import Base
from models.four_eyes import Proposed, proposals_of


class FactCorrection(Proposed, Base):
    """One proposal: which fact, its old and new value as text (days YYYY-MM-DD, money in 元), and the decision."""

    __tablename__ = "fact_correction"
    __table_args__ = (
        Index("ix_fact_correction_case", "case_id", "id"),
        Index("ix_fact_correction_status", "status"),
    )

    fact: Mapped[str] = mapped_column(String(40))
    old: Mapped[str] = mapped_column(String(40))
    new: Mapped[str] = mapped_column(String(40))
    # What moves with it, one line a clock, as it was told to whoever proposed it.
    effects: Mapped[str] = mapped_column(Text, default="")


def corrections_of(session: Session, case: CaseFile) -> list[FactCorrection]:
    """Every correction of a case, newest first."""
    return proposals_of(session, FactCorrection, case)
