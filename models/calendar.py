"""Room calendar: the official days as rows, the calendar in force, and the one clock of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base, session_opened
from models.refusal import Refusal
from models.working_days import Calendar, official_rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
NATIONAL = ""


class CalendarDay(Base):
    """One official day off or make-up working day (调休), with the notice that says so."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("day", "region_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    region_code: Mapped[str] = mapped_column(String(12), default=NATIONAL)
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]


class Installation(Base):
    """The one row about this database: whether it is for training, its calendar version, its clock."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_training: Mapped[bool]
    calendar_version: Mapped[int]
    clock_offset_seconds: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class Moment:
    """What a knock knows about time: the calendar in force and how far the training clock is moved."""

    calendar: Calendar
    offset: timedelta = timedelta(0)
    fixed: datetime | None = None
    is_training: bool = False


_moment: ContextVar[Moment | None] = ContextVar("moment", default=None)
_calendars: dict[int, Calendar] = {}


def now() -> datetime:
    """The instant, aware, UTC. The only reading of a clock in the program."""
    moment = _moment.get()
    if moment is None:
        return datetime.now(UTC)
    return moment.fixed or datetime.now(UTC) + moment.offset


def real_now() -> datetime:
    """The machine's own instant, never shifted: for logins and tokens, which no training clock may revive."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar date in Asia/Shanghai (D-01)."""
    return local_date(now())


def local_date(instant: datetime) -> date:
    """The Shanghai date to which an instant belongs."""
    return instant.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """24:00 of a day in Shanghai, as an instant: the end of a term (民法典 203)."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def calendar() -> Calendar:
    """The calendar in force for the open session."""
    moment = _moment.get()
    if moment is None:
        raise RuntimeError("no session is open")
    return moment.calendar


def is_training() -> bool:
    """Whether the open database is a training database."""
    moment = _moment.get()
    return moment is not None and moment.is_training


def is_shifted() -> bool:
    """Whether the training clock differs from the real one."""
    moment = _moment.get()
    return moment is not None and (moment.fixed is not None or bool(moment.offset))


@contextmanager
def fixed_at(instant: datetime) -> Iterator[None]:
    """Tests and the demo loader: the clock stands at `instant`, also in sessions opened inside."""
    before = _fixed.set(instant)
    moment = _moment.get()
    token = _moment.set(replace(moment, fixed=instant) if moment else None)
    try:
        yield
    finally:
        _fixed.reset(before)
        _moment.reset(token)


_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def seed_calendar(session: Session, training: bool) -> None:
    """Write the official days and the installation row into an empty database."""
    session.add(Installation(id=1, is_training=training, calendar_version=1))
    session.add_all(
        CalendarDay(day=row.day, kind=row.kind, name=row.name, source=row.source, version=1)
        for row in official_rows()
    )
    session.flush()
    _calendars.clear()
    _open(session)


def set_clock(session: Session, instant: datetime | None) -> timedelta:
    """Move the training clock to `instant` (None: back to the real time); returns the offset.

    Raises Refusal outside a training database.
    """
    row = session.get_one(Installation, 1)
    if not row.is_training:
        raise Refusal("本系统为正式环境，不得调整日期。")
    offset = timedelta(0) if instant is None else instant - datetime.now(UTC)
    # Rounded up: whoever sets 09:00 is never shown 08:59.
    row.clock_offset_seconds = ceil(offset.total_seconds())
    session.flush()
    _open(session)
    return offset


def _open(session: Session) -> None:
    row = session.execute(
        select(Installation.calendar_version, Installation.clock_offset_seconds, Installation.is_training)
    ).first()
    if row is None:
        _moment.set(None)
        return
    if row.calendar_version not in _calendars:
        _calendars[row.calendar_version] = _load(session, row.calendar_version)
    shown = _calendars[row.calendar_version]
    _moment.set(Moment(shown, timedelta(seconds=row.clock_offset_seconds), _fixed.get(), row.is_training))


def _load(session: Session, version: int) -> Calendar:
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.kind, CalendarDay.name).where(CalendarDay.region_code == NATIONAL)
    ).all()
    return Calendar(
        off=frozenset(row.day for row in rows if row.kind == "off"),
        work=frozenset(row.day for row in rows if row.kind == "work"),
        official_years=frozenset(row.day.year for row in rows if row.kind == "off" and row.day.month == 10),
        version=version,
        names={row.day: row.name for row in rows},
    )


session_opened.append(_open)
