"""Room notice: what 信保贷 tells the public: the list as published, its period, and what became of each entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.calendar import calendar, today
from models.calendar_book import calendars_at
from models.case import CaseFile, visible_to
from models.database import Base
from models.deadline import WORKING, due_for
from models.people import Region, User
from models.refusal import NotFound
from models.subject import SubjectKind
from models.term import CountedDay, explain
from models.vocabulary import Labelled
from models.working_days import ONE_DAY


class NoticeKind(Labelled):
    """What a notice is about (N10, N14, N17); only the first has a period for objections."""

    LISTING = "listing", "信用企业（户）公示"
    CANCELLATION = "cancellation", "取消资格公告"
    BLACKLIST = "blacklist", "信贷“黑名单”通报"


class NoticePlace(Labelled):
    """Where a notice is put up (B-14: 伊金霍洛发布、伊金霍洛新闻、宣传栏等)."""

    RELEASE = "release", "伊金霍洛发布"
    NEWS = "news", "伊金霍洛新闻"
    BOARD = "board", "宣传栏"
    WEBSITE = "website", "部门门户网站"
    SYSTEM = "system", "本系统公示栏"


class EntryOutcome(Labelled):
    """What became of an entry after the period; empty while it stands on the notice."""

    LISTED = "listed", "确定为信用企业（户）"
    REMOVED = "removed", "异议属实，移出公示名单"
    WITHDRAWN = "withdrawn", "申报已撤回或终止"
    EXCLUDED = "excluded", "不符合准入条件，不予确定"


@dataclass(frozen=True)
class Period:
    """公示期: from the day after the publication to the last working day, which ends at 24:00 (D-26)."""

    published_on: date
    days: int
    last_on: date
    provisional: bool

    @property
    def first_on(self) -> date:
        """The day after the publication."""
        return self.published_on + ONE_DAY

    @property
    def confirmable_on(self) -> date:
        """The earliest day of the confirmation: the calendar day after the last one."""
        return self.last_on + ONE_DAY


class PublicNotice(Base):
    """One notice. Before its publication a draft; the snapshot and its hash are what was published."""

    __tablename__ = "public_notice"
    __table_args__ = (
        Index("ix_public_notice_case", "case_id"),
        Index("ix_public_notice_published", "published_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    # The case in which it came about: of a listing its own, of an announcement the exit or the blacklisting.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    title: Mapped[str] = mapped_column(String(100))
    # What the office wrote (F6): basis, text, office, phone, address; the list stands in the entries.
    content: Mapped[dict[str, Any]]
    places: Mapped[list[Any]]
    drafted_at: Mapped[datetime]
    published_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # 0: an announcement, which has no period. Working days after the publication (B-14).
    days: Mapped[int] = mapped_column(default=0)
    # Everything as published, and the SHA-256 of its canonical JSON.
    snapshot: Mapped[dict[str, Any] | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    # Kept when the period has been confirmed; until then it is derived from the calendar in force.
    last_on: Mapped[date | None]
    calendar_version: Mapped[int | None]
    confirmed_on: Mapped[date | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revision: Mapped[int] = mapped_column()
    region: Mapped[Region] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}

    @property
    def kind_label(self) -> str:
        """信用企业（户）公示, 取消资格公告 or 信贷“黑名单”通报."""
        return NoticeKind.title_of(self.kind)

    @property
    def has_period(self) -> bool:
        """Whether the public may object to it."""
        return self.kind == NoticeKind.LISTING

    @property
    def period(self) -> Period | None:
        """公示期 by the calendar in force, after the confirmation by the one of that day; None: not published."""
        if self.published_on is None or not self.has_period:
            return None
        if self.last_on is not None:
            return Period(self.published_on, self.days, self.last_on, False)
        due = due_for(self.published_on, self.days, WORKING, self.region.code)
        return Period(self.published_on, self.days, due.due_on, due.provisional)

    @property
    def is_open(self) -> bool:
        """Whether objections are accepted today: until 24:00 of the last day (D-27)."""
        period = self.period
        return period is not None and self.confirmed_on is None and today() <= period.last_on

    @property
    def state_label(self) -> str:
        """Where the notice stands, for lists."""
        if self.published_on is None:
            return "待发布"
        if not self.has_period:
            return "已公告"
        if self.confirmed_on is not None:
            return "公示已结束"
        return "公示中" if self.is_open else "公示期满，待确认"

    @property
    def light(self) -> str:
        """The sign beside the state: a shape and a colour (webapp/templates/_light.html)."""
        if self.confirmed_on is not None or (self.published_on and not self.has_period):
            return "done"
        return "ok" if self.is_open else "soon"


class NoticeEntry(Base):
    """One firm on a notice, with its name and code as of that day."""

    __tablename__ = "notice_entry"
    __table_args__ = (
        UniqueConstraint("notice_id", "subject_id"),
        Index("ix_notice_entry_subject", "subject_id"),
        Index("ix_notice_entry_application", "application_case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("public_notice.id"))
    serial: Mapped[int]
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    application_case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    name: Mapped[str] = mapped_column(String(100))
    uscc: Mapped[str] = mapped_column(String(18))
    kind: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    settled_on: Mapped[date | None]

    @property
    def outcome_label(self) -> str:
        """What became of the firm; empty while it stands on the notice."""
        return EntryOutcome.title_of(self.outcome) if self.outcome else ""

    @property
    def kind_label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)


def notice_of_case(session: Session, case_id: int) -> PublicNotice:
    """The notice that a public_notice case is about."""
    query = select(PublicNotice).where(
        PublicNotice.case_id == case_id, PublicNotice.kind == NoticeKind.LISTING.value
    )
    return session.scalars(query).one()


def last_listing(session: Session, region_id: int) -> PublicNotice | None:
    """The newest published list of a region."""
    query = select(PublicNotice).where(
        PublicNotice.region_id == region_id,
        PublicNotice.kind == NoticeKind.LISTING.value,
        PublicNotice.published_on.is_not(None),
    )
    return session.scalars(query.order_by(PublicNotice.id.desc()).limit(1)).first()


def entries_of(session: Session, notice: PublicNotice) -> list[NoticeEntry]:
    """The firms of a notice in the printed order."""
    query = select(NoticeEntry).where(NoticeEntry.notice_id == notice.id)
    return list(session.scalars(query.order_by(NoticeEntry.serial, NoticeEntry.id)))


def published_notice(session: Session, notice_id: int) -> PublicNotice:
    """A notice that the public may read. Raises NotFound, also for a draft."""
    found = session.get(PublicNotice, notice_id)
    if found is None or found.published_on is None:
        raise NotFound("未找到该公示。")
    return found


def count_of(session: Session, notice: PublicNotice) -> list[CountedDay]:
    """The period day by day, by the calendar it was or is counted with; empty for a notice without one."""
    if notice.published_on is None or not notice.has_period:
        return []
    region = notice.region.code
    kept = notice.calendar_version
    counted_by = calendars_at(session, kept).of(region) if kept else calendar(region)
    return explain(notice.published_on, notice.days, "working", counted_by)


def notice_numbered(session: Session, number: str, user: User) -> PublicNotice:
    """The notice of a public_notice case that the user may see. Raises NotFound."""
    query = (
        select(PublicNotice)
        .join(CaseFile, CaseFile.id == PublicNotice.case_id)
        .where(CaseFile.number == number, PublicNotice.kind == NoticeKind.LISTING.value, visible_to(user))
        .options(joinedload(PublicNotice.region))
    )
    found = session.scalars(query).first() if number.isascii() and number.isalnum() else None
    if found is None:
        raise NotFound("未找到该公示，或您无权查看。")
    return found
