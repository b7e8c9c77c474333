"""Room credit: the register of 信用企业（户）, its history row by row, and who is excluded for good (B-01, B-18, D-30)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, contains_eager, mapped_column, relationship

from models.database import Base
from models.people import Department, User
from models.subject import Subject
from models.vocabulary import Labelled


class ListingStatus(Labelled):
    """Where a firm stands on the register; a cancelled one never comes back (D-30)."""

    LISTED = "listed", "有效"
    CANCELLED = "cancelled", "资格已取消"


class ListingEventKind(Labelled):
    """What happened to a firm on the register."""

    LISTED = "listed", "确定为信用企业（户）"
    RECOMMENDED = "recommended", "推荐给合作金融机构"
    WARNED = "warned", "发出预警提示"
    CANCELLED = "cancelled", "取消资格"
    BLACKLISTED = "blacklisted", "列入信贷黑名单"


class ExclusionCause(Labelled):
    """Why a firm and its operator may not apply again."""

    EXIT = "exit", "已被取消信用企业（户）资格"
    BLACKLIST = "blacklist", "已被列入信贷“黑名单”"


class CreditListing(Base):
    """One firm on the register, once in its life. Its number says which of the two lists it stands on."""

    __tablename__ = "credit_listing"
    __table_args__ = (
        UniqueConstraint("subject_id"),
        Index("ix_credit_listing_register", "region_id", "kind", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    # Copied from the firm as of the listing: the two lists and their counters (B-01).
    kind: Mapped[str] = mapped_column(String(20))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    status: Mapped[str] = mapped_column(String(20), default=ListingStatus.LISTED)
    listed_on: Mapped[date]
    cancelled_on: Mapped[date | None]
    application_case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    # The notice on which the firm stood without a proved objection.
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("public_notice.id"))
    revision: Mapped[int] = mapped_column()
    subject: Mapped[Subject] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": revision}

    @property
    def is_live(self) -> bool:
        """Whether the firm is a 信用企业（户） now."""
        return self.status == ListingStatus.LISTED

    @property
    def status_label(self) -> str:
        """有效 or 资格已取消."""
        return ListingStatus.title_of(self.status)


class ListingEvent(Base):
    """One line of a listing's history; lines are only added."""

    __tablename__ = "listing_event"
    __table_args__ = (Index("ix_listing_event_subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    kind: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    # Key of the ground (models/credit_exit.py, models/blacklisting.py); empty for a listing.
    ground: Mapped[str] = mapped_column(String(30), default="")
    facts: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    actor: Mapped[User | None] = relationship(lazy="raise")

    @property
    def kind_label(self) -> str:
        """What happened, in words."""
        return ListingEventKind.title_of(self.kind)


class Exclusion(Base):
    """A firm and the person behind it may not apply again, without an end (D-30, D-38). Never changed."""

    __tablename__ = "exclusion"
    __table_args__ = (
        UniqueConstraint("subject_id", "cause"),
        Index("ix_exclusion_operator", "operator_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    # Keyed hash of the 统一社会信用代码: 创业担保贷款 knows its applicants by hashes only.
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    # As of that day: a later change of the legal representative frees nobody. Empty: not known.
    operator_hash: Mapped[str] = mapped_column(String(64), default="")
    cause: Mapped[str] = mapped_column(String(20))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    excluded_on: Mapped[date]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    subject: Mapped[Subject] = relationship(lazy="raise")


class ExitWarning(Base):
    """A department that was warned of a cancellation (N13), and when."""

    __tablename__ = "exit_warning"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)
    sent_at: Mapped[datetime]
    department: Mapped[Department] = relationship(lazy="raise")


def listing_of(session: Session, subject_id: int) -> CreditListing | None:
    """The firm's line on the register, live or cancelled."""
    return session.scalars(select(CreditListing).where(CreditListing.subject_id == subject_id)).first()


def listings_of(session: Session, subjects: Iterable[int]) -> list[CreditListing]:
    """The lines of several firms on the register, live or cancelled."""
    return list(session.scalars(select(CreditListing).where(CreditListing.subject_id.in_(list(subjects)))))


def exclusions_of(session: Session, uscc: str, operator_hashes: Iterable[str]) -> list[Exclusion]:
    """What keeps a code, or one of the persons behind it, out; the blacklist first."""
    known = [one for one in operator_hashes if one]
    keys = [Subject.uscc == uscc] if uscc else []
    if known:
        keys += [Exclusion.operator_hash.in_(known), Subject.operator_hash.in_(known)]
    if not keys:
        return []
    query = select(Exclusion).join(Subject, Subject.id == Exclusion.subject_id).where(or_(*keys))
    query = query.options(contains_eager(Exclusion.subject))
    # "blacklist" stands before "exit" in the alphabet too.
    return list(session.scalars(query.order_by(Exclusion.cause, Exclusion.id)))


def barred_keys(session: Session) -> set[str]:
    """Every code and every keyed hash of a person that is kept out: few, for a pass over many firms."""
    query = select(Subject.uscc, Subject.operator_hash, Exclusion.operator_hash.label("then"))
    rows = session.execute(query.join(Exclusion, Exclusion.subject_id == Subject.id))
    return {key for row in rows for key in row if key}


def startup_exclusions(session: Session, region_id: int | None, identities: Iterable[str]) -> list[Exclusion]:
    """The blacklist entries of a region that name one of the keyed hashes of codes or ID numbers (D-38)."""
    wanted = {one for one in identities if one}
    if not wanted:
        return []
    query = select(Exclusion).where(Exclusion.cause == ExclusionCause.BLACKLIST)
    named = or_(
        Exclusion.operator_hash.in_(wanted),
        Exclusion.code_hash.in_(wanted),
        Subject.operator_hash.in_(wanted),
    )
    query = query.join(Subject, Subject.id == Exclusion.subject_id).where(named)
    return list(session.scalars(query.where(Exclusion.region_id == region_id).order_by(Exclusion.id)))
