"""Room loan of 信保贷 behind the REST door: application, the loan with its ledger, draws, repayments, checks, closing."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for

from forms.base import BaseForm, to_json
from forms.credit_loan import CloseForm, CreditApplicationForm, DrawForm, RepaymentForm, UseCheckForm
from models.case import CaseFile
from models.credit_loan_search import Found, LoanState, Wanted, search
from models.database import DbSession, reading, transaction
from models.identity import mask_account
from models.people import Permission
from models.refusal import Refusal
from processes import credit_draw, credit_loan, use_check
from webapp.access import actor
from webapp.api import present
from webapp.api.answers import cleaned
from webapp.api.body import read_body
from webapp.api.credit_loan_shapes import SHAPES
from webapp.api.route import Route
from webapp.credit_loan_forms import application_context, applied, checked, drawn, plain_context, repaid
from webapp.credit_loan_page import Due, LoanPage

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}


def list_loans() -> Response:
    """The loans that the caller may see, newest first, a page at a time."""
    state, after = request.args.get("state", ""), request.args.get("after", "")
    if state and state not in dict(LoanState.choices()):
        raise Refusal("取值不在允许的范围内。", "state")
    if after and not (after.isascii() and after.isdigit() and len(after) < 10):
        raise Refusal("翻页位置无效，请从第一页重新查询。", "after")
    wanted = Wanted(request.args.get("q", "").replace("\0", "")[:100], state, int(after or 0))
    with reading() as session:
        page = search(session, actor(), wanted)
        return jsonify(loans=[_line(found) for found in page.items], after=str(page.after or "") or None)


def apply_for_loan() -> tuple[Response, int]:
    """F10 with the signed commitment: refused unless the firm is listed live and the caps are kept."""
    with transaction() as session:
        fields = read_body({"fields": dict})["fields"]
        answers = cleaned(CreditApplicationForm, fields, application_context(session, actor()))
        case = credit_loan.apply(session, applied(answers), actor())
        response = jsonify(present.brief(case))
    response.headers["Location"] = url_for("api.show_loan", number=case.number)
    return response, 201


def show_loan(number: str) -> Response:
    """One loan: terms, line, arrears, what would end it today, schedule, ledger, draws, checks."""
    with reading() as session:
        return jsonify(_whole(session, number))


def draw_loan(number: str) -> tuple[Response, int]:
    """提款: the status is checked live, then the line, the caps and the dates."""
    answers = _asked(DrawForm, number)
    with transaction() as session:
        credit_draw.draw(session, number, drawn(answers), actor())
    return _created(number)


def repay_loan(number: str) -> tuple[Response, int]:
    """还款: what is due first; a number of the bank's own is entered once."""
    answers = _asked(RepaymentForm, number)
    with transaction() as session:
        credit_draw.repay_loan(session, number, repaid(answers), actor())
    return _created(number)


def check_loan_use(number: str) -> tuple[Response, int]:
    """资金使用检查, by the bank or the guarantor."""
    answers = _asked(UseCheckForm, number)
    with transaction() as session:
        use_check.record_use(session, number, checked(answers), actor())
    return _created(number)


def close_loan(number: str) -> Response:
    """结清并注销额度: nothing is owed any more."""
    answers = _asked(CloseForm, number)
    with transaction() as session:
        case = credit_draw.close_loan(session, number, answers["closed_on"], answers["note"], actor())
        return _brief(case)


def withdraw_loan(number: str) -> Response:
    """撤回贷款申请, until the first draw."""
    _receipts(number)
    reason = read_body({"reason": str})["reason"][:500]
    with transaction() as session:
        return _brief(credit_loan.withdraw(session, number, reason, actor()))


def _asked(form: type[BaseForm], number: str) -> dict[str, Any]:
    """The answers to a form about a loan; to whom the loan does not exist, nothing is said of the body."""
    context = plain_context(_receipts(number))
    return cleaned(form, read_body({"fields": dict})["fields"], context)


def _receipts(number: str) -> list[tuple[str, str]]:
    with reading() as session:
        return LoanPage(session, number, actor()).receipts


def _brief(case: CaseFile) -> Response:
    return jsonify(present.brief(case))


def _created(number: str) -> tuple[Response, int]:
    with reading() as session:
        return jsonify(_whole(session, number)), 201


def _line(found: Found) -> Json:
    return {
        "number": found.number,
        "name": found.name,
        "uscc": found.uscc,
        "status": found.status.value,
        "status_label": found.status.label,
        "bank": found.bank,
        "guarantor": found.guarantor,
        "requested": to_json(found.requested),
        "line": to_json(found.line),
        "outstanding": to_json(found.outstanding),
        "available": to_json(found.available),
        "line_until": to_json(found.line_until),
        "next_due_on": to_json(found.next_due_on),
    }


