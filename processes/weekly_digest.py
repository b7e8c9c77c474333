"""Room statistics, weekly digest: the figures of last week, once a person, on the first working morning of the week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import audit
from models.calendar import SHANGHAI, calendar, now, office_opens, today
from models.flow_record import WeeklyDigest
from models.people import Department, Region, Role, User
from models.statistics import Figures, figures
from models.statistics_period import Period
from models.statistics_scope import Wanted
from processes.notification import Mail, tell

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# The reminders of the day leave first; weeks that were missed are told with the next digest, so far back.
AFTER_OPENING, FURTHEST = timedelta(minutes=30), 4
READERS = (Role.MANAGER, Role.SUPERVISOR)
NAMED = 3


def due_people(session: Session) -> list[int]:
    """Heads and managers who have had no digest this week, where people work today; one statement, or none early."""
    if now() < datetime.combine(today(), office_opens(), SHANGHAI) + AFTER_OPENING:
        return []
    rows = session.execute(_waiting().order_by(User.id))
    return [row.id for row in rows if calendar(row.code or "").is_working_day(today())]


def send(session: Session, user_id: int) -> bool:
    """The digest of one person; False when he has had it, or has nothing to read. Idempotent, also between workers."""
    user = session.execute(_waiting().where(User.id == user_id)).first()
    if user is None or not calendar(user.code or "").is_working_day(today()):
        return False
    period = _period(session, user_id)
    if not _admitted(session, user_id):
        return False
    person = session.get_one(User, user_id)
    found = figures(session, person, Wanted(period))
    if not any((found.opened, found.closed, found.met, found.missed, found.now.tasks)):
        return False
    text = digest_text(found)
    subject = f"每周办理情况：{period.words}"
    tell(session, [user_id], "digest", text, None, Mail(subject, text), place="statistics:")
    new = {"user": user_id, "from": period.first, "to": period.last}
    words = f"向{person.display_name}发送每周办理情况（{period.words}）"
    audit.record(session, "statistics.digest_sent", words, actor=None, new=new)
    return True


def digest_text(found: Figures) -> str:
    """The figures of a week in sentences; no case and no person is named."""
    flow = ("环节到达", "环节办结") if found.is_one_department else ("收件", "办结")
    lines = [
        f"{found.wanted.period.words}：{flow[0]} {found.opened} 件，{flow[1]} {found.closed} 件。",
        _terms(found),
        f"目前待办 {found.now.tasks} 件，其中已超期 {found.now.late} 件。",
    ]
    slow = [step for step in found.bottlenecks[:NAMED] if step.days.total]
    if slow:
        said = "；".join(f"{step.title} {step.number} 件，中位 {step.days.median} 个工作日" for step in slow)
        lines.append(f"用时最多的环节：{said}。")
    return "\n".join([*lines, "口径和明细见“统计分析”。"])


def _terms(found: Figures) -> str:
    if found.rate is None:
        return "期内没有办结或到期的时限。"
    return f"时限按时率 {found.rate}%（按时 {found.met} 项，超期 {found.missed} 项）。"


def monday() -> date:
    """The Monday of this week."""
    return today() - today().weekday() * DAY


def _waiting() -> Any:
    """Heads and managers without a digest this week, with the region whose days off are theirs."""
    had = exists().where(WeeklyDigest.user_id == User.id, WeeklyDigest.week == monday())
    return (
        select(User.id, Region.code)
        .outerjoin(Department, Department.id == User.department_id)
        .outerjoin(Region, Region.id == Department.region_id)
        .where(User.is_active, User.role.in_([role.value for role in READERS]), ~had)
    )


def _period(session: Session, user_id: int) -> Period:
    """Last week, with whole weeks before it for which nothing was sent."""
    last = session.scalar(select(func.max(WeeklyDigest.week)).where(WeeklyDigest.user_id == user_id))
    first = max(last, monday() - FURTHEST * WEEK) if last else monday() - WEEK
    return Period(first, monday() - DAY)


def _admitted(session: Session, user_id: int) -> bool:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql if is_postgresql else sqlite).insert
    row = {"user_id": user_id, "week": monday(), "sent_at": now()}
    statement = insert(WeeklyDigest).values(row).on_conflict_do_nothing()
    return session.scalar(statement.returning(WeeklyDigest.user_id)) is not None
