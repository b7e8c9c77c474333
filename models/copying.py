"""Room copying: copies of a case (抄送): to whom, by whom, and when each was read (已阅)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, UniqueConstraint, func, select, text, tuple_
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from models.case import CaseFile, type_title, visible_to
from models.case_status import CaseStatus
from models.database import Base, BigId
from models.keyset import cursor_after, read_cursor
from models.people import User

PAGE = 20
COUNT_CAP = 1000
_UNREAD = text("read_at IS NULL")


class CaseCopy(Base):
    """One person to whom a case was brought; once a person and case."""

    __tablename__ = "case_copy"
    __table_args__ = (
        UniqueConstraint("case_id", "user_id"),
        Index("ix_case_copy_mine", "user_id", "sent_at", "id"),
        Index("ix_case_copy_sent", "sent_by_id", "sent_at", "id"),
        Index("ix_case_copy_unread", "user_id", postgresql_where=_UNREAD, sqlite_where=_UNREAD),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    sent_by: Mapped[User] = relationship(lazy="raise", foreign_keys=[sent_by_id])


@dataclass(frozen=True)
class CopyLine:
    """One line of 抄送我的 or 我抄送的."""

    id: int
    number: str
    applicant_name: str
    kind: str
    state: str
    # Who sent it, or to whom it went.
    person: str
    note: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Copies:
    """One page of copies, and the cursor that continues after it."""

    lines: list[CopyLine]
    after: str = ""


def copies_of(session: Session, case: CaseFile) -> list[CaseCopy]:
    """Everybody to whom a case was brought, oldest first, with both people; one statement."""
    people = joinedload(CaseCopy.user), joinedload(CaseCopy.sent_by)
    query = select(CaseCopy).where(CaseCopy.case_id == case.id).options(*people)
    return list(session.scalars(query.order_by(CaseCopy.id).execution_options(populate_existing=True)))


def copies_to(session: Session, user: User, unread_only: bool = False, after: str = "") -> Copies:
    """抄送我的, newest first; a case that he may not see any more is left out. Raises Refusal for a broken cursor."""
    mine = [CaseCopy.user_id == user.id]
    if unread_only:
        mine.append(CaseCopy.read_at.is_(None))
    return _page(session, user, mine, CaseCopy.sent_by_id, after)


def copies_by(session: Session, user: User, after: str = "") -> Copies:
    """我抄送的, newest first, with the read marks."""
    return _page(session, user, [CaseCopy.sent_by_id == user.id], CaseCopy.user_id, after)


def _page(
    session: Session, user: User, criteria: list[ColumnElement[bool]], other: Any, after: str
) -> Copies:
    person = aliased(User)
    query = (
        select(CaseCopy, CaseFile, person.name)
        .join(CaseFile, CaseFile.id == CaseCopy.case_id)
        .join(person, person.id == other)
        .where(*criteria, visible_to(user))
        .order_by(CaseCopy.sent_at.desc(), CaseCopy.id.desc())
    )
    if after:
        query = query.where(tuple_(CaseCopy.sent_at, CaseCopy.id) < read_cursor(after))
    rows = session.execute(query.limit(PAGE + 1)).all()
    lines = [_line(copy, case, name) for copy, case, name in rows[:PAGE]]
    more = cursor_after(lines[-1].sent_at, lines[-1].id) if len(rows) > PAGE else ""
    return Copies(lines, more)


def _line(copy: CaseCopy, case: CaseFile, name: str) -> CopyLine:
    kind, state = type_title(case.scheme, case.applicant_type), CaseStatus(case.status).label
    about = (case.number, case.applicant_name, kind, state)
    return CopyLine(copy.id, *about, name, copy.note, copy.sent_at, copy.read_at)


def unread_copies(session: Session, user: User) -> int:
    """How many copies a person has not read, up to COUNT_CAP."""
    rows = select(CaseCopy.id).where(CaseCopy.user_id == user.id, CaseCopy.read_at.is_(None))
    found = rows.limit(COUNT_CAP).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0
