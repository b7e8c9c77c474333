"""Room declaration behind the REST door: the window, drafts of F3, the list, and the findings of admission.

What else happens to a declaration goes through the routes of `/cases/{number}`: fields, documents, submit, withdraw.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for

from forms.application import steps_for, unknown_fields
from forms.base import formdata_from_json, to_json
from forms.schema import flat_schema
from models.case_search import Found, Wanted, search
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.declaration import CURRENT, window
from models.people import Permission
from models.refusal import Forbidden, NotFound, Refusal
from models.scheme import DECLARED, Scheme
from models.subject import SubjectKind
from processes import declaration as verbs
from webapp.access import actor
from webapp.api import present
from webapp.api.body import FieldFaults, read_body
from webapp.api.case import case_of
from webapp.api.route import Route

KINDS = [kind.value for kind in SubjectKind]
_TEXT = {"type": "string"}
_DAY = {"type": "string", "format": "date"}


def create_declaration() -> tuple[Response, int]:
    """A draft of F3, kept as it was sent; hand the papers in at `/cases/{number}/documents`, then submit it."""
    body = read_body({"kind": str, "fields": dict})
    kind, fields = body["kind"], body["fields"]
    if kind not in KINDS:
        raise Refusal("主体类型不正确。", "kind")
    if unknown := unknown_fields(f"{DECLARED}{kind}", fields):
        raise FieldFaults({name[:64]: ["没有这一填报项。"] for name in unknown})
    formdata_from_json(fields)
    with transaction() as session:
        case = verbs.declare(session, kind, fields, actor())
    response = jsonify(present.brief(case))
    response.headers["Location"] = url_for("api.show_case", number=case.number)
    return response, 201


def list_declarations() -> Response:
    """The declarations that the caller may see, newest first, a page at a time."""
    status = request.args.get("status", "")
    if status and status not in [known.value for known in CURRENT]:
        raise Refusal("取值不在允许的范围内。", "status")
    wanted = Wanted(status=status, after=request.args.get("after", ""), scheme=Scheme.CREDIT_APPLICATION)
    with reading() as session:
        page = search(session, actor(), wanted)
    return jsonify(declarations=[_line(found) for found in page.items], after=page.after or None)


def show_window() -> Response:
    """The months in which declarations are received, and the next opening."""
    with reading() as session:
        found = window(session)
    return jsonify(months=found.months, is_open=found.is_open, next_opening=to_json(found.next_opening))


def show_findings(number: str) -> Response:
    """What the table of admission says of a declaration that was handed in; the answer stays the departments'."""
    with reading() as session:
        case = case_of(session, number)
        if case.kind is not Scheme.CREDIT_APPLICATION or case.submitted_at is None:
            raise NotFound("未找到该申报，或尚未提交。")
        if actor().department_id is None:
            raise Forbidden("准入核对结果只供审核部门使用。")
        found = verbs.findings(session, case)
    names = ("code", "level", "word", "requirement", "clause")
    return jsonify(findings=[{name: getattr(one, name) for name in names} for one in found])


def _line(found: Found) -> dict[str, Any]:
    return {
        "number": found.number,
        "name": found.applicant_name,
        "kind": found.applicant_type,
        "status": found.status.value,
        "status_label": found.status.label,
        "amount": to_json(found.amount),
        "opened_at": present.instant(found.opened_at),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": list(properties)}


ROUTES = (
    Route(
        "POST",
        "/declarations",
        create_declaration,
        Permission.CASE_CREATE,
        "Keep a draft of a declaration of 信保贷 (F3)",
        "CaseBrief",
        status=201,
        body="NewDeclaration",
    ),
    Route(
        "GET",
        "/declarations",
        list_declarations,
        Permission.CASE_READ,
        "Declarations of 信保贷, a page at a time",
        "DeclarationPage",
        query={"status": {"type": "string", "enum": [status.value for status in CURRENT]}, "after": _TEXT},
        errors=(422,),
    ),
    Route(
        "GET",
        "/declarations/window",
        show_window,
        Permission.CASE_READ,
        "Whether declarations are received today, and when next",
        "DeclarationWindow",
    ),
    Route(
        "GET",
        "/declarations/<number>/findings",
        show_findings,
        Permission.CREDIT_READ,
        "The automated findings of admission",
        "DeclarationFindings",
        errors=(404,),
    ),
)
SHAPES: dict[str, Any] = {
    **{
        f"Declaration_{kind}": flat_schema([step.form for step in steps_for(f"{DECLARED}{kind}")])
        for kind in KINDS
    },
    "NewDeclaration": _object(
        {
            "kind": {"type": "string", "enum": KINDS},
            "fields": {
                "type": "object",
                "description": "What is known so far of `Declaration_enterprise` or `Declaration_sole_trader`",
            },
        }
    ),
    "DeclarationLine": _object(
        {
            **dict.fromkeys(("number", "name", "kind", "status_label"), _TEXT),
            "status": {"type": "string", "enum": [status.value for status in CaseStatus]},
            "amount": {"type": ["string", "null"], "description": "元, two places"},
            "opened_at": {"type": "string", "format": "date-time"},
        }
    ),
    "DeclarationPage": _object(
        {
            "declarations": {"type": "array", "items": {"$ref": "#/components/schemas/DeclarationLine"}},
            "after": {"type": ["string", "null"]},
        }
    ),
    "DeclarationWindow": _object(
        {
            "months": {"type": "array", "items": {"type": "integer"}},
            "is_open": {"type": "boolean"},
            "next_opening": _DAY,
        }
    ),
    "DeclarationFinding": _object(
        {
            **dict.fromkeys(("code", "word", "requirement", "clause"), _TEXT),
            "level": {"enum": ["ok", "soon", "over"]},
        }
    ),
    "DeclarationFindings": _object(
        {"findings": {"type": "array", "items": {"$ref": "#/components/schemas/DeclarationFinding"}}}
    ),
}
