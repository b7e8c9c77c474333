"""Room case, search: case files by number, name, ID number or status, as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, func, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from models.case import CaseFile, seen_by, type_title, visible_to
from models.case_bigram import COMMON, held, is_common, literally, tidied
from models.case_status import CaseStatus
from models.crypto import keyed_hash
from models.identity import normalize
from models.keyset import cursor_after, read_cursor
from models.people import Department, Permission, User
from models.scheme import Scheme

PAGE = 20
# What the column of the id can hold: a typed cursor may say more.
BIGGEST_ID = 2**31 - 1
_IDENTITY_LENGTH = 18
_Bank = aliased(Department)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means everything."""

    text: str = ""
    status: str = ""
    after: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class Found:
    """One line of the result."""

    case_id: int
    number: str
    applicant_name: str
    scheme: str
    applicant_type: str
    amount: Decimal | None
    term_months: int | None
    status: CaseStatus
    bank: str
    opened_at: datetime

    @property
    def type_label(self) -> str:
        """个人, 小微企业, 信保贷申报（中小微企业）, …"""
        return type_title(self.scheme, self.applicant_type)


@dataclass(frozen=True)
class FoundPage:
    """Some lines, and the cursor that continues after them."""

    items: list[Found] = field(default_factory=list)
    after: str = ""


def search(session: Session, user: User, wanted: Wanted, limit: int = PAGE) -> FoundPage:
    """One page of what `user` may see, newest first. Raises Refusal for a broken cursor."""
    query = _lines().where(*_narrowed(wanted)).order_by(CaseFile.opened_at.desc(), CaseFile.id.desc())
    words, moment = tidied(wanted.text), read_cursor(wanted.after) if wanted.after else None
    if moment is not None:
        query = query.where(_before(moment))
    if _is_identity(words):
        rows = _first(
            session, query.where(visible_to(user), CaseFile.identity_hash == _hash_of(words)), limit
        )
    elif not words:
        rows = _first(session, query.where(visible_to(user)), limit)
    elif is_common(session, words):
        rows = _common(session, query.where(literally(words)), user, limit, moment)
    else:
        few = CaseFile.id.in_(cast(Any, held(words, COMMON)))
        rows = _first(session, query.where(few, literally(words), visible_to(user)), limit)
    items = [_found(row) for row in rows[:limit]]
    return FoundPage(items, cursor_after(items[-1].opened_at, items[-1].case_id) if len(rows) > limit else "")


def _common(session: Session, query: Any, user: User, limit: int, moment: tuple[datetime, int] | None) -> Any:
    """What many cases have: of a person who sees few cases, those; else the newest are looked through first."""
    is_overseer = user.may(Permission.CASE_OVERSEE)
    if is_overseer or _sees_many(session, user):
        rows = _first(session, query.where(CaseFile.opened_at >= _edge(moment), visible_to(user)), limit)
        if len(rows) > limit:
            return rows
    # Read once from end to end and sorted: by the index, far between hits, every row is read out of turn.
    plain = func.coalesce(CaseFile.opened_at, CaseFile.opened_at)
    query = query.order_by(None).order_by(plain.desc(), CaseFile.id.desc())
    if is_overseer:
        return _first(session, query.where(visible_to(user)), limit)
    own = union(*seen_by(user)).subquery()
    return _first(session, query.join(own, own.c.id == CaseFile.id), limit)


def _sees_many(session: Session, user: User) -> bool:
    parts = [part.limit(COMMON + 1).subquery() for part in seen_by(user)]
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return sum(session.execute(select(*counts)).one()) > COMMON


def _first(session: Session, query: Any, limit: int) -> Any:
    return session.execute(query.limit(limit + 1)).all()


def _edge(moment: tuple[datetime, int] | None) -> Any:
    """When the oldest of the newest COMMON cases was opened; nothing when there are fewer."""
    newest = select(CaseFile.opened_at).order_by(CaseFile.opened_at.desc(), CaseFile.id.desc())
    if moment is not None:
        newest = newest.where(_before(moment))
    return newest.offset(COMMON).limit(1).scalar_subquery()


def _before(moment: tuple[datetime, int]) -> ColumnElement[bool]:
    return tuple_(CaseFile.opened_at, CaseFile.id) < (moment[0], min(moment[1], BIGGEST_ID))


def _lines() -> Any:
    return select(
        CaseFile.id,
        CaseFile.number,
        CaseFile.applicant_name,
        CaseFile.scheme,
        CaseFile.applicant_type,
        CaseFile.amount,
        CaseFile.term_months,
        CaseFile.status,
        CaseFile.opened_at,
        _Bank.name.label("bank"),
    ).outerjoin(_Bank, _Bank.id == CaseFile.bank_id)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    criteria: list[ColumnElement[bool]] = []
    if wanted.status in CaseStatus.__members__.values():
        criteria.append(CaseFile.status == wanted.status)
    if wanted.scheme in Scheme.__members__.values():
        criteria.append(CaseFile.scheme == wanted.scheme)
    return criteria


def _is_identity(words: str) -> bool:
    """A full ID number or USCC is compared by its keyed hash only; anything else is part of a name or number."""
    identity = normalize(words)
    return len(identity) == _IDENTITY_LENGTH and identity.isascii() and identity.isalnum()


def _hash_of(words: str) -> str:
    return keyed_hash(normalize(words))


def _found(row: Any) -> Found:
    return Found(
        case_id=row.id,
        number=row.number,
        applicant_name=row.applicant_name,
        scheme=row.scheme,
        applicant_type=row.applicant_type,
        amount=row.amount,
        term_months=row.term_months,
        status=CaseStatus(row.status),
        bank=row.bank or "",
        opened_at=row.opened_at,
    )
