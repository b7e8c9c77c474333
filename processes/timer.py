"""Room timer: finds what is due in our own table and moves only those cases; nothing polls instances."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile, locked
from models.workflow import ARMED, FIRED, IS_ARMED, Timer
from processes.workflow import advance, definition_of, instance_of

MAX_ATTEMPTS = 8
BATCH = 50


def due_timers(session: Session, limit: int = BATCH) -> list[tuple[int, int]]:
    """(timer id, case id) of armed timers that are due, in due order; held and failing ones are left out."""
    query = (
        select(Timer.id, Timer.case_id)
        .where(IS_ARMED, Timer.due_at <= now())
        .where(Timer.is_held.is_(False), Timer.attempts < MAX_ATTEMPTS)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    )
    return [(row.id, row.case_id) for row in session.execute(query)]


def fire(session: Session, timer_id: int) -> bool:
    """Fire one timer in a knock of its own; False when another worker was faster. Idempotent."""
    timer = session.get(Timer, timer_id)
    if timer is None:
        return False
    case = locked(session, timer.case_id)
    session.refresh(timer)
    if timer.status != ARMED:
        return False
    advance(session, case, lambda _instance: None)
    return True


def describe(session: Session, timer_id: int) -> str:
    """What a fired timer was about, for logs and the command line; empty when it has not fired."""
    timer = session.get_one(Timer, timer_id)
    if timer.status != FIRED:
        return ""
    case = session.get_one(CaseFile, timer.case_id)
    drawing = definition_of(session, instance_of(session, case).definition_id).drawing
    return f"{case.number} {case.applicant_name}：{drawing.timers[timer.element_id].name}已到期。"


def note_fault(session: Session, timer_id: int, fault: str) -> None:
    """A timer that could not fire: counted, so that after MAX_ATTEMPTS it stands still and is seen."""
    timer = session.get(Timer, timer_id)
    if timer is not None and timer.status == ARMED:
        timer.attempts += 1
        timer.fault = fault[:2000]
