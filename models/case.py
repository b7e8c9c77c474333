"""Room case: the case file (案卷), its numbering, its participants, and who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
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
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.calendar import now
from models.case_status import CaseStatus
from models.crypto import EncryptedJSON
from models.database import Base, Money, StaleWrite
from models.people import Permission, Region, Role, User
from models.refusal import Conflict, NotFound
from models.scheme import DECLARED, Scheme
from models.subject import Subject, SubjectKind
from models.vocabulary import ApplicantType

_RUNNING = text("closed_at IS NULL")


def _running(name: str, column: str) -> Index:
    """An index over the cases that have not ended."""
    return Index(name, column, "id", postgresql_where=_RUNNING, sqlite_where=_RUNNING)


class CaseFile(Base):
    """One application with everything that was decided on it."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_applicant_name", "applicant_name"),
        Index("ix_case_file_identity_hash", "identity_hash"),
        # The beginning of a number, whatever language the database sorts by.
        Index("ix_case_file_number_like", "number", postgresql_ops={"number": "varchar_pattern_ops"}).ddl_if(
            dialect="postgresql"
        ),
        Index("ix_case_file_opened_at", "opened_at", "id"),
        # Running cases by how long nobody has done anything in them, and in the other orders of the stalled board.
        _running("ix_case_file_quiet", "acted_at"),
        _running("ix_case_file_running_opened", "opened_at"),
        _running("ix_case_file_running_amount", "amount"),
        _running("ix_case_file_running_number", "number"),
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
    # Empty for a case that the house opened by itself.
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    policy_set_id: Mapped[int | None] = mapped_column(ForeignKey("policy_set.id"))
    # The drawing of a case of Scheme.GENERAL; empty: the one that the scheme names.
    process_key: Mapped[str] = mapped_column(String(60), default="")
    # 信保贷: the firm, and the case out of which this one came.
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    opened_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    bank_accepted_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    # The last act of a person (models/audit_looks.py: LOOKS are none); of a case that the house opened, its opening.
    acted_at: Mapped[datetime | None] = mapped_column(default=now)
    application: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("case_file.application"))
    audit_seq: Mapped[int] = mapped_column(default=0)
    audit_head: Mapped[str] = mapped_column(String(64), default="")
    revision: Mapped[int] = mapped_column()
    region: Mapped[Region | None] = relationship()
    subject: Mapped[Subject | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": revision}

    @property
    def state(self) -> CaseStatus:
        """The status with its Chinese title."""
        return CaseStatus(self.status)

    @property
    def kind(self) -> Scheme:
        """What the case is about."""
        return Scheme(self.scheme)

    @property
    def process(self) -> str:
        """The key of the drawing on which the case runs."""
        return self.process_key or self.kind.process

    @property
    def is_person(self) -> bool:
        """个人, 合伙 and 个体工商户 apply on form F1; small enterprises on F2, firms of 信保贷 on F3."""
        is_startup = self.kind is Scheme.STARTUP_LOAN
        return is_startup and self.applicant_type != ApplicantType.SMALL_ENTERPRISE

    @property
    def form_kind(self) -> str:
        """The key of the application form and of its list of materials; empty: the case has neither."""
        if self.kind is Scheme.STARTUP_LOAN:
            return self.applicant_type
        is_declared = self.kind is Scheme.CREDIT_APPLICATION
        return f"{DECLARED}{self.applicant_type}" if is_declared else ""

    @property
    def type_label(self) -> str:
        """个人, 小微企业, …; of a case of 信保贷 what it is about, with the kind of firm."""
        return type_title(self.scheme, self.applicant_type)


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
    return next_numbers(session, series, 1)[0]


def next_numbers(session: Session, series: str, count: int) -> list[str]:
    """The next `count` numbers of a series, at once."""
    counted = (
        update(CaseCounter)
        .where(CaseCounter.series == series)
        .values(last=CaseCounter.last + count)
        .returning(CaseCounter.last)
        .execution_options(synchronize_session=False)
    )
    last = session.scalar(counted)
    if last is None:
        # Two offices may open the series of a new year at the same moment.
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(CaseCounter).values(series=series, last=0).on_conflict_do_nothing())
        last = session.scalar(counted)
    assert last is not None
    return [f"{series}{number:05d}" for number in range(last - count + 1, last + 1)]


def type_title(scheme: str, applicant_type: str) -> str:
    """What a list calls the kind of a case."""
    if scheme == Scheme.STARTUP_LOAN:
        return ApplicantType.title_of(applicant_type)
    label = Scheme(scheme).label
    return f"{label}（{SubjectKind.title_of(applicant_type)}）" if applicant_type else label


def visible_to(user: User) -> ColumnElement[bool]:
    """The rows of CaseFile that a user may see; everything else does not exist for him."""
    role = Role(user.role)
    if not user.may(Permission.CASE_READ):
        return false()
    if role is Role.APPLICANT:
        return or_(CaseFile.applicant_user_id == user.id, CaseFile.created_by_id == user.id)
    if user.may(Permission.CASE_OVERSEE):
        # What was never handed in is nobody's business but the person's who writes it.
        within = true() if role is Role.AUDITOR else CaseFile.region_id.in_(regions_below(user))
        return and_(CaseFile.submitted_at.is_not(None), within)
    return or_(
        CaseFile.created_by_id == user.id,
        exists().where(
            CaseDepartment.case_id == CaseFile.id, CaseDepartment.department_id == user.department_id
        ),
    )


def seen_by(user: User) -> Sequence[Any]:
    """What `visible_to` says as lists of ids, each led by an index of its own; of who oversees nothing."""
    given, written = CaseFile.applicant_user_id == user.id, CaseFile.created_by_id == user.id
    taking_part = select(CaseDepartment.case_id.label("id")).where(
        CaseDepartment.department_id == user.department_id
    )
    is_applicant = Role(user.role) is Role.APPLICANT
    first = select(CaseFile.id.label("id")).where(given) if is_applicant else taking_part
    return first, select(CaseFile.id.label("id")).where(written)


def regions_below(user: User) -> Any:
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
    # The key never changes: a case that posts a message to this one, by its foreign key, need not wait.
    held = select(CaseFile, CaseFile.revision).where(CaseFile.id == case_id)
    query = held.with_for_update(key_share=True)
    case, revision = session.execute(query).one()
    if case.revision != revision:
        raise StaleWrite(f"case {case_id} was read at {case.revision} and is at {revision}")
    found: CaseFile = case
    return found


def require_open(case: CaseFile) -> None:
    """Raises Conflict when nothing more can happen to the case."""
    if case.state.is_final:
        raise Conflict(f"该案卷已办结（{case.state.label}），不能再办理。")
