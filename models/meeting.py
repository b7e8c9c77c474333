"""Room meeting: the register of meetings of 信保贷: 协商议事会议 (B-23) and those of the leading group (B-13)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base
from models.refusal import NotFound
from models.vocabulary import Labelled


class MeetingKind(Labelled):
    """Who met: the member offices each half-year (D-39), or the leading group about candidates."""

    COUNCIL = "council", "主要成员单位协商议事会议"
    LEADING_GROUP = "leading_group", "县域金融工程领导小组会议"


class Meeting(Base):
    """One meeting that was held; decisions of the leading group name it (B-13)."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("region_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(60))
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(100), default="")
    attendees: Mapped[str] = mapped_column(Text, default="")
    topics: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]

    @property
    def kind_label(self) -> str:
        """Its kind in Chinese."""
        return MeetingKind.title_of(self.kind)

    @property
    def half(self) -> str:
        """The half-year in which it was held, e.g. 2026年上半年 (D-39)."""
        return half_of(self.held_on)


def half_of(day: date) -> str:
    """The half-year of a day as officials write it."""
    return f"{day.year}年{'上' if day.month <= 6 else '下'}半年"


def meetings(session: Session, region_id: int, kind: str = "") -> list[Meeting]:
    """The meetings of a region, newest first; of one kind when it is given."""
    query = select(Meeting).where(Meeting.region_id == region_id)
    if kind:
        query = query.where(Meeting.kind == kind)
    return list(session.scalars(query.order_by(Meeting.held_on.desc(), Meeting.id.desc())))


def meeting_in(session: Session, region_id: int, meeting_id: int) -> Meeting:
    """A meeting of that region. Raises NotFound."""
    found = session.get(Meeting, meeting_id)
    if found is None or found.region_id != region_id:
        raise NotFound("未找到该会议。")
    return found
