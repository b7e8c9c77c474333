"""Room fact_correction: which facts of a case may be corrected, what they may be, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import local_date, today
from models.case import CaseFile
from models.loan import loan_of
from models.refusal import Refusal
from models.review import supplements_of
from models.scheme import Scheme
from models.workflow import DONE, UserTask
from processes.facts import policy_for

_EARLIEST = date(2000, 1, 1)
_LARGEST = Decimal("999999999.99")


@dataclass(frozen=True)
class Fact:
    """One fact of one case; `name` is what drawings call it, `value` how it reads now."""

    name: str
    title: str
    value: str
    is_money: bool
    write: Callable[[Session, CaseFile, str], None]

    def checked(self, session: Session, case: CaseFile, value: str) -> str:
        """The new value as it is kept: YYYY-MM-DD, or 元 with two places. Raises Refusal."""
        if self.is_money:
            return _amount(session, case, value)
        day = _day(value)
        _check_order(session, case, self.name, day)
        _check_known(session, case, self.name, day)
        return day.isoformat()

    def parsed(self, value: str) -> Any:
        """As expressions read it."""
        return Decimal(value) if self.is_money else date.fromisoformat(value)


# In the order in which they happen; each may not lie before the one above it.
_COLUMNS = {"received_on": "收件日期", "accepted_on": "受理日期", "bank_accepted_on": "银行受理日期"}
# The form of the step that writes the day down.
_FIXED_BY = {
    "received_on": "supplement",
    "accepted_on": "acceptance",
    "bank_accepted_on": "bank_acceptance",
}


def facts_of(session: Session, case: CaseFile) -> list[Fact]:
    """What is known of the case and may be corrected."""
    return list(_facts(session, case))


def fact_named(session: Session, case: CaseFile, name: str) -> Fact:
    """Raises Refusal for what the case does not have, or what is nobody's to correct."""
    found = next((fact for fact in _facts(session, case) if fact.name == name), None)
    if found is None:
        raise Refusal("该案卷没有这一项可以更正的事实。", "fact")
    return found


def _facts(session: Session, case: CaseFile) -> Iterator[Fact]:
    for name, title in _COLUMNS.items():
        day: date | None = getattr(case, name)
        if day is not None:
            yield Fact(name, title, day.isoformat(), False, _column(name))
    rounds = supplements_of(session, case)
    if rounds and rounds[-1].answered_on is None:
        told = rounds[-1].notified_on.isoformat()
        yield Fact("supplement_notified_on", "补正告知送达日期", told, False, _set_notified)
    is_asked = case.kind is Scheme.STARTUP_LOAN and case.amount is not None
    if is_asked and loan_of(session, case) is None:
        yield Fact("amount", "申请金额（元）", format(case.amount or Decimal(0), ".2f"), True, _set_amount)


def _column(name: str) -> Callable[[Session, CaseFile, str], None]:
    def write(_session: Session, case: CaseFile, value: str) -> None:
        setattr(case, name, date.fromisoformat(value))

    return write


def _set_notified(session: Session, case: CaseFile, value: str) -> None:
    supplements_of(session, case)[-1].notified_on = date.fromisoformat(value)


def _set_amount(_session: Session, case: CaseFile, value: str) -> None:
    case.amount = Decimal(value)
    case.application = {**case.application, "amount": value}


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip()) if len(text.strip()) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise Refusal("请填写日期，格式如 2026-03-02。", "new_value")
    if not _EARLIEST <= day <= today():
        raise Refusal("日期应在 2000 年至今日之间。", "new_value")
    return day


def _amount(session: Session, case: CaseFile, text: str) -> str:
    """As the application form takes it: no more than the policy set of the case grants."""
    try:
        amount = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount <= _LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise Refusal("请填写大于零的金额，单位元，最多两位小数。", "new_value")
    partners = 1 + len(case.application.get("partners") or [])
    limit = policy_for(session, case).rules.limit_for(case.applicant_type, partners)
    if amount > limit:
        raise Refusal(f"金额不得超过 {limit:,.2f} 元（该案卷适用的政策上限）。", "new_value")
    return format(amount, ".2f")


def _check_known(session: Session, case: CaseFile, name: str, day: date) -> None:
    """A day was written down by a step, and told: it cannot lie after the day on which that step was done."""
    known, title = _written_on(session, case, name)
    if known is not None and day > known:
        words = f"不得晚于{title}之日（{known}）：该日期由此确定，改迟将使已起算的时限重新起算。"
        raise Refusal(words, "new_value")


def _written_on(session: Session, case: CaseFile, name: str) -> tuple[date | None, str]:
    """When the step was done that has fixed the day, and what it was: of the bank the first, whatever came again."""
    query = select(UserTask).where(
        UserTask.case_id == case.id, UserTask.status == DONE, UserTask.form_key == _FIXED_BY.get(name, "")
    )
    done = [row for row in session.scalars(query.order_by(UserTask.id)) if row.done_at is not None]
    row = (done[0] if name == "bank_accepted_on" else done[-1]) if done else None
    if row is not None and row.done_at is not None:
        return local_date(row.done_at), f"办结“{row.name}”"
    handed_in = case.submitted_at if name == "received_on" else None
    return (local_date(handed_in), "提交") if handed_in else (None, "")


def _check_order(session: Session, case: CaseFile, name: str, day: date) -> None:
    """A case is received, then accepted, then accepted by the bank."""
    if name not in _COLUMNS:
        if case.received_on and day < case.received_on:
            raise Refusal(f"不得早于收件日期（{case.received_on}）。", "new_value")
        return
    order = list(_COLUMNS)
    for other in order:
        known: date | None = getattr(case, other)
        if known is None or other == name:
            continue
        if order.index(other) < order.index(name) and day < known:
            raise Refusal(f"不得早于{_COLUMNS[other]}（{known}）。", "new_value")
        if order.index(other) > order.index(name) and day > known:
            raise Refusal(f"不得晚于{_COLUMNS[other]}（{known}）。", "new_value")
