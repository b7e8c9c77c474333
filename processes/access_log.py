"""Room access log: notes who looked at what, after the page has gone out, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.access_log import MOST_MOVES, MOVED, AccessRecord, Door, LookKind, span_begins, span_of
from models.calendar import now
from models.case import CaseFile
from models.document import Document
from models.dossier import Dossier
from models.fact_correction import FactCorrection
from models.letter import Letter
from models.pause import Pause
from models.people import User
from models.supervision import Supervision
from models.task_review import TaskReview
from models.token_move import TokenMove
from models.workflow import UserTask

# By what an address names a case.
_CASE_OF: dict[str, Callable[[Any], Select[Any]]] = {
    "number": lambda key: select(CaseFile.id).where(CaseFile.number == key),
    "case_id": lambda key: select(CaseFile.id).where(CaseFile.id == key),
    "document_id": lambda key: select(Document.case_id).where(Document.id == key),
    "letter_id": lambda key: select(Letter.case_id).where(Letter.id == key),
    "task_id": lambda key: select(UserTask.case_id).where(UserTask.id == key),
    "dossier_id": lambda key: select(Dossier.case_id).where(Dossier.id == key),
    "pause_id": lambda key: select(Pause.case_id).where(Pause.id == key),
    "review_id": lambda key: select(TaskReview.case_id).where(TaskReview.id == key),
    "supervision_id": lambda key: select(Supervision.case_id).where(Supervision.id == key),
    "correction_id": lambda key: select(FactCorrection.case_id).where(FactCorrection.id == key),
    "move_id": lambda key: select(TokenMove.case_id).where(TokenMove.id == key),
}
NAMES = frozenset(_CASE_OF)


@dataclass(frozen=True)
class Look:
    """One look of one person at one thing of the case that `name` and `key` tell."""

    kind: LookKind
    user_id: int
    department_id: int | None
    name: str
    key: str | int
    thing_id: int = 0
    door: Door = Door.PAGE


def look_at(user: User, case_id: int, kind: LookKind, thing_id: int = 0, door: Door = Door.PAGE) -> Look:
    """A look of this person at a case whose row is known."""
    return Look(kind, user.id, user.department_id, "case_id", case_id, thing_id, door)


def looked(session: Session, looks: Iterable[Look]) -> None:
    """Write the looks, a statement each. A second look within the same ten minutes changes nothing.

    Unless the case has opened a step since: then it is noted anew, or nobody could tell whether it was seen (撤回).
    """
    at = now()
    is_server = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_server else sqlite.insert
    for look in dict.fromkeys(looks):
        noted = {
            "at": at,
            "user_id": look.user_id,
            "department_id": look.department_id,
            "kind": look.kind.value,
            "thing_id": look.thing_id,
            "door": look.door.value,
        }
        columns = [literal(value, AccessRecord.__table__.c[name].type) for name, value in noted.items()]
        case_id = _CASE_OF[look.name](look.key).subquery().c[0]
        # The condition is for SQLite's parser, which takes ON CONFLICT for a join without one.
        rows = select(case_id, _span(case_id, at), *columns).where(case_id.is_not(None))
        written = insert(AccessRecord).from_select(["case_id", "span", *noted], rows)
        session.execute(written.on_conflict_do_nothing())


def _span(case_id: ColumnElement[int], at: datetime) -> ColumnElement[int]:
    """The ten minutes, and how many steps the case has opened in them so far."""
    opened = select(func.count(UserTask.id)).where(
        UserTask.case_id == case_id, UserTask.created_at >= span_begins(at)
    )
    return literal(span_of(at)) + MOVED * (opened.scalar_subquery() % MOST_MOVES)
