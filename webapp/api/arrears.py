"""Room arrears behind the REST door: the register, one file, and its acts in their order."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.base import to_json
from models.arrears import ArrearsCause, Stage, file_numbered
from models.compensation import compensation_of, recoveries_of
from models.database import DbSession, reading, transaction
from models.letter import letters_of
from models.people import Permission
from models.refusal import NotFound, Refusal
from processes import arrears_register as register
from processes import worklist
from processes.arrears_order import ACTS, step_for
from webapp.access import actor
from webapp.api import present
from webapp.api.answers import cleaned
from webapp.api.body import read_body
from webapp.api.route import Route
from webapp.context import task_context
from webapp.task_form import form_of

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_DAY: Json = {"type": "string", "format": "date"}
_DAY_OR_NULL: Json = {"type": ["string", "null"], "format": "date"}
_MONEY: Json = {"type": "string", "description": "元, two places"}
_FLAG_OR_NULL: Json = {"type": ["boolean", "null"]}
_STAGE: Json = {"type": "string", "enum": [stage.value for stage in Stage]}


def list_arrears() -> Response:
    """The files that the caller may see, the longest past due first, a page at a time."""
    asked = {name: request.args.get(name, "") for name in ("q", "stage", "scope", "after")}
    scope = asked["scope"] or register.Running.RUNNING.value
    for name, value, known in (("stage", asked["stage"], Stage), ("scope", scope, register.Running)):
        if value and value not in [one.value for one in known]:
            raise Refusal("取值不在允许的范围内。", name)
    wanted = register.Wanted(asked["q"].replace("\0", "")[:100], asked["stage"], scope, asked["after"])
    with reading() as session:
        page = register.page(session, wanted, actor())
    return jsonify(arrears=[_line(line) for line in page.lines], after=page.after or None)


def show_arrears(number: str) -> Response:
    """One file with its 代偿, what came back of it, and its letters."""
    with reading() as session:
        return jsonify(_whole(session, number))


def act_on_arrears(number: str, act: str) -> Response:
    """Report, demand, application, consent, payment, …: an act out of order is refused, saying what comes first."""
    if act not in ACTS:
        raise NotFound("未找到该内容，或您无权查看。")
    answers = read_body({"answers": dict})["answers"]
    with transaction() as session:
        task = step_for(session, number, act, actor())
        given = cleaned(form_of(session, task), answers, task_context(session, task, task.case))
        asked = worklist.drawn_step(session, task)
        case = worklist.complete(session, task.id, actor(), given, asked)
    return jsonify(present.brief(case))


def _line(line: register.Line) -> Json:
    file, row = line.row.file, line.row
    return {
        "number": line.number,
        "loan": row.loan_number,
        "borrower": row.subject.name,
        "uscc": row.subject.uscc,
        "bank": row.bank,
        "guarantor": row.guarantor,
        "due_on": file.due_on.isoformat(),
        "counted_from": file.counted_from.isoformat(),
        "days_past_due": line.days,
        "demand_on": line.demand_on.isoformat(),
        "stage": line.stage.value,
        "stage_label": line.stage.label,
        "turn": line.turn,
        "overdue_principal": to_json(line.overdue.overdue_principal),
        "overdue_interest": to_json(line.overdue.overdue_interest),
        "unpaid_principal": to_json(line.owed.principal),
        "unpaid_interest": to_json(line.owed.interest),
        "cause": file.cause or None,
        "demanded_on": to_json(file.demanded_on),
        "applied_on": to_json(file.applied_on),
        "refusals": file.refusals,
        "consented_on": to_json(file.consented_on),
        "is_risk_shared": file.is_risk_shared,
        "settled_on": to_json(file.settled_on),
        "ended_on": to_json(file.ended_on),
    }


def _whole(session: DbSession, number: str) -> Json:
    file, case = file_numbered(session, number, actor())
    paid = compensation_of(session, file)
    return {
        **_line(register.line_of(session, case)),
        "status": case.status,
        "compensation": {
            "paid_on": paid.paid_on.isoformat(),
            "principal": to_json(paid.principal),
            "interest": to_json(paid.interest),
            "amount": to_json(paid.amount),
            "voucher": paid.voucher,
            "confirmed_on": to_json(paid.confirmed_on),
            "closed_on": to_json(paid.closed_on),
            "closed_reason": paid.closed_reason or None,
        }
        if paid
        else None,
        "recoveries": [
            {
                "recovered_on": row.recovered_on.isoformat(),
                "way": row.way,
                "amount": to_json(row.amount),
                "balance": to_json(row.balance),
            }
            for row in (recoveries_of(session, paid) if paid else [])
        ],
        "letters": [
            {"number": row.number, "kind": row.kind, "title": row.title, "addressee": row.addressee,
             "issued_on": row.issued_on.isoformat()}
            for row in letters_of(session, case)
        ],
    }  # fmt: skip


def _object(properties: Json) -> Json:
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": list(properties)}


_LINE: Json = {
    **dict.fromkeys(("number", "loan", "borrower", "uscc", "bank", "guarantor"), _TEXT),
    **dict.fromkeys(("due_on", "counted_from", "demand_on"), _DAY),
    "days_past_due": {**_NUMBER, "description": "Calendar days; day 1 is the day after `due_on` (D-32)"},
    "stage": _STAGE,
    "stage_label": _TEXT,
    "turn": {"type": "array", "items": _TEXT},
    **dict.fromkeys(("overdue_principal", "overdue_interest", "unpaid_principal", "unpaid_interest"), _MONEY),
    "cause": {"type": ["string", "null"], "enum": [*(cause.value for cause in ArrearsCause), None]},
    **dict.fromkeys(
        ("demanded_on", "applied_on", "consented_on", "settled_on", "ended_on"), _DAY_OR_NULL
    ),
    "refusals": _NUMBER,
    "is_risk_shared": _FLAG_OR_NULL,
}  # fmt: skip
_COMPENSATION = _object(
    {
        "paid_on": _DAY,
        **dict.fromkeys(("principal", "interest", "amount"), _MONEY),
        "voucher": _TEXT,
        "confirmed_on": _DAY_OR_NULL,
        "closed_on": _DAY_OR_NULL,
        "closed_reason": {"type": ["string", "null"]},
    }
)
_RECOVERY = _object({"recovered_on": _DAY, "way": _TEXT, "amount": _MONEY, "balance": _MONEY})
_LETTER = _object({**dict.fromkeys(("number", "kind", "title", "addressee"), _TEXT), "issued_on": _DAY})

SHAPES: Json = {
    "ArrearsLine": _object(_LINE),
    "ArrearsPage": _object(
        {
            "arrears": {"type": "array", "items": {"$ref": "#/components/schemas/ArrearsLine"}},
            "after": {"type": ["string", "null"]},
        }
    ),
    "ArrearsFile": _object(
        {
            **_LINE,
            "status": _TEXT,
            "compensation": {"anyOf": [_COMPENSATION, {"type": "null"}]},
            "recoveries": {"type": "array", "items": _RECOVERY},
            "letters": {"type": "array", "items": _LETTER},
        }
    ),
}
_FILE = "/arrears/<number>"
ROUTES = (
    Route(
        "GET",
        "/arrears",
        list_arrears,
        Permission.CREDIT_READ,
        "Loans of 信保贷 past due, the longest first, a page at a time",
        "ArrearsPage",
        query={
            "q": {**_TEXT, "maxLength": 100},
            "stage": _STAGE,
            "scope": {"type": "string", "enum": [one.value for one in register.Running]},
            "after": _TEXT,
        },
        errors=(422,),
    ),
    Route(
        "GET",
        _FILE,
        show_arrears,
        Permission.CREDIT_READ,
        "One file of arrears with its 代偿, recovery and letters",
        "ArrearsFile",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_FILE}/<act>",
        act_on_arrears,
        Permission.TASK_WORK,
        f"Do an act of the file in its turn: {', '.join(ACTS)}; out of order it is refused",
        "CaseBrief",
        body="Completion",
        errors=(404, 409, 422),
    ),
)
