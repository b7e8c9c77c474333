"""Room flow record, month: counts the records of a month that is over, once, so that years are read at once."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import audit
from models.calendar import is_training, now, today
from models.flow_record import TAKES_BACK, FlowMonth, FlowMonthClose, FlowRecord
from models.statistics_period import next_month
from models.statistics_rows import DIMENSIONS

# A knock that began before midnight may commit after it: a month is closed when a day has passed.
SETTLED = timedelta(days=1)


def due_months(session: Session) -> list[date]:
    """Months that are over and not closed, oldest first. None in a training database: its clock may go back."""
    first = session.scalar(select(func.min(FlowRecord.on_day)))
    if is_training() or first is None:
        return []
    known = set(session.scalars(select(FlowMonthClose.month)))
    found, month = [], first.replace(day=1)
    while next_month(month) + SETTLED <= today():
        if month not in known:
            found.append(month)
        month = next_month(month)
    return found


def close_month(session: Session, month: date) -> bool:
    """Count a month; False when another process has done it. What is taken back is never counted here."""
    insert_once = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    row = {"month": month, "closed_at": now(), "rows": 0}
    claimed = insert_once(FlowMonthClose).values(row).on_conflict_do_nothing().returning(FlowMonthClose.month)
    if session.scalar(claimed) is None:
        return False
    kept = [getattr(FlowRecord, name) for name in DIMENSIONS]
    rows = (
        select(literal(month), *kept, func.count())
        .where(
            FlowRecord.on_day >= month,
            FlowRecord.on_day < next_month(month),
            FlowRecord.kind.not_in([kind.value for kind in TAKES_BACK]),
        )
        .group_by(*kept)
    )
    session.execute(insert(FlowMonth).from_select(["month", *DIMENSIONS, "number"], rows))
    number = session.scalar(select(func.count()).where(FlowMonth.month == month)) or 0
    session.get_one(FlowMonthClose, month).rows = number
    text = f"统计数据月结：{month:%Y年%m月}"
    audit.record(session, "statistics.month_closed", text, actor=None, new={"month": month, "rows": number})
    return True
