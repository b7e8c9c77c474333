"""Room access log, the reader's side: the looks a page at a time, for auditors, and for heads those of their people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, joinedload

from models.access_log import AccessRecord, LookKind
from models.calendar import end_of
from models.case import CaseFile
from models.deadline import Deadline
from models.document import Document
from models.keyset import containing, row_cursor
from models.letter import Letter
from models.material import material_label
from models.people import Permission, User


@dataclass(frozen=True)
class Asked:
    """What the looks are narrowed by; empty means everything."""

    person: str = ""
    office: int | None = None
    case: str = ""
    kind: str = ""
    from_on: date | None = None
    to_on: date | None = None
    after: str = ""


@dataclass(frozen=True)
class Line:
    """One look; `thing` names the document, letter or clock."""

    record: AccessRecord
    thing: str = ""


@dataclass(frozen=True)
class Looks:
    """One page, and the cursor that continues after it."""

    lines: list[Line] = field(default_factory=list)
    after: str = ""


def shown_to(user: User) -> ColumnElement[bool]:
    """Auditors read all looks; heads those of the people of their office. Raises Forbidden."""
    user.require(Permission.ACCESS_READ)
    if user.may(Permission.AUDIT_READ):
        return true()
    return AccessRecord.department_id == user.department_id


def looks(session: Session, user: User, asked: Asked, limit: int = 50) -> Looks:
    """The looks that the user may read, newest first. Raises Refusal for a broken cursor, Forbidden."""
    query = _narrowed(select(AccessRecord).where(shown_to(user)), asked)
    if asked.after:
        query = query.where(AccessRecord.id < row_cursor(asked.after))
    rows = list(session.scalars(query.options(*_WITH).order_by(AccessRecord.id.desc()).limit(limit + 1)))
    kept = rows[:limit]
    return Looks(_lines(session, kept), str(kept[-1].id) if len(rows) > limit else "")


def looks_at(session: Session, case: CaseFile) -> list[Line]:
    """Every look at one case, oldest first, for its dossier."""
    query = select(AccessRecord).where(AccessRecord.case_id == case.id).options(*_WITH)
    return _lines(session, session.scalars(query.order_by(AccessRecord.id)).all())


_WITH = (
    joinedload(AccessRecord.user).options(joinedload(User.department)),
    joinedload(AccessRecord.department),
    joinedload(AccessRecord.case).load_only(CaseFile.number),
)


def _narrowed(query: Select[Any], asked: Asked) -> Select[Any]:
    if asked.person.strip():
        named = select(User.id).where(User.name.like(containing(asked.person.strip()), escape="\\"))
        query = query.where(AccessRecord.user_id.in_(named))
    if asked.office is not None:
        query = query.where(AccessRecord.department_id == asked.office)
    if asked.case.strip():
        found = select(CaseFile.id).where(CaseFile.number == asked.case.strip())
        query = query.where(AccessRecord.case_id.in_(found))
    if asked.kind:
        query = query.where(AccessRecord.kind == asked.kind)
    if asked.from_on:
        query = query.where(AccessRecord.at >= end_of(asked.from_on - timedelta(days=1)))
    if asked.to_on:
        query = query.where(AccessRecord.at < end_of(asked.to_on))
    return query


def _lines(session: Session, rows: Iterable[AccessRecord]) -> list[Line]:
    kept = list(rows)
    things = {kind: _things(session, kind, kept) for kind in _NAMED}
    return [Line(row, things.get(row.kind, {}).get(row.thing_id, "")) for row in kept]


_NAMED: Mapping[str, Select[int, str]] = {
    LookKind.DOCUMENT.value: select(Document.id, Document.kind),
    LookKind.LETTER.value: select(Letter.id, Letter.number),
    LookKind.COUNT.value: select(Deadline.id, Deadline.name),
}


def _things(session: Session, kind: str, rows: Iterable[AccessRecord]) -> dict[int, str]:
    query = _NAMED[kind]
    ids = {row.thing_id for row in rows if row.kind == kind}
    column = query.selected_columns[0]
    found = session.execute(query.where(column.in_(ids))).all()
    say = material_label if kind == LookKind.DOCUMENT else str
    return {row[0]: say(row[1]) for row in found}
