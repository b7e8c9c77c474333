"""Room credit, exit: why and how a firm loses the qualification (B-18, D-29)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case import CaseFile, visible_to
from models.database import Base
from models.people import Department, User
from models.subject import Subject
from models.vocabulary import Labelled


class ExitGround(Labelled):
    """The arrears of day 1 (D-29), one of the conditions of admission no longer met, or the blacklist."""

    ARREARS = "arrears", "未能按时偿还银行到期本息"
    REGISTRATION = "registration", "不再在本旗工商注册、税务征管"
    PREMISES = "premises", "不再有固定经营场所或不再正常经营"
    SIZE = "size", "不再符合中小微企业划分标准"
    CREDIT_RECORD = "credit_record", "征信系统或旗内小额贷款公司有信贷不良记录"
    CREDIT_CHINA = "credit_china", "“信用中国”网站有不良记录"
    LITIGATION = "litigation", "公安、法院、检察院涉案系统有在案、在诉记录"
    PUBLICITY = "publicity", "“国家企业信用信息公示系统”有不良记录"
    TAX = "tax", "纳税记录或纳税等级不再符合条件"
    OTHER = "other", "有其他直接影响信用形象的记录"
    BLACKLIST = "blacklist", "列入信贷“黑名单”"


# What a bank, a guarantor or the center may report: arrears come from the ledger, the blacklist from its decision.
REPORTABLE = tuple(one for one in ExitGround if one not in (ExitGround.ARREARS, ExitGround.BLACKLIST))


class ExitMeasure(Labelled):
    """“可采取保全措施或补充抵质押担保条件” (B-18): may, not must."""

    PRESERVATION = "preservation", "采取保全措施"
    SECURITY = "security", "补充抵质押担保"
    NONE = "none", "暂不采取措施"


class ExitFile(Base):
    """The facts of one case of credit_exit."""

    __tablename__ = "exit_file"
    __table_args__ = (Index("ix_exit_file_subject", "subject_id", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    ground: Mapped[str] = mapped_column(String(30))
    facts: Mapped[str] = mapped_column(Text)
    reported_on: Mapped[date]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    # Set when the qualification ended: by the center's finding, or by day 1 of the arrears before.
    cancelled_on: Mapped[date | None]
    # Whether the arrears had cancelled before the case began, so that nothing is left to check.
    is_cancelled_before: Mapped[bool] = mapped_column(default=False)
    finding: Mapped[str] = mapped_column(Text, default="")
    measure: Mapped[str] = mapped_column(String(30), default="")
    measure_note: Mapped[str] = mapped_column(Text, default="")
    # What the guarantor does beside the bank.
    guarantor_measure: Mapped[str] = mapped_column(String(30), default="")
    guarantor_note: Mapped[str] = mapped_column(Text, default="")
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("public_notice.id"))
    recorded_at: Mapped[datetime]
    subject: Mapped[Subject] = relationship(lazy="raise")
    reporter: Mapped[Department | None] = relationship(lazy="raise")
    reported_by: Mapped[User | None] = relationship(lazy="raise")

    @property
    def ground_label(self) -> str:
        """The ground in words."""
        return ExitGround.title_of(self.ground)


def exit_of(session: Session, case_id: int) -> ExitFile:
    """The facts of an exit case."""
    return session.get_one(ExitFile, case_id)


def exits_for(session: Session, user: User, limit: int = 200) -> list[tuple[ExitFile, CaseFile, Subject]]:
    """The exits whose cases a person may see, newest first, with case and firm."""
    query = (
        select(ExitFile, CaseFile, Subject)
        .join(CaseFile, CaseFile.id == ExitFile.case_id)
        .join(Subject, Subject.id == ExitFile.subject_id)
        .where(visible_to(user))
        .order_by(ExitFile.case_id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
