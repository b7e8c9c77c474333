"""Clocks counted again, day by day, from what the log says of pauses and extensions; and what their page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.calendar import calendar, today
from models.case import CaseFile
from models.deadline import CALENDAR, PAUSE_LIMIT, PROMISE, Deadline
from models.explanation import explanation_of
from models.flow_record import FlowKind, FlowRecord
from models.working_days import Calendar

Stands = list[list[date | None]]


@dataclass
class _Told:
    """What the lines of a case say of its clocks, by the number of the clock."""

    stands: dict[int, Stands] = field(default_factory=lambda: defaultdict(list))
    longer: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def read(self, line: AuditEvent) -> None:
        """One line more."""
        if line.action == "deadline.paused":
            self.stands[line.new["clock"]].append([date.fromisoformat(line.new["paused_on"]), None])
        elif line.action == "deadline.resumed":
            last = self.stands[line.new["clock"]][-1]
            assert last[1] is None, "what counts already counts on"
            last[1] = date.fromisoformat(line.new["resumed_on"])
        elif line.action == "deadline.extended":
            self.longer[line.new["clock"]] += line.new["working_days"]


def check_clocks(session: Session, case: CaseFile, lines: Iterable[AuditEvent]) -> None:
    """Of every clock: days used, paused and left, from the log, are those of its page, and make up its length."""
    told = _Told()
    for line in lines:
        told.read(line)
    every = [span for spans in told.stands.values() for span in spans]
    ends = _ends(session, case)
    for clock in session.scalars(select(Deadline).where(Deadline.case_id == case.id)):
        if clock.key == PAUSE_LIMIT:
            continue
        stands = every if clock.key == PROMISE else told.stands[clock.id]
        if clock.key != PROMISE:
            assert clock.extension_days == told.longer[clock.id], clock.key
        _check(session, case, clock, stands)
        if clock.done_on is not None and clock.id in ends:
            # Figures are frozen with the end: days past stay what they were.
            in_force = calendar(clock.region_code)
            used, _paused = _counted(clock, in_force, clock.done_on, stands)
            is_late = clock.done_on > clock.due_on
            assert (ends[clock.id].used_days, ends[clock.id].is_late) == (used, is_late), clock.key


def _check(session: Session, case: CaseFile, clock: Deadline, stands: Stands) -> None:
    page = explanation_of(session, case, clock.id)
    last = page.days[-1].date
    end = min(clock.done_on or clock.cancelled_on or today(), last)
    used, paused = _counted(clock, page.calendar, end, stands)
    shown = [line for line in page.days if line.date <= end]
    assert used == sum(line.counted for line in shown), clock.key
    is_work = [line for line in shown if line.mark == "paused" and _counts(clock, page.calendar, line.date)]
    assert paused == len(is_work), clock.key
    if clock.cancelled_on is not None or clock.is_paused:
        assert used <= clock.length + clock.extension_days, clock.key
        return
    assert last == clock.due_on, clock.key
    left = _counted(clock, page.calendar, last, stands)[0] - used
    assert used + left == page.counted == clock.length + clock.extension_days, clock.key
    if clock.is_running and today() < last:
        assert clock.words == f"剩 {left} 日", (clock.key, clock.words)
    elif clock.is_running and today() == last:
        assert (left, clock.words) == (0, "今日到期")
    elif clock.done_on is not None and clock.done_on <= last:
        assert clock.words == "按时办结", clock.key
    elif clock.done_on is not None:
        assert clock.words.startswith("超期"), clock.words


def _counted(clock: Deadline, days: Calendar, upto: date, stands: Stands) -> tuple[int, int]:
    """Days after the start up to `upto` that count, and those that would but for a pause."""
    used = paused = 0
    day = clock.start_on + timedelta(days=1)
    while day <= upto:
        if _counts(clock, days, day):
            is_paused = any(_covers(span, day) for span in stands)
            used, paused = used + (not is_paused), paused + is_paused
        day += timedelta(days=1)
    return used, paused


def _counts(clock: Deadline, days: Calendar, day: date) -> bool:
    return clock.unit == CALENDAR or days.is_working_day(day)


def _covers(span: Sequence[date | None], day: date) -> bool:
    begun, ended = span
    assert begun is not None
    return begun < day and (ended is None or day <= ended)


def _ends(session: Session, case: CaseFile) -> dict[int, FlowRecord]:
    """Clock → the record of its last end; one that was taken back was written again."""
    kinds = (FlowKind.CLOCK_MET.value, FlowKind.CLOCK_LATE.value)
    query = select(FlowRecord).where(FlowRecord.case_id == case.id, FlowRecord.kind.in_(kinds))
    return {row.deadline_id or 0: row for row in session.scalars(query.order_by(FlowRecord.id))}
