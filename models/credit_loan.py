"""Room loan, 信保贷: the revolving line (B-03), its draws and instalments, and the ledger that only grows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.calendar import today
from models.case import CaseFile
from models.crypto import EncryptedJSON
from models.database import Base, Money, Rate
from models.people import Department, User
from models.subject import Subject
from models.vocabulary_credit_loan import EntryKind


class CreditLoan(Base):
    """The loan of a case: what was applied for (F10), what was signed, and what stands open.

    `outstanding` and `next_due_on` are folds of the ledger, kept for lists; amounts in 元, rates in %/yr.
    """

    __tablename__ = "credit_loan"
    __table_args__ = (
        UniqueConstraint("case_id"),
        Index("ix_credit_loan_bank", "bank_id", "id"),
        Index("ix_credit_loan_guarantor", "guarantor_id", "id"),
        Index("ix_credit_loan_subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    listing_number: Mapped[str] = mapped_column(String(24))
    bank_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    guarantor_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    requested_amount: Mapped[Decimal] = mapped_column(Money)
    requested_months: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(20))
    purpose_text: Mapped[str] = mapped_column(Text)
    # The commitment of B-15: who signed it and when.
    committed_by: Mapped[str] = mapped_column(String(50))
    committed_on: Mapped[date]
    # Empty until signing.
    contract_number: Mapped[str] = mapped_column(String(60), default="")
    guarantee_number: Mapped[str] = mapped_column(String(60), default="")
    signed_on: Mapped[date | None]
    line_amount: Mapped[Decimal | None] = mapped_column(Money)
    line_until: Mapped[date | None]
    rate: Mapped[Decimal | None] = mapped_column(Rate)
    rate_mode: Mapped[str] = mapped_column(String(20), default="")
    # The 1-year LPR of the signing day, or the benchmark rate that the contract names.
    base_rate: Mapped[Decimal | None] = mapped_column(Rate)
    rate_cap: Mapped[Decimal | None] = mapped_column(Rate)
    rate_exception: Mapped[str] = mapped_column(Text, default="")
    fee_rate: Mapped[Decimal | None] = mapped_column(Rate)
    due_date_roll: Mapped[str] = mapped_column(String(20), default="")
    day_count: Mapped[int] = mapped_column(default=360)
    policy_set_id: Mapped[int | None] = mapped_column(ForeignKey("policy_set.id"))
    account: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON("credit_loan.account"))
    closed_on: Mapped[date | None]
    compensated_on: Mapped[date | None]
    outstanding: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    next_due_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column()
    case: Mapped[CaseFile] = relationship(lazy="raise")
    subject: Mapped[Subject] = relationship(lazy="raise")
    bank: Mapped[Department] = relationship(lazy="raise", foreign_keys=[bank_id])
    guarantor: Mapped[Department] = relationship(lazy="raise", foreign_keys=[guarantor_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def line(self) -> Decimal:
        """The line, 元; 0 before signing."""
        return self.line_amount or Decimal(0)

    @property
    def available(self) -> Decimal:
        """What the ledger leaves of the line, 元: line − outstanding (B-03)."""
        return self.line - self.outstanding

    @property
    def is_open(self) -> bool:
        """Signed, neither closed by the bank nor compensated."""
        return self.signed_on is not None and self.closed_on is None and self.compensated_on is None

    @property
    def is_expired(self) -> bool:
        """The last day of the line has passed (D-21)."""
        return self.line_until is not None and self.line_until < today()


class Draw(Base):
    """One draw of the line: its own receipt, method and dates. Money in 元, term in months."""

    __tablename__ = "credit_draw"
    __table_args__ = (
        UniqueConstraint("loan_id", "number"),
        Index("ix_credit_draw_receipt", "receipt_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("credit_loan.id"))
    number: Mapped[int]
    receipt_number: Mapped[str] = mapped_column(String(60))
    amount: Mapped[Decimal] = mapped_column(Money)
    drawn_on: Mapped[date]
    months: Mapped[int]
    method: Mapped[str] = mapped_column(String(20))
    rate: Mapped[Decimal] = mapped_column(Rate)
    day_count: Mapped[int]
    purpose_text: Mapped[str] = mapped_column(Text)
    account: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("credit_draw.account"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


class Instalment(Base):
    """One due date of a draw. Principal is planned; interest and what is paid follow the ledger (a projection).

    `due_on` is effective: `planned_on` rolled by the contract (D-32), provisional while no notice names the year.
    """

    __tablename__ = "credit_instalment"
    __table_args__ = (
        UniqueConstraint("draw_id", "number"),
        Index("ix_credit_instalment_loan", "loan_id", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("credit_loan.id"))
    draw_id: Mapped[int] = mapped_column(ForeignKey("credit_draw.id"))
    number: Mapped[int]
    planned_on: Mapped[date]
    due_on: Mapped[date]
    is_provisional: Mapped[bool]
    principal: Mapped[Decimal] = mapped_column(Money)
    interest: Mapped[Decimal] = mapped_column(Money)
    principal_paid: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    interest_paid: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    # The effective due date on whose end it was noticed unpaid; empty: it was not.
    missed_on: Mapped[date | None]

    @property
    def unpaid(self) -> Decimal:
        """Planned principal and interest that the ledger has not paid, 元."""
        return self.principal + self.interest - self.principal_paid - self.interest_paid


class LedgerEntry(Base):
    """One line of the ledger, for one draw; `balance` is the outstanding principal of the loan after it, 元.

    A repayment that reaches several draws is several lines with one `payment` number. Lines are only added.
    """

    __tablename__ = "credit_ledger"
    __table_args__ = (UniqueConstraint("loan_id", "seq"), Index("ix_credit_ledger_draw", "draw_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("credit_loan.id"))
    seq: Mapped[int]
    payment: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("credit_draw.id"))
    # The day that counts for interest and arrears; `recorded_at` is when it was written down.
    value_on: Mapped[date]
    principal: Mapped[Decimal] = mapped_column(Money)
    interest: Mapped[Decimal] = mapped_column(Money)
    balance: Mapped[Decimal] = mapped_column(Money)
    available: Mapped[Decimal] = mapped_column(Money)
    reference: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("repayment_batch.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]

    @property
    def amount(self) -> Decimal:
        """Principal and interest together, 元."""
        return self.principal + self.interest

    @property
    def kind_label(self) -> str:
        """提款, 还款, …"""
        return EntryKind.title_of(self.kind)


class UseCheck(Base):
    """资金使用检查 (B-17): what was looked at, with which evidence, and whether the money was used as promised."""

    __tablename__ = "credit_use_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("credit_loan.id"), index=True)
    checked_on: Mapped[date]
    result: Mapped[str] = mapped_column(String(20))
    finding: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[User] = relationship(lazy="raise")


# The ledger may only grow: the database itself refuses to change or delete a line.
GUARD_SQLITE = tuple(
    f"CREATE TRIGGER credit_ledger_no_{verb.lower()} BEFORE {verb} ON credit_ledger "
    "BEGIN SELECT RAISE(ABORT, 'credit_ledger is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
GUARD_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION credit_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'credit_ledger is append-only'; END $$",
    "CREATE TRIGGER credit_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_ledger "
    "FOR EACH STATEMENT EXECUTE FUNCTION credit_ledger_guard()",
)


def _guard(_table: object, connection: Connection, **_options: object) -> None:
    statements = GUARD_POSTGRESQL if connection.dialect.name == "postgresql" else GUARD_SQLITE
    for statement in statements:
        connection.exec_driver_sql(statement)


event.listen(LedgerEntry.__table__, "after_create", _guard)


def credit_loan_of(session: Session, case: CaseFile) -> CreditLoan | None:
    """The loan of a case, if it is a case of one."""
    return session.scalars(select(CreditLoan).where(CreditLoan.case_id == case.id)).first()


def draws_of(session: Session, loan: CreditLoan) -> list[Draw]:
    """The draws of a loan, oldest first."""
    return list(session.scalars(select(Draw).where(Draw.loan_id == loan.id).order_by(Draw.number)))


def is_drawn(session: Session, loan: CreditLoan) -> bool:
    """Whether money of the loan was ever paid out."""
    return session.scalars(select(Draw.id).where(Draw.loan_id == loan.id).limit(1)).first() is not None


def instalments_of(session: Session, loan: CreditLoan) -> list[Instalment]:
    """The instalments of a loan by draw and number."""
    order = Instalment.draw_id, Instalment.number
    return list(session.scalars(select(Instalment).where(Instalment.loan_id == loan.id).order_by(*order)))


def entries_of(session: Session, loan: CreditLoan) -> list[LedgerEntry]:
    """The ledger of a loan, oldest line first."""
    query = select(LedgerEntry).where(LedgerEntry.loan_id == loan.id).order_by(LedgerEntry.seq)
    return list(session.scalars(query))


def open_loans_of(session: Session, subject_id: int) -> list[tuple[CreditLoan, CaseFile]]:
    """The signed loans of one borrower that are neither closed nor compensated, with their cases, oldest first."""
    query = (
        select(CreditLoan, CaseFile)
        .join(CaseFile, CaseFile.id == CreditLoan.case_id)
        .where(CreditLoan.subject_id == subject_id, CreditLoan.signed_on.is_not(None))
        .where(CreditLoan.closed_on.is_(None), CreditLoan.compensated_on.is_(None))
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(CreditLoan.id))]


def outstanding_of(session: Session, subject_id: int) -> Decimal:
    """Unpaid principal of all 信保贷 of one borrower, 元 (D-20)."""
    query = select(func.sum(CreditLoan.outstanding)).where(CreditLoan.subject_id == subject_id)
    return session.scalar(query) or Decimal(0)


def checks_of(session: Session, loan: CreditLoan) -> list[UseCheck]:
    """The use-of-funds checks of a loan, newest first."""
    query = select(UseCheck).where(UseCheck.loan_id == loan.id).order_by(UseCheck.id.desc())
    return list(session.scalars(query))
