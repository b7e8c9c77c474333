"""Room case, search: case files by number, name, ID number or status, as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session, aliased

from models.case import CaseFile, type_title, visible_to
from models.case_bigram import matching
from models.case_status import CaseStatus
from models.crypto import keyed_hash
from models.identity import normalize
from models.keyset import cursor_after, read_cursor
from models.people import Department, User
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
    key = tuple_(CaseFile.opened_at, CaseFile.id)
    query = _lines().where(visible_to(user), *_narrowed(wanted))
    if wanted.after:
        moment, row_id = read_cursor(wanted.after)
        query = query.where(key < (moment, min(row_id, BIGGEST_ID)))
    rows = session.execute(
        query.order_by(CaseFile.opened_at.desc(), CaseFile.id.desc()).limit(limit + 1)
    ).all()
    items = [_found(row) for row in rows[:limit]]
    return FoundPage(items, cursor_after(items[-1].opened_at, items[-1].case_id) if len(rows) > limit else "")


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
    if wanted.text.strip():
        criteria.append(_named(wanted.text.strip()))
    return criteria


def _named(text: str) -> ColumnElement[bool]:
    """A full ID number or USCC is compared by its keyed hash only; anything else is part of a name or number."""
    identity = normalize(text)
    if len(identity) == _IDENTITY_LENGTH and identity.isascii() and identity.isalnum():
        return CaseFile.identity_hash == keyed_hash(identity)
    return matching(text)


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
