"""Loans of 信保贷 as tests see them: applied for, investigated, signed, drawn and repaid by public verbs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.calendar import today
from models.case import CaseFile
from models.credit_ledger import Arrears, Payoff
from models.credit_loan import CreditLoan, LedgerEntry, entries_of, instalments_of
from models.database import reading, transaction
from models.subject import Subject
from models.workflow import ARMED, Timer
from processes import credit_draw, credit_ledger, credit_loan
from processes.seed import department_ids
from tests.register import CODE, listed
from tests.world import World

NAME = "示例商贸有限公司"
ACCOUNT = {
    "account_bank": "示例银行示例支行",
    "account_name": NAME,
    "account_number": "150000000000000001",
}
AGREED = {
    "decision": "pass",
    "method": "site",
    "first_repayment_source": "经营收入稳定",
    "opinion": "同意",
}
DISAGREED = {**AGREED, "decision": "fail", "reason_text": "现金流不足以按期偿付。"}

_LOOKED = {"method": "site", "first_repayment_source": "经营收入", "opinion": "情况属实"}
FORMS: list[tuple[str, dict[str, object]]] = [
    ("credit_bank_opinion", {"decision": "pass", **_LOOKED}),
    ("credit_guarantor_opinion", {"decision": "fail", "reason_text": "现金流不足", **_LOOKED}),
    ("credit_signing", {"outcome": "signed", "contract_number": "X-1", "guarantee_number": "D-1",
                        "signed_on": "2026-11-20", "amount": "1000000", "months": 12, "rate_mode": "lpr",
                        "rate": "4.3", "fee_rate": "1", "has_security": False,
                        "due_date_roll": "next_workday", **ACCOUNT}),
    ("credit_signing", {"outcome": "not_signed", "reason_text": "企业放弃"}),
    ("credit_loan_refusal", {"delivery_method": "direct", "delivered_on": "2026-11-20"}),
]  # fmt: skip


def this_day() -> date:
    """Today by the clock of the test, which is known inside of a session."""
    with reading():
        return today()


def application(**over: Any) -> credit_loan.Applied:
    """F10 of the listed firm `CODE`: 1,000,000.00 元 over 12 months for goods."""
    with reading() as session:
        offices = department_ids(session)
    given: dict[str, Any] = {
        "uscc": CODE,
        "bank_id": offices["bank"],
        "guarantor_id": offices["guarantor"],
        "amount": Decimal("1000000.00"),
        "months": 12,
        "purpose": "goods",
        "purpose_text": "支付货款",
        "is_committed": True,
        "committed_by": "周五",
        "committed_on": today(),
    }
    return credit_loan.Applied(**{**given, **over})


def signing(**over: Any) -> dict[str, Any]:
    """A contract within every cap, signed today: 1,000,000.00 元 for 12 months at 4.3 %, fee 1 %."""
    signed_on = this_day()
    given: dict[str, Any] = {
        "outcome": "signed",
        "contract_number": "XBHT-1",
        "guarantee_number": "DBHT-1",
        "signed_on": signed_on,
        "amount": Decimal("1000000.00"),
        "months": 12,
        "rate_mode": "lpr",
        "benchmark_rate": None,
        "rate": Decimal("4.3"),
        "rate_exception": "",
        "fee_rate": Decimal("1"),
        "has_security": False,
        "due_date_roll": "next_workday",
        **ACCOUNT,
        "reason_text": "",
    }
    return {**given, **over}


def applied(world: World, who: str = "jinrong1", **over: Any) -> int:
    """The id of a loan case handed in today for a firm that is put on the register if it is not."""
    uscc = over.get("uscc", CODE)
    listed(world, uscc, over.pop("name", NAME))
    with transaction() as session:
        return credit_loan.apply(session, application(**over), world.user(session, who)).id


def agreed(world: World, **over: Any) -> int:
    """… with both investigations passed."""
    case_id = applied(world, **over)
    world.complete(case_id, "guarantor_investigation", AGREED, "danbao1")
    world.complete(case_id, "bank_investigation", AGREED, "yinhang1")
    return case_id


def active(world: World, contract: dict[str, Any] | None = None, **over: Any) -> int:
    """… and signed; the line is open."""
    terms = signing(**(contract or {}))
    case_id = agreed(world, **{"amount": terms["amount"], **over})
    world.complete(case_id, "signing", terms, "yinhang2")
    return case_id


def drawn(world: World, contract: dict[str, Any] | None = None, **over: Any) -> int:
    """An active loan with a draw of today (see `draw`)."""
    case_id = active(world, contract)
    draw(world, case_id, **over)
    return case_id


def draw(world: World, case_id: int, who: str = "yinhang1", **over: Any) -> int:
    """Draw today: 600,000.00 元 over 6 months, interest monthly, principal at the end; the id of the draw."""
    with transaction() as session:
        given: dict[str, Any] = {
            "amount": Decimal("600000.00"),
            "drawn_on": today(),
            "months": 6,
            "method": "monthly_interest",
            "receipt_number": f"JJ-{len(entries_of(session, _loan(session, case_id))) + 1}",
            "purpose_text": "支付货款",
            "account": ACCOUNT,
        }
        number = session.get_one(CaseFile, case_id).number
        row = credit_draw.draw(
            session, number, credit_draw.Drawn(**{**given, **over}), world.user(session, who)
        )
        return row.id


def repay(world: World, case_id: int, amount: str | Decimal, who: str = "yinhang1", **over: Any) -> None:
    """Enter a repayment of today by the bank; every one has a number of its own."""
    with transaction() as session:
        given: dict[str, Any] = {
            "amount": Decimal(amount),
            "value_on": today(),
            "kind": "repayment",
            "reference": f"LS-{case_id}-{len(entries_of(session, _loan(session, case_id))) + 1}",
        }
        number = session.get_one(CaseFile, case_id).number
        credit_draw.repay_loan(
            session, number, credit_draw.Repaid(**{**given, **over}), world.user(session, who)
        )


def pay_overdue(world: World, case_id: int) -> None:
    """Pay exactly what is past due or due today."""
    owed = arrears_of(case_id, this_day() + timedelta(days=1))
    repay(world, case_id, owed.overdue_principal + owed.overdue_interest)


def loan_of(case_id: int) -> CreditLoan:
    """The loan of a case (detached)."""
    with reading() as session:
        return _loan(session, case_id)


def _loan(session: Any, case_id: int) -> CreditLoan:
    return session.scalars(select(CreditLoan).where(CreditLoan.case_id == case_id)).one()


def ledger(case_id: int) -> list[LedgerEntry]:
    """Its lines, oldest first."""
    with reading() as session:
        return entries_of(session, _loan(session, case_id))


def due_dates(case_id: int) -> list[date]:
    """The effective due dates, by draw and number."""
    with reading() as session:
        return [row.due_on for row in instalments_of(session, _loan(session, case_id))]


def arrears_of(case_id: int, on: date) -> Arrears:
    """What is past due on a day."""
    with reading() as session:
        return credit_ledger.arrears_on(session, _loan(session, case_id), on)


def payoff_of(case_id: int, on: date) -> Payoff:
    """What ends the loan on a day."""
    with reading() as session:
        return credit_ledger.payoff(session, _loan(session, case_id), on)


def armed(case_id: int) -> Timer | None:
    """The one timer of its due dates."""
    with reading() as session:
        query = select(Timer).where(Timer.case_id == case_id, Timer.kind == "arrears", Timer.status == ARMED)
        return session.scalars(query).one_or_none()


def subject_of(case_id: int) -> Subject:
    """The borrower."""
    with reading() as session:
        return session.get_one(Subject, _loan(session, case_id).subject_id)
