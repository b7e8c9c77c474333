"""Room rehearsal, clocks: the statutory clocks of a sandbox: the same pure functions, and nobody's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from models.calendar import SHANGHAI, calendar, end_of, office_opens, today
from models.case_status import TERMINATED, CaseStatus
from models.deadline import CALENDAR, PROMISE, WORKING, done_words, due_for
from models.refusal import Refusal
from models.reminder import Ladder, Recipient, parse
from models.working_days import Light, Unit, elapsed, light, light_words
from processes.engine.armed import ArmedTimer
from processes.engine.drawing import Drawing

_DATES = ("start_on", "due_on", "done_on", "cancelled_on", "reminded_on")


@dataclass
class SandboxClock:
    """One clock as models.deadline.Deadline keeps it, without pauses and extensions."""

    key: str
    name: str
    clause: str
    lane: str
    start_on: date
    length: int
    unit: str
    region_code: str
    due_on: date
    provisional: bool
    ladder: str
    missed_at: datetime | None = None
    done_on: date | None = None
    cancelled_on: date | None = None
    reminded_on: date | None = None
    # Only the daily reminder is left; it has been told once.
    is_quiet: bool = False
    # Of the promise of a case that has ended without a decision: its ending, a code of models.case_status.
    broken_off: str = ""

    @property
    def is_running(self) -> bool:
        """Neither done nor cancelled."""
        return self.done_on is None and self.cancelled_on is None

    @property
    def light(self) -> Light:
        """The light on the day of the sandbox; a clock that has ended shows none."""
        due = self.due_on if self.is_running else None
        return light(due, today(), calendar(self.region_code), unit=self._unit)

    @property
    def words(self) -> str:
        """As models.deadline.Deadline says it; a promise that was neither kept nor broken says why."""
        if self.broken_off:
            return f"{CaseStatus(self.broken_off).label}，不计"
        if self.cancelled_on:
            return "已终止"
        if self.done_on:
            return done_words(self._late_by(self.done_on), self.done_on > self.due_on)
        return light_words(self.due_on, today(), calendar(self.region_code), unit=self._unit)

    @property
    def length_words(self) -> str:
        """5 个工作日."""
        return f"{self.length} {'日' if self.unit == CALENDAR else '个工作日'}"

    def next_warning(self) -> datetime | None:
        """When it warns next; None: never again, or only day by day."""
        if not self.is_running or self.is_quiet:
            return None
        day = self._ladder.next_on(
            self.start_on, self.due_on, self.reminded_on, today(), calendar(self.region_code)
        )
        return datetime.combine(day, office_opens(), SHANGHAI) if day else None

    def warn(self) -> tuple[frozenset[Recipient], frozenset[Recipient]]:
        """Who is warned today, and who will be on every working day from now on."""
        days, ladder = calendar(self.region_code), self._ladder
        who = ladder.owed(self.start_on, self.due_on, self.reminded_on, today(), days)
        self.reminded_on = today()
        is_last = all(rung.day(self.due_on, days) <= today() for rung in ladder.rungs)
        if today() <= self.due_on or not is_last:
            return who, frozenset()
        self.is_quiet = True
        return who, ladder.daily

    def end(self, is_done: bool) -> None:
        """Its last step has ended today, by being done or otherwise."""
        if is_done:
            self.done_on = today()
        else:
            self.cancelled_on = today()

    def stored(self) -> dict[str, Any]:
        """For JSON."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(self).items()}

    @classmethod
    def restored(cls, row: Mapping[str, Any]) -> SandboxClock:
        """From `stored`."""
        known: dict[str, Any] = {field.name: row.get(field.name) for field in fields(cls)}
        for name in _DATES:
            known[name] = date.fromisoformat(str(known[name])) if known[name] else None
        known["missed_at"] = datetime.fromisoformat(known["missed_at"]) if known["missed_at"] else None
        known["broken_off"] = known["broken_off"] or ""
        return cls(**known)

    @property
    def _unit(self) -> Unit:
        return "calendar" if self.unit == CALENDAR else "working"

    @property
    def _ladder(self) -> Ladder:
        try:
            return parse(self.ladder or "")
        except Refusal:
            return parse("")

    def _late_by(self, day: date) -> int:
        if day <= self.due_on:
            return 0
        if self.unit == CALENDAR:
            return (day - self.due_on).days
        return elapsed(self.due_on, day, calendar(self.region_code))


