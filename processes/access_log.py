"""Room access log: notes who looked at what, after the page has gone out, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.access_log import AccessRecord, Door, LookKind, span_of
from models.calendar import now
from models.people import User


@dataclass(frozen=True)
class Look:
    """One look at one thing of one case."""

    kind: LookKind
    case_id: int
    user_id: int
    department_id: int | None
    door: Door = Door.PAGE
    thing_id: int = 0


def look_of(user: User, case_id: int, kind: LookKind, thing_id: int = 0, door: Door = Door.PAGE) -> Look:
    """A look of this person."""
    return Look(kind, case_id, user.id, user.department_id, door, thing_id)


def looked(session: Session, looks: Sequence[Look]) -> None:
    """Write the looks: one statement. A second look within the same ten minutes changes nothing."""
    at = now().replace(microsecond=0)
    rows = [_row(look) | {"at": at, "span": span_of(at)} for look in dict.fromkeys(looks)]
    if rows:
        session.execute(_insert(session).values(rows).on_conflict_do_nothing())


def _insert(session: Session) -> Any:
    is_server = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if is_server else sqlite.insert)(AccessRecord)


def _row(look: Look) -> dict[str, object]:
    return {
        "kind": look.kind.value,
        "case_id": look.case_id,
        "user_id": look.user_id,
        "department_id": look.department_id,
        "door": look.door.value,
        "thing_id": look.thing_id,
    }
