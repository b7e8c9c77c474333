"""Room timer: workers claim what is due from our own table and move only those cases; nothing polls instances."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, real_now
from models.case import CaseFile, locked
from models.deadline import NO_DEADLINE, Deadline
from models.people import Permission, User
from models.timer import IS_CLAIMABLE, Stalled, is_free
from models.workflow import ARMED, DRAWN, FIRED, IS_ARMED, MESSAGE, STALLED, Timer
from processes.engine.faults import EngineFault
from processes.house_timer import TITLES
from processes.workflow import advance, definition_of, instance_of

_BEHIND = "同一案卷有更早的消息停滞，待其重试送达后再送达本条。"
MAX_ATTEMPTS = 8
BATCH = 50
# Real time: longer than fifty steps take; a worker that died loses its timers to the others after it.
LEASE = timedelta(seconds=60)


def claim(session: Session, worker: str, limit: int = BATCH, lease: timedelta = LEASE) -> list[int]:
    """Lease due timers to a worker: at most `limit` ids, in due order; held and stalled ones are left out.

    A worker gets its own leases again at once: its name is its own, so it has been started anew.
    """
    is_mine = or_(is_free(real_now()), Timer.leased_by == worker)
    query = (
        select(Timer.id)
        .where(IS_CLAIMABLE, Timer.due_at <= now(), is_mine)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    )
    # In two statements: in one, PostgreSQL may run the inner query, its limit and locks, more than once.
    found = list(session.scalars(query.with_for_update(skip_locked=True)))
    if found:
        leased = {"leased_by": worker, "lease_until": real_now() + lease}
        session.execute(update(Timer).where(Timer.id.in_(found)).values(leased))
    return found


def release(session: Session, worker: str) -> None:
    """Give back what a worker that stops has claimed and not fired."""
    freed = {"leased_by": "", "lease_until": None}
    session.execute(update(Timer).where(IS_CLAIMABLE, Timer.leased_by == worker).values(freed))


def fire(session: Session, timer_id: int, worker: str) -> bool:
    """Fire one leased timer in a knock of its own; False when there is nothing left to do for this worker.

    Fenced: under the lock of the case the timer must still be armed and leased by `worker`. Raises
    EngineFault, and whatever the step raises; the caller then notes the fault in a new transaction.
    """
    timer = session.get(Timer, timer_id)
    # Most were fired together with an earlier one of their case: no lock is needed to see that.
    if timer is None or not _is_leased(timer, worker):
        return False
    case = locked(session, timer.case_id)
    session.refresh(timer)
    if not _is_leased(timer, worker):
        return False
    if timer.is_held or timer.due_at > now():
        timer.leased_by, timer.lease_until = "", None
        return False
    advance(session, case, lambda instance: instance.insist(timer.engine_task_id or ""))
    if timer.status == ARMED and timer.due_at <= now():
        raise EngineFault(_BEHIND if timer.kind == MESSAGE else "计时器已到期，但流程没有响应。")
    return True


def note_fault(session: Session, timer_id: int, worker: str, fault: str) -> None:
    """A leased timer could not fire: put off for 2^attempts seconds; after MAX_ATTEMPTS it stands still."""
    timer = session.get(Timer, timer_id)
    if timer is None:
        return
    case = locked(session, timer.case_id)
    session.refresh(timer)
    if not _is_leased(timer, worker):
        return
    timer.attempts += 1
    timer.fault = fault[:2000]
    # Timers that failed together come back a little apart.
    wait = timedelta(seconds=2**timer.attempts * (1 + timer.id % 16 / 64))
    timer.leased_by, timer.lease_until = "", real_now() + wait
    if timer.attempts >= MAX_ATTEMPTS:
        timer.status = STALLED
        summary = f"计时器连续 {timer.attempts} 次未能触发，已停滞：{timer.fault[:200]}"
        audit.record(session, "timer.stalled", summary, actor=None, case=case, new={"timer": timer.id})


def _is_leased(timer: Timer, worker: str) -> bool:
    return timer.status == ARMED and timer.leased_by == worker


def next_due(session: Session) -> datetime | None:
    """When the next free timer is due, on the program's clock; None when none is armed.

    Leased ones do not count: whoever waits for them looks again after a few seconds.
    """
    query = select(func.min(Timer.due_at)).where(IS_CLAIMABLE, is_free(real_now()))
    return session.scalar(query)


def retry(session: Session, ids: Collection[int], actor: User | None) -> int:
    """Arm stalled timers again; how many. One that is not stalled any more is left as it is.

    `actor` is empty for the command line of the server itself.
    """
    if actor is not None and not actor.may(Permission.CASE_REPAIR):
        actor.require(Permission.JOBS_MANAGE)
    query = select(Timer).where(Timer.id.in_(ids), Timer.status == STALLED)
    found = session.scalars(query.order_by(Timer.case_id, Timer.id)).all()
    retried = 0
    for timer in found:
        case = locked(session, timer.case_id)
        session.refresh(timer)
        if timer.status != STALLED:
            continue
        old = {"timer": timer.id, "attempts": timer.attempts, "fault": timer.fault}
        timer.status, timer.attempts, timer.fault = ARMED, 0, ""
        timer.leased_by, timer.lease_until = "", None
        if timer.due_at == NO_DEADLINE:
            # It had no time: at the next knock, which is now, it is asked again.
            timer.due_at = now()
        summary = f"重试停滞的计时器：{name_of(session, timer)}"
        audit.record(session, "timer.retried", summary, actor=actor, case=case, old=old)
        retried += 1
    return retried


def without_clock(session: Session) -> list[int]:
    """Ids of the cases in which an event of the drawing waits that no clock holds."""
    query = select(Timer.case_id).where(IS_ARMED, Timer.kind == DRAWN, Timer.deadline_id.is_(None))
    return list(session.scalars(query.distinct().order_by(Timer.case_id)))


def recount(session: Session, case_id: int) -> None:
    """Let such events follow a calendar that has changed; of clocks processes/calendar.py takes care."""
    advance(session, locked(session, case_id), lambda _instance: None)


def due_timers(session: Session, limit: int = BATCH) -> list[tuple[int, int]]:
    """(timer id, case id) of what a worker could claim now, in due order; leases nothing."""
    query = (
        select(Timer.id, Timer.case_id)
        .where(IS_CLAIMABLE, Timer.due_at <= now(), is_free(real_now()))
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    )
    return [(row.id, row.case_id) for row in session.execute(query)]


def describe(session: Session, timer_id: int) -> str:
    """What a fired timer was about, for logs and the command line; empty when it has not fired."""
    timer = session.get_one(Timer, timer_id)
    if timer.status != FIRED:
        return ""
    case = session.get_one(CaseFile, timer.case_id)
    return f"{case.number}：{name_of(session, timer)}已到期。"


def drawn_name(session: Session, timer: Stalled) -> str:
    """What a stalled timer is called: as its clock, or as its event in the drawing."""
    if timer.kind == MESSAGE:
        return "其他案卷的消息"
    if timer.kind in TITLES:
        return TITLES[timer.kind]
    drawing = definition_of(session, timer.definition_id).drawing
    return timer.name or drawing.timers[timer.element_id].name


def name_of(session: Session, timer: Timer) -> str:
    """What a timer is called: as its event in the drawing, or as its clock of the house."""
    if timer.kind == MESSAGE:
        return "其他案卷的消息"
    if timer.kind in TITLES:
        return TITLES[timer.kind]
    if timer.kind != DRAWN:
        clock = session.get(Deadline, timer.deadline_id)
        return clock.name if clock else timer.kind
    case = session.get_one(CaseFile, timer.case_id)
    drawing = definition_of(session, instance_of(session, case).definition_id).drawing
    return drawing.timers[timer.element_id].name
