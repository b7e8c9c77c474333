"""Room deadline: statutory clocks as rows. Facts are stored; lights and lateness are derived."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.calendar import calendar as calendar_in_force
from models.calendar import end_of, today
from models.database import Base
from models.working_days import Due, Light, Unit, calendar_days_due, elapsed, light, light_words
from models.working_days import due_on as working_due_on

WORKING, CALENDAR = "working", "calendar"


class Deadline(Base):
    """One clock of one case: clause, start fact, length in days, extension, end."""

    __tablename__ = "deadline"
    __table_args__ = (Index("ix_deadline_case", "case_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    clause: Mapped[str] = mapped_column(String(120))
    start_on: Mapped[date]
    length: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))
    extension_days: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    calendar_version: Mapped[int]
    missed_at: Mapped[datetime | None]
    done_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    late_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def clock_unit(self) -> Unit:
        """Working days unless the clause counts calendar days."""
        return "calendar" if self.unit == CALENDAR else "working"

    @property
    def is_running(self) -> bool:
        """Neither done nor cancelled."""
        return self.done_on is None and self.cancelled_on is None

    @property
    def late_by(self) -> int:
        """Days late in the clock's own unit on its end, or today while it runs; 0 when on time."""
        end = self.done_on or self.cancelled_on or today()
        if self.cancelled_on or end <= self.due_on:
            return 0
        if self.unit == CALENDAR:
            return (end - self.due_on).days
        return elapsed(self.due_on, end, calendar_in_force())

    @property
    def light(self) -> Light:
        """The light of today; a clock that has ended shows none."""
        return light(
            self.due_on if self.is_running else None, today(), calendar_in_force(), unit=self.clock_unit
        )

    @property
    def words(self) -> str:
        """超期 2 日 / 今日到期 / 剩 3 日, in working days; “已按时办结” after the end."""
        if self.cancelled_on:
            return "已终止"
        if self.done_on:
            return f"超期 {self.late_by} 日办结" if self.late_by else "按时办结"
        return light_words(self.due_on, today(), calendar_in_force(), unit=self.clock_unit)

    def recompute(self) -> None:
        """Derive due date and instant again from the facts and the calendar in force."""
        due = due_for(self.start_on, self.length + self.extension_days, self.unit)
        self.due_on, self.provisional = due.due_on, due.provisional
        self.due_at = end_of(due.due_on)
        self.calendar_version = calendar_in_force().version


def due_for(start: date, length: int, unit: str = WORKING) -> Due:
    """The end of a term of `length` days (working or calendar) after `start` (D-02, D-03)."""
    if unit == CALENDAR:
        return calendar_days_due(start, length)
    return working_due_on(start, length, calendar_in_force())
