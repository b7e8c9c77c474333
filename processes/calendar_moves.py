"""Room calendar: moves every running clock to where another calendar puts it, all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Update, insert, literal, select, update
from sqlalchemy.orm import Session

from models import reminder
from models.calendar import calendar, end_of, now, today
from models.calendar_book import CalendarNotice, Calendars
from models.database import Base
from models.deadline import PAUSE_LIMIT, PROMISE, WHILE_PAUSED, WORKING, Deadline
from models.pause import DeadlineChange, Pause
from models.people import User
from models.term import Span, term_due
from models.workflow import ARMED, DRAWN, OPEN, STALLED, ProcessInstance, Timer, UserTask
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
    actor: User


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
    for (due_on, provisional, is_paused), ids in _grouped(moved):
        for chunk in _chunks(ids):
            _log(session, chunk, cause, None if is_paused else due_on, provisional)
            due_at = WHILE_PAUSED if is_paused else end_of(due_on)
            values = {"due_on": due_on, "provisional": provisional, "due_at": due_at}
            session.execute(_update(Deadline).where(Deadline.id.in_(chunk)).values(values))
    session.execute(_update(Deadline).where(*RUNNING).values(calendar_version=calendar().version))
    _follow(session)
    _hold(session)
    _remind(session, calendars)
    session.expire_all()
    return moved


def _grouped(moved: Sequence[Move]) -> Iterator[tuple[tuple[date, bool, bool], list[int]]]:
    groups: dict[tuple[date, bool, bool], list[int]] = {}
    for move in moved:
        key = move.new_due_on, move.provisional, move.is_paused
        groups.setdefault(key, []).append(move.deadline_id)
    yield from groups.items()


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
        table.actor_id: literal(cause.actor.id, table.actor_id.type),
    }
    chosen = select(*values.values()).where(Deadline.id.in_(ids))
    session.execute(insert(table).from_select([column.key for column in values], chosen))


def _update(table: type[Base]) -> Update:
    """An update of the rows alone: nothing that is loaded is kept in step (see expire_all)."""
    return update(table).execution_options(synchronize_session=False)


def _follow(session: Session) -> None:
    """Open tasks and armed timers carry the instant of their clock."""
    tasks = _update(UserTask).where(
        UserTask.deadline_id == Deadline.id, UserTask.status == OPEN, UserTask.due_at != Deadline.due_at
    )
    timers = _update(Timer).where(Timer.deadline_id == Deadline.id, _WAITING, Timer.due_at != Deadline.due_at)
    for statement in (tasks, timers):
        session.execute(statement.where(*RUNNING).values(due_at=Deadline.due_at))


def _hold(session: Session) -> None:
    """A timer that ends something waits exactly while its date is provisional (D-04)."""
    ours = Timer.deadline_id == Deadline.id, _WAITING
    released = *ours, Timer.is_held.is_(True), Deadline.provisional.is_(False)
    session.execute(_update(Timer).where(*released).values(is_held=False))
    held = *ours, Timer.is_held.is_(False), Deadline.provisional.is_(True)
    session.execute(_update(Timer).where(*held, Timer.kind == PAUSE_LIMIT).values(is_held=True))
    drawn = (*held, Timer.kind == DRAWN, ProcessInstance.case_id == Timer.case_id)
    events = select(ProcessInstance.definition_id, Timer.element_id).where(*drawn).distinct()
    for definition_id, element_id in session.execute(events).all():
        if definition_of(session, definition_id).drawing.timers[element_id].is_interrupting:
            same = ProcessInstance.definition_id == definition_id, Timer.element_id == element_id
            session.execute(_update(Timer).where(*drawn, *same).values(is_held=True))


def _remind(session: Session, calendars: Calendars) -> None:
    """The next warning of every running clock, counted in the new working days."""
    row, on = Deadline, today()
    shown = row.id, row.ladder, row.start_on, row.due_on, row.reminded_on, row.region_code, row.remind_on
    known: dict[tuple[object, ...], date | None] = {}
    groups: dict[date | None, list[int]] = {}
    for each in session.execute(select(*shown).where(*RUNNING, row.paused_on.is_(None))):
        key = tuple(each[1:6])
        if key not in known:
            ladder = reminder.parse(each.ladder or "")
            facts = each.start_on, each.due_on, each.reminded_on, on
            known[key] = ladder.next_on(*facts, calendars.of(each.region_code))
        if known[key] != each.remind_on:
            groups.setdefault(known[key], []).append(each.id)
    for remind_on, ids in groups.items():
        for chunk in _chunks(ids):
            session.execute(_update(Deadline).where(Deadline.id.in_(chunk)).values(remind_on=remind_on))
