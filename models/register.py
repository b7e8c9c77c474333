"""Room credit, register: the list of 信用企业（户） with its counters, as far as a person may look (B-01, D-16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from models.calendar import today
from models.credit import CreditListing, Exclusion, ExclusionCause, ListingStatus
from models.credit_info import EvidenceRecord, QuerySource
from models.credit_policy import CreditRules
from models.keyset import containing
from models.people import User
from models.refusal import Refusal
from models.register_sight import Sight
from models.subject import Subject, SubjectKind

PAGE = 20
_BLACKLISTED = exists().where(Exclusion.subject_id == Subject.id, Exclusion.cause == ExclusionCause.BLACKLIST)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means everything. `after` is the id of the last line of the page before."""

    text: str = ""
    kind: str = ""
    status: str = ""
    after: str = ""


@dataclass(frozen=True)
class Validity:
    """How many of the sources of B-07 were asked, and how many answers are too old to rely on (D-17)."""

    asked: int = 0
    stale: int = 0

    @property
    def missing(self) -> int:
        """Sources that were never asked."""
        return len(QuerySource) - self.asked

    @property
    def words(self) -> str:
        """What a list says of it."""
        if not self.asked:
            return "未登记查询"
        if self.stale:
            return f"{self.stale} 项已过期"
        return f"{self.asked} 项有效" + (f"，缺 {self.missing} 项" if self.missing else "")

    @property
    def light(self) -> str:
        """The sign beside the words: a shape and a colour."""
        return "soon" if self.stale or self.missing else "ok"


@dataclass(frozen=True)
class Line:
    """One firm of the register."""

    id: int
    number: str
    name: str
    uscc: str
    kind: str
    status: str
    listed_on: date
    cancelled_on: date | None
    is_blacklisted: bool
    validity: Validity | None = None

    @property
    def kind_label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)

    @property
    def status_label(self) -> str:
        """有效, 资格已取消, and the blacklist over both."""
        return "已列入黑名单" if self.is_blacklisted else ListingStatus.title_of(self.status)

    @property
    def light(self) -> str:
        """The sign beside the status."""
        return "ok" if self.status == ListingStatus.LISTED else "over"


@dataclass(frozen=True)
class Counter:
    """How many firms of a kind are on the register, against the target (B-01; no cap, D-16)."""

    kind: str
    live: int
    cancelled: int
    target: int

    @property
    def label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)

    @property
    def share(self) -> int:
        """Percent of the target, for the bar: 100 at most."""
        return min(100, self.live * 100 // self.target) if self.target else 100


@dataclass(frozen=True)
class Page:
    """Some lines of the register and the cursor that continues after them."""

    items: list[Line] = field(default_factory=list)
    after: str = ""


def register_page(
    session: Session, user: User, wanted: Wanted, evidence_days: int, limit: int = PAGE
) -> Page:
    """One page, newest first; the validity of the queries for the lead only. Raises Refusal for a bad cursor."""
    rows = session.execute(_lines(user, wanted).limit(limit + 1)).all()
    sight = Sight(user)
    shown = rows[:limit]
    found = validity_of(session, [row.subject_id for row in shown], evidence_days) if sight.is_lead else None
    items = [
        _line(row, found.get(row.subject_id, Validity()) if found is not None else None) for row in shown
    ]
    return Page(items, str(items[-1].id) if len(rows) > limit else "")


def register_lines(session: Session, user: User, wanted: Wanted) -> Iterator[Line]:
    """Every line, one by one, for an export."""
    for row in session.execute(_lines(user, wanted).execution_options(yield_per=200)):
        yield _line(row, None)


def counters(session: Session, user: User, rules: CreditRules) -> list[Counter]:
    """The two counters of the register, of what the person may look up."""
    query = (
        select(CreditListing.kind, CreditListing.status, func.count())
        .join(Subject, Subject.id == CreditListing.subject_id)
        .where(Sight(user).firms())
        .group_by(CreditListing.kind, CreditListing.status)
    )
    counted = {(kind, status): count for kind, status, count in session.execute(query)}
    return [
        Counter(
            kind.value,
            counted.get((kind, ListingStatus.LISTED), 0),
            counted.get((kind, ListingStatus.CANCELLED), 0),
            rules.target_for(kind),
        )
        for kind in SubjectKind
    ]


def validity_of(session: Session, subjects: Sequence[int], days: int) -> dict[int, Validity]:
    """Firm → how many sources were asked and are too old today: valid `days` calendar days (D-17)."""
    newest = (
        select(EvidenceRecord.subject_id, func.max(EvidenceRecord.queried_on).label("queried_on"))
        .where(EvidenceRecord.subject_id.in_(subjects))
        .group_by(EvidenceRecord.subject_id, EvidenceRecord.source)
    )
    oldest = today() - timedelta(days=days)
    found: dict[int, Validity] = {}
    for subject_id, queried_on in session.execute(newest):
        before = found.get(subject_id, Validity())
        found[subject_id] = Validity(before.asked + 1, before.stale + (queried_on < oldest))
    return found


def _lines(user: User, wanted: Wanted) -> Any:
    query = (
        select(
            CreditListing, Subject.name, Subject.uscc, CreditListing.subject_id, _BLACKLISTED.label("black")
        )
        .join(Subject, Subject.id == CreditListing.subject_id)
        .where(Sight(user).firms(), *_narrowed(wanted))
        .order_by(CreditListing.id.desc())
    )
    if wanted.after:
        if not (wanted.after.isascii() and wanted.after.isdigit() and len(wanted.after) < 10):
            raise Refusal("翻页位置无效，请从第一页重新查询。", "after")
        query = query.where(CreditListing.id < int(wanted.after))
    return query


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.kind in SubjectKind.__members__.values():
        yield CreditListing.kind == wanted.kind
    if wanted.status == ExclusionCause.BLACKLIST:
        yield _BLACKLISTED
    elif wanted.status in ListingStatus.__members__.values():
        yield CreditListing.status == wanted.status
    if wanted.text.strip():
        yield named(wanted.text)


def named(text: str) -> ColumnElement[bool]:
    """Firms whose name contains the words, or whose code or number of the register does."""
    pattern = containing(text.strip())
    code = pattern.upper()
    own_number = CreditListing.number.like(code, escape="\\")
    numbered = exists().where(CreditListing.subject_id == Subject.id, own_number).correlate(Subject)
    return or_(Subject.name.like(pattern, escape="\\"), Subject.uscc.like(code, escape="\\"), numbered)


def _line(row: Any, validity: Validity | None) -> Line:
    listing: CreditListing = row[0]
    return Line(
        id=listing.id,
        number=listing.number,
        name=row.name,
        uscc=row.uscc,
        kind=listing.kind,
        status=listing.status,
        listed_on=listing.listed_on,
        cancelled_on=listing.cancelled_on,
        is_blacklisted=bool(row.black),
        validity=validity,
    )
