"""Room timer: which armed timers a worker may take, and the ones that stand still with their reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.deadline import Deadline
from models.workflow import IS_ARMED, STALLED, ProcessInstance, Timer

# As the partial index says it; a held timer waits for the official calendar.
IS_CLAIMABLE = IS_ARMED & not_(Timer.is_held)
IS_STALLED = Timer.status == literal(STALLED, literal_execute=True)


def is_free(instant: datetime) -> ColumnElement[bool]:
    """Criterion: at that instant of real time no worker has a lease on the timer."""
    return or_(Timer.lease_until.is_(None), Timer.lease_until <= instant)


@dataclass(frozen=True)
class Stalled:
    """One timer that failed again and again; `name` is its clock's, empty for an event without one."""

    id: int
    case_id: int
    number: str
    applicant_name: str
    definition_id: int
    kind: str
    element_id: str
    name: str
    due_at: datetime
    attempts: int
    fault: str


def stalled(session: Session, limit: int = 500) -> list[Stalled]:
    """The timers that stand still, the longest overdue first."""
    shown = (
        *(Timer.id, Timer.case_id, CaseFile.number, CaseFile.applicant_name),
        *(ProcessInstance.definition_id, Timer.kind, Timer.element_id),
        func.coalesce(Deadline.name, "").label("name"),
        *(Timer.due_at, Timer.attempts, Timer.fault),
    )
    query = (
        select(*shown)
        .join(CaseFile, CaseFile.id == Timer.case_id)
        .join(ProcessInstance, ProcessInstance.case_id == Timer.case_id)
        .outerjoin(Deadline, Deadline.id == Timer.deadline_id)
        .where(IS_STALLED)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    )
    return [Stalled(**row) for row in session.execute(query).mappings()]
