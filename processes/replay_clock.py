"""Room replay, clocks: the statutory terms of a replayed case, with the pauses and the extension of the real ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from models.calendar import calendar, end_of, local_date, now, today
from models.deadline import CALENDAR, PROMISE
from models.term import term_due
from models.working_days import Due, elapsed
from processes.engine.drawing import Drawing, DrawnTimer
from processes.engine.instance import Instance
from processes.replay_record import ClockRow, Record


@dataclass
class Clock:
    """One term of the replayed case; it runs as long as an open step carries it."""

    key: str
    name: str
    start_on: date
    length: int
    unit: str
    due_on: date
    end_on: date | None = None
    missed_at: datetime | None = None


class Clocks:
    """What the projection does for a real case, without its rows."""

    def __init__(self, drawing: Drawing, record: Record) -> None:
        self.all: list[Clock] = []
        self._drawing, self._record = drawing, record
        # Engine id of an open step → the clock that it carries; fired timers already told.
        self._held: dict[str, Clock] = {}
        self._told = 0

    def in_force(self, element_id: str, term: Mapping[str, Any]) -> Mapping[str, Any]:
        """For the engine: the end of a drawn term, its pauses and its extension counted from the beginning."""
        key = self._drawing.timers[element_id].deadline
        if not key:
            return term
        due = self._due(key, term["start_on"], term["length"], term["unit"])
        return {**term, "due_on": due.due_on, "provisional": due.provisional}

    def follow(self, instance: Instance) -> None:
        """Bring the clocks in line after a knock."""
        ready = {task.engine_id: task.element_id for task in instance.ready()}
        self._held = {one: clock for one, clock in self._held.items() if one in ready}
        fired = instance.fired()[self._told :]
        self._told += len(fired)
        for timer in [*fired, *instance.timers()]:
            drawn = self._drawing.timers[timer.element_id]
            if drawn.deadline and timer.start_on:
                self._start(drawn, timer.start_on, timer.length, timer.unit)
        self._carry(ready)
        for timer in fired:
            clock = self._running(self._drawing.timers[timer.element_id].deadline, timer.start_on)
            if clock is not None and clock.missed_at is None:
                clock.missed_at = timer.due_at
        self._end(self._held.values())

    def close(self, start_on: date | None, at: datetime) -> None:
        """The case has ended, and with it its promise."""
        if self._drawing.promise and start_on is not None:
            due = self._due(PROMISE, start_on, self._drawing.promise, "working")
            missed = end_of(due.due_on) if at >= end_of(due.due_on) else None
            self.all.append(
                Clock(
                    PROMISE,
                    "承诺办结时限",
                    start_on,
                    due.length,
                    due.unit,
                    due.due_on,
                    local_date(at),
                    missed,
                )
            )

    def late_by(self, clock: Clock) -> int:
        """Days by which the end of a clock missed its last day, in its own unit; a miss counts at least one."""
        days = late_days(clock.due_on, clock.end_on or today(), clock.unit, self._record.region_code)
        return max(days, 1) if clock.missed_at else 0

    def _start(self, drawn: DrawnTimer, start_on: date, length: int, unit: str) -> None:
        if self._running(drawn.deadline, start_on) is None:
            due = self._due(drawn.deadline, start_on, length, unit)
            name = drawn.name.split(" ")[0]
            self.all.append(Clock(drawn.deadline, name, start_on, length, unit, due.due_on))

    def _carry(self, ready: Mapping[str, str]) -> None:
        for engine_id, element_id in ready.items():
            drawn = self._drawing.deadline_of(element_id)
            if drawn is not None and engine_id not in self._held:
                running = [one for one in self.all if one.key == drawn.deadline and one.end_on is None]
                if running:
                    self._held[engine_id] = running[-1]

    def _end(self, held: Collection[Clock]) -> None:
        for clock in self.all:
            if clock.end_on is None and not any(clock is one for one in held):
                clock.end_on = local_date(now())

    def _running(self, key: str, start_on: date | None) -> Clock | None:
        known = (one for one in self.all if one.key == key and one.start_on == start_on)
        return next((one for one in known if one.end_on is None), None)

    def _due(self, key: str, start_on: date, length: int, unit: str) -> Due:
        """The end as it was where the clock is the real one, else by the calendar in force."""
        row, unit_ = self._row(key, start_on), _unit(unit)
        if row is not None and (row.start_on, row.length, row.unit) == (start_on, length, unit):
            return Due(start_on, length, unit_, row.due_on, row.provisional)
        days, pauses = calendar(self._record.region_code), row.pauses if row else ()
        due = term_due(start_on, length, unit_, days, pauses)
        if row is None or row.extended_at is None or local_date(row.extended_at) > due.due_on:
            return due
        # Still running when it was extended: the head would have been allowed to.
        longer = term_due(start_on, length + row.extension_days, unit_, days, pauses)
        return Due(start_on, length, unit_, longer.due_on, longer.provisional)

    def _row(self, key: str, start_on: date) -> ClockRow | None:
        """The real clock that this one stands for: of the same day, else the next of its key."""
        rows = [row for row in self._record.clocks if row.key == key]
        same = next((row for row in rows if row.start_on == start_on), None)
        begun = sum(1 for one in self.all if one.key == key)
        return same or (rows[begun] if begun < len(rows) else None)


def late_days(due_on: date, end_on: date, unit: str, region_code: str) -> int:
    """Days after the last day of a term, in its own unit; 0 in time."""
    if end_on <= due_on:
        return 0
    return (end_on - due_on).days if unit == CALENDAR else elapsed(due_on, end_on, calendar(region_code))


def _unit(unit: str) -> Literal["working", "calendar"]:
    return "calendar" if unit == CALENDAR else "working"
