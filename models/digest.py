"""Room reminder: what a person is to be told of with the next digest, and on which days he got one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.calendar import calendar, today
from models.case import CaseFile
from models.database import Base
from models.deadline import CALENDAR, Deadline
from models.working_days import Light, Unit, light, light_words


class DigestLine(Base):
    """A clock that one person is to be warned of; waits for his next digest and is deleted by it."""

    __tablename__ = "digest_line"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), primary_key=True)
    added_at: Mapped[datetime]


class Digest(Base):
    """One digest to one person on one day: the key keeps a second one out, also from another process."""

    __tablename__ = "digest"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]
    items: Mapped[int]


@dataclass(frozen=True)
class Line:
    """One clock in a digest: no more of the case than its number."""

    deadline_id: int
    case_id: int
    number: str
    key: str
    name: str
    due_on: date
    unit: str
    region_code: str
    # Still runs: neither ended nor paused since the line was written.
    is_live: bool

    @property
    def light(self) -> Light:
        """The light of today."""
        return light(self.due_on, today(), calendar(self.region_code), unit=self._unit)

    @property
    def words(self) -> str:
        """The light of today in words, in the clock's own days."""
        return light_words(self.due_on, today(), calendar(self.region_code), unit=self._unit)

    @property
    def _unit(self) -> Unit:
        return "calendar" if self.unit == CALENDAR else "working"


def waiting_lines(session: Session, user_id: int) -> list[Line]:
    """What waits for the next digest of a person, the most urgent first."""
    row = Deadline
    live = row.done_on.is_(None) & row.cancelled_on.is_(None) & row.paused_on.is_(None)
    shown = (row.key, row.name, row.due_on, row.unit, row.region_code, live)
    query = (
        select(row.id, row.case_id, CaseFile.number, *shown)
        .join(DigestLine, DigestLine.deadline_id == row.id)
        .join(CaseFile, CaseFile.id == row.case_id)
        .where(DigestLine.user_id == user_id)
        .order_by(row.due_on, row.id)
    )
    return [Line(*found) for found in session.execute(query)]
