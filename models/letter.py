"""Room letter: numbered official letters (N1…N6, F5) as they were issued, and their delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile, visible_to
from models.database import Base
from models.people import Department, User
from models.refusal import NotFound


class LetterKind(StrEnum):
    """The letters of domain-spec 1.6 that a case produces; the series stands in the letter's number."""

    label: str
    series: str

    def __new__(cls, value: str, label: str = "", series: str = "") -> LetterKind:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.series = series
        return member

    ACCEPTANCE = "acceptance", "受理通知书", "创贷受"
    SUPPLEMENT = "supplement", "一次性告知书（补正材料通知书）", "创贷补"
    REFUSAL = "refusal", "不符合条件通知书", "创贷否"
    EXTENSION = "extension", "延期告知书", "创贷延"
    DISBURSEMENT = "disbursement", "放款通知书", "创贷放"
    WITHDRAWAL = "withdrawal", "终止办理通知书", "创贷终"
    PAUSE = "pause", "暂停计时告知书", "创贷停"
    # 信保贷: the result of a declaration (N9)
    SCREENING_RESULT = "screening_result", "甄别结果告知书", "信保甄"
    # 信保贷: arrears and 代偿 (N12, N15, N16)
    ARREARS_REPORT = "arrears_report", "逾期首日报告", "信保逾"
    DEMAND = "demand", "催收通知书", "信保催"
    SIXTY_REPORT = "sixty_report", "逾期满60日报告", "信保满"
    COMPENSATION_REQUEST = "comp_request", "代偿申请书", "信保代申"
    COMPENSATION_CONSENT = "comp_consent", "代偿同意书", "信保代同"
    COMPENSATION_REFUSAL = "comp_refusal", "不同意代偿告知书", "信保代否"
    COMPENSATION_NOTICE = "comp_notice", "代偿通知书", "信保代通"
    COMPENSATION_CONFIRMATION = "comp_confirm", "代偿确认书", "信保代确"
    # 信保贷: the loan
    LOAN_REFUSAL = "loan_refusal", "“信保贷”不予办理告知书", "信保否"
    # 信保贷: register, exit and blacklist (N11, N13, N17, F11)
    RECOMMENDATION = "recommendation", "信用企业（户）推荐名单", "信保荐"
    EXIT_WARNING = "exit_warning", "预警提示函", "信保警"
    STATEMENT_NOTICE = "statement_notice", "陈述权利告知书", "信保陈"
    BLACKLIST_DECISION = "blacklist_decision", "信贷“黑名单”决定书", "信保黑"
    BLACKLIST_CIRCULAR = "blacklist_circular", "信贷“黑名单”通报", "信保通"
    # 信保贷: objections to a notice (D-27)
    OBJECTION = "objection", "公示异议核实结论告知书", "信保异"


class Letter(Base):
    """A letter as issued; its content is a snapshot and is never changed."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    addressee: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any]]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    delivery_method: Mapped[str] = mapped_column(String(20), default="")
    delivered_on: Mapped[date | None]

    @property
    def title(self) -> str:
        """The Chinese title of the letter."""
        return LetterKind(self.kind).label


@dataclass(frozen=True)
class Issued:
    """A letter with who issued it and for which case, as its reader sees it."""

    letter: Letter
    case: CaseFile
    department: Department | None
    issuer: User | None


def issued_letter(session: Session, letter_id: int, user: User) -> Issued:
    """A letter of a case that the user may see. Raises NotFound."""
    found = session.execute(
        select(Letter, CaseFile)
        .join(CaseFile, CaseFile.id == Letter.case_id)
        .where(Letter.id == letter_id, visible_to(user))
    ).first()
    if found is None:
        raise NotFound("未找到该文书，或您无权查看。")
    letter, case = found
    department = session.get(Department, letter.department_id) if letter.department_id else None
    issuer = session.get(User, letter.issued_by_id) if letter.issued_by_id else None
    return Issued(letter, case, department, issuer)


def letters_of(session: Session, case: CaseFile) -> list[Letter]:
    """All letters of a case, oldest first."""
    return list(session.scalars(select(Letter).where(Letter.case_id == case.id).order_by(Letter.id)))
