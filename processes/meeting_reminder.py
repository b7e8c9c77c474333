"""Room meeting, reminder: the 议事会议 of a half-year that nobody has recorded when its last month has begun (D-39)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.calendar import today
from models.meeting import MeetingKind, half_of, meetings
from models.notification import Notification
from models.people import Department, DepartmentKind, User
from processes.notification import tell_departments

LAST_MONTHS = (6, 12)


def remind(session: Session) -> int:
    """Tell every 金融服务中心 whose half-year ends without its meeting, once a half-year; how many were told."""
    day = today()
    if day.month not in LAST_MONTHS:
        return 0
    query = select(Department).where(Department.kind == DepartmentKind.FINANCE_CENTER, Department.is_active)
    # Locked: a second worker sees what the first has told.
    centers = session.scalars(query.order_by(Department.id).with_for_update(of=Department)).all()
    owed = [center for center in centers if not _has_met(session, center, day)]
    text = f"{half_of(day)}的主要成员单位协商议事会议尚未登记，请于本月内召开，并在“会议登记”中登记。"
    fresh = [center.id for center in owed if not _was_told(session, center, text)]
    tell_departments(session, fresh, text, None)
    return len(fresh)


def _has_met(session: Session, center: Department, day: date) -> bool:
    held = meetings(session, center.region_id, MeetingKind.COUNCIL)
    return any(one.half == half_of(day) for one in held)


def _was_told(session: Session, center: Department, text: str) -> bool:
    mine = exists().where(Notification.user_id == User.id, Notification.text == text)
    return bool(session.scalar(select(exists().where(User.department_id == center.id, mine))))
