"""Room credit, blacklisting: the grounds, the decision of the leading group and the receipts (B-22, D-38, F11)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.crypto import EncryptedJSON
from models.database import Base
from models.people import Department, User
from models.subject import Subject
from models.vocabulary import Labelled


class BlacklistGround(Labelled):
    """The only three (B-22); arrears or 代偿 alone are none of them."""

    FRAUD = "fraud", "骗取"
    MISUSE = "misuse", "挪用"
    EVASION = "evasion", "恶意逃废"


class StatementResult(Labelled):
    """What came of the firm's right to speak; without either the term ran out."""

    STATED = "stated", "当事人已陈述"
    WAIVED = "waived", "当事人书面放弃陈述"


class Blacklisting(Base):
    """The facts of one case of blacklisting, from the proposal to the receipts. No end date (D-38)."""

    __tablename__ = "blacklisting"
    __table_args__ = (Index("ix_blacklisting_subject", "subject_id", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    ground: Mapped[str] = mapped_column(String(20))
    facts: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    # 涉及贷款与欠款, as the proposal describes them.
    debts: Mapped[str] = mapped_column(Text, default="")
    collection: Mapped[str] = mapped_column(Text, default="")
    proposed_on: Mapped[date]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # The day on which the firm was told that it may make a statement, from which its term runs.
    told_on: Mapped[date]
    stated_on: Mapped[date | None]
    statement: Mapped[str] = mapped_column(Text, default="")
    is_approved: Mapped[bool | None]
    # The meeting of the leading group, with its number and day as of the decision.
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    meeting_number: Mapped[str] = mapped_column(String(60), default="")
    meeting_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_on: Mapped[date | None]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("public_notice.id"))
    recorded_at: Mapped[datetime]
    subject: Mapped[Subject] = relationship(lazy="raise")
    proposed_by: Mapped[User | None] = relationship(lazy="raise")

    @property
    def ground_label(self) -> str:
        """The ground in words."""
        return BlacklistGround.title_of(self.ground)


class BlacklistReceipt(Base):
    """One department that was told of a decision, and what it wrote when it took note (N17)."""

    __tablename__ = "blacklist_receipt"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True, index=True)
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # What the department stops, or has stopped (“取消其他一切政策、资金扶持”).
    measures: Mapped[str] = mapped_column(Text, default="")
    department: Mapped[Department] = relationship(lazy="raise")
    received_by: Mapped[User | None] = relationship(lazy="raise")


class BlacklistObjection(Base):
    """What a blacklisted firm, or somebody else by name, has said against the decision, and the answer."""

    __tablename__ = "blacklist_objection"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    received_on: Mapped[date]
    # Who objects, and what he says: one encrypted value, for it may name persons.
    statement: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("blacklist_objection.statement"))
    reply: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


def blacklisting_of(session: Session, case_id: int) -> Blacklisting:
    """The facts of a blacklisting case."""
    return session.get_one(Blacklisting, case_id)


def receipts_of(session: Session, case_id: int) -> list[BlacklistReceipt]:
    """Who was told of a decision, by department."""
    query = select(BlacklistReceipt).where(BlacklistReceipt.case_id == case_id)
    return list(session.scalars(query.order_by(BlacklistReceipt.department_id)))


def objections_of(session: Session, case_id: int) -> list[BlacklistObjection]:
    """The objections to a decision, oldest first."""
    query = select(BlacklistObjection).where(BlacklistObjection.case_id == case_id)
    return list(session.scalars(query.order_by(BlacklistObjection.id)))
