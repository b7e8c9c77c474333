"""Room calendar: notices and official days as rows, and the calendars of every version, national and local."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base
from models.working_days import Calendar

NATIONAL = ""
PENDING, APPLIED, UNDONE, DISCARDED = "pending", "applied", "undone", "discarded"


class CalendarNotice(Base):
    """A notice (放假通知) with its days: pending until approved, then in force as a calendar version."""

    __tablename__ = "calendar_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The year of a full yearly notice makes that year official; an amendment names single days only.
    year: Mapped[int]
    is_full_year: Mapped[bool]
    region_code: Mapped[str] = mapped_column(String(12), default=NATIONAL)
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(200))
    days: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10))
    moved: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    applied_version: Mapped[int | None]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_version: Mapped[int | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class CalendarDay(Base):
    """One official day off or make-up working day (调休), with the notice that says so.

    It is in force from calendar version `version` up to, not including, `until_version`; rows are never
    changed otherwise, so that a date counted long ago can still be explained.
    """

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("day", "region_code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    region_code: Mapped[str] = mapped_column(String(12), default=NATIONAL)
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    until_version: Mapped[int | None]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_notice.id"))


class DayRow(NamedTuple):
    """What a calendar needs to know of a row."""

    region_code: str
    day: date
    kind: str
    name: str


class Calendars:
    """All calendars of one version: the national one and, laid over it, the local ones by region code."""

    def __init__(self, version: int, official_years: frozenset[int], days: Sequence[DayRow]) -> None:
        self.version = version
        self._official_years = official_years
        self._layers: dict[str, list[DayRow]] = {}
        for row in days:
            self._layers.setdefault(row.region_code, []).append(row)
        self._merged: dict[str, Calendar] = {}

    @property
    def local_codes(self) -> list[str]:
        """The regions that have days of their own, superiors first."""
        return sorted((code for code in self._layers if code), key=lambda code: (len(code.rstrip("0")), code))

    def of(self, region_code: str = NATIONAL) -> Calendar:
        """The calendar of a region: national days, then those of its superiors, then its own."""
        layers = tuple(code for code in lineage(region_code) if code in self._layers)
        key = layers[-1] if layers else NATIONAL
        if key not in self._merged:
            self._merged[key] = self._merge([row for code in layers for row in self._layers[code]])
        return self._merged[key]

    def _merge(self, rows: Sequence[DayRow]) -> Calendar:
        last: Mapping[date, DayRow] = {row.day: row for row in rows}
        return Calendar(
            off=frozenset(row.day for row in last.values() if row.kind == "off"),
            work=frozenset(row.day for row in last.values() if row.kind == "work"),
            official_years=self._official_years,
            version=self.version,
            names={row.day: row.name for row in last.values()},
        )


def lineage(region_code: str) -> list[str]:
    """The nation, then the superiors of a region by its code (GB/T 2260), then the region itself."""
    above = [region_code[:2] + "0000", region_code[:4] + "00", region_code[:6]]
    return [*dict.fromkeys([NATIONAL, *(code for code in above if region_code), region_code])]


_known: dict[tuple[Any, int], Calendars] = {}


def calendars_at(session: Session, version: int) -> Calendars:
    """The calendars as they were in that version; kept in memory, for a version never changes."""
    key = (session.get_bind().engine.url, version)
    if key not in _known:
        _known[key] = _load(session, version)
    return _known[key]


def uncommitted_calendars(session: Session, version: int) -> Calendars:
    """The same, read anew and not kept: the version may still be taken back."""
    session.flush()
    return _load(session, version)


def _load(session: Session, version: int) -> Calendars:
    days = [
        DayRow(*row)
        for row in session.execute(
            select(CalendarDay.region_code, CalendarDay.day, CalendarDay.kind, CalendarDay.name).where(
                *_in_force(CalendarDay, version)
            )
        )
    ]
    years = session.scalars(
        select(CalendarNotice.year).where(
            CalendarNotice.is_full_year,
            CalendarNotice.region_code == NATIONAL,
            CalendarNotice.applied_version <= version,
            or_(CalendarNotice.undone_version.is_(None), CalendarNotice.undone_version > version),
        )
    )
    return Calendars(version, frozenset(years), days)


def _in_force(table: type[CalendarDay], version: int) -> tuple[Any, ...]:
    return table.version <= version, or_(table.until_version.is_(None), table.until_version > version)


def forget() -> None:
    """Drop what is kept in memory: the rows of version 1 were written anew."""
    _known.clear()
