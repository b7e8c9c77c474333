"""Room credit, subject: a firm or 个体工商户 as 信保贷 knows it: one row a code, whatever it does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base
from models.vocabulary import Labelled

PART = 1000


class SubjectKind(Labelled):
    """The two lists of 信保贷 (B-01), each with its own cap (B-02)."""

    ENTERPRISE = "enterprise", "中小微企业"
    SOLE_TRADER = "sole_trader", "个体工商户"


class Subject(Base):
    """One 统一社会信用代码. Exclusion is keyed by the code and by the operator's ID number (D-30)."""

    __tablename__ = "subject"
    __table_args__ = (Index("ix_subject_name", "name"), Index("ix_subject_operator", "operator_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    # Keyed hash (models/crypto.py) of the legal representative's or operator's ID number; empty: not known.
    operator_hash: Mapped[str] = mapped_column(String(64), default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    recorded_at: Mapped[datetime]

    @property
    def kind_label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)


def subject_of_code(session: Session, uscc: str) -> Subject | None:
    """The firm with that code, if 信保贷 has ever met it."""
    return session.scalars(select(Subject).where(Subject.uscc == uscc)).first()


def subjects_of(session: Session, ids: Iterable[int]) -> dict[int, Subject]:
    """Firms by their ids, asked for in parts: a list may name thousands."""
    wanted, found = sorted(set(ids)), dict[int, Subject]()
    for start in range(0, len(wanted), PART):
        query = select(Subject).where(Subject.id.in_(wanted[start : start + PART]))
        found |= {row.id: row for row in session.scalars(query)}
    return found
