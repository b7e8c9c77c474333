"""Room compensation: the guarantor's one payment (代偿) and what came back of it afterwards (追偿) (B-21, D-37)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.arrears import ArrearsFile
from models.database import Base, Money
from models.vocabulary import Labelled


class DueProof(Labelled):
    """What lies with an application for 代偿 (F7)."""

    CONTRACT = "contract", "借款合同和担保合同"
    RECEIPT = "receipt", "借据"
    STATEMENT = "statement", "扣款和还款流水"
    DEMAND = "demand", "催收通知书及回执"

    @property
    def material(self) -> str:
        """The kind under which its files lie in the case."""
        return f"due_{self.value}"


class RecoveryStep(Labelled):
    """What a line about recovery records."""

    RECEIVED = "received", "登记追回款项"
    CLOSED = "closed", "终结追偿"


class RecoveryWay(Labelled):
    """How the guarantor got money back after 代偿 (F7)."""

    BORROWER = "borrower", "借款人归还"
    SECURITY = "security", "处置抵质押物"
    LAWSUIT = "lawsuit", "诉讼执行"
    SETTLEMENT = "settlement", "协商以物抵债"
    RISK_POOL = "risk_pool", "风险补偿资金拨付"
    OTHER = "other", "其他"


class ClosingReason(Labelled):
    """Why recovery ends although something is left."""

    DISSOLVED = "dissolved", "借款人已注销或破产，无可供执行财产"
    UNENFORCEABLE = "unenforceable", "法院裁定终结执行"
    WAIVED = "waived", "经批准不再追偿"


class Compensation(Base):
    """代偿: the guarantor's one payment of everything unpaid (B-21, D-37). Amounts in 元."""

    __tablename__ = "compensation"
    __table_args__ = (UniqueConstraint("file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("arrears_file.id"))
    paid_on: Mapped[date]
    principal: Mapped[Decimal] = mapped_column(Money)
    interest: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)
    voucher: Mapped[str] = mapped_column(String(100))
    paid_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    confirmed_on: Mapped[date | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # The end of recovery; the reason is empty when everything came back.
    closed_on: Mapped[date | None]
    closed_reason: Mapped[str] = mapped_column(String(20), default="")
    closed_text: Mapped[str] = mapped_column(Text, default="")


class Recovery(Base):
    """追偿: one sum that came back, and what is left after it, in 元; lines are only added."""

    __tablename__ = "recovery"
    __table_args__ = (Index("ix_recovery_compensation", "compensation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    compensation_id: Mapped[int] = mapped_column(ForeignKey("compensation.id"))
    recovered_on: Mapped[date]
    way: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal] = mapped_column(Money)
    balance: Mapped[Decimal] = mapped_column(Money)
    voucher: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


def compensation_of(session: Session, file: ArrearsFile) -> Compensation | None:
    """The one 代偿 of a file, if it was paid."""
    return session.scalars(select(Compensation).where(Compensation.file_id == file.id)).first()


def recoveries_of(session: Session, compensation: Compensation) -> list[Recovery]:
    """What came back, oldest first."""
    query = select(Recovery).where(Recovery.compensation_id == compensation.id)
    return list(session.scalars(query.order_by(Recovery.id)))


def left_of(session: Session, compensation: Compensation) -> Decimal:
    """What of a 代偿 has not come back, 元."""
    lines = recoveries_of(session, compensation)
    return lines[-1].balance if lines else compensation.amount
