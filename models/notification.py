"""Room notification: what a person is told inside the program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, ScalarSelect, String, Text, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile, visible_to
from models.database import Base, BigId
from models.keyset import cursor_after, read_cursor
from models.people import User

UNREAD_CAP = 100
REMINDER = "reminder"
# Somebody has named one in a remark on a case (@).
MENTION = "comment"
CASE_NUMBER = re.compile(r"\b[A-Z]{2}\d{6,20}\b", re.ASCII)


class Notification(Base):
    """One message to one person about one case."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_user", "user_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    # Where it is dealt with, as `room:number` (webapp/places.py); empty: on the page of its case.
    place: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


def unread(user_id: int) -> ScalarSelect[int]:
    """How many messages a person has not read, up to UNREAD_CAP: one look into the index, part of a larger question."""
    rows = (
        select(Notification.id)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .limit(UNREAD_CAP)
        .subquery()
    )
    return select(func.count()).select_from(rows).scalar_subquery()


@dataclass(frozen=True)
class Message:
    """One line of a person's messages; `number` of the case when the person may see it."""

    id: int
    kind: str
    text: str
    number: str
    created_at: datetime
    is_read: bool
    place: str = ""

    @property
    def title(self) -> str:
        """Its first line; a digest has more."""
        return self.text.partition("\n")[0]


@dataclass(frozen=True)
class Messages:
    """One page of messages, and the cursor that continues after it."""

    lines: list[Message]
    after: str = ""
    # The case numbers named in its digests that the person may see.
    seen: frozenset[str] = frozenset()


def messages_of(session: Session, user: User, after: str = "", limit: int = 20) -> Messages:
    """A person's own messages, newest first. Raises Refusal for a broken cursor."""
    visible = select(CaseFile.id, CaseFile.number).where(visible_to(user)).subquery()
    query = (
        select(Notification, visible.c.number)
        .outerjoin(visible, visible.c.id == Notification.case_id)
        .where(Notification.user_id == user.id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
    )
    if after:
        query = query.where(tuple_(Notification.created_at, Notification.id) < read_cursor(after))
    rows = session.execute(query.limit(limit + 1)).all()
    lines = [_message(row, number) for row, number in rows[:limit]]
    more = cursor_after(lines[-1].created_at, lines[-1].id) if len(rows) > limit else ""
    return Messages(lines, more, _seen(session, user, lines))


def unread_of(session: Session, user: User, kind: str, limit: int) -> list[Message]:
    """A person's unread messages of a kind, newest first; one statement."""
    visible = select(CaseFile.id, CaseFile.number).where(visible_to(user)).subquery()
    query = (
        select(Notification, visible.c.number)
        .outerjoin(visible, visible.c.id == Notification.case_id)
        .where(Notification.user_id == user.id, Notification.read_at.is_(None), Notification.kind == kind)
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    return [_message(row, number) for row, number in session.execute(query)]


def _message(row: Notification, number: str | None) -> Message:
    return Message(
        row.id, row.kind, row.text, number or "", row.created_at, row.read_at is not None, row.place
    )


def _seen(session: Session, user: User, lines: Sequence[Message]) -> frozenset[str]:
    named = {number for line in lines if line.kind == REMINDER for number in CASE_NUMBER.findall(line.text)}
    if not named:
        return frozenset()
    return frozenset(
        session.scalars(select(CaseFile.number).where(CaseFile.number.in_(named), visible_to(user)))
    )
