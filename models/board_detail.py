"""Room board, details: what a page of the list adds to its rows: last act, basis of a pause, fault, orders, urgings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.audit_looks import LOOKS
from models.pause import Pause
from models.supervision import Supervision
from models.timer import IS_STALLED
from models.urging import times_urged
from models.workflow import ProcessInstance, Timer

# Case, step (None: the case has none), its clock.
Key = tuple[int, int | None, int | None]


@dataclass(frozen=True)
class Act:
    """The last thing that a person did in a case."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Standstill:
    """The pause because of which a clock stands still."""

    title: str
    basis: str
    since: date | None


@dataclass(frozen=True)
class Detail:
    """What is known beside the row."""

    act: Act | None = None
    pause: Standstill | None = None
    fault: str = ""
    orders: int = 0
    urged: int = 0


def details(session: Session, keys: Sequence[Key]) -> dict[tuple[int, int | None], Detail]:
    """(case, step) → what is known of it, for a page, in five statements."""
    cases = {case_id for case_id, _task, _clock in keys}
    acts, faults, orders = _acts(session, cases), _faults(session, cases), _orders(session, cases)
    urged = times_urged(session, [task_id for _case, task_id, _clock in keys if task_id])
    pauses = _pauses(session, {clock for _case, _task, clock in keys if clock})
    return {
        (case_id, task_id): Detail(
            acts.get(case_id),
            pauses.get(clock or 0),
            faults.get(case_id, ""),
            orders.get(case_id, 0),
            urged.get(task_id or 0, 0),
        )
        for case_id, task_id, clock in keys
    }


def _acts(session: Session, cases: Collection[int]) -> dict[int, Act]:
    mine = (AuditEvent.chain.in_(cases), AuditEvent.actor_id.is_not(None), AuditEvent.action.not_in(LOOKS))
    last = select(AuditEvent.chain, func.max(AuditEvent.seq).label("seq")).where(*mine)
    newest = last.group_by(AuditEvent.chain).subquery()
    query = select(AuditEvent.chain, AuditEvent.at, AuditEvent.actor_name, AuditEvent.summary).join(
        newest, (newest.c.chain == AuditEvent.chain) & (newest.c.seq == AuditEvent.seq)
    )
    return {chain: Act(at, who, what) for chain, at, who, what in session.execute(query)}


def _pauses(session: Session, clocks: Collection[int]) -> dict[int, Standstill]:
    query = select(Pause).where(
        Pause.deadline_id.in_(clocks), Pause.paused_on.is_not(None), Pause.resumed_on.is_(None)
    )
    return {
        one.deadline_id: Standstill(one.title, one.basis, one.paused_on) for one in session.scalars(query)
    }


def _faults(session: Session, cases: Collection[int]) -> dict[int, str]:
    stands = ProcessInstance.fault != literal("", literal_execute=True)
    query = union_all(
        select(ProcessInstance.case_id, ProcessInstance.fault).where(
            ProcessInstance.case_id.in_(cases), stands
        ),
        select(Timer.case_id, Timer.fault).where(Timer.case_id.in_(cases), IS_STALLED),
    )
    return dict(session.execute(query).all())


def _orders(session: Session, cases: Collection[int]) -> dict[int, int]:
    query = select(Supervision.case_id, func.count()).where(
        Supervision.case_id.in_(cases), Supervision.closed_on.is_(None)
    )
    return dict(session.execute(query.group_by(Supervision.case_id)).all())
