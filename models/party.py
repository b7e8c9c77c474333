"""Room party: who appears in which case and in what role, findable by number without being readable."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base
from models.vocabulary import Labelled


class PartyRole(Labelled):
    """What somebody is in a case."""

    APPLICANT = "applicant", "申请人"
    SPOUSE = "spouse", "配偶"
    PARTNER = "partner", "合伙人"
    LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"
    BUSINESS = "business", "经营主体"
    GUARANTOR = "guarantor", "保证人"
    OWNER = "owner", "抵质押物权属人"
    SHAREHOLDER = "shareholder", "股东"
    EMPLOYEE = "employee", "新招用人员"


class CaseParty(Base):
    """One person or enterprise in one case: the keyed hash of the number, never the number."""

    __tablename__ = "case_party"
    __table_args__ = (Index("ix_case_party_hash", "id_hash", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    id_hash: Mapped[str] = mapped_column(String(64))
