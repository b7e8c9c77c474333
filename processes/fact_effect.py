"""Room fact_correction: which running clocks count from a fact, and counting them again from its new value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import calendar as calendar_in_force
from models.calendar import today
from models.deadline import PROMISE, Deadline
from models.people import User
from models.refusal import Refusal
from models.term import term_due
from processes.case_clock import lift_miss
from processes.correctable import Fact
from processes.deadline import recount, region_of, spans_of
from processes.engine.counting import count_from
from processes.engine.environment import CaseEnvironment
from processes.engine.expression import ExpressionError
from processes.engine.instance import Instance
from processes.engine.timer_value import is_term
from processes.facts import CaseFacts, functions
from processes.workflow import Token

_WHY = "起算日期更正"


@dataclass(frozen=True)
class Recount:
    """One running clock that would count from another day."""

    clock: Deadline
    start_on: date
    due_on: date

    @property
    def is_late(self) -> bool:
        """Whether it would be over already."""
        return self.due_on < today() and self.clock.paused_on is None


def recounts(session: Session, token: Token, fact: Fact, value: str) -> list[Recount]:
    """The running clocks that move once the fact has that value; nothing is written."""
    given = {fact.name: fact.parsed(value)}
    return [
        Recount(clock, start_on, _due(session, clock, start_on))
        for clock, start_on in _moved(session, token, fact, CaseFacts(
            session, token.case, given, token.definition.drawing.field_names
        ))
    ]  # fmt: skip


def recount_all(session: Session, token: Token, instance: Instance, fact: Fact, actor: User) -> None:
    """The fact has been written: every running clock that counts from it follows, its timers too."""
    facts = CaseFacts(session, token.case, drawn=token.definition.drawing.field_names)
    for clock, start_on in list(_moved(session, token, fact, facts)):
        was, clock.start_on = clock.start_on, start_on
        recount(session, clock, "correction", actor)
        _follow(token, instance, clock, was)
        if clock.missed_at is not None and not clock.is_over:
            lift_miss(session, token.case, clock, _WHY)
    instance.fire_due()


def _moved(session: Session, token: Token, fact: Fact, facts: CaseFacts) -> Iterator[tuple[Deadline, date]]:
    """Running clocks with the day from which they count, where it is another one than before."""
    drawing = token.definition.drawing
    asked = CaseEnvironment(facts, functions(region_of(token.case)))
    if paused := [clock for clock in token.rows.deadlines if clock.is_paused]:
        raise Refusal(f"{paused[0].name}正在暂停计时，请先恢复计时，再更正。", "new_value")
    for clock in token.rows.deadlines:
        drawn = next((one for one in drawing.timers.values() if one.deadline == clock.key), None)
        if drawn is None or not clock.is_running or not re.search(rf"\b{fact.name}\b", drawn.expression):
            continue
        try:
            term = asked.evaluate(drawn.expression, {})
        except ExpressionError:
            continue
        if is_term(term) and term["start_on"] != clock.start_on:
            yield clock, term["start_on"]
    if drawing.promise and drawing.promise_from == fact.name:
        yield from _promise(session, token, facts[fact.name])


def _promise(session: Session, token: Token, start_on: date) -> Iterator[tuple[Deadline, date]]:
    query = select(Deadline).where(Deadline.case_id == token.case.id, Deadline.key == PROMISE)
    for clock in session.scalars(query):
        if clock.is_running and clock.start_on != start_on:
            yield clock, start_on


def _due(session: Session, clock: Deadline, start_on: date) -> date:
    closed = [span for span in spans_of(session, clock) if span.to_on is not None]
    length = clock.length + clock.extension_days
    return term_due(start_on, length, clock.clock_unit, calendar_in_force(clock.region_code), closed).due_on


def _follow(token: Token, instance: Instance, clock: Deadline, was: date) -> None:
    """The armed timers of the clock count from the same day."""
    timers = instance.definition.drawing.timers
    for timer in instance.timers():
        if timers[timer.element_id].deadline == clock.key and timer.start_on == was:
            count_from(instance, timer.engine_id, clock.start_on, clock.due_on, clock.provisional)
