"""Room loan of 信保贷, search: the loans that a person may see, by firm, state and due date, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.calendar import today
from models.case import CaseFile, visible_to
from models.case_status import CaseStatus
from models.credit import CreditListing, ListingStatus
from models.credit_loan import CreditLoan
from models.keyset import containing
from models.people import Department, User
from models.subject import Subject
from models.vocabulary import Labelled

PAGE = 20
SOON = timedelta(days=7)
BIGGEST_ID = 2**31 - 1
_Guarantor = aliased(Department)
_IS_LISTED = exists().where(
    CreditListing.subject_id == CreditLoan.subject_id, CreditListing.status == ListingStatus.LISTED
)


class LoanState(Labelled):
    """What a list of loans is narrowed to."""

    APPLYING = "applying", "申请中"
    ACTIVE = "active", "存续"
    SOON = "soon", "7日内到期"
    OVERDUE = "overdue", "逾期"
    ENDED = "ended", "已办结"


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means everything. `after` is the id of the last loan of the page before."""

    text: str = ""
    state: str = ""
    after: int = 0


@dataclass(frozen=True)
class Found:
    """One loan of the list; 元."""

    id: int
    number: str
    name: str
    uscc: str
    status: CaseStatus
    bank: str
    guarantor: str
    requested: Decimal
    line: Decimal | None
    outstanding: Decimal
    line_until: date | None
    next_due_on: date | None
    is_listed: bool

    @property
    def available(self) -> Decimal | None:
        """What may be drawn: nothing of a line that is over, past due or of a firm off the register; None before signing."""
        if self.line is None:
            return None
        is_over = not self.is_active or (self.line_until is not None and self.line_until < today())
        is_late = self.next_due_on is not None and self.next_due_on < today()
        return Decimal(0) if is_over or is_late or not self.is_listed else self.line - self.outstanding

    @property
    def is_active(self) -> bool:
        """Signed and not ended."""
        return self.status is CaseStatus.LOAN_ACTIVE

    @property
    def light(self) -> tuple[str, str]:
        """Light and words of the next due date, in calendar days (D-32)."""
        return due_light(self.next_due_on if self.is_active else None, today())


@dataclass(frozen=True)
class FoundPage:
    """Some loans, newest first, and the id after which the next page begins; 0: none."""

    items: list[Found] = field(default_factory=list)
    after: int = 0


def due_light(due_on: date | None, on: date) -> tuple[str, str]:
    """How an unpaid due date stands, by calendar days: the due date itself is not overdue (D-32)."""
    if due_on is None:
        return "none", "无待还"
    days = (due_on - on).days
    if days < 0:
        return "over", f"逾期 {-days} 日"
    if not days:
        return "today", "今日到期"
    return ("soon" if days <= SOON.days else "ok"), f"剩 {days} 日"


def search(session: Session, user: User, wanted: Wanted, limit: int = PAGE) -> FoundPage:
    """One page of what `user` may see, newest first."""
    query = _lines().where(visible_to(user), *_narrowed(wanted))
    if wanted.after:
        query = query.where(CreditLoan.id < min(wanted.after, BIGGEST_ID))
    rows = session.execute(query.order_by(CreditLoan.id.desc()).limit(limit + 1)).mappings().all()
    items = [Found(**{**row, "status": CaseStatus(row["status"])}) for row in rows[:limit]]
    return FoundPage(items, items[-1].id if len(rows) > limit else 0)


def totals(session: Session, user: User) -> Mapping[str, Any]:
    """Counts and sums of the active loans that `user` may see: loans, lines, outstanding, overdue."""
    is_late = case((CreditLoan.next_due_on < today(), 1), else_=0)
    query = (
        select(
            func.count(CreditLoan.id).label("loans"),
            func.sum(CreditLoan.line_amount).label("lines"),
            func.sum(CreditLoan.outstanding).label("outstanding"),
            func.sum(is_late).label("overdue"),
        )
        .join(CaseFile, CaseFile.id == CreditLoan.case_id)
        .where(visible_to(user), CaseFile.status == CaseStatus.LOAN_ACTIVE)
    )
    return {key: value or 0 for key, value in session.execute(query).mappings().one().items()}


def _lines() -> Any:
    return (
        select(
            CreditLoan.id,
            CaseFile.number,
            CaseFile.status,
            Subject.name,
            Subject.uscc,
            Department.name.label("bank"),
            _Guarantor.name.label("guarantor"),
            CreditLoan.requested_amount.label("requested"),
            CreditLoan.line_amount.label("line"),
            CreditLoan.outstanding,
            CreditLoan.line_until,
            CreditLoan.next_due_on,
            _IS_LISTED.label("is_listed"),
        )
        .join(CaseFile, CaseFile.id == CreditLoan.case_id)
        .join(Subject, Subject.id == CreditLoan.subject_id)
        .join(Department, Department.id == CreditLoan.bank_id)
        .join(_Guarantor, _Guarantor.id == CreditLoan.guarantor_id)
    )


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    is_active = CaseFile.status == CaseStatus.LOAN_ACTIVE
    if wanted.state in dict(LoanState.choices()):
        found.append(
            {
                LoanState.APPLYING: and_(CreditLoan.signed_on.is_(None), CaseFile.closed_at.is_(None)),
                LoanState.ACTIVE: is_active,
                LoanState.SOON: and_(
                    is_active, CreditLoan.next_due_on >= today(), CreditLoan.next_due_on <= today() + SOON
                ),
                LoanState.OVERDUE: and_(is_active, CreditLoan.next_due_on < today()),
                LoanState.ENDED: CaseFile.closed_at.is_not(None),
            }[LoanState(wanted.state)]
        )
    if text := wanted.text.strip():
        pattern = containing(text)
        found.append(
            or_(
                CaseFile.number.like(pattern.upper(), escape="\\"),
                Subject.name.like(pattern, escape="\\"),
                Subject.uscc == text.upper(),
                CreditLoan.contract_number == text,
            )
        )
    return found
