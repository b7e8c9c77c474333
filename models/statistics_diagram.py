"""Room statistics, diagram: on each step of a version how many cases, how many late, how many days: now or in a period."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.flow_record import FlowKind
from models.people import User
from models.refusal import NotFound
from models.statistics_days import Days
from models.statistics_now import within
from models.statistics_period import Period
from models.statistics_rows import closed_months, counted
from models.statistics_scope import Scope, Wanted, narrowed, scope_of
from models.workflow import IS_OPEN, ProcessDefinition, ProcessInstance, UserTask

# Of a picture of now: the days are those of the steps that were done lately.
PACE = timedelta(days=90)


@dataclass
class Heat:
    """One step: cases on it (or done within the period), how many of them late, how long it takes."""

    element_id: str
    number: int = 0
    late: int = 0
    days: Days = field(default_factory=Days)


@dataclass(frozen=True)
class HeatMap:
    """The steps of a version by their ids; `period` None: now."""

    version: ProcessDefinition
    versions: Sequence[ProcessDefinition]
    period: Period | None
    steps: dict[str, Heat]
    # The days within which steps were done whose working days are shown.
    measured: Period


def heat_map(session: Session, user: User, definition_id: int | None, period: Period | None) -> HeatMap:
    """The figures on a drawing; without a version the newest of the drawing with most open cases.

    Raises Forbidden, NotFound. A fixed number of statements.
    """
    scope = scope_of(session, user)
    versions = _versions(session)
    wanted = Wanted(period or Period(today() - PACE, today()))
    version = _chosen(session, versions, definition_id or _busiest(session, scope, wanted, versions))
    done = _done(session, narrowed(session, scope, wanted), wanted, version.id)
    if period is not None:
        return HeatMap(version, versions, period, done, wanted.period)
    now_open = _open(session, scope, wanted, version.id, done)
    return HeatMap(version, versions, None, now_open, wanted.period)


def _versions(session: Session) -> Sequence[ProcessDefinition]:
    """Every version that came into force, without its file, by drawing, newest first."""
    row = ProcessDefinition
    query = select(row.id, row.key, row.version, row.name, row.published_at).where(row.withdrawn_at.is_(None))
    found: Sequence[ProcessDefinition] = session.execute(query.order_by(row.key, row.version.desc())).all()  # type: ignore[assignment]  # rows with the columns that are shown
    return found


def _chosen(
    session: Session, versions: Sequence[ProcessDefinition], definition_id: int | None
) -> ProcessDefinition:
    if definition_id not in {one.id for one in versions}:
        raise NotFound("没有这一流程版本。")
    return session.get_one(ProcessDefinition, definition_id)


def _busiest(
    session: Session, scope: Scope, wanted: Wanted, versions: Sequence[ProcessDefinition]
) -> int | None:
    """The newest version of the drawing with most open cases in sight; without any, the first drawing there is."""
    query = (
        select(ProcessInstance.definition_id, func.count(UserTask.case_id.distinct()))
        .join(UserTask, UserTask.case_id == ProcessInstance.case_id)
        .where(IS_OPEN)
        .group_by(ProcessInstance.definition_id)
    )
    numbers = {row[0]: row[1] for row in session.execute(within(query, scope, wanted))}
    open_cases = Counter[str]()
    for one in versions:
        open_cases[one.key] += numbers.get(one.id, 0)
    key = max(open_cases, key=lambda name: open_cases[name], default="")
    return next((one.id for one in versions if one.key == key), None)


def _done(session: Session, scope: Scope, wanted: Wanted, version: int) -> dict[str, Heat]:
    closed = closed_months(session, wanted.period)
    names = ("element_id", "used_days", "is_late")
    rows = counted(session, scope, wanted, (FlowKind.TASK_DONE,), names, closed, ("definition_id", version))
    found: dict[str, Heat] = {}
    for (element, used, is_late), number in rows.items():
        step = found.setdefault(element, Heat(element))
        step.number += number
        step.late += number if is_late else 0
        step.days.add(used, number)
    return found


def _open(
    session: Session, scope: Scope, wanted: Wanted, version: int, done: dict[str, Heat]
) -> dict[str, Heat]:
    """Cases that stand on each step now; the days are those of the last PACE."""
    late = func.sum(case((UserTask.due_at < now(), 1), else_=0))
    query = (
        select(UserTask.element_id, func.count(), late)
        .join(ProcessInstance, ProcessInstance.case_id == UserTask.case_id)
        .where(IS_OPEN, ProcessInstance.definition_id == version)
        .group_by(UserTask.element_id)
    )
    found: dict[str, Heat] = defaultdict(lambda: Heat(""))
    found.update({element: Heat(element, days=step.days) for element, step in done.items()})
    for element, number, over in session.execute(within(query, scope, wanted)):
        days = done[element].days if element in done else Days()
        found[element] = Heat(element, number, int(over or 0), days)
    return dict(found)
