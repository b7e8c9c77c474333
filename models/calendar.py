"""Room calendar: the calendar in force, and the one clock of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.calendar_book import (
    APPLIED,
    NATIONAL,
    CalendarDay,
    CalendarNotice,
    Calendars,
    calendars_at,
    forget,
    uncommitted_calendars,
)
from models.database import Base, session_opened
from models.refusal import Conflict, Refusal
from models.working_days import Calendar, official_rows, official_years

SHANGHAI = ZoneInfo("Asia/Shanghai")
# One number of ours for the lock of PostgreSQL that only changes of calendar and clock take.
_CHANGE_LOCK = 20_260_101


class Installation(Base):
    """The one row about this database: whether it is for training, its calendar version, its clock."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_training: Mapped[bool]
    calendar_version: Mapped[int]
    clock_offset_seconds: Mapped[int] = mapped_column(default=0)
    # Hour at which offices open, Shanghai time: reminders are spread over the half hour after it.
    office_opens: Mapped[str] = mapped_column(String(5), default="08:30")


@dataclass(frozen=True)
class Moment:
    """What a knock knows about time: the calendars in force and how far the training clock is moved."""

    calendars: Calendars
    offset: timedelta = timedelta(0)
    fixed: datetime | None = None
    is_training: bool = False
    office_opens: str = "08:30"


_moment: ContextVar[Moment | None] = ContextVar("moment", default=None)


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


def calendar(region_code: str = NATIONAL) -> Calendar:
    """The calendar in force for the open session, in that region."""
    return _opened().calendars.of(region_code)


def calendars() -> Calendars:
    """The calendars of all regions in force for the open session."""
    return _opened().calendars


def office_opens() -> time:
    """The hour at which offices open, Shanghai time."""
    return time.fromisoformat(_opened().office_opens)


def _opened() -> Moment:
    moment = _moment.get()
    if moment is None:
        raise RuntimeError("no session is open")
    return moment


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
    # In UTC, as it will be read back: the seals of the log are made over the text of an instant.
    instant = instant.astimezone(UTC)
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
    """Write the official notices with their days and the installation row into an empty database."""
    session.add(Installation(id=1, is_training=training, calendar_version=1))
    notices = {year: _shipped_notice(year) for year in official_years()}
    session.add_all(notices.values())
    session.flush()
    session.add_all(
        CalendarDay(
            day=row.day,
            kind=row.kind,
            name=row.name,
            source=row.source,
            version=1,
            notice_id=notices[_notice_year(row.day)].id,
        )
        for row in official_rows()
    )
    session.flush()
    forget()
    _open(session)


def _notice_year(day: date) -> int:
    """The notice of a year names days of the December before; no shipped one names its own December."""
    return day.year + (day.month == 12)


def _shipped_notice(year: int) -> CalendarNotice:
    rows = [row for row in official_rows() if _notice_year(row.day) == year]
    return CalendarNotice(
        year=year,
        is_full_year=True,
        title=f"{year}年部分节假日安排",
        source=rows[0].source,
        days=[{"day": row.day.isoformat(), "kind": row.kind, "name": row.name} for row in rows],
        state=APPLIED,
        created_at=now(),
        applied_version=1,
        applied_at=now(),
    )


def set_clock(session: Session, instant: datetime | None) -> timedelta:
    """Move the training clock to `instant` (None: back to the real time); returns the offset.

    Raises Refusal outside a training database.
    """
    row = lock_installation(session)
    if not row.is_training:
        raise Refusal("本系统为正式环境，不得调整日期。")
    offset = timedelta(0) if instant is None else instant - datetime.now(UTC)
    # Rounded up: whoever sets 09:00 is never shown 08:59.
    row.clock_offset_seconds = ceil(offset.total_seconds())
    session.flush()
    _open(session)
    return offset


def lock_installation(session: Session) -> Installation:
    """The installation row, locked until the commit: calendar or clock is about to change.

    Every knock that writes holds it shared, so this waits for them: it is the first row that a
    transaction locks, for what it held before they might wait for. Raises Conflict when another
    knock is about to change it too: both would wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        is_first = session.scalar(select(func.pg_try_advisory_xact_lock(_CHANGE_LOCK)))
        if not is_first:
            raise Conflict("另一项日历或时钟调整正在进行，请稍后重试。")
    query = select(Installation).where(Installation.id == 1).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def reopen(session: Session) -> None:
    """Read calendar and clock again: this transaction has changed them."""
    _open(session, uncommitted_calendars)


# Asked at the beginning of every knock and of every page: built once.
_IN_FORCE = select(
    Installation.calendar_version,
    Installation.clock_offset_seconds,
    Installation.is_training,
    Installation.office_opens,
)
# A knock that counts by this calendar ends before another calendar comes into force.
_HELD = _IN_FORCE.with_for_update(read=True)


def _open(session: Session, load: Callable[[Session, int], Calendars] = calendars_at) -> None:
    row = session.execute(_HELD if session.info.get("writes") else _IN_FORCE).first()
    if row is None:
        _moment.set(None)
        return
    # Real data count by the real time, whatever the row says.
    offset = timedelta(seconds=row.clock_offset_seconds if row.is_training else 0)
    shown = load(session, row.calendar_version)
    _moment.set(Moment(shown, offset, _fixed.get(), row.is_training, row.office_opens))


session_opened.append(_open)
