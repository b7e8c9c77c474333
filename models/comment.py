"""Room comment: internal remarks on a case (留言), whom each one names (@), and what a withdrawn one leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from models.calendar import now
from models.case import CaseFile
from models.database import Base, BigId
from models.people import User

MAX_TEXT = 1000
# How long its author may take a remark back.
WITHDRAW_WITHIN = timedelta(minutes=10)
SHOWN = 20


class CaseComment(Base):
    """One remark. Never edited; one that was withdrawn keeps its place and loses its words."""

    __tablename__ = "case_comment"
    __table_args__ = (Index("ix_case_comment_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    author: Mapped[User] = relationship(lazy="raise")
    mentions: Mapped[list[CommentMention]] = relationship(lazy="raise", order_by="CommentMention.user_id")

    @property
    def is_withdrawn(self) -> bool:
        """Whether only the trace is left."""
        return self.withdrawn_at is not None

    def may_withdraw(self, user: User) -> bool:
        """Its author, within ten minutes."""
        return self.author_id == user.id and not self.is_withdrawn and self.is_fresh

    @property
    def is_fresh(self) -> bool:
        """Whether the ten minutes have not passed."""
        return now() <= self.said_at + WITHDRAW_WITHIN


class CommentMention(Base):
    """A colleague whom a remark names, and who was told."""

    __tablename__ = "comment_mention"

    comment_id: Mapped[int] = mapped_column(BigId, ForeignKey("case_comment.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    user: Mapped[User] = relationship(lazy="raise")


def comments_of(
    session: Session, case: CaseFile, before: int | None = None, limit: int | None = SHOWN
) -> list[CaseComment]:
    """The newest remarks first (before one of them, when its id is given), each with author and whom it names.

    Two statements; `limit` None: all of them, for the dossier.
    """
    query = select(CaseComment).where(CaseComment.case_id == case.id).order_by(CaseComment.id.desc())
    if before is not None:
        query = query.where(CaseComment.id < before)
    named = selectinload(CaseComment.mentions).joinedload(CommentMention.user)
    found = query.limit(limit).options(joinedload(CaseComment.author), named)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def mentions_in(text: str, people: Collection[User]) -> set[int]:
    """Whom `@name` in a text means: the longest name that fits; of two people with one name neither."""
    names = [person.name for person in people]
    by_name = {person.name: person.id for person in people if names.count(person.name) == 1}
    ordered = sorted(by_name, key=len, reverse=True)
    pieces = text.split("@")[1:]
    hits = (next((name for name in ordered if piece.startswith(name)), None) for piece in pieces)
    return {by_name[name] for name in hits if name is not None}
