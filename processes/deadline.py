"""Room deadline: what may be done to a running clock; every change is logged with old and new date."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.case import CaseFile
from models.deadline import Deadline
from models.loan import Extension
from models.people import User
from models.refusal import Refusal
from models.workflow import ARMED, OPEN, Timer, UserTask


def running(session: Session, case: CaseFile, key: str) -> Deadline:
    """The running clock of that key. Raises Refusal when there is none."""
    found = session.scalars(
        select(Deadline).where(
            Deadline.case_id == case.id,
            Deadline.key == key,
            Deadline.done_on.is_(None),
            Deadline.cancelled_on.is_(None),
        )
    ).first()
    if found is None:
        raise Refusal("该案卷没有正在计算的时限。")
    return found


def extend(session: Session, case: CaseFile, clock: Deadline, extension: Extension, actor: User) -> None:
    """Move the end by the approved working days (D-08). Raises Refusal after the old end."""
    if clock.due_on < today():
        raise Refusal("原时限已届满，不能批准延期。", "decision")
    old = clock.due_on
    clock.extension_days = extension.working_days
    clock.recompute()
    extension.new_due_on = clock.due_on
    _follow(session, clock)
    audit.record(
        session,
        "deadline.extended",
        f"{clock.name}延长 {extension.working_days} 个工作日，至 {clock.due_on.isoformat()}",
        actor=actor,
        case=case,
        old={"due_on": old},
        new={"due_on": clock.due_on, "working_days": extension.working_days, "reason": extension.reason},
    )


def _follow(session: Session, clock: Deadline) -> None:
    """Tasks and timers of the clock carry its new instant; the engine's timer follows when next loaded."""
    session.flush()
    session.execute(
        update(UserTask)
        .where(UserTask.deadline_id == clock.id, UserTask.status == OPEN)
        .values(due_at=clock.due_at)
    )
    session.execute(
        update(Timer).where(Timer.deadline_id == clock.id, Timer.status == ARMED).values(due_at=clock.due_at)
    )