def _whole(session: DbSession, number: str) -> Json:
    page = LoanPage(session, number, actor())
    loan, late = page.loan, page.arrears
    terms = ("listing_number", "purpose", "purpose_text", "committed_by", "committed_on", "contract_number",
             "guarantee_number", "signed_on", "rate_mode", "base_rate", "rate_cap", "rate", "fee_rate",
             "due_date_roll", "day_count", "closed_on", "compensated_on")  # fmt: skip
    return {
        "number": page.case.number,
        "name": page.subject.name,
        "uscc": page.subject.uscc,
        "status": page.case.status,
        "status_label": page.case.state.label,
        "bank": page.bank.name,
        "guarantor": page.guarantor.name,
        "requested": to_json(loan.requested_amount),
        "line": to_json(loan.line_amount),
        "outstanding": to_json(loan.outstanding),
        "available": to_json(page.available if loan.line_amount is not None else None),
        "line_until": to_json(loan.line_until),
        "next_due_on": to_json(loan.next_due_on),
        "terms": {name: to_json(getattr(loan, name)) for name in terms},
        "arrears": {name: to_json(getattr(late, name)) for name in _ARREARS},
        "payoff": {name: to_json(getattr(page.payoff, name)) for name in ("principal", "interest", "total")},
        "schedule": [_due(due) for due in page.dues],
        "ledger": [{name: to_json(getattr(entry, name)) for name in _ENTRY} for entry in page.entries],
        "draws": [
            {**{name: to_json(getattr(draw, name)) for name in _DRAW},
             "account_number": mask_account(draw.account["account_number"])}
            for draw in page.draws
        ],
        "checks": [{name: to_json(getattr(check, name)) for name in _CHECK} for check in page.checks],
    }  # fmt: skip


_ARREARS = ("first_due_on", "days_past_due", "overdue_principal", "overdue_interest")
_ENTRY = (
    "seq", "payment", "kind", "value_on", "principal", "interest", "balance", "available", "reference", "note",
)  # fmt: skip
_DRAW = ("number", "receipt_number", "amount", "drawn_on", "months", "method", "rate", "purpose_text")
_CHECK = ("checked_on", "result", "finding", "evidence")


def _due(due: Due) -> Json:
    line = due.line
    return {
        "receipt_number": due.draw.receipt_number,
        "number": line.number,
        "planned_on": due.row.planned_on.isoformat(),
        "due_on": line.due_on.isoformat(),
        "provisional": due.row.is_provisional,
        "principal": to_json(line.principal),
        "interest": to_json(line.interest),
        "open": to_json(line.open),
        "light": due.light[0],
    }


_WORK = Permission.CREDIT_WORK
ROUTES = (
    Route(
        "GET", "/loans", list_loans, Permission.CASE_READ, "Loans of 信保贷, a page at a time", "LoanPage",
        query={"q": _TEXT, "state": {"type": "string", "enum": [s.value for s in LoanState]}, "after": _TEXT},
        errors=(422,),
    ),
    Route(
        "POST", "/loans", apply_for_loan, Permission.CASE_CREATE,
        "Apply for a loan of 信保贷 with the signed commitment (F10)", "CaseBrief", status=201, body="NewLoan",
    ),
    Route("GET", "/loans/<number>", show_loan, Permission.CASE_READ, "One loan with its ledger", "Loan",
          errors=(404,)),
    Route("POST", "/loans/<number>/draws", draw_loan, _WORK, "Draw on the line, or draw again", "Loan",
          status=201, body="NewDraw", errors=(404, 409)),
    Route("POST", "/loans/<number>/repayments", repay_loan, _WORK, "Enter a repayment", "Loan",
          status=201, body="NewRepayment", errors=(404, 409)),
    Route("POST", "/loans/<number>/checks", check_loan_use, _WORK, "Record a use-of-funds check", "Loan",
          status=201, body="NewUseCheck", errors=(404,)),
    Route("POST", "/loans/<number>/close", close_loan, _WORK, "Close a line on which nothing is owed",
          "CaseBrief", body="ClosedLoan", errors=(404, 409)),
    Route("POST", "/loans/<number>/withdraw", withdraw_loan, Permission.CASE_CREATE,
          "Take an application back before the first draw", "CaseBrief", body="WithdrawnLoan", errors=(404, 409)),
)  # fmt: skip

__all__ = ["ROUTES", "SHAPES"]
