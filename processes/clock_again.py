"""Room deadline: a clock whose work is to be done again goes on from its own start, with its pauses and extension.

Nothing starts anew because a case was sent back: a term counts from the fact that the clause names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
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

    def fits(self, key: str, start_on: date | None) -> bool:
        """Whether it is the clock of that key and start fact, and has not been taken up again."""
        return (
            bool(key)
            and not self.clock.is_running
            and (self.clock.key, self.clock.start_on) == (key, start_on)
        )


def ended_clocks(session: Session, case: CaseFile) -> list[EndedClock]:
    """The ended clocks of steps that were superseded or broken off, newest first; two queries."""
    again = or_(UserTask.superseded_at.is_not(None), UserTask.status == CANCELLED)
    carried = select(UserTask.deadline_id).where(
        UserTask.case_id == case.id, UserTask.deadline_id.is_not(None), again
    )
    return _found(session, case, Deadline.id.in_(carried))


def every_ended(session: Session, case: CaseFile) -> list[EndedClock]:
    """Every ended clock of a case, newest first, as it would go on."""
    return _found(session, case)


def _found(session: Session, case: CaseFile, *where: ColumnElement[bool]) -> list[EndedClock]:
    is_ended = or_(Deadline.done_on.is_not(None), Deadline.cancelled_on.is_not(None))
    query = select(Deadline).where(Deadline.case_id == case.id, is_ended, *where)
    clocks = list(session.scalars(query.order_by(Deadline.id.desc())))
    spans = _spans(session, case) if clocks else {}
    return [_ended(clock, spans.get(clock.id, [])) for clock in clocks]


def _spans(session: Session, case: CaseFile) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    query = select(Pause).where(Pause.case_id == case.id, Pause.resumed_on.is_not(None)).order_by(Pause.id)
    for pause in session.scalars(query):
        if pause.span is not None:
            found.setdefault(pause.deadline_id, []).append(pause.span)
    return found


def _ended(clock: Deadline, spans: list[Span]) -> EndedClock:
    length = clock.length + clock.extension_days
    region = calendar_in_force(clock.region_code)
    due = term_due(clock.start_on, length, clock.clock_unit, region, spans)
    return EndedClock(clock, due.due_on, due.provisional)


def reopen(session: Session, case: CaseFile, ended: EndedClock) -> Deadline:
    """Let it run on; the line of its log says so."""
    clock = ended.clock
    if clock.done_on is not None:
        flow_record.taken_back(session, FlowKind.CLOCK_REOPENED, case.id, [clock.id])
    clock.done_on, clock.cancelled_on = None, None
    recount(session, clock, "reopened", None)
    return clock
