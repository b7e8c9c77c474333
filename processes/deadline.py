"""Room deadline: what may be done to a running clock; every change is logged with old and new date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, end_of, now
from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, PROMISE, WORKING, Deadline, due_for
from models.loan import Extension
from models.pause import DeadlineChange, Pause
from models.people import User
from models.refusal import Refusal
from models.term import Span
from models.workflow import ARMED, OPEN, STALLED, Timer, UserTask
from processes.engine.drawing import Drawing
from processes.engine.environment import CaseEnvironment
from processes.facts import CaseFacts, functions


def running(session: Session, case: CaseFile, key: str) -> Deadline:
    """The running clock of that key. Raises Refusal when there is none."""
    found = _running(session, case, key)
    if found is None:
        raise Refusal("该案卷没有正在计算的时限。")
    return found


def _running(session: Session, case: CaseFile, key: str) -> Deadline | None:
    return session.scalars(
        select(Deadline).where(
            Deadline.case_id == case.id,
            Deadline.key == key,
            Deadline.done_on.is_(None),
            Deadline.cancelled_on.is_(None),
        )
    ).first()


def extend(session: Session, case: CaseFile, clock: Deadline, extension: Extension, actor: User) -> None:
    """Move the end by the approved working days (D-08), once. Raises Refusal after the old end."""
    if clock.is_over and not clock.provisional:
        raise Refusal("原时限已届满，不能批准延期。", "decision")
    if clock.extension_days:
        raise Refusal("该时限已延长过一次，不能再次延长。", "decision")
    old = clock.due_on
    clock.extension_days = extension.working_days
    recompute(session, case, clock, "extension", actor)
    extension.new_due_on = clock.due_on
    audit.record(
        session,
        "deadline.extended",
        f"{clock.name}延长 {extension.working_days} 个工作日，至 {clock.due_on.isoformat()}",
        actor=actor,
        case=case,
        old={"due_on": old},
        new={
            "clock": clock.id,
            "due_on": clock.due_on,
            "working_days": extension.working_days,
            "reason": extension.reason,
        },
    )


LATE = "已超期（应于 {day}（含当日）前办结）"


def miss(session: Session, case: CaseFile, clock: Deadline, at: datetime, words: str = LATE) -> None:
    """The end of a clock has passed at `at`: on record at once, told the next working morning."""
    clock.missed_at = at
    audit.record(
        session,
        "deadline.missed",
        clock.name + words.format(day=clock.due_on.isoformat()),
        actor=None,
        case=case,
        new={"clock": clock.id, "key": clock.key, "due_on": clock.due_on, "clause": clock.clause},
    )


def recompute(session: Session, case: CaseFile, clock: Deadline, why: str, actor: User | None) -> None:
    """Derive a clock again from its facts, log it, and let the promise of the case follow."""
    _derive(session, clock, why, actor)
    promise = _running(session, case, PROMISE)
    if promise is not None and why == "extension":
        promise.extension_days += clock.extension_days
    follow_promise(session, case, why, actor)


def recount(session: Session, clock: Deadline, why: str, actor: User | None) -> None:
    """Derive one clock again from its facts and log it; the promise of the case stays what it is."""
    _derive(session, clock, why, actor)


def follow_promise(session: Session, case: CaseFile, why: str, actor: User | None) -> None:
    """Derive the promise of a case again: a stage stands still, counts on, or was extended."""
    promise = _running(session, case, PROMISE)
    if promise is not None:
        _derive(session, promise, why, actor)


def _derive(session: Session, clock: Deadline, why: str, actor: User | None) -> None:
    session.flush()
    old = clock.due_on
    clock.recompute(spans_of(session, clock))
    session.add(
        DeadlineChange(
            case_id=clock.case_id,
            deadline_id=clock.id,
            at=now(),
            why=why,
            old_due_on=old,
            new_due_on=None if clock.paused_on else clock.due_on,
            provisional=clock.provisional,
            calendar_version=clock.calendar_version,
            actor_id=actor.id if actor else None,
        )
    )
    _follow(session, clock)


def spans_of(session: Session, clock: Deadline) -> Sequence[Span]:
    """The pauses that count for a clock: its own; for the promise those of every clock of the case."""
    is_promise = clock.key == PROMISE
    mine = Pause.case_id == clock.case_id if is_promise else Pause.deadline_id == clock.id
    pauses = session.scalars(select(Pause).where(mine, Pause.paused_on.is_not(None)).order_by(Pause.id))
    return [pause.span for pause in pauses if pause.span is not None]


def _follow(session: Session, clock: Deadline) -> None:
    """Tasks and timers of the clock carry its new instant; the engine's timer follows when next loaded."""
    session.flush()
    session.execute(
        update(UserTask)
        .where(UserTask.deadline_id == clock.id, UserTask.status == OPEN)
        .values(due_at=clock.due_at)
    )
    session.execute(
        update(Timer)
        .where(Timer.deadline_id == clock.id, Timer.status.in_((ARMED, STALLED)))
        .values(due_at=clock.due_at)
    )


def new_clock(case: CaseFile, key: str, name: str, clause: str, start_on: date, days: int) -> Deadline:
    """A clock of the house: `days` working days after `start_on`, by the calendar of the case's region."""
    region_code = region_of(case)
    due = due_for(start_on, days, WORKING, region_code)
    return Deadline(
        case_id=case.id,
        key=key,
        name=name,
        clause=clause,
        start_on=start_on,
        length=days,
        unit=WORKING,
        region_code=region_code,
        extension_days=0,
        due_on=due.due_on,
        due_at=end_of(due.due_on),
        provisional=due.provisional,
        calendar_version=calendar().version,
    )


def region_of(case: CaseFile) -> str:
    """The code of the region whose calendar counts for a case."""
    return case.region.code if case.region else ""


def arm(session: Session, clock: Deadline) -> Timer:
    """The timer of a clock of the house; one that ends a pause waits while its date is provisional (D-04)."""
    session.add(clock)
    session.flush()
    timer = Timer(
        case_id=clock.case_id,
        kind=clock.key,
        deadline_id=clock.id,
        due_at=clock.due_at,
        is_held=clock.key == PAUSE_LIMIT and clock.provisional,
    )
    timer.deadline = clock
    session.add(timer)
    return timer


def drawn_term(session: Session, case: CaseFile, drawing: Drawing, key: str) -> Mapping[str, Any]:
    """The term that the drawing sets for the clock `key`, as it would start now: for letters that announce it.

    Keys as in models/working_days.Due. Raises Refusal when the drawing has no such clock.
    """
    timer = next((timer for timer in drawing.timers.values() if timer.deadline == key), None)
    if timer is None:
        raise Refusal("流程图中没有该项时限，请联系流程负责人。")
    facts = CaseFacts(session, case, drawn=drawing.field_names)
    asked = CaseEnvironment(facts, functions(region_of(case)))
    term: Mapping[str, Any] = asked.evaluate(timer.expression, {})
    return term
