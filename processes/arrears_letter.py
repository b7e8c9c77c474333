"""Room arrears, letters: what N12, N15 and N16 say; every amount is read from the ledger when they are issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models.arrears import ArrearsFile, CollectionMeasure, file_of, loan_behind
from models.calendar import today
from models.case import CaseFile
from models.credit_ledger import Payoff
from models.credit_loan import CreditLoan, draws_of
from models.letter import Letter, LetterKind
from models.people import Department, DepartmentKind
from models.subject import Subject
from processes import credit_ledger
from processes.letter import issue
from processes.notification import tell_departments
from processes.office import needed_office
from processes.steps import Completion

Content = dict[str, Any]


def measure_titles(values: Iterable[str]) -> list[str]:
    """The Chinese titles of collection measures."""
    return [CollectionMeasure.title_of(value) for value in values]


def loan_content(session: Session, loan: CreditLoan) -> Content:
    """What every letter says of the loan; amounts in 元, rates in %/yr."""
    subject, draws = session.get_one(Subject, loan.subject_id), draws_of(session, loan)
    return {
        "borrower": subject.name,
        "uscc": subject.uscc,
        "bank": session.get_one(Department, loan.bank_id).name,
        "guarantor": session.get_one(Department, loan.guarantor_id).name,
        "contract_number": loan.contract_number,
        "guarantee_number": loan.guarantee_number,
        "signed_on": loan.signed_on,
        "line_until": loan.line_until,
        "line_amount": str(loan.line),
        "outstanding": str(loan.outstanding),
        "rate": _percent(loan.rate or Decimal(0)),
        "receipts": [
            {"number": draw.receipt_number, "amount": str(draw.amount), "drawn_on": draw.drawn_on.isoformat(),
             "months": draw.months}
            for draw in draws
        ],
    }  # fmt: skip


def _percent(rate: Decimal) -> str:
    """4.30, or with as many places as it has."""
    return f"{rate:.2f}" if rate == round(rate, 2) else f"{rate.normalize():f}"


def overdue_content(session: Session, file: ArrearsFile, loan: CreditLoan, on: date) -> Content:
    """What is past due on a day, in 元; 罚息 and 复利 are no part of it (D-37)."""
    found = credit_ledger.arrears_on(session, loan, on)
    return {
        # The oldest unpaid one, from which the days count (D-32).
        "due_on": file.shown_from,
        "days_past_due": file.days_past_due(on),
        "overdue_principal": str(found.overdue_principal),
        "overdue_interest": str(found.overdue_interest),
        "overdue_total": str(found.overdue_principal + found.overdue_interest),
    }


def payoff_content(owed: Payoff, on: date) -> Content:
    """Everything unpaid on a day, in 元: the sum of a 代偿 paid on it."""
    return {
        "counted_on": on,
        "principal": str(owed.principal),
        "interest": str(owed.interest),
        "amount": str(owed.total),
    }


def paid_first_content(session: Session, file: ArrearsFile, loan: CreditLoan) -> Content:
    """What the house itself reports when the firm paid before its bank had reported day 1; 元 as of day 1."""
    return {
        **loan_content(session, loan),
        "due_on": file.due_on,
        "days_past_due": 1,
        "overdue_principal": str(file.first_principal),
        "overdue_interest": str(file.first_interest),
        "overdue_total": str(file.first_principal + file.first_interest),
        "settled_on": file.settled_on,
        "is_late_entry": file.was_paid_in_time,
    }


def content_of(done: Completion, more: Mapping[str, Any]) -> Content:
    """Loan, what is past due today, and what the letter adds."""
    file, loan = file_of(done.session, done.case), loan_behind(done.session, done.case)
    return {
        **loan_content(done.session, loan),
        **overdue_content(done.session, file, loan, today()),
        "demanded_on": file.demanded_on,
        "demand_number": file.demand_number,
        **more,
    }


def center_of(session: Session, case: CaseFile) -> int:
    """The 旗金融服务中心 of the case."""
    return needed_office(session, case.region_id or 0, DepartmentKind.FINANCE_CENTER)


def send(
    done: Completion, kind: LetterKind, offices: Iterable[int | None], more: Mapping[str, Any]
) -> list[Letter]:
    """One letter to each office, and a message that it is there."""
    session, case, content = done.session, done.case, content_of(done, more)
    wanted = [office for office in offices if office is not None]
    letters = []
    for office in wanted:
        name = session.get_one(Department, office).name
        letters.append(issue(session, case, kind, content, actor=done.actor, addressee=name))
    text = f"{case.number} {case.applicant_name}：收到《{kind.label}》。"
    tell_departments(session, wanted, text, case)
    return letters


def report_paid_first(session: Session, case: CaseFile, file: ArrearsFile, loan: CreditLoan) -> None:
    """The two reports of day 1 are owed also when nothing is left to collect (B-19, D-31); the house issues them."""
    content = paid_first_content(session, file, loan)
    for office in (center_of(session, case), loan.guarantor_id):
        name = session.get_one(Department, office).name
        letter = issue(session, case, LetterKind.ARREARS_REPORT, content, actor=None, addressee=name)
        # It is the bank that owes them.
        letter.department_id = loan.bank_id


def report(done: Completion, kind: LetterKind, more: Mapping[str, Any]) -> None:
    """Two reports, to the center and to the guarantor (B-19, B-20)."""
    send(done, kind, [center_of(done.session, done.case), done.case.guarantor_id], more)


def demand(done: Completion, terms: Mapping[str, Any]) -> Letter:
    """催收通知书 (F4) to the borrower."""
    last_on = today() + timedelta(days=int(terms["payment_days"]))
    return issue(
        done.session,
        done.case,
        LetterKind.DEMAND,
        content_of(done, {**terms, "count": 1, "pay_until_on": last_on}),
        actor=done.actor,
        delivery_method=done.text("delivery_method"),
        delivered_on=done.answers.get("delivered_on"),
    )
