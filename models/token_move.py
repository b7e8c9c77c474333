"""Room token_repair: a token moved by hand, proposed by one person and agreed to by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.database import Base
from models.people import User
from models.vocabulary import Labelled


class Verdict(Labelled):
    """Where a proposal stands that a second person decides on."""

    PROPOSED = "proposed", "待复核"
    APPLIED = "applied", "已执行"
    REFUSED = "refused", "不同意"
    CHANGED = "changed", "提出后案卷已有变化"


class TokenMove(Base):
    """One proposal: where the token shall stand, what that would change, and what was decided."""

    __tablename__ = "token_move"
    __table_args__ = (Index("ix_token_move_case", "case_id", "id"), Index("ix_token_move_status", "status"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    # Places of the token when it was proposed, and where it shall stand (processes/engine/marking.py).
    from_places: Mapped[list[Any]]
    to_places: Mapped[list[Any]]
    # Steps and clocks before and after, in words: no personal data.
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    token_revision: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default=Verdict.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column()
    case: Mapped[CaseFile] = relationship(lazy="raise")
    author: Mapped[User] = relationship(lazy="raise", foreign_keys=[author_id])
    decided_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def title(self) -> str:
        """待复核, 已执行, …"""
        return Verdict.title_of(self.status)

    @property
    def is_waiting(self) -> bool:
        """A second person has still to decide."""
        return self.status == Verdict.PROPOSED


def moves_of(session: Session, case: CaseFile) -> list[TokenMove]:
    """Every proposal about the token of a case, newest first."""
    query = select(TokenMove).where(TokenMove.case_id == case.id).order_by(TokenMove.id.desc())
    people = joinedload(TokenMove.author), joinedload(TokenMove.decided_by)
    return list(session.scalars(query.options(*people)))
