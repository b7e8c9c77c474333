"""Room board, pace: how long each step has taken lately, from the recorded events (models/flow_record.py)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from models.board_cache import kept
from models.board_forecast import PERIOD, Pace, StepKey
from models.calendar import today
from models.flow_record import FlowKind, FlowRecord
from models.scheme import Scheme


def pace(session: Session) -> Pace:
    """Step → how often it took how many working days, of what was done within the last PERIOD days and not sent back."""
    return kept(
        session, "pace", lambda: _counted(session), lambda found: sum(one.total() for one in found.values())
    )


def _counted(session: Session) -> Pace:
    row = FlowRecord
    columns = (row.scheme, row.process_key, row.element_id, row.used_days)
    since = today() - timedelta(days=PERIOD)
    is_done = row.kind == literal(FlowKind.TASK_DONE.value, literal_execute=True)
    # As models/statistics_rows.py: what was done before the period is not taken back from it.
    is_back = and_(
        row.kind == literal(FlowKind.TASK_RETURNED.value, literal_execute=True), row.counted_on >= since
    )
    query = (
        select(*columns, func.sum(case((is_done, 1), else_=-1)))
        .where(or_(is_done, is_back), row.on_day >= since, row.used_days.is_not(None))
        .group_by(*columns)
    )
    found: dict[StepKey, Counter[int]] = {}
    for scheme, process, element, days, times in session.execute(query):
        key = StepKey(scheme, process if scheme == Scheme.GENERAL else "", element)
        found.setdefault(key, Counter())[days or 0] += int(times)
    return {key: counting for key, times in found.items() if (counting := +times)}
