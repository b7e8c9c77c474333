"""Room deadline: a clock whose work is to be done again goes on from its own start, with its pauses and extension.

Nothing starts anew because a case was sent back: a term counts from the fact that the clause names, as it was
when the step was done first, whatever is typed when it is done again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import calendar as calendar_in_force
from models.case import CaseFile
from models.deadline import Deadline
from models.flow_record import FlowKind
from models.pause import Pause
from models.term import Span, term_due
from models.workflow import CANCELLED, UserTask
from processes import flow_record
from processes.deadline import recount


@dataclass(frozen=True)
class EndedClock:
    """A clock that has ended, and when it would end now if it went on."""

    clock: Deadline
    due_on: date
    provisional: bool
    # The steps that carried it, where the work of the last of them is to be done again.
    steps: frozenset[str] = frozenset()

    def fits(self, key: str, start_on: date | None, step: str = "") -> bool:
        """Whether it is the clock of that key, by its start fact or by its step, and was not taken up again."""
        if not key or self.clock.is_running or self.clock.key != key:
            return False
        return self.clock.start_on == start_on or step in self.steps


def ended_clocks(session: Session, case: CaseFile, again: Collection[str] = ()) -> list[EndedClock]:
    """The ended clocks of steps that were superseded or broken off, newest first; three queries.

    `again`: elements of finished steps that are about to be done again too.
    """
    carried: dict[int, frozenset[str]] = {}
    for clock_id, tasks in _carriers(session, case).items():
        broken_off = [_is_off(task) or task.element_id in again for task in tasks]
        if any(broken_off):
            # What was done again and stands belongs to that round; a later round has its own start.
            steps = frozenset(task.element_id for task in tasks) if broken_off[-1] else frozenset()
            carried[clock_id] = steps
    return _found(session, case, carried)


def every_ended(session: Session, case: CaseFile) -> list[EndedClock]:
    """Every ended clock of a case, newest first, as it would go on."""
    carriers = _carriers(session, case)
    steps = {key: frozenset(task.element_id for task in tasks) for key, tasks in carriers.items()}
    return _found(session, case, steps)


def _carriers(session: Session, case: CaseFile) -> dict[int, list[UserTask]]:
    found: dict[int, list[UserTask]] = {}
    query = select(UserTask).where(UserTask.case_id == case.id, UserTask.deadline_id.is_not(None))
    for task in session.scalars(query.order_by(UserTask.id)):
        found.setdefault(task.deadline_id or 0, []).append(task)
    return found


def _is_off(task: UserTask) -> bool:
    return task.superseded_at is not None or task.status == CANCELLED


def _found(session: Session, case: CaseFile, carried: Mapping[int, frozenset[str]]) -> list[EndedClock]:
    query = select(Deadline).where(Deadline.case_id == case.id, Deadline.id.in_(carried))
    clocks = [one for one in session.scalars(query.order_by(Deadline.id.desc())) if not one.is_running]
    spans = _spans(session, case) if clocks else {}
    return [_ended(clock, spans.get(clock.id, []), carried[clock.id]) for clock in clocks]


def _spans(session: Session, case: CaseFile) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    query = select(Pause).where(Pause.case_id == case.id, Pause.resumed_on.is_not(None)).order_by(Pause.id)
    for pause in session.scalars(query):
        if pause.span is not None:
            found.setdefault(pause.deadline_id, []).append(pause.span)
    return found


def _ended(clock: Deadline, spans: list[Span], steps: frozenset[str]) -> EndedClock:
    length = clock.length + clock.extension_days
    region = calendar_in_force(clock.region_code)
    due = term_due(clock.start_on, length, clock.clock_unit, region, spans)
    return EndedClock(clock, due.due_on, due.provisional, steps)


def reopen(session: Session, case: CaseFile, ended: EndedClock) -> Deadline:
    """Let it run on; the line of its log says so."""
    clock = ended.clock
    if clock.done_on is not None:
        flow_record.taken_back(session, FlowKind.CLOCK_REOPENED, case.id, [clock.id])
    clock.done_on, clock.cancelled_on = None, None
    recount(session, clock, "reopened", None)
    return clock
