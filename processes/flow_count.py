"""Room flow record, count: the pure rules by which steps and terms are counted, in the knock and at the taking over alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from models.calendar import calendar
from models.case_status import TERMINATED
from models.deadline import CALENDAR, PAUSE_LIMIT, PROMISE, Deadline
from models.flow_record import FlowKind
from models.people import LANES
from models.term import Span, paused_days
from models.working_days import elapsed
from processes.engine.drawing import Drawing


def applicants_steps(drawing: Drawing) -> set[str]:
    """The steps that wait for the applicant, not for an office."""
    return {step.element_id for step in drawing.steps.values() if step.lane not in LANES}


def applicants_terms(drawing: Drawing) -> set[str]:
    """Keys of the terms that are the applicant's own: on his steps, or ending the step by themselves (D-12)."""
    his = applicants_steps(drawing)
    timers = [timer for timer in drawing.timers.values() if timer.deadline]
    offices = {t.deadline for t in timers if not t.is_interrupting and t.attached_to not in his}
    return {timer.deadline for timer in timers} - offices


def worked(first: date, last: date, region_code: str, spans: Sequence[Span]) -> int:
    """Working days in (first, last], without those on which the clock stood still."""
    if last <= first:
        return 0
    counted = calendar(region_code)
    paused = paused_days(first, last, "working", counted, _closed(spans, last))
    return max(elapsed(first, last, counted) - paused, 0)


def clock_days(clock: Deadline, last: date, spans: Sequence[Span]) -> int:
    """Days of the clock's own unit from its start to `last`, without those of its pauses."""
    if clock.unit != CALENDAR:
        return worked(clock.start_on, last, clock.region_code, spans)
    counted = calendar(clock.region_code)
    paused = paused_days(clock.start_on, last, "calendar", counted, _closed(spans, last))
    return max((last - clock.start_on).days - paused, 0)


def is_over(clock: Deadline | None, on: date) -> bool:
    """Whether its last day lay before `on`: a day off right after the end is late as well."""
    return clock is not None and clock.due_on < on and clock.paused_on is None


def ending_kinds(clock: Deadline) -> list[FlowKind]:
    """What the end of a clock is recorded as; a late one whose miss nobody has recorded is missed on that day."""
    if clock.done_on is None or clock.key == PAUSE_LIMIT:
        return []
    if not is_over(clock, clock.done_on):
        return [FlowKind.CLOCK_MET]
    return [*([] if clock.missed_at else [FlowKind.CLOCK_MISSED]), FlowKind.CLOCK_LATE]


def is_broken_off(clock: Deadline, status: str) -> bool:
    """Whether it is the promise of a case that ended without a decision: neither kept nor broken."""
    return clock.key == PROMISE and status in TERMINATED


def _closed(spans: Sequence[Span], last: date) -> list[Span]:
    return [replace(span, to_on=span.to_on or last) for span in spans]
