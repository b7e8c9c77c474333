"""Room document: the applicant's materials (材料) as encrypted files with their hash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case import CaseFile
from models.conversion import Conversion
from models.database import Base
from models.ooxml import OFFICE


class Document(Base):
    """One uploaded file. `storage_key` is random; the original name is data only."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    # Empty: handed in by the public.
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    # Of a Word or Excel file that was ever to be shown as PDF.
    conversion: Mapped[Conversion | None] = relationship(lazy="joined")

    @property
    def is_office(self) -> bool:
        """Whether no browser shows it: read as PDF where there is one, else downloaded."""
        return self.media_type in OFFICE


def documents_of(session: Session, case: CaseFile) -> list[Document]:
    """The materials of a case that have not been removed, oldest first."""
    return list(
        session.scalars(
            select(Document)
            .where(Document.case_id == case.id, Document.removed_at.is_(None))
            .order_by(Document.id)
        )
    )


def document_kinds(session: Session, case_ids: Sequence[int]) -> list[tuple[int, str]]:
    """(case, kind) of the materials of many cases that have not been removed."""
    query = select(Document.case_id, Document.kind).where(
        Document.case_id.in_(case_ids), Document.removed_at.is_(None)
    )
    return [(row.case_id, row.kind) for row in session.execute(query)]
