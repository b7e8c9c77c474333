"""Room arrears: the file of a loan past due, from day 1 until it is paid or compensated (B-18…B-21, D-29…D-32)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case import CaseFile, visible_to
from models.case_status import CaseStatus
from models.credit_loan import CreditLoan
from models.database import Base, Money
from models.people import User
from models.refusal import NotFound
from models.vocabulary import Labelled

ONE_DAY = timedelta(days=1)
_RUNNING = text("ended_on IS NULL")


class ArrearsCause(Labelled):
    """Why a borrower has not paid, as the bank finds it on day 1 (B-19)."""

    TURNOVER = "turnover", "资金周转困难"
    LOSS = "loss", "经营亏损或停产停业"
    RECEIVABLE = "receivable", "货款被拖欠"
    DISASTER = "disaster", "灾害、疫情或意外事故"
    MISUSE = "misuse", "资金使用不符合约定"
    UNWILLING = "unwilling", "还款意愿不足"
    FORGOTTEN = "forgotten", "遗忘或操作失误"
    OTHER = "other", "其他"


class CollectionMeasure(Labelled):
    """What a bank does to be paid; the last two are the optional ones of B-18."""

    CALL = "call", "电话催收"
    VISIT = "visit", "上门催收"
    LETTER = "letter", "书面催收"
    LAWYER = "lawyer", "律师函"
    PRESERVATION = "preservation", "采取保全措施"
    SECURITY = "security", "补充抵质押担保"


class Stage(Labelled):
    """Where a file stands, as the register shows it; derived from its facts."""

    COLLECTING = "collecting", "清收"
    DEMANDING = "demanding", "满60日处置"
    CONSENTING = "consenting", "代偿审批"
    COMPENSATING = "compensating", "待代偿"
    CONFIRMING = "confirming", "待银行确认到账"
    RECOVERING = "recovering", "追偿"
    PAID = "paid", "已还清"
    CLOSED = "closed", "追偿终结"


# Status of the case → stage; the drawing names the status of each step.
_STAGES: dict[str, Stage] = {
    CaseStatus.ARREARS_COLLECTING: Stage.COLLECTING,
    CaseStatus.DEMANDING: Stage.DEMANDING,
    CaseStatus.CONSENT_PENDING: Stage.CONSENTING,
    CaseStatus.COMPENSATING: Stage.COMPENSATING,
    CaseStatus.PAYMENT_CONFIRMING: Stage.CONFIRMING,
    CaseStatus.RECOVERING: Stage.RECOVERING,
    CaseStatus.ARREARS_PAID: Stage.PAID,
    CaseStatus.RECOVERED: Stage.CLOSED,
}


def stage_of(status: str) -> Stage:
    """The stage of a file whose case has that status."""
    return _STAGES.get(status, Stage.COLLECTING)


def statuses_of(stage: Stage) -> list[str]:
    """The statuses of a case that make the stage."""
    return [status for status, found in _STAGES.items() if found is stage]


class ArrearsFile(Base):
    """One run of arrears of one loan, from day 1 until nothing is past due or the 代偿 is recovered."""

    __tablename__ = "arrears_file"
    __table_args__ = (
        UniqueConstraint("case_id"),
        UniqueConstraint("loan_case_id", "due_on"),
        # A loan has at most one file that runs.
        Index(
            "ix_arrears_file_running",
            "loan_case_id",
            unique=True,
            postgresql_where=_RUNNING,
            sqlite_where=_RUNNING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    loan_case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    # Effective due date of what was missed first: day 1 is the calendar day after it (D-32).
    due_on: Mapped[date]
    # Effective due date of the oldest instalment still unpaid before day 60; days past due count from it (D-32).
    counted_from: Mapped[date]
    # On which day past due the demand is made, by the rules of day 1 (B-20).
    demand_day: Mapped[int]
    # As of day 1, in 元.
    first_principal: Mapped[Decimal] = mapped_column(Money)
    first_interest: Mapped[Decimal] = mapped_column(Money)
    opened_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(20), default="")
    reported_on: Mapped[date | None]
    demanded_on: Mapped[date | None]
    demand_number: Mapped[str] = mapped_column(String(40), default="")
    applied_on: Mapped[date | None]
    refusals: Mapped[int] = mapped_column(default=0)
    consented_on: Mapped[date | None]
    # 纳入政策性融资担保和风险补偿 (B-21), decided with the consent.
    is_risk_shared: Mapped[bool | None]
    # The value day of what left nothing past due: the borrower's payment, or the 代偿.
    settled_on: Mapped[date | None]
    # The day on which the file ended, by payment or with recovery; the token of the case follows.
    ended_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column()
    case: Mapped[CaseFile] = relationship(lazy="raise", foreign_keys=[case_id])
    loan_case: Mapped[CaseFile] = relationship(lazy="raise", foreign_keys=[loan_case_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def was_paid_in_time(self) -> bool:
        """The bank recorded too late what had been paid on the due date or before: nothing was ever past due."""
        return self.settled_on is not None and self.settled_on <= self.due_on

    @property
    def day_one_on(self) -> date:
        """The first day past due."""
        return self.due_on + ONE_DAY

    @property
    def demand_on(self) -> date:
        """The calendar day on which the loan is past due long enough for the demand: day 60 (B-20)."""
        return self.counted_from + self.demand_day * ONE_DAY

    @property
    def shown_from(self) -> date:
        """From which due date the days are told: the oldest unpaid one; once settled the first, the longest arrears."""
        return self.due_on if self.settled_on else self.counted_from

    def days_past_due(self, on: date) -> int:
        """Calendar days past due on a day, 0 before day 1 (D-32); once settled, how long the file was past due in all."""
        last = min(on, self.settled_on) if self.settled_on else on
        return max(0, (last - self.shown_from).days)


def file_of(session: Session, case: CaseFile) -> ArrearsFile:
    """The file of an arrears case."""
    return session.scalars(select(ArrearsFile).where(ArrearsFile.case_id == case.id)).one()


def loan_of_case(session: Session, loan_case: CaseFile) -> CreditLoan:
    """The loan of a loan case."""
    return session.scalars(select(CreditLoan).where(CreditLoan.case_id == loan_case.id)).one()


def loan_behind(session: Session, case: CaseFile) -> CreditLoan:
    """The loan that an arrears case is about."""
    return session.scalars(select(CreditLoan).where(CreditLoan.case_id == case.parent_id)).one()


def running_file(session: Session, loan_case: CaseFile) -> ArrearsFile | None:
    """The file of a loan that has not ended."""
    query = select(ArrearsFile).where(
        ArrearsFile.loan_case_id == loan_case.id, ArrearsFile.ended_on.is_(None)
    )
    return session.scalars(query).first()


def file_numbered(session: Session, number: str, user: User) -> tuple[ArrearsFile, CaseFile]:
    """The file of a case number, if the user may see it. Raises NotFound."""
    is_number = number.isascii() and number.isalnum()
    query = select(ArrearsFile, CaseFile).join(CaseFile, CaseFile.id == ArrearsFile.case_id)
    found = session.execute(query.where(CaseFile.number == number, visible_to(user))).first()
    if found is None or not is_number:
        raise NotFound("未找到该逾期处置案卷，或您无权查看。")
    return found.ArrearsFile, found.CaseFile
