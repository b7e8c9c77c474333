"""Room loan: the bank's terms, the counter-guarantee procedure with its extension, the payout."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile
from models.crypto import EncryptedJSON
from models.database import Base, Money, Rate


class Loan(Base):
    """The loan of a case: approved terms, then contract and payout."""

    __tablename__ = "loan"
    __table_args__ = (UniqueConstraint("case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    approved_amount: Mapped[Decimal] = mapped_column(Money)
    term_months: Mapped[int]
    rate: Mapped[Decimal] = mapped_column(Rate)
    lpr: Mapped[Decimal] = mapped_column(Rate)
    lpr_tenor: Mapped[str] = mapped_column(String(4))
    guarantee_type: Mapped[str] = mapped_column(String(20))
    counter_guarantee: Mapped[str] = mapped_column(String(20))
    exception_reason: Mapped[str] = mapped_column(Text, default="")
    exception_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    procedure: Mapped[str] = mapped_column(String(30), default="")
    procedure_certificate: Mapped[str] = mapped_column(String(100), default="")
    procedure_done_on: Mapped[date | None]
    contract_number: Mapped[str] = mapped_column(String(60), default="")
    signed_on: Mapped[date | None]
    disbursed_on: Mapped[date | None]
    receipt_number: Mapped[str] = mapped_column(String(60), default="")
    repayment_method: Mapped[str] = mapped_column(String(30), default="")
    account_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    account: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON("loan.account"))
    registry_check: Mapped[dict[str, Any] | None]


class Extension(Base):
    """A request to extend the bank's term for a real registration procedure (A-15, D-08)."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    procedure: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text)
    working_days: Mapped[int]
    old_due_on: Mapped[date]
    new_due_on: Mapped[date | None]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(10), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_text: Mapped[str] = mapped_column(Text, default="")


def loan_of(session: Session, case: CaseFile) -> Loan | None:
    """The loan of a case, once the bank has approved one."""
    return session.scalars(select(Loan).where(Loan.case_id == case.id)).first()


def extensions_of(session: Session, case: CaseFile) -> list[Extension]:
    """All extension requests of a case, oldest first."""
    return list(session.scalars(select(Extension).where(Extension.case_id == case.id).order_by(Extension.id)))
