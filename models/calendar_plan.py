"""Room calendar: what applying or undoing a notice does to the rows, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar_book import (
    APPLIED,
    NATIONAL,
    PENDING,
    CalendarDay,
    CalendarNotice,
    Calendars,
    DayRow,
)
from models.people import User
from models.refusal import Refusal


@dataclass(frozen=True)
class Plan:
    """Rows that end and rows that begin with the next version, and the years that are official in it."""

    version: int
    dropped: Sequence[CalendarDay]
    added: Sequence[CalendarDay]
    kept: Sequence[CalendarDay]
    official_years: frozenset[int]

    @property
    def calendars(self) -> Calendars:
        """The calendars as they will be."""
        rows = [DayRow(row.region_code, row.day, row.kind, row.name) for row in (*self.kept, *self.added)]
        return Calendars(self.version, self.official_years, rows)


def plan_apply(session: Session, notice: CalendarNotice, version: int) -> Plan:
    """A full notice replaces what earlier notices of its year and region say; an amendment its own days."""
    rows, years = _in_force(session), _official_years(session)
    same_year = _notices_of(session, notice.year, notice.region_code) if notice.is_full_year else set()
    own = [_row(notice, entry, version) for entry in notice.days]
    days = {row.day for row in own}
    ends = {
        row.id
        for row in rows
        if row.region_code == notice.region_code and (row.notice_id in same_year or row.day in days)
    }
    if notice.is_full_year and notice.region_code == NATIONAL:
        years |= {notice.year}
    return _plan(version, rows, ends, own, years)


def plan_undo(session: Session, notice: CalendarNotice, version: int) -> Plan:
    """What the notice brought ends, what it replaced comes back. Raises Refusal when a later notice stands on it."""
    rows = _in_force(session)
    own = {row.id for row in rows if row.notice_id == notice.id}
    replaced = session.scalars(
        select(CalendarDay).where(
            CalendarDay.region_code == notice.region_code, CalendarDay.until_version == notice.applied_version
        )
    ).all()
    _check_undo(session, notice, rows, [row.day for row in replaced])
    back = [_copy(row, version) for row in replaced]
    return _plan(version, rows, own, back, _official_years(session, without=notice.id))


def _check_undo(
    session: Session, notice: CalendarNotice, rows: Sequence[CalendarDay], replaced: Sequence[date]
) -> None:
    """The days of the notice must still be its own, and no later year may rest on its year."""
    holders = {row.day: row.notice_id for row in rows if row.region_code == notice.region_code}
    named = {date.fromisoformat(entry["day"]) for entry in notice.days}
    taken = sorted(day for day in named if holders.get(day) != notice.id)
    taken += sorted(day for day in set(replaced) - named if day in holders)
    if taken:
        raise Refusal(f"{taken[0].isoformat()} 等日期已由后来的通知调整，请先撤销后来的通知。")
    others = _official_years(session, without=notice.id)
    is_the_year = notice.is_full_year and notice.region_code == NATIONAL and notice.year not in others
    if is_the_year and notice.year < max(others):
        raise Refusal(f"{max(others)} 年的安排已经生效，请先撤销该年的通知。")


def _plan(
    version: int,
    rows: Sequence[CalendarDay],
    ends: set[int],
    added: Sequence[CalendarDay],
    years: frozenset[int],
) -> Plan:
    dropped = [row for row in rows if row.id in ends]
    return Plan(version, dropped, added, [row for row in rows if row.id not in ends], years)


def _in_force(session: Session) -> Sequence[CalendarDay]:
    return session.scalars(select(CalendarDay).where(CalendarDay.until_version.is_(None))).all()


def _official_years(session: Session, without: int | None = None) -> frozenset[int]:
    query = select(CalendarNotice.year).where(
        CalendarNotice.is_full_year, CalendarNotice.region_code == NATIONAL, CalendarNotice.state == APPLIED
    )
    return frozenset(session.scalars(query.where(CalendarNotice.id != without) if without else query))


def _notices_of(session: Session, year: int, region_code: str) -> set[int]:
    query = select(CalendarNotice.id).where(
        CalendarNotice.year == year, CalendarNotice.region_code == region_code
    )
    return set(session.scalars(query))


def _row(notice: CalendarNotice, entry: dict[str, Any], version: int) -> CalendarDay:
    return CalendarDay(
        day=date.fromisoformat(entry["day"]),
        region_code=notice.region_code,
        kind=entry["kind"],
        name=entry["name"],
        source=notice.source,
        version=version,
        notice_id=notice.id,
    )


def _copy(row: CalendarDay, version: int) -> CalendarDay:
    return CalendarDay(
        day=row.day,
        region_code=row.region_code,
        kind=row.kind,
        name=row.name,
        source=row.source,
        version=version,
        notice_id=row.notice_id,
    )


def in_force_of(session: Session, year: int, region_code: str) -> dict[date, str]:
    """Day → off or work, as the notices of that year and region say today."""
    notices = _notices_of(session, year, region_code)
    rows = _in_force(session)
    return {r.day: r.kind for r in rows if r.region_code == region_code and r.notice_id in notices}


@dataclass(frozen=True)
class NoticeLine:
    """A notice with the people who brought, applied and undid it."""

    notice: CalendarNotice
    created_by: str
    applied_by: str
    undone_by: str


def notice_lines(session: Session) -> list[NoticeLine]:
    """Every notice, what waits first, then the newest."""
    names = {
        row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(_people())))
    }
    order = (CalendarNotice.state == PENDING).desc(), CalendarNotice.id.desc()
    return [
        NoticeLine(
            row,
            names.get(row.created_by_id or 0, "系统"),
            names.get(row.applied_by_id or 0, "系统"),
            names.get(row.undone_by_id or 0, "系统"),
        )
        for row in session.scalars(select(CalendarNotice).order_by(*order))
    ]


def _people() -> Any:
    created, applied = select(CalendarNotice.created_by_id), select(CalendarNotice.applied_by_id)
    return created.union(applied, select(CalendarNotice.undone_by_id))
