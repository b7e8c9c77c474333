"""Room statistics, now: what is open at this moment: the only figures that are not of a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile
from models.statistics_scope import Scope, Wanted
from models.workflow import IS_OPEN, UserTask


@dataclass(frozen=True)
class Now:
    """Open steps, and those past their last day."""

    tasks: int
    late: int


def now_of(session: Session, scope: Scope, wanted: Wanted) -> Now:
    """The open steps within sight; one statement."""
    late = func.sum(case((UserTask.due_at < now(), 1), else_=0))
    query = within(select(func.count(), late).select_from(UserTask).where(IS_OPEN), scope, wanted)
    tasks, over = session.execute(query).one()
    return Now(tasks, int(over or 0))


def within(query: Any, scope: Scope, wanted: Wanted) -> Any:
    """The open steps of a scope; cases are joined only where their region or kind is asked for."""
    if scope.department_id is not None:
        query = query.where(UserTask.department_id == scope.department_id)
    if scope.regions is not None or wanted.scheme:
        query = query.join(CaseFile, CaseFile.id == UserTask.case_id)
    if scope.regions is not None:
        query = query.where(CaseFile.region_id.in_(scope.regions))
    if wanted.scheme:
        query = query.where(CaseFile.scheme == wanted.scheme)
    return query
