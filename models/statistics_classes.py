"""Room statistics, classes: the classified statistics of A-20: cases that ended, by group, kind, bank, region, term,
guarantee and amount, as they were frozen when each case ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session

from models.calendar import today
from models.case_status import TERMINATED, CaseStatus
from models.database import Money
from models.flow_record import FlowKind, FlowRecord
from models.people import Department, Region, User
from models.policy import policy_on
from models.refusal import Refusal
from models.scheme import Scheme
from models.statistics_days import percent
from models.statistics_scope import Wanted, classes_scope, criteria, narrowed
from models.vocabulary import ApplicantType, Labelled
from models.vocabulary_loan import GuaranteeType

UNKNOWN = "未填"
# Upper ends of the classes of amounts, in 元; each includes its end.
AMOUNTS = (50_000, 100_000, 200_000, 300_000, 1_000_000, 5_000_000)
TERMS = (12, 24, 36)
_TERM, _AMOUNT = ("{}个月以内", "{}个月以上"), ("{}元以下（含）", "{}元以上")


class ClassBy(Labelled):
    """By what cases are classified."""

    GROUP = "group", "申请人类别"
    KIND = "kind", "个人/小微"
    BANK = "bank", "经办金融机构"
    REGION = "region", "地区"
    TERM = "term", "贷款期限"
    GUARANTEE = "guarantee", "贷款方式"
    AMOUNT = "amount", "贷款金额"


@dataclass
class Line:
    """One class: cases that ended, by how, and what was paid out."""

    title: str
    closed: int = 0
    paid: int = 0
    amount: Decimal = Decimal("0.00")
    refused: int = 0
    withdrawn: int = 0

    @property
    def rate(self) -> float | None:
        """Cases paid out of those that ended, in percent."""
        return percent(self.paid, self.closed)

    @property
    def mean(self) -> Decimal | None:
        """元 a case paid out."""
        return (self.amount / self.paid).quantize(Decimal("0.01")) if self.paid else None

    def add(self, outcome: str, number: int, amount: Decimal) -> None:
        """So many cases that ended so, with so much money asked for or paid."""
        self.closed += number
        if outcome == CaseStatus.DISBURSED:
            self.paid += number
            self.amount += amount
        elif outcome == CaseStatus.REFUSED:
            self.refused += number
        elif outcome in TERMINATED:
            self.withdrawn += number


@dataclass(frozen=True)
class Classes:
    """The tables, one a criterion, and their common sum."""

    wanted: Wanted
    total: Line
    tables: dict[ClassBy, list[Line]] = field(default_factory=dict)


_COLUMNS = (
    FlowRecord.group_code,
    FlowRecord.applicant_type,
    FlowRecord.bank_id,
    FlowRecord.region_id,
    FlowRecord.term_months,
    FlowRecord.guarantee_type,
    FlowRecord.amount,
    FlowRecord.outcome,
)


def classes(session: Session, user: User, wanted: Wanted) -> Classes:
    """Cases of 创业担保贷款 that ended within a period. Raises Forbidden, Refusal. A fixed number of statements."""
    wanted = replace(wanted, scheme="", department_id=None)  # a case belongs to no single department
    scope = narrowed(session, classes_scope(session, user), wanted)
    counted = (func.count(), type_coerce(func.coalesce(func.sum(FlowRecord.amount), 0), Money()))
    query = (
        select(*_COLUMNS, *counted)
        .where(FlowRecord.kind == FlowKind.CASE_CLOSED.value, FlowRecord.scheme == Scheme.STARTUP_LOAN.value)
        .where(FlowRecord.on_day.between(wanted.period.first, wanted.period.last))
        .where(*criteria(FlowRecord, scope, wanted))
        .group_by(*_COLUMNS)
    )
    rows: Sequence[Any] = session.execute(query).all()
    titles = class_titles_of(session)
    total = Line("合计")
    for row in rows:
        total.add(row.outcome, row[-2], row[-1])
    return Classes(wanted, total, {by: _table(rows, titles[by]) for by in ClassBy})


Title = Callable[[Any], tuple[Any, str]]


def _table(rows: Iterable[Any], title: Title) -> list[Line]:
    found: dict[tuple[Any, str], Line] = {}
    for row in rows:
        key = title(row)
        found.setdefault(key, Line(key[1])).add(row.outcome, row[-2], row[-1])
    return [found[key] for key in sorted(found)]


def class_titles_of(session: Session) -> Mapping[ClassBy, Title]:
    """What each class is called, with what it is sorted by."""
    groups = _groups(session)
    banks = {row.id: row.name for row in session.execute(select(Department.id, Department.name))}
    regions = {
        row.id: (row.code, row.name) for row in session.execute(select(Region.id, Region.code, Region.name))
    }
    order = {code: n for n, code in enumerate(groups)}
    return {
        ClassBy.GROUP: lambda row: (
            f"{order.get(row.group_code, len(order)):03d}",
            groups.get(row.group_code, row.group_code or UNKNOWN),
        ),
        ClassBy.KIND: lambda row: ("", _kind(row.applicant_type)),
        ClassBy.BANK: lambda row: ("", banks.get(row.bank_id, UNKNOWN)),
        ClassBy.REGION: lambda row: regions.get(row.region_id, ("~", UNKNOWN)),
        ClassBy.TERM: lambda row: _within(row.term_months, TERMS, *_TERM),
        ClassBy.GUARANTEE: lambda row: (
            row.guarantee_type or "~",
            GuaranteeType.title_of(row.guarantee_type) if row.guarantee_type else "未确定（未放款）",
        ),
        ClassBy.AMOUNT: lambda row: _within(row.amount, AMOUNTS, *_AMOUNT),
    }


def term_title(months: int) -> str:
    """What the class of a term in months is called."""
    return _within(months, TERMS, *_TERM)[1]


def amount_title(amount: int) -> str:
    """What the class of an amount in 元 is called."""
    return _within(amount, AMOUNTS, *_AMOUNT)[1]


def _kind(applicant_type: str) -> str:
    if applicant_type == ApplicantType.SMALL_ENTERPRISE:
        return "小微企业"
    title = ApplicantType.title_of(applicant_type)
    return title if title == "个人" else f"个人（{title}）"


def _within(value: Any, ends: tuple[int, ...], upto: str, above: str) -> tuple[str, str]:
    if value is None:
        return "~", UNKNOWN
    for number, end in enumerate(ends):
        if value <= end:
            return f"{number:03d}", upto.format(_short(end))
    return f"{len(ends):03d}", above.format(_short(ends[-1]))


def _short(number: int) -> str:
    return f"{number // 10_000}万" if number % 10_000 == 0 else str(number)


def _groups(session: Session) -> dict[str, str]:
    try:
        return dict(policy_on(session, Scheme.STARTUP_LOAN.value, today()).rules.groups)
    except Refusal:
        return {}  # no policy set in force: the codes themselves are shown
