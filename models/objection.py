"""Room objection: what somebody, by his real name, says against a firm on a public notice, and what was found (D-27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.calendar import real_now
from models.case import CaseFile
from models.crypto import EncryptedJSON, keyed_hash
from models.database import Base
from models.deadline import Deadline
from models.notice import NoticeEntry, PublicNotice
from models.refusal import Refusal
from models.vocabulary import Labelled

KEY = "objection"
# Real time; from one address, and from everywhere: what a person needs, and what the disk bears.
WINDOW = timedelta(hours=24)
MAX_FROM_ADDRESS, MAX_FROM_EVERYWHERE = 5, 300


class TooManyObjections(Refusal):
    """Too many from one address, or altogether (429)."""

    status = 429


class SeriousBreach(Labelled):
    """重大失信: the closed list of D-27; nothing else takes a firm off a notice."""

    DEFAULTER = "defaulter", "被人民法院列为失信被执行人"
    SERIOUS_VIOLATOR = "serious_violator", "列入严重违法失信名单"
    TAX_BREACH = "tax_breach", "重大税收违法失信主体"
    CRIMINAL = "criminal", "涉及刑事案件"
    FRAUD = "fraud", "骗取、虚假申报"
    UNPAID_LOAN = "unpaid_loan", "有到期未清偿的贷款"


class ObjectionCategory(Labelled):
    """What an objection is about: one of 重大失信, or something else that the office looks into."""

    DEFAULTER = "defaulter", SeriousBreach.DEFAULTER.label
    SERIOUS_VIOLATOR = "serious_violator", SeriousBreach.SERIOUS_VIOLATOR.label
    TAX_BREACH = "tax_breach", SeriousBreach.TAX_BREACH.label
    CRIMINAL = "criminal", SeriousBreach.CRIMINAL.label
    FRAUD = "fraud", SeriousBreach.FRAUD.label
    UNPAID_LOAN = "unpaid_loan", SeriousBreach.UNPAID_LOAN.label
    OTHER = "other", "其他失信情形"


class ObjectionChannel(Labelled):
    """How an objection came in."""

    ONLINE = "online", "网上提交"
    COUNTER = "counter", "窗口书面提交"


class ObjectionOutcome(Labelled):
    """What the verification found; only the first takes a firm off the list (D-27)."""

    UPHELD = "upheld", "属实（属于重大失信事件）"
    MINOR = "minor", "属实，但不属于重大失信事件"
    DISMISSED = "dismissed", "不属实"


class Objection(Base):
    """One objection, with a case of its own. Who made it and what it says is one encrypted value."""

    __tablename__ = "objection"
    __table_args__ = (
        Index("ix_objection_notice", "notice_id", "id"),
        Index("ix_objection_entry", "entry_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("public_notice.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("notice_entry.id"))
    channel: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(30))
    received_at: Mapped[datetime]
    received_on: Mapped[date]
    # name, phone, address, is_unit, unit, facts: never shown to the public again.
    statement: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("objection.statement"))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    # Keys of SeriousBreach that were proved.
    breaches: Mapped[list[Any]]
    decided_on: Mapped[date | None]
    entry: Mapped[NoticeEntry] = relationship(lazy="raise")
    notice: Mapped[PublicNotice] = relationship(lazy="raise")
    case: Mapped[CaseFile] = relationship(lazy="raise")

    @property
    def category_label(self) -> str:
        """What it is about."""
        return ObjectionCategory.title_of(self.category)

    @property
    def channel_label(self) -> str:
        """网上提交 or 窗口书面提交."""
        return ObjectionChannel.title_of(self.channel)

    @property
    def outcome_label(self) -> str:
        """The conclusion, or 核实中."""
        return ObjectionOutcome.title_of(self.outcome) if self.outcome else "核实中"

    @property
    def breach_labels(self) -> list[str]:
        """What was proved."""
        return [SeriousBreach.title_of(key) for key in self.breaches]


class PublicSubmission(Base):
    """That something came in by a public form, for a day: by which address (keyed hash), at which real instant."""

    __tablename__ = "public_submission"
    __table_args__ = (Index("ix_public_submission_at", "at", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def note_submission(session: Session, address: str) -> None:
    """Count one more submission. Raises TooManyObjections (429) past the limit of the day."""
    since, key = real_now() - WINDOW, keyed_hash(address)
    session.execute(delete(PublicSubmission).where(PublicSubmission.at < since))
    mine = func.count().filter(PublicSubmission.address_hash == key)
    row = session.execute(select(mine, func.count()).select_from(PublicSubmission)).one()
    if row[0] >= MAX_FROM_ADDRESS or row[1] >= MAX_FROM_EVERYWHERE:
        raise TooManyObjections("提交过于频繁，请明日再试，或在公示期内向受理机构当面提交书面异议。")
    session.add(PublicSubmission(address_hash=key, at=real_now()))


def objection_of_case(session: Session, case_id: int) -> Objection:
    """The objection that a case is about, with its firm."""
    return session.scalars(select(Objection).where(Objection.case_id == case_id)).one()


def open_numbers(session: Session, notice_id: int) -> list[str]:
    """The numbers of the objections to a notice that are not decided, oldest first."""
    query = (
        select(CaseFile.number)
        .join(Objection, Objection.case_id == CaseFile.id)
        .where(Objection.notice_id == notice_id, Objection.outcome == "")
    )
    return list(session.scalars(query.order_by(Objection.id)))


def counts_of(session: Session, notice_ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Notice id → (objections, those not yet decided)."""
    undecided = func.count().filter(Objection.outcome == "")
    query = select(Objection.notice_id, func.count(), undecided).where(Objection.notice_id.in_(notice_ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(query.group_by(Objection.notice_id))}


@dataclass(frozen=True)
class ObjectionLine:
    """An objection in the register of the office."""

    objection: Objection
    number: str
    firm: str
    uscc: str
    deadline: Deadline | None


def objections_of(session: Session, notice: PublicNotice) -> list[ObjectionLine]:
    """The register of a notice (F6 异议登记), oldest first, in one query."""
    newest = (
        select(func.max(Deadline.id))
        .where(Deadline.case_id == Objection.case_id, Deadline.key == KEY)
        .correlate(Objection)
        .scalar_subquery()
    )
    query = (
        select(Objection, CaseFile.number, NoticeEntry.name, NoticeEntry.uscc, Deadline)
        .join(CaseFile, CaseFile.id == Objection.case_id)
        .join(NoticeEntry, NoticeEntry.id == Objection.entry_id)
        .outerjoin(Deadline, Deadline.id == newest)
        .where(Objection.notice_id == notice.id)
    )
    return [ObjectionLine(*row) for row in session.execute(query.order_by(Objection.id))]
