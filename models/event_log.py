"""Room event log: cases as traces of events for process mining (IEEE 1849), without personal data of applicants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditEvent
from models.audit_log import ACTIONS
from models.calendar import end_of
from models.case import CaseFile, visible_to
from models.case_status import CaseStatus
from models.crypto import keyed_hash
from models.flow_record import FlowKind, FlowRecord
from models.people import Permission, Region, Role, User
from models.vocabulary import Labelled
from models.workflow import CANCELLED, DONE, ProcessDefinition, ProcessInstance, UserTask

CHUNK = 200
APPLICANT, SYSTEM = "申请人", "系统"
# What an act of the log is in the life cycle of the standard; all others have simply happened.
LIFECYCLE = {
    "task.assigned": "assign",
    "task.reassigned": "reassign",
    "task.delegated": "reassign",
    "task.handed_back": "reassign",
    "task.released": "assign",
    "task.set_aside": "suspend",
    "task.taken_up": "resume",
    "deadline.paused": "suspend",
    "deadline.resumed": "resume",
    "task.returned": "withdraw",
    "task.recalled": "withdraw",
}
# Told by the steps themselves, or somebody's look and no act.
_LEFT_OUT = ("task.claimed", "task.completed", "document.viewed", "personal_data.viewed")


class Scope(Labelled):
    """Which events."""

    STEPS = "steps", "办理环节"
    ALL = "all", "办理环节和全部操作"


@dataclass(frozen=True)
class Asked:
    """Cases submitted in a period, of one process or of all; the names of officials only where they are wanted."""

    from_on: date
    to_on: date
    process: str = ""
    scope: Scope = Scope.STEPS
    has_names: bool = False


@dataclass(frozen=True)
class Event:
    """One event: what, when, who, of which office, and the clock it ran under."""

    at: datetime
    name: str
    transition: str
    resource: str
    group: str
    instance: int
    element: str = ""
    clock: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """One case: its facts that name nobody, and its events in their order."""

    number: str
    facts: Mapping[str, Any]
    events: list[Event]


def processes(session: Session) -> list[tuple[str, str]]:
    """(key, name) of every process that was ever published, by the name of its newest version."""
    rows = session.execute(
        select(ProcessDefinition.key, ProcessDefinition.name).order_by(ProcessDefinition.id)
    )
    return sorted({row.key: row.name for row in rows}.items())


def traces(session: Session, user: User, asked: Asked, after: int = 0) -> tuple[list[Trace], int]:
    """Some cases in the order of their rows, and the row after which to go on (0: no more). Raises Forbidden."""
    user.require(Permission.AUDIT_READ)
    cases = session.execute(_cases(user, asked, after)).all()
    events = _events(session, [row.id for row in cases], asked)
    found = [Trace(row.number, _facts(row), events.get(row.id, [])) for row in cases]
    return found, cases[-1].id if len(cases) == CHUNK else 0


def _cases(user: User, asked: Asked, after: int) -> Any:
    query = (
        select(
            CaseFile.id, CaseFile.number, CaseFile.scheme, CaseFile.applicant_type, CaseFile.status,
            CaseFile.submitted_at, CaseFile.closed_at, CaseFile.accepted_on, CaseFile.received_on,
            Region.name.label("region"), ProcessDefinition.key, ProcessDefinition.version,
        )
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(Region, Region.id == CaseFile.region_id)
        .where(
            visible_to(user),
            CaseFile.id > after,
            CaseFile.submitted_at >= end_of(asked.from_on - timedelta(days=1)),
            CaseFile.submitted_at < end_of(asked.to_on),
        )
    )  # fmt: skip
    if asked.process:
        query = query.where(ProcessDefinition.key == asked.process)
    return query.order_by(CaseFile.id).limit(CHUNK)


def _facts(row: Row[Any]) -> dict[str, Any]:
    return {
        "scheme": row.scheme,
        "type": row.applicant_type,
        "region": row.region or "",
        "process": row.key,
        "version": row.version,
        "status": CaseStatus(row.status).label,
        "received_on": row.received_on,
        "accepted_on": row.accepted_on,
        "submitted_at": row.submitted_at,
        "closed_at": row.closed_at,
    }


def _events(session: Session, case_ids: list[int], asked: Asked) -> dict[int, list[Event]]:
    people = _People(session, asked.has_names)
    found = [*_steps(session, case_ids, people)]
    if asked.scope is Scope.ALL:
        found += _acts(session, case_ids, people)
    traced: dict[int, list[Event]] = {}
    # The order of equal instants is that of the steps' life: created, begun, ended.
    for case_id, event in sorted(found, key=lambda pair: (pair[1].at, pair[1].instance)):
        traced.setdefault(case_id, []).append(event)
    return traced


def _steps(session: Session, case_ids: list[int], people: _People) -> Iterator[tuple[int, Event]]:
    together = (joinedload(UserTask.department), joinedload(UserTask.deadline))
    # A step that fell away says itself nothing of the instant; what figures are counted from does.
    fell = (
        (FlowRecord.case_id == UserTask.case_id)
        & (FlowRecord.task_id == UserTask.id)
        & (FlowRecord.kind == FlowKind.TASK_CANCELLED.value)
    )
    query = select(UserTask, FlowRecord.at).outerjoin(FlowRecord, fell).options(*together)
    rows = session.execute(query.where(UserTask.case_id.in_(case_ids)).order_by(UserTask.id)).all()
    people.learn({who for task, _at in rows for who in (task.done_by_id, task.assignee_id)})
    for task, fell_at in rows:
        for event in _life(task, fell_at, people):
            yield task.case_id, event


def _life(task: UserTask, fell_at: datetime | None, people: _People) -> Iterator[Event]:
    """Scheduled when it came up, begun when it was claimed, complete when it was done, withdrawn when it fell away."""
    clock = task.deadline
    facts = {} if clock is None else {
        "key": clock.key, "clause": clock.clause, "length": clock.length + clock.extension_days, "unit": clock.unit,
        "due_on": clock.due_on, "provisional": clock.provisional, "days_late": clock.late_by,
    }  # fmt: skip
    done, holder = people.named(task.done_by_id), people.named(task.assignee_id)
    moments = [
        ("schedule", task.created_at, ""),
        ("start", task.claimed_at, holder),
        ("complete", task.done_at if task.status == DONE else None, done),
        ("ate_abort", fell_at if task.status == CANCELLED else None, SYSTEM),
    ]
    for transition, at, who in moments:
        if at is not None:
            yield Event(at, task.name, transition, who, task.department.name, task.id, task.element_id, facts)


def _acts(session: Session, case_ids: list[int], people: _People) -> Iterator[tuple[int, Event]]:
    query = select(AuditEvent).where(
        AuditEvent.chain.in_(case_ids), AuditEvent.action.not_in(_LEFT_OUT)
    )  # a chain has the number of its case
    rows = list(session.scalars(query.order_by(AuditEvent.chain, AuditEvent.seq)))
    people.learn({event.actor_id for event in rows})
    for event in rows:
        title = ACTIONS.get(event.action, event.action)
        transition = LIFECYCLE.get(event.action, "complete")
        who, group = people.named(event.actor_id) or SYSTEM, people.office(event.actor_id)
        yield event.chain, Event(event.at, title, transition, who, group, event.id, event.action)


class _People:
    """Who did it: by name where that is wanted, else by a mark that is the same in every export of this system."""

    def __init__(self, session: Session, has_names: bool) -> None:
        self._session, self._has_names = session, has_names
        self._known: dict[int, User] = {}

    def learn(self, ids: Iterable[int | None]) -> None:
        """Read these people at once."""
        wanted = {one for one in ids if one is not None} - set(self._known)
        if wanted:
            found = self._session.scalars(select(User).where(User.id.in_(wanted)))
            self._known |= {user.id: user for user in found}

    def named(self, user_id: int | None) -> str:
        """An applicant is never named."""
        user = self._known.get(user_id or 0)
        if user is None:
            return ""
        if user.role == Role.APPLICANT:
            return APPLICANT
        return user.name if self._has_names else f"U{keyed_hash(f'event_log:{user.id}')[:10]}"

    def office(self, user_id: int | None) -> str:
        """The office of a person as it is now."""
        user = self._known.get(user_id or 0)
        return user.department.name if user is not None and user.department else ""
