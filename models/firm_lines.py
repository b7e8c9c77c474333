"""Room credit, firm: the lines of a firm's page, one shape a part."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from models.case_status import CaseStatus
from models.credit import ListingEvent
from models.scheme import Scheme


@dataclass(frozen=True)
class CaseLine:
    """One case about the firm that the person may open."""

    number: str
    scheme: Scheme
    status: CaseStatus
    opened_on: date


@dataclass(frozen=True)
class NoticeLine:
    """One notice that names the firm; `objections` None: not for this reader."""

    notice_id: int
    title: str
    kind: str
    published_on: date | None
    outcome: str
    objections: int | None


@dataclass(frozen=True)
class LoanLine:
    """One loan with its balance, 元, and what became of it. `case` is empty when the case is not visible."""

    case: str
    bank: str
    line: Decimal | None
    outstanding: Decimal
    until: date | None
    state: str
    arrears: list[ArrearsLine] = field(default_factory=list)


@dataclass(frozen=True)
class ArrearsLine:
    """One run of arrears of a loan, and its 代偿, 元."""

    due_on: date
    days: int
    stage: str
    compensated: Decimal | None
    compensated_on: date | None


@dataclass(frozen=True)
class ScreeningLine:
    """What one department answered for the firm in one round, and how the round ended for it."""

    round: str
    outcome: str
    department: str
    result: str
    reason: str
    queried_on: date | None


@dataclass(frozen=True)
class EventLine:
    """One line of the firm's history on the register; `case` is empty when the case is not visible."""

    event: ListingEvent
    case: str
