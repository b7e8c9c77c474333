"""Room token_repair: what waits for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal, select, union_all
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.fact_correction import FactCorrection
from models.people import User
from models.token_move import TokenMove, Verdict

LISTED = 200
MOVE, CORRECTION = "move", "correction"


@dataclass(frozen=True)
class Waiting:
    """One proposal: `kind` move or correction, by whom, about which case, why."""

    kind: str
    id: int
    number: str
    author: str
    reason: str
    created_at: datetime

    @property
    def title(self) -> str:
        """流程位置调整, 事实更正."""
        return "流程位置调整" if self.kind == MOVE else "事实更正"


def waiting_for(session: Session, mine: ColumnElement[bool], seen: ColumnElement[bool]) -> list[Waiting]:
    """Every proposal that is not decided, oldest first; one query.

    Moves of the cases that `mine` names, corrections of those that `seen` names.
    """
    parts = []
    for kind, table, his in ((MOVE, TokenMove, mine), (CORRECTION, FactCorrection, seen)):
        parts.append(
            select(
                literal(kind).label("kind"), table.id.label("id"), CaseFile.number.label("number"),
                User.name.label("author"), table.reason.label("reason"), table.created_at.label("created_at"),
            )
            .join(CaseFile, CaseFile.id == table.case_id)
            .join(User, User.id == table.author_id)
            .where(table.status == Verdict.PROPOSED.value, his)
        )  # fmt: skip
    found = union_all(*parts).subquery()
    query = select(found).order_by(found.c.created_at, found.c.id).limit(LISTED)
    return [Waiting(**row) for row in session.execute(query).mappings()]
