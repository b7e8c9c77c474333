"""Room reminder: gathers what is to be warned of today and tells each person in one digest a working day.

Two steps, so that each is exactly once. `collect` takes a clock whose rung has come, writes one line for
everybody whom the rung names and derives its next rung, in one transaction. `remind_person` turns the lines of
a person into one message; the key of `Digest` admits one a day. What comes later waits for the next digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, delete, exists, false, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import reminder
from models.calendar import SHANGHAI, calendar, now, office_opens, today
from models.case import CaseFile
from models.deadline import Deadline
from models.digest import Digest, DigestLine, Line, waiting_lines
from models.inbox import overdue
from models.people import Department, Region, Role, User
from models.working_days import next_working_day, roll_forward
from processes.notification import Mail, tell
from processes.reminder_posts import recipients
from processes.reminder_text import citizen_text, digest_text

CHUNK = 200
# The first digests leave a minute after the office opens, the last ones within half an hour.
FIRST, SPREAD = timedelta(minutes=1), timedelta(minutes=29)


def collect(session: Session, limit: int = CHUNK) -> int:
    """Write the lines of at most `limit` clocks whose warning has come; how many clocks it looked at.

    0 means that nothing is left to do, also before the office opens and on days off. Clocks that a knock
    has in hand are left for the next round.
    """
    query = select(Deadline).where(*_due(session)).order_by(Deadline.remind_on, Deadline.id).limit(limit)
    clocks = session.scalars(query.with_for_update(skip_locked=True)).all()
    owed = {clock: reminder.owed(clock, calendar(clock.region_code), today()) for clock in clocks}
    _write_lines(session, recipients(session, {clock: who for clock, who in owed.items() if who}))
    for clock in clocks:
        if owed[clock]:
            clock.reminded_on = today()
        reminder.set_next(clock, calendar(clock.region_code), today())
    session.flush()
    return len(clocks)


def is_due(session: Session) -> bool:
    """Whether `collect` would find anything; for a worker that wants no write lock for nothing."""
    return session.scalar(select(Deadline.id).where(*_due(session)).limit(1)) is not None


def due_people(session: Session) -> list[int]:
    """Ids of the people whose digest is due now: lines wait for them and they had none today.

    Nobody as long as there is anything to collect, so that a digest is whole. Found by the waiting lines
    alone: the cost does not depend on what is not due.
    """
    if is_due(session):
        return []
    rows = session.execute(_waiting().order_by(DigestLine.user_id))
    return [row.user_id for row in rows if _is_time(row.user_id, row.region_code)]


def remind_person(session: Session, user_id: int) -> bool:
    """Send one person his digest of today; False when there is nothing to say or he had it. Idempotent."""
    person = session.execute(_waiting().where(DigestLine.user_id == user_id)).first()
    if person is None or not _is_time(user_id, person.region_code):
        return False
    lines = waiting_lines(session, user_id)
    shown = [line for line in lines if line.is_live]
    if shown and not _admitted(session, user_id, len(shown)):
        return False
    mine = delete(DigestLine).where(DigestLine.user_id == user_id)
    for start in range(0, len(lines), CHUNK):
        part = [line.deadline_id for line in lines[start : start + CHUNK]]
        session.execute(mine.where(DigestLine.deadline_id.in_(part)))
    if shown:
        _send(session, session.get_one(User, user_id), shown)
    return bool(shown)


def opens_at(user_id: int) -> datetime:
    """When the digest of a person leaves today: within half an hour after the office opens, always the same."""
    return _opening() + FIRST + SPREAD * (crc32(str(user_id).encode()) / 2**32)


def next_at(session: Session) -> datetime | None:
    """The next instant at which all digests of a day have left; None when no clock will warn."""
    later = session.scalar(select(func.min(Deadline.remind_on)).where(Deadline.remind_on > today()))
    days = [later] if later else []
    if session.scalar(
        select(
            or_(
                exists().where(Deadline.remind_on <= today()),
                exists().where(DigestLine.user_id == User.id, User.is_active),
            )
        )
    ):
        coming = roll_forward(today(), calendar())
        days += [coming, next_working_day(coming, calendar())]
    instants = [_opening(day) + FIRST + SPREAD for day in days]
    return min((instant for instant in instants if instant > now()), default=None)


def _opening(day: date | None = None) -> datetime:
    return datetime.combine(day or today(), office_opens(), SHANGHAI)


def _is_time(user_id: int, region_code: str) -> bool:
    return calendar(region_code).is_working_day(today()) and now() >= opens_at(user_id)


def _due(session: Session) -> tuple[ColumnElement[bool], ...]:
    """Clocks whose warning has come, in the regions that work today, once the offices are open."""
    codes = ["", *session.scalars(select(Region.code))]
    working = [code for code in codes if calendar(code).is_working_day(today())]
    if not working or now() < _opening():
        return (false(),)
    return Deadline.remind_on <= today(), Deadline.region_code.in_(working)


def _waiting() -> Any:
    """People with waiting lines and no digest today, each with the region whose days off are his."""
    had = exists().where(Digest.user_id == DigestLine.user_id, Digest.day == today())
    region = func.coalesce(func.max(Region.code), func.max(Deadline.region_code))
    return (
        select(DigestLine.user_id, region.label("region_code"))
        .join(Deadline, Deadline.id == DigestLine.deadline_id)
        .join(User, User.id == DigestLine.user_id)
        .outerjoin(Department, Department.id == User.department_id)
        .outerjoin(Region, Region.id == Department.region_id)
        .where(User.is_active, ~had)
        .group_by(DigestLine.user_id)
    )


def _write_lines(session: Session, found: Iterable[tuple[int, int]]) -> None:
    rows = [{"user_id": user, "deadline_id": clock, "added_at": now()} for user, clock in found]
    if rows:
        session.execute(_insert(session, DigestLine).on_conflict_do_nothing(), rows)


def _admitted(session: Session, user_id: int, items: int) -> bool:
    """Whether this is the person's only digest today; the key decides, also between two processes."""
    row = {"user_id": user_id, "day": today(), "sent_at": now(), "items": items}
    statement = _insert(session, Digest).values(row).on_conflict_do_nothing()
    return session.scalar(statement.returning(Digest.user_id)) is not None


def _insert(session: Session, table: Any) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if is_postgresql else sqlite.insert)(table)


def _send(session: Session, user: User, shown: Sequence[Line]) -> None:
    if user.role == Role.APPLICANT:
        subject, text = "您的申请有事项即将到期", citizen_text(shown)
    else:
        subject, text = f"时限提醒：今日新增 {len(shown)} 件", digest_text(shown, overdue(session, user))
    only = session.get_one(CaseFile, shown[0].case_id) if len(shown) == 1 else None
    tell(session, [user.id], "reminder", text, only, Mail(subject, text))
