"""Room credit behind the REST door, its shapes: the JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

from typing import Any

from forms.blacklisting import ProposalForm, ReceiptForm
from forms.credit import CreditInfoForm, QueryForm
from forms.credit_exit import ExitReportForm
from forms.schema import json_schema
from models.case_status import CaseStatus

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_DAY: Json = {"type": "string", "format": "date"}
_DAY_OR_NULL: Json = {"type": ["string", "null"], "format": "date"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MONEY: Json = {"type": ["string", "null"], "description": "元, two places"}
_STATUS: Json = {"type": "string", "enum": [status.value for status in CaseStatus]}


def _object(properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(properties: Json) -> Json:
    return {"type": "array", "items": _object(properties)}


def _answering(form: Any, **others: Json) -> Json:
    return _object({**others, "answers": json_schema(form)})


LINE = (
    "number",
    "name",
    "uscc",
    "kind",
    "status",
    "status_label",
    "listed_on",
    "cancelled_on",
    "is_blacklisted",
)
_LINE: Json = {name: _TEXT for name in LINE} | {
    "listed_on": _DAY,
    "cancelled_on": _DAY_OR_NULL,
    "is_blacklisted": _FLAG,
}
_QUERY: Json = {
    "source": _TEXT,
    "result": _TEXT,
    "note": _TEXT,
    "queried_on": _DAY,
    "valid_until": {**_DAY, "description": "The last of 30 calendar days (D-17)"},
    "is_stale": _FLAG,
}
_INFO: Json = {
    "field": _TEXT,
    "label": _TEXT,
    "value": _TEXT,
    "source": _TEXT,
    "as_of": _DAY,
    "recorded_at": _MOMENT,
}
_RUN: Json = {"due_on": _DAY, "days_past_due": _NUMBER, "stage": _TEXT, "compensated": _MONEY}
_EVENT: Json = {
    "kind": _TEXT,
    "label": _TEXT,
    "ground": _TEXT,
    "facts": {**_TEXT, "description": "Empty for an office that may not read them"},
    "happened_on": _DAY,
    "case": _TEXT_OR_NULL,
}
_BRIEF: Json = {"number": _TEXT, "status": _STATUS, "status_label": _TEXT}
_LOAN: Json = {
    "case": _TEXT_OR_NULL,
    "bank": _TEXT,
    "line": _MONEY,
    "outstanding": _MONEY,
    "state": _TEXT,
    "arrears": _list(_RUN),
}
_NOTICE: Json = {
    "id": _NUMBER,
    "title": _TEXT,
    "published_on": _DAY,
    "objections": {"type": ["integer", "null"], "description": "null: not for this office"},
}
_SCREENING: Json = {
    "round": _TEXT,
    "outcome": _TEXT,
    "department": _TEXT,
    "result": _TEXT,
    "reason": _TEXT,
    "queried_on": _DAY_OR_NULL,
}
_COUNTER: Json = {"kind": _TEXT, "listed": _NUMBER, "cancelled": _NUMBER, "target": _NUMBER}
_EXIT: Json = {
    **_BRIEF,
    "uscc": _TEXT,
    "name": _TEXT,
    "ground": _TEXT,
    "ground_label": _TEXT,
    "reported_on": _DAY,
    "cancelled_on": _DAY_OR_NULL,
}
_BLACK: Json = {
    "uscc": _TEXT,
    "name": _TEXT,
    "ground": {"type": "string", "enum": ["fraud", "misuse", "evasion"]},
    "ground_label": _TEXT,
    "meeting_number": _TEXT,
    "excluded_on": _DAY,
    "told": _NUMBER,
    "received": _NUMBER,
    "is_owed": {**_FLAG, "description": "The caller's department has not acknowledged"},
    "case": _TEXT_OR_NULL,
}

SHAPES: Json = {
    "RegisterPage": _object({"counters": _list(_COUNTER), "listings": _list(_LINE), "after": _TEXT_OR_NULL}),
    "Firm": _object(
        {
            "uscc": _TEXT,
            "name": _TEXT,
            "kind": _TEXT,
            "number": _TEXT_OR_NULL,
            "status": _TEXT_OR_NULL,
            "exclusions": _list({"cause": _TEXT, "excluded_on": _DAY}),
            "history": _list(_EVENT),
            "cases": _list({**_BRIEF, "scheme": _TEXT}),
            "screenings": _list(_SCREENING),
            "notices": _list(_NOTICE),
            "loans": _list(_LOAN),
            "queries": _list(_QUERY),
        }
    ),
    "CreditInfo": _object(_INFO),
    "CreditInfoList": _object({"uscc": _TEXT, "values": _list(_INFO)}),
    "Query": _object(_QUERY),
    "InfoSheet": _object({"file": {"type": "string", "contentMediaType": "application/octet-stream"}}),
    "InfoImport": _object(
        {
            "id": _NUMBER,
            "file_name": _TEXT,
            "new": _NUMBER,
            "same": _NUMBER,
            "errors": _list({"row": _NUMBER, "message": _TEXT}),
            "applied_at": {**_MOMENT, "type": ["string", "null"]},
            "written": _NUMBER,
        }
    ),
    "ExitList": _object({"exits": _list(_EXIT)}),
    "Blacklist": _object({"blacklist": _list(_BLACK)}),
    "BlacklistReceipt": _object({"number": _TEXT, "received_at": _MOMENT, "measures": _TEXT}),
    "CreditInfoBody": _answering(CreditInfoForm),
    "QueryBody": _answering(QueryForm),
    "ExitReport": _answering(ExitReportForm, uscc=_TEXT),
    "BlacklistProposal": _answering(ProposalForm, uscc=_TEXT),
    "ReceiptBody": _answering(ReceiptForm),
}
