"""Room loan of 信保贷, its forms between a door and the verbs: what may be chosen, and answers as verbs take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forms.context import FormContext
from models.calendar import today
from models.credit_policy import credit_rules_on
from models.database import DbSession
from models.people import DepartmentKind, User, department_choices
from processes.credit_draw import Drawn, Repaid
from processes.credit_loan import Applied
from processes.use_check import Checked
from webapp.credit_loan_page import is_lender

Answers = Mapping[str, Any]
_ACCOUNT = ("account_bank", "account_name", "account_number")


def application_context(session: DbSession, user: User) -> FormContext:
    """Banks and guarantors to choose from, a bank only itself; the caps of the day as hints."""
    rules = credit_rules_on(session, today())
    banks = department_choices(session, DepartmentKind.BANK)
    if user.department is not None and is_lender(user):
        banks = [(str(user.department.id), user.department.name)]
    limit = (
        f"企业 {rules.enterprise_limit:,.2f} 元，个体工商户 {rules.sole_trader_limit:,.2f} 元（含在贷余额）"
    )
    return FormContext(
        today=today(),
        banks=banks,
        departments=department_choices(session, DepartmentKind.GUARANTOR),
        limits={"amount": limit, "months": f"{rules.line_months} 个月"},
    )


def plain_context(receipts: Sequence[tuple[str, str]] = ()) -> FormContext:
    """Today, and the receipts that a repayment may name."""
    return FormContext(today=today(), groups=receipts)


def applied(answers: Answers) -> Applied:
    """F10 as the verb takes it."""
    plain = {key: value for key, value in answers.items() if key not in ("bank", "guarantor", "committed")}
    bank, guarantor = int(answers["bank"]), int(answers["guarantor"])
    return Applied(**plain, bank_id=bank, guarantor_id=guarantor, is_committed=answers["committed"])


def drawn(answers: Answers) -> Drawn:
    """A draw as the verb takes it."""
    plain = {key: value for key, value in answers.items() if key not in _ACCOUNT}
    return Drawn(**plain, account={key: answers[key] for key in _ACCOUNT})


def repaid(answers: Answers) -> Repaid:
    """A repayment as the verb takes it."""
    plain = {key: value for key, value in answers.items() if key != "draw"}
    return Repaid(**plain, receipt_number=str(answers["draw"] or ""))


def checked(answers: Answers) -> Checked:
    """A use-of-funds check as the verb takes it."""
    return Checked(**answers)
