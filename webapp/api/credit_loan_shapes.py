"""Room loan of 信保贷 behind the REST door: the shapes of its bodies and answers."""

from __future__ import annotations

from typing import Any

from forms.base import BaseForm
from forms.credit_loan import CloseForm, CreditApplicationForm, DrawForm, RepaymentForm, UseCheckForm
from forms.schema import flat_schema
from models.case_status import CaseStatus
from models.vocabulary_credit_loan import EntryKind

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_DAY: Json = {"type": "string", "format": "date"}
_DAY_OR_NULL: Json = {"type": ["string", "null"], "format": "date"}
_MONEY: Json = {"type": "string", "description": "元, two places"}
_MONEY_OR_NULL: Json = {"type": ["string", "null"], "description": "元, two places"}
_RATE_OR_NULL: Json = {"type": ["string", "null"], "description": "%/yr"}


def _object(properties: Json) -> Json:
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": list(properties)}


def _fields(form: type[BaseForm]) -> Json:
    return _object({"fields": flat_schema([form])})


def _repayment() -> Json:
    """The receipts to choose from are those of the loan: a text that may be empty."""
    shape = flat_schema([RepaymentForm])
    draw = {"type": "string", "description": "Receipt number of one draw; empty: the oldest due first"}
    return _object({"fields": {**shape, "properties": {**shape["properties"], "draw": draw}}})


def _list(properties: Json) -> Json:
    return {"type": "array", "items": _object(properties)}


_BRIEF: Json = {
    **dict.fromkeys(("number", "name", "uscc", "status_label", "bank", "guarantor"), _TEXT),
    "status": {"type": "string", "enum": [status.value for status in CaseStatus]},
    **dict.fromkeys(("requested", "outstanding"), _MONEY),
    **dict.fromkeys(("line", "available"), _MONEY_OR_NULL),
    **dict.fromkeys(("line_until", "next_due_on"), _DAY_OR_NULL),
}
SHAPES: Json = {
    "NewLoan": _fields(CreditApplicationForm),
    "NewDraw": _fields(DrawForm),
    "NewRepayment": _repayment(),
    "NewUseCheck": _fields(UseCheckForm),
    "ClosedLoan": _fields(CloseForm),
    "WithdrawnLoan": _object({"reason": _TEXT}),
    "LoanLine": _object(_BRIEF),
    "LoanPage": _object(
        {
            "loans": {"type": "array", "items": {"$ref": "#/components/schemas/LoanLine"}},
            "after": {"type": ["string", "null"]},
        }
    ),
    "Loan": _object(
        {
            **_BRIEF,
            "terms": _object(
                {
                    **dict.fromkeys(
                        ("listing_number", "purpose", "purpose_text", "committed_by", "contract_number",
                         "guarantee_number", "rate_mode", "due_date_roll"), _TEXT),
                    "committed_on": _DAY,
                    **dict.fromkeys(("signed_on", "closed_on", "compensated_on"), _DAY_OR_NULL),
                    **dict.fromkeys(("base_rate", "rate_cap", "rate", "fee_rate"), _RATE_OR_NULL),
                    "day_count": {**_NUMBER, "description": "Days of a year for contract interest"},
                }
            ),
            "arrears": _object(
                {
                    "first_due_on": _DAY_OR_NULL,
                    "days_past_due": {**_NUMBER, "description": "Calendar days (D-32)"},
                    **dict.fromkeys(("overdue_principal", "overdue_interest"), _MONEY),
                }
            ),
            "payoff": _object(dict.fromkeys(("principal", "interest", "total"), _MONEY)),
            "schedule": _list(
                {
                    "receipt_number": _TEXT,
                    "number": _NUMBER,
                    **dict.fromkeys(("planned_on", "due_on"), _DAY),
                    "provisional": {"type": "boolean"},
                    **dict.fromkeys(("principal", "interest", "open"), _MONEY),
                    "light": {"enum": ["done", "over", "today", "soon", "ok", "none"]},
                }
            ),
            "ledger": _list(
                {
                    **dict.fromkeys(("seq", "payment"), _NUMBER),
                    "kind": {"type": "string", "enum": [kind.value for kind in EntryKind]},
                    "value_on": _DAY,
                    **dict.fromkeys(("principal", "interest", "balance", "available"), _MONEY),
                    **dict.fromkeys(("reference", "note"), _TEXT),
                }
            ),
            "draws": _list(
                {
                    **dict.fromkeys(("number", "months"), _NUMBER),
                    **dict.fromkeys(("receipt_number", "method", "purpose_text", "account_number"), _TEXT),
                    "drawn_on": _DAY,
                    "amount": _MONEY,
                    "rate": {"type": "string", "description": "%/yr"},
                }
            ),
            "checks": _list({"checked_on": _DAY, **dict.fromkeys(("result", "finding", "evidence"), _TEXT)}),
        }
    ),
}  # fmt: skip
