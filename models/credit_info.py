"""Room credit, info: shared credit information of eight fields (B-24) and dated queries (B-07, D-17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.database import Base
from models.people import Department, User
from models.subject import Subject
from models.vocabulary import Labelled


class InfoField(Labelled):
    """The eight fields of 三（二）: “税务、市场监管、司法、水、电、气、社保、住房公积金”."""

    TAX = "tax", "税务"
    MARKET = "market", "市场监管"
    JUSTICE = "justice", "司法"
    WATER = "water", "水"
    POWER = "power", "电"
    GAS = "gas", "气"
    INSURANCE = "insurance", "社保"
    HOUSING_FUND = "housing_fund", "住房公积金"


class QuerySource(Labelled):
    """Where the records of 准入条件 (1) and (3) are looked up (B-07, B-09)."""

    CREDIT_REPORT = "credit_report", "人民银行征信系统"
    MICRO_LENDERS = "micro_lenders", "旗内小额贷款公司"
    CREDIT_CHINA = "credit_china", "信用中国"
    POLICE = "police", "公安涉案系统"
    COURT = "court", "法院涉案系统"
    PROCURATORATE = "procuratorate", "检察院涉案系统"
    PUBLICITY_SYSTEM = "publicity_system", "国家企业信用信息公示系统"


class QueryResult(Labelled):
    """What a query found."""

    CLEAN = "clean", "无不良记录"
    ADVERSE = "adverse", "有不良记录"
    NOT_FOUND = "not_found", "查无此主体"


class CreditInfo(Base):
    """One value of one field as of a day, with its source. A later one stands beside it, never over it."""

    __tablename__ = "credit_info"
    __table_args__ = (Index("ix_credit_info_subject", "subject_id", "field", "as_of", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    field: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    source: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("info_import.id"), index=True)
    recorded_by: Mapped[User | None] = relationship(lazy="raise")

    @property
    def field_label(self) -> str:
        """The field's title."""
        return InfoField.title_of(self.field)


class InfoImport(Base):
    """An Excel sheet of the eight fields: what it would write, and whether it was applied, once."""

    __tablename__ = "info_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[list[Any]]
    errors: Mapped[list[Any]]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    written: Mapped[int] = mapped_column(default=0)


class EvidenceRecord(Base):
    """One query of one source about a firm on a day (B-07); valid for a number of calendar days (D-17)."""

    __tablename__ = "evidence_record"
    __table_args__ = (Index("ix_evidence_record_subject", "subject_id", "source", "queried_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    source: Mapped[str] = mapped_column(String(30))
    queried_on: Mapped[date]
    result: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    department: Mapped[Department | None] = relationship(lazy="raise")

    @property
    def result_label(self) -> str:
        """What the query found, in words."""
        return QueryResult.title_of(self.result)

    def valid_until(self, days: int) -> date:
        """The last day on which the query may be relied on: `days` calendar days after it."""
        return self.queried_on + timedelta(days=days)


def current_info(session: Session) -> Iterator[tuple[CreditInfo, Subject]]:
    """The value of each field with the latest as-of day, firm by firm, one by one."""
    query = (
        select(CreditInfo, Subject)
        .join(Subject, Subject.id == CreditInfo.subject_id)
        .order_by(Subject.uscc, CreditInfo.field, CreditInfo.as_of.desc(), CreditInfo.id.desc())
        .execution_options(yield_per=200)
    )
    before = None
    for row, firm in session.execute(query):
        if (firm.id, row.field) != before:
            yield row, firm
        before = firm.id, row.field
