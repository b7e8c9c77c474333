"""Room calendar: moves every running clock to where another calendar puts it, all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Update, and_, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from models import reminder
from models.calendar import calendar, end_of, now, today
from models.calendar_book import CalendarNotice, Calendars
from models.case import CaseFile
from models.database import Base
from models.deadline import PAUSE_LIMIT, PROMISE, WHILE_PAUSED, WORKING, Deadline
from models.pause import DeadlineChange, Pause
from models.people import User
from models.term import Span, term_due
from models.workflow import ARMED, DRAWN, OPEN, STALLED, ProcessInstance, Timer, UserTask
from processes.case_clock import lift_miss
from processes.workflow import definition_of

_CHUNK = 500
RUNNING = Deadline.done_on.is_(None), Deadline.cancelled_on.is_(None)
_WAITING = Timer.status.in_((ARMED, STALLED))


class Move(NamedTuple):
    """One running clock whose end, or whose being provisional, changes with the calendar."""

    deadline_id: int
    case_id: int
    old_due_on: date
    new_due_on: date
    was_provisional: bool
    provisional: bool
    is_paused: bool


@dataclass(frozen=True)
class Cause:
    """Why clocks are moved: `why` as models/pause.py: CHANGES names it, the notice, and who decided."""

    why: str
    notice: CalendarNotice
    actor: User | None


def moves(session: Session, calendars: Calendars) -> list[Move]:
    """The running clocks that those calendars move, in order of id; calendar-day clocks never move.

    Clocks of one start, length and region share one computation; only paused ones are on their own.
    """
    row = Deadline
    length = (row.length + row.extension_days).label("n")
    shown = row.id, row.case_id, row.region_code, row.start_on, length, row.key
    query = select(*shown, row.due_on, row.provisional, row.paused_on)
    pauses = _closed_pauses(session)
    known: dict[tuple[object, ...], tuple[date, bool]] = {}
    found = []
    for each in session.execute(query.where(*RUNNING, row.unit == WORKING).order_by(row.id)):
        spans = pauses.get((PROMISE, each.case_id) if each.key == PROMISE else (each.id,), ())
        key = each.region_code, each.start_on, each.n, spans
        if key not in known:
            due = term_due(each.start_on, each.n, "working", calendars.of(each.region_code), spans)
            known[key] = due.due_on, due.provisional
        if known[key] != (each.due_on, each.provisional):
            new_due_on, provisional = known[key]
            old = each.due_on, new_due_on, each.provisional, provisional
            found.append(Move(each.id, each.case_id, *old, each.paused_on is not None))
    return found


def _closed_pauses(session: Session) -> dict[tuple[object, ...], tuple[Span, ...]]:
    """Ended pauses of running clocks by clock, and those of every clock of a case for its promise."""
    query = (
        select(Pause.deadline_id, Pause.case_id, Pause.paused_on, Pause.resumed_on)
        .where(Pause.paused_on.is_not(None), Pause.resumed_on.is_not(None))
        .where(Pause.case_id.in_(select(Deadline.case_id).where(*RUNNING)))
        .order_by(Pause.id)
    )
    found: dict[tuple[object, ...], tuple[Span, ...]] = {}
    for each in session.execute(query):
        for key in ((each.deadline_id,), (PROMISE, each.case_id)):
            found[key] = (*found.get(key, ()), Span(each.paused_on, each.resumed_on))
    return found


def digest(moved: Sequence[Move]) -> str:
    """SHA-256 over the list of changes, one line a clock: the log seals it."""
    lines = (f"{m.deadline_id} {m.old_due_on} {m.new_due_on} {m.provisional:d}\n" for m in moved)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def recompute_all(session: Session, calendars: Calendars, cause: Cause) -> list[Move]:
    """Write every move: clock, its tasks and timers, and a line of the log of recomputations each.

    To be called under the lock of the calendar (models/calendar.py: lock_installation).
    """
    session.flush()
    moved = moves(session, calendars)
    warned = _warnings(session, calendars, {move.deadline_id: move.new_due_on for move in moved})
    version = calendar().version
    for (due_on, provisional, is_paused, remind_on), ids in _grouped(moved, warned).items():
        for chunk in _chunks(ids):
            _log(session, chunk, cause, None if is_paused else due_on, provisional)
            due_at = WHILE_PAUSED if is_paused else end_of(due_on)
            ends = {"due_on": due_on, "provisional": provisional, "due_at": due_at}
            values = {**ends, "remind_on": remind_on, "calendar_version": version}
            session.execute(_update(Deadline).where(Deadline.id.in_(chunk)).values(values))
    gone = {move.deadline_id for move in moved}
    _warn(session, {key: day for key, day in warned.items() if key not in gone})
    others = *RUNNING, Deadline.calendar_version != version
    session.execute(_update(Deadline).where(*others).values(calendar_version=version))
    _follow(session)
    _hold(session)
    session.expire_all()
    _lift_misses(session, moved)
    return moved


def _lift_misses(session: Session, moved: Sequence[Move]) -> None:
    """A miss was recorded by the old calendar; where the end now lies ahead it was none."""
    ahead = [move.deadline_id for move in moved if move.new_due_on >= today()]
    for chunk in _chunks(ahead):
        query = select(Deadline, CaseFile).join(CaseFile, CaseFile.id == Deadline.case_id)
        missed = query.where(Deadline.id.in_(chunk), Deadline.missed_at.is_not(None))
        for clock, case in session.execute(missed.order_by(Deadline.id)).all():
            lift_miss(session, case, clock)


def _grouped(
    moved: Sequence[Move], warned: Mapping[int, date | None]
) -> dict[tuple[date, bool, bool, date | None], list[int]]:
    groups: dict[tuple[date, bool, bool, date | None], list[int]] = {}
    for move in moved:
        key = move.new_due_on, move.provisional, move.is_paused, warned[move.deadline_id]
        groups.setdefault(key, []).append(move.deadline_id)
    return groups


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + _CHUNK] for first in range(0, len(ids), _CHUNK))


def _log(
    session: Session, ids: Sequence[int], cause: Cause, new_due_on: date | None, provisional: bool
) -> None:
    table = DeadlineChange
    values = {
        table.case_id: Deadline.case_id,
        table.deadline_id: Deadline.id,
        table.at: literal(now(), table.at.type),
        table.why: literal(cause.why),
        table.old_due_on: Deadline.due_on,
        table.new_due_on: literal(new_due_on, table.new_due_on.type),
        table.provisional: literal(provisional, table.provisional.type),
        table.calendar_version: literal(calendar().version, table.calendar_version.type),
        table.notice_id: literal(cause.notice.id, table.notice_id.type),
        table.actor_id: literal(cause.actor.id if cause.actor else None, table.actor_id.type),
    }
    chosen = select(*values.values()).where(Deadline.id.in_(ids))
    session.execute(insert(table).from_select([column.key for column in values], chosen))


def _update(table: type[Base]) -> Update:
    """An update of the rows alone: nothing that is loaded is kept in step (see expire_all)."""
    return update(table).execution_options(synchronize_session=False)


def _clock_of(table: type[UserTask] | type[Timer], column: Any) -> Any:
    """A column of the clock of each row. A sub-query of its own: as a join it is planned by guessed statistics."""
    return select(column).where(Deadline.id == table.deadline_id).scalar_subquery()


def _follow(session: Session) -> None:
    """Open tasks and armed timers carry the instant of their clock; what is official is no longer held."""
    due_at = _clock_of(UserTask, Deadline.due_at)
    carried = UserTask.status == OPEN, UserTask.deadline_id.is_not(None), UserTask.due_at != due_at
    session.execute(_update(UserTask).where(*carried).values(due_at=due_at))
    due_at, is_provisional = _clock_of(Timer, Deadline.due_at), _clock_of(Timer, Deadline.provisional)
    is_stale = or_(Timer.due_at != due_at, and_(Timer.is_held, is_provisional.is_(False)))
    values = {"due_at": due_at, "is_held": and_(Timer.is_held, is_provisional)}
    session.execute(_update(Timer).where(_WAITING, Timer.deadline_id.is_not(None), is_stale).values(values))


def _hold(session: Session) -> None:
    """A timer that ends something waits exactly while its date is provisional (D-04)."""
    is_provisional = _clock_of(Timer, Deadline.provisional)
    ours = _WAITING, Timer.deadline_id.is_not(None)
    held = *ours, Timer.is_held.is_(False), is_provisional.is_(True)
    session.execute(_update(Timer).where(*held, Timer.kind == PAUSE_LIMIT).values(is_held=True))
    version = (
        select(ProcessInstance.definition_id)
        .where(ProcessInstance.case_id == Timer.case_id)
        .scalar_subquery()
    )
    drawn = *held, Timer.kind == DRAWN
    events = select(version.label("version"), Timer.element_id).where(*drawn).distinct()
    for definition_id, element_id in session.execute(events).all():
        if definition_of(session, definition_id).drawing.timers[element_id].is_interrupting:
            same = version == definition_id, Timer.element_id == element_id
            session.execute(_update(Timer).where(*drawn, *same).values(is_held=True))


def _warnings(session: Session, calendars: Calendars, new_due: Mapping[int, date]) -> dict[int, date | None]:
    """The next warning of every running clock that moves or warns on another day, in the new working days."""
    row, on = Deadline, today()
    shown = row.id, row.due_on, row.ladder, row.start_on, row.reminded_on, row.region_code, row.remind_on
    known: dict[tuple[object, ...], date | None] = {}
    found: dict[int, date | None] = dict.fromkeys(new_due)
    for each in session.execute(select(*shown).where(*RUNNING, row.paused_on.is_(None))):
        due = new_due.get(each.id, each.due_on)
        key = (due, *each[2:6])
        if key not in known:
            ladder, region = reminder.parse(each.ladder or ""), calendars.of(each.region_code)
            known[key] = ladder.next_on(each.start_on, due, each.reminded_on, on, region)
        if each.id in new_due or known[key] != each.remind_on:
            found[each.id] = known[key]
    return found


def _warn(session: Session, warned: Mapping[int, date | None]) -> None:
    groups: dict[date | None, list[int]] = {}
    for deadline_id, remind_on in warned.items():
        groups.setdefault(remind_on, []).append(deadline_id)
    for remind_on, ids in groups.items():
        for chunk in _chunks(ids):
            session.execute(_update(Deadline).where(Deadline.id.in_(chunk)).values(remind_on=remind_on))
