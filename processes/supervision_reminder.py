"""Room supervision, reminders: an order that nobody answers is reminded before its term and escalated when it has passed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models import audit
from models.calendar import SHANGHAI, calendar, now, office_opens, today
from models.case import CaseFile
from models.people import Department, Region, Role, User
from models.refusal import Conflict
from models.supervision import Supervision
from models.working_days import due_on, next_working_day
from processes.notification import tell, tell_departments
from processes.supervision_order import in_hand, place_of

CHUNK = 200
# Working days between two reminders once the term has passed.
AGAIN = 3


def due_orders(session: Session, limit: int = CHUNK) -> list[int]:
    """The orders whose reminder has come; none on days off and before the offices open."""
    opening = datetime.combine(today(), office_opens(), SHANGHAI)
    if not calendar().is_working_day(today()) or now() < opening:
        return []
    query = select(Supervision.id).where(Supervision.remind_on <= today())
    return list(session.scalars(query.order_by(Supervision.remind_on, Supervision.id).limit(limit)))


def remind_order(session: Session, order_id: int) -> bool:
    """Remind the office; with the term passed also who issued it and the leaders above, and again every AGAIN days.

    False when somebody else was faster, or it has been answered or closed meanwhile. Idempotent.
    """
    try:
        row, case = in_hand(session, order_id)
    except Conflict:
        return False
    if row.remind_on is None or row.remind_on > today():
        return False
    row.reminders += 1
    if row.due_on < today():
        _escalate(session, row, case)
        row.remind_on = due_on(today(), AGAIN, calendar()).due_on
    else:
        text = f"{row.number}将于 {row.due_on.isoformat()} 到期，请及时答复。"
        tell_departments(session, [row.department_id], f"{case.number}：{text}", case, place_of(row, case))
        row.remind_on = next_working_day(row.due_on, calendar())
    new = {"number": row.number, "reminders": row.reminders, "escalated_on": row.escalated_on}
    summary = (
        f"{row.number}{'逾期未答复，已报告' if row.escalated_on else '到期提醒'}（第 {row.reminders} 次）"
    )
    audit.record(session, "supervision.reminded", summary, actor=None, case=case, new=new)
    return True


def _escalate(session: Session, row: Supervision, case: CaseFile) -> None:
    row.escalated_on = row.escalated_on or today()
    office = session.get_one(Department, row.department_id)
    text = f"{case.number}：{row.number}已逾期未答复（办结期限 {row.due_on.isoformat()}，{office.name}）。"
    tell_departments(session, [row.department_id], text, case, place_of(row, case))
    above = {row.issued_by_id, *leaders_of(session, office.region_id)}
    tell(session, sorted(above), "supervision", text, case, place=place_of(row, case))


def leaders_of(session: Session, region_id: int) -> list[int]:
    """The leaders who oversee a region: its own and those of its superiors."""
    own, above, top = aliased(Region), aliased(Region), aliased(Region)
    chain = (
        select(own.id, above.id, top.id)
        .outerjoin(above, above.id == own.parent_id)
        .outerjoin(top, top.id == above.parent_id)
        .where(own.id == region_id)
    )
    regions = [one for one in session.execute(chain).one() if one is not None]
    query = (
        select(User.id)
        .join(Department, Department.id == User.department_id)
        .where(User.is_active, User.role == Role.MANAGER.value, Department.region_id.in_(regions))
    )
    return list(session.scalars(query.order_by(User.id)))
