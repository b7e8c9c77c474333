"""Room timer: timers of the house that a room answers by itself: kind → what happens at that instant."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import fixed_at, now
from models.case import CaseFile
from models.workflow import ARMED, FIRED, Timer

HouseFunction = Callable[[Session, CaseFile], None]
HOUSE: dict[str, HouseFunction] = {}
# What such a timer is called on pages and in logs.
TITLES: dict[str, str] = {}
# Asked after every change of the calendar, in its transaction: dates that no clock of a step carries follow it.
FOLLOWERS: list[Callable[[Session], None]] = []


def house_timer(kind: str, title: str) -> Callable[[HouseFunction], HouseFunction]:
    """Register what a timer of that kind does. It may arm the next one of its kind; it never moves the token."""

    def register(function: HouseFunction) -> HouseFunction:
        HOUSE[kind], TITLES[kind] = function, title
        return function

    return register


def fire_due(session: Session, case: CaseFile, armed: list[Timer]) -> None:
    """Fire what is due of a locked case, in due order and each at its own instant, until nothing is.

    `armed` are the timers of the house that the case had; it is brought in line.
    """
    if not any(timer.kind in HOUSE for timer in armed):
        return
    while timer := _first_due(session, case):
        timer.status = FIRED
        with fixed_at(timer.due_at):
            HOUSE[timer.kind](session, case)
            session.flush()
    armed[:] = [timer for timer in armed if timer.kind not in HOUSE] + _waiting(session, case)


def _waiting(session: Session, case: CaseFile) -> list[Timer]:
    query = select(Timer).where(Timer.case_id == case.id, Timer.kind.in_(HOUSE), Timer.status == ARMED)
    return list(session.scalars(query.order_by(Timer.due_at, Timer.id)))


def _first_due(session: Session, case: CaseFile) -> Timer | None:
    due = (timer for timer in _waiting(session, case) if timer.due_at <= now() and not timer.is_held)
    return next(due, None)