class Clocks:
    """The clocks of one sandbox, in the order in which they began."""

    def __init__(self, drawing: Drawing, region_code: str, rows: Iterable[SandboxClock] = ()) -> None:
        self.drawing, self.region_code, self.all = drawing, region_code, list(rows)

    def start(self, timer: ArmedTimer) -> SandboxClock | None:
        """The new clock of a statutory timer; None when it has none, or one that runs already."""
        drawn = self.drawing.timers[timer.element_id]
        if not drawn.deadline or not timer.start_on or self.running(drawn.deadline, timer.start_on):
            return None
        unit = CALENDAR if timer.unit == CALENDAR else WORKING
        due = due_for(timer.start_on, timer.length, unit, self.region_code)
        step = self.drawing.steps.get(drawn.attached_to)
        return self._add(
            key=drawn.deadline,
            name=drawn.name.split(" ")[0],
            clause=drawn.clause,
            lane=step.lane if step else "",
            start_on=timer.start_on,
            length=timer.length,
            unit=unit,
            due_on=due.due_on,
            provisional=due.provisional,
            ladder=self.drawing.warnings_of(drawn.deadline),
        )

    def start_promise(self, start_on: date | None) -> SandboxClock | None:
        """The clock of the whole case, once the fact is known from which it counts."""
        known = any(clock.key == PROMISE for clock in self.all)
        if not self.drawing.promise or start_on is None or known:
            return None
        due = due_for(start_on, self.drawing.promise, WORKING, self.region_code)
        return self._add(
            key=PROMISE,
            name="承诺办结时限",
            clause=self.drawing.promise_clause,
            lane="",
            start_on=start_on,
            length=self.drawing.promise,
            unit=WORKING,
            due_on=due.due_on,
            provisional=due.provisional,
            ladder=self.drawing.warnings,
        )

    def running(self, key: str, start_on: date | None) -> SandboxClock | None:
        """The running clock of that key and start."""
        return next((c for c in self.all if c.is_running and (c.key, c.start_on) == (key, start_on)), None)

    def of_step(self, element_id: str) -> SandboxClock | None:
        """The running clock that an open step carries."""
        drawn = self.drawing.deadline_of(element_id)
        found = [c for c in self.all if drawn and c.key == drawn.deadline and c.is_running]
        return found[-1] if found else None

    def close(
        self, open_steps: Iterable[str], done_step: str, is_finished: bool, ending: str = ""
    ) -> list[SandboxClock]:
        """End what no open step carries any more; done when its step was done, else cancelled.

        `ending`: the status with which the case has just ended; withdrawn or lapsed, its promise is cancelled with it.
        """
        held = [self.of_step(element_id) for element_id in open_steps]
        drawn = self.drawing.deadline_of(done_step)
        ended = []
        for clock in self.all:
            if not clock.is_running or any(clock is one for one in held):
                continue
            if clock.key == PROMISE and not is_finished:
                continue
            if clock.key == PROMISE:
                clock.broken_off = ending if ending in TERMINATED else ""
            is_done = clock.key == PROMISE or bool(drawn and drawn.deadline == clock.key)
            clock.end(is_done and not clock.broken_off)
            ended.append(clock)
        return ended

    def missed_promises(self, at: datetime) -> list[SandboxClock]:
        """Promises whose end has come."""
        due = [c for c in self.all if c.key == PROMISE and c.is_running and c.missed_at is None]
        return [clock for clock in due if end_of(clock.due_on) <= at]

    def instants(self) -> list[datetime]:
        """When something happens that no drawn timer brings: warnings, and the end of a promise."""
        promises = [c for c in self.all if c.key == PROMISE and c.is_running and c.missed_at is None]
        found = [clock.next_warning() for clock in self.all] + [end_of(clock.due_on) for clock in promises]
        return [instant for instant in found if instant is not None]

    def _add(self, **values: Any) -> SandboxClock:
        self.all.append(SandboxClock(region_code=self.region_code, **values))
        return self.all[-1]
