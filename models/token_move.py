"""Room token_repair: a token moved by hand, proposed by one person and agreed to by another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from models.case import CaseFile
from models.database import Base
from models.four_eyes import Proposed, Verdict, proposals_of

__all__ = ["TokenMove", "Verdict", "moves_of"]


class TokenMove(Proposed, Base):
    """One proposal: where the token shall stand, what that would change, and what was decided."""

    __tablename__ = "token_move"
    __table_args__ = (Index("ix_token_move_case", "case_id", "id"), Index("ix_token_move_status", "status"))

    # Places of the token when it was proposed, and where it shall stand (processes/engine/marking.py).
    from_places: Mapped[list[Any]]
    to_places: Mapped[list[Any]]
    # Steps and clocks before and after, in words: no personal data.
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    token_revision: Mapped[int]


def moves_of(session: Session, case: CaseFile) -> list[TokenMove]:
    """Every proposal about the token of a case, newest first."""
    return proposals_of(session, TokenMove, case)
