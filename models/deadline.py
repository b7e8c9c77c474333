"""Room deadline: statutory clocks as rows. Facts are stored; lights and lateness are derived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from models import reminder
from models.calendar import calendar as calendar_in_force
from models.calendar import end_of, today
from models.database import Base
from models.term import Span, term_due
from models.working_days import Due, Light, Unit, elapsed, light, light_words

WORKING, CALENDAR = "working", "calendar"
# Keys of the clocks that no step carries: the promise for the whole case, and the limit of a pause.
PROMISE, PAUSE_LIMIT = "promise", "pause_limit"
# Kind of the timer of a clock whose recorded miss a new calendar has lifted: its drawn event has fired already.
MISS = "miss"
# Due instants of rows that cannot fall due: without a term, and while the clock stands still.
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
WHILE_PAUSED = datetime(9998, 1, 1, tzinfo=UTC)


class Deadline(Base):
    """One clock of one case: clause, start fact, length in days, extension, end; its pauses in a ledger.

    `due_on`, `due_at` and `provisional` are derived (`recompute`) and kept for the indexes.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_case", "case_id", "key"),
        Index(
            "ix_deadline_running",
            "due_on",
            postgresql_where=text("done_on IS NULL AND cancelled_on IS NULL"),
            sqlite_where=text("done_on IS NULL AND cancelled_on IS NULL"),
        ),
        Index(
            "ix_deadline_promise",
            "case_id",
            postgresql_where=text("key = 'promise' AND done_on IS NULL AND cancelled_on IS NULL"),
            sqlite_where=text("key = 'promise' AND done_on IS NULL AND cancelled_on IS NULL"),
        ),
        Index(
            "ix_deadline_remind",
            "remind_on",
            "id",
            postgresql_where=text("remind_on IS NOT NULL"),
            sqlite_where=text("remind_on IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    clause: Mapped[str] = mapped_column(String(120))
    start_on: Mapped[date]
    length: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))
    # Whose calendar counts: local days off lie over the national ones.
    region_code: Mapped[str] = mapped_column(String(12), default="")
    extension_days: Mapped[int] = mapped_column(default=0)
    # The day from which the clock stands still; the ledger says why.
    paused_on: Mapped[date | None]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    calendar_version: Mapped[int]
    missed_at: Mapped[datetime | None]
    done_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    late_reason: Mapped[str] = mapped_column(Text, default="")
    # Who is warned and when (models/reminder.py), the next day to warn on, and the last day warned.
    ladder: Mapped[str] = mapped_column(Text, default="")
    remind_on: Mapped[date | None]
    reminded_on: Mapped[date | None]

    @property
    def clock_unit(self) -> Unit:
        """Working days unless the clause counts calendar days."""
        return "calendar" if self.unit == CALENDAR else "working"

    @property
    def is_running(self) -> bool:
        """Neither done nor cancelled."""
        return self.done_on is None and self.cancelled_on is None

    @property
    def is_paused(self) -> bool:
        """Stands still: neither late nor about to be."""
        return self.paused_on is not None and self.is_running

    @property
    def is_over(self) -> bool:
        """Its last day has passed while it runs."""
        return self.is_running and not self.is_paused and self.due_on < today()

    @property
    def late_by(self) -> int:
        """Days late in the clock's own unit on its end, or today while it runs; 0 when on time."""
        end = self.done_on or self.cancelled_on or today()
        if self.cancelled_on or self.is_paused or end <= self.due_on:
            return 0
        if self.unit == CALENDAR:
            return (end - self.due_on).days
        return elapsed(self.due_on, end, calendar_in_force(self.region_code))

    @property
    def light(self) -> Light:
        """The light of today; a clock that has ended shows none."""
        if self.is_paused:
            return Light.PAUSED
        due = self.due_on if self.is_running else None
        return light(due, today(), calendar_in_force(self.region_code), unit=self.clock_unit)

    @property
    def words(self) -> str:
        """超期 2 日 / 今日到期 / 剩 3 日, in the clock's own days; “按时办结” after the end."""
        if self.cancelled_on:
            return "已终止"
        if self.done_on:
            return done_words(self.late_by, self.done_on > self.due_on)
        if self.is_paused:
            return Light.PAUSED.label
        return light_words(self.due_on, today(), calendar_in_force(self.region_code), unit=self.clock_unit)

    def recompute(self, pauses: Sequence[Span] = ()) -> None:
        """Derive due date and instant again from the facts and the calendar in force."""
        calendar = calendar_in_force(self.region_code)
        closed = [span for span in pauses if span.to_on is not None]
        due = term_due(self.start_on, self.length + self.extension_days, self.clock_unit, calendar, closed)
        self.due_on, self.provisional = due.due_on, due.provisional
        # What was over when the pause began does not stand still.
        self.paused_on = next((s.from_on for s in pauses if s.to_on is None and s.from_on < due.due_on), None)
        self.due_at = WHILE_PAUSED if self.paused_on else end_of(due.due_on)
        self.calendar_version = calendar.version
        reminder.set_next(self, calendar, today())

    def warn_by(self, ladder: str) -> None:
        """Start the warnings of a new clock by a ladder (models/reminder.py); empty: the default one."""
        self.ladder = ladder
        reminder.set_next(self, calendar_in_force(self.region_code), today())

    @validates("done_on", "cancelled_on")
    def _stop_warning(self, _name: str, ended_on: date | None) -> date | None:
        if ended_on is not None:
            self.remind_on = None
        return ended_on


def done_words(late_by: int, is_late: bool) -> str:
    """How a clock has ended; on a day off right after its last day not one day of its own is late yet."""
    late = f"超期 {late_by} 日办结" if late_by else "超期不足 1 日办结"
    return late if is_late else "按时办结"


def due_for(start: date, length: int, unit: str = WORKING, region_code: str = "") -> Due:
    """The end of a term of `length` days (working or calendar) after `start` (D-02, D-03)."""
    return term_due(
        start, length, "calendar" if unit == CALENDAR else "working", calendar_in_force(region_code)
    )
