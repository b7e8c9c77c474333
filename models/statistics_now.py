"""Room statistics, now: what is open at this moment: the only figures that are not of a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models import board
from models.board_asked import Asked
from models.case import CaseFile
from models.statistics_scope import Scope, Wanted
from models.workflow import IS_OPEN, UserTask


@dataclass(frozen=True)
class Now:
    """Open steps, and those past their last day; `asked`: the list of the board that shows exactly them, if any."""

    tasks: int
    late: int
    asked: Asked | None = None


def now_of(session: Session, scope: Scope, wanted: Wanted) -> Now:
    """The open steps within sight; one statement."""
    late = func.sum(case((board.in_window(board.OVER), 1), else_=0))
    query = within(select(func.count(), late).select_from(UserTask).where(IS_OPEN), scope, wanted)
    tasks, over = session.execute(query).one()
    return Now(tasks, int(over or 0), _asked(scope, wanted))


def _asked(scope: Scope, wanted: Wanted) -> Asked | None:
    """The same steps on the board, which knows single regions only, not what lies under them."""
    if wanted.region_id is not None and scope.regions != (wanted.region_id,):
        return None
    return Asked(department=scope.department_id, region=wanted.region_id, scheme=wanted.scheme)


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
