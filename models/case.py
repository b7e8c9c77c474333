"""Room case: the case file (案卷), its numbering, its participants, and who may see it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    exists,
    false,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.crypto import EncryptedJSON
from models.database import Base, Money, StaleWrite
from models.people import Permission, Region, Role, User
from models.refusal import Conflict, NotFound


class CaseStatus(StrEnum):
    """Where a case stands (domain-spec 1.2); the drawing names the status of each step and end."""

    label: str
    is_final: bool

    def __new__(cls, value: str, label: str = "", is_final: bool = False) -> CaseStatus:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.is_final = is_final
        return member

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    SUPPLEMENTING = "supplementing", "待补正"
    QUALIFYING = "qualifying", "资格审核中"
    INVESTIGATING = "investigating", "尽职调查/贷前调查中"
    BANK_PENDING = "bank_pending", "待银行受理"
    BANK_ACCEPTED = "bank_accepted", "银行已受理"
    GUARANTEEING = "guaranteeing", "办理反担保·抵押"
    REFUSING = "refusing", "不符合条件（待通知）"
    DISBURSED = "disbursed", "已放款", True
    REFUSED = "refused", "不符合条件（已通知）", True
    WITHDRAWN = "withdrawn", "已撤回", True
    LAPSED = "lapsed", "逾期未补正视为撤回", True


class CaseFile(Base):
    """One application with everything that was decided on it."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_applicant_name", "applicant_name"),
        Index("ix_case_file_identity_hash", "identity_hash"),
        Index("ix_case_file_opened_at", "opened_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    scheme: Mapped[str] = mapped_column(String(30))
    applicant_type: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), default=CaseStatus.DRAFT)
    applicant_name: Mapped[str] = mapped_column(String(100), default="")
    identity_hash: Mapped[str] = mapped_column(String(64), default="")
    amount: Mapped[Decimal | None] = mapped_column(Money)
    term_months: Mapped[int | None]
    group_code: Mapped[str] = mapped_column(String(40), default="")
    channel: Mapped[str] = mapped_column(String(20), default="")
    loan_ordinal: Mapped[int | None]
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    hrss_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    guarantor_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    bank_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    applicant_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    policy_set_id: Mapped[int | None] = mapped_column(ForeignKey("policy_set.id"))
    opened_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    bank_accepted_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    application: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("case_file.application"))
    audit_seq: Mapped[int] = mapped_column(default=0)
    audit_head: Mapped[str] = mapped_column(String(64), default="")
    revision: Mapped[int] = mapped_column()
    region: Mapped[Region | None] = relationship()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def state(self) -> CaseStatus:
        """The status with its Chinese title."""
        return CaseStatus(self.status)

    @property
    def is_person(self) -> bool:
        """个人, 合伙 and 个体工商户 apply on form F1; small enterprises on F2."""
        return self.applicant_type != "small_enterprise"


class CaseDepartment(Base):
    """A department that has, or had, something to do in a case, and therefore may see it."""

    __tablename__ = "case_department"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True, index=True)


class CaseCounter(Base):
    """The last number given in a series, e.g. CD2026."""

    __tablename__ = "case_counter"
    __table_args__ = (UniqueConstraint("series"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(20))
    last: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, series: str) -> str:
    """The next number of a series without gaps, e.g. CD202600042; the row is locked until the commit."""
    counted = (
        update(CaseCounter)
        .where(CaseCounter.series == series)
        .values(last=CaseCounter.last + 1)
        .returning(CaseCounter.last)
        .execution_options(synchronize_session=False)
    )
    last = session.scalar(counted)
    if last is None:
        # Two offices may open the series of a new year at the same moment.
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(CaseCounter).values(series=series, last=0).on_conflict_do_nothing())
        last = session.scalar(counted)
    return f"{series}{last:05d}"


def visible_to(user: User) -> ColumnElement[bool]:
    """The rows of CaseFile that a user may see; everything else does not exist for him."""
    role = Role(user.role)
    if not user.may(Permission.CASE_READ):
        return false()
    if role is Role.APPLICANT:
        return or_(CaseFile.applicant_user_id == user.id, CaseFile.created_by_id == user.id)
    if user.may(Permission.CASE_OVERSEE):
        # What was never handed in is nobody's business but the person's who writes it.
        within = true() if role is Role.AUDITOR else CaseFile.region_id.in_(_regions_below(user))
        return and_(CaseFile.submitted_at.is_not(None), within)
    return or_(
        CaseFile.created_by_id == user.id,
        exists().where(
            CaseDepartment.case_id == CaseFile.id, CaseDepartment.department_id == user.department_id
        ),
    )


def _regions_below(user: User) -> Any:
    """The user's region and everything under it (旗县 and 盟市: three levels)."""
    top = user.department.region_id if user.department else 0
    children = select(Region.id).where(Region.parent_id == top)
    return select(Region.id).where(
        or_(Region.id == top, Region.parent_id == top, Region.parent_id.in_(children))
    )


def case_numbered(session: Session, number: str, user: User) -> CaseFile:
    """The case if the user may see it. Raises NotFound, also when it exists for others."""
    is_number = number.isascii() and number.isalnum()
    query = select(CaseFile).where(CaseFile.number == number, visible_to(user))
    found = session.scalars(query).first() if is_number else None
    if found is None:
        raise NotFound("未找到该案卷，或您无权查看。")
    return found


def locked(session: Session, case_id: int) -> CaseFile:
    """The case with its row locked until the commit, so that two knocks on one case stand in line.

    Raises StaleWrite when another knock changed it after this session had read it.
    """
    query = select(CaseFile, CaseFile.revision).where(CaseFile.id == case_id).with_for_update()
    case, revision = session.execute(query).one()
    if case.revision != revision:
        raise StaleWrite(f"case {case_id} was read at {case.revision} and is at {revision}")
    found: CaseFile = case
    return found


def require_open(case: CaseFile) -> None:
    """Raises Conflict when nothing more can happen to the case."""
    if case.state.is_final:
        raise Conflict(f"该案卷已办结（{case.state.label}），不能再办理。")
