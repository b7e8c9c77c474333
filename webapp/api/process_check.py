"""Room process_check behind the REST door: the check of files, without a draft, and files of other tools adapted."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.people import Permission
from models.refusal import Refusal
from processes.engine.foreign import adapt
from processes.engine.xml import XmlRefused
from processes.publication import encoded, problems_of
from webapp.api.body import FieldFaults, read_body
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.draft_page import as_json

Json = dict[str, Any]
_MANAGE = Permission.PROCESS_MANAGE
_TEXT: Json = {"type": "string"}
_LIMIT = 4 * 1024 * 1024
_PARTS: dict[str, type] = {"bpmn": str, "decisions": dict, "tests": dict}


def check_process() -> Response:
    """Every problem of a drawing with its tables and their examples; warnings stop no publication."""
    body = read_body(_PARTS, optional=("decisions", "tests"), limit=_LIMIT)
    tables = body.get("decisions", {})
    if not all(isinstance(text, str) for text in tables.values()):
        raise FieldFaults({"decisions": ["应当是文件名到文件内容的对应，内容为文本。"]})
    found = problems_of(body["bpmn"].encode(), encoded(tables), body.get("tests"))
    return jsonify(problems=as_json(found), is_publishable=all(one.is_warning for one in found))


def adapt_process() -> Response:
    """A drawing of another tool as far as it can be executed here, and what was left out, element by element."""
    body = read_body({"bpmn": str}, limit=_LIMIT)
    try:
        adapted = adapt(body["bpmn"].encode())
    except XmlRefused as refusal:
        raise Refusal(str(refusal), "bpmn") from refusal
    dropped = [{"element": element, "what": what, "why": why} for element, what, why in adapted.dropped]
    return jsonify(bpmn=adapted.bpmn.decode(), dropped=dropped, has_picture=adapted.has_picture)


_TEXTS: Json = {"type": "array", "items": _TEXT}
_SEVERITY: Json = {"type": "string", "enum": ["error", "warning"]}
_PROBLEM = closed({"code": _TEXT, "element": _TEXT, "message": _TEXT, "path": _TEXTS, "severity": _SEVERITY})
_DROPPED = closed({"element": _TEXT, "what": _TEXT, "why": _TEXT})
_FLAG: Json = {"type": "boolean"}
_FILES: Json = {"type": "object", "additionalProperties": _TEXT}
SHAPES: Json = {
    "ProcessToCheck": closed(
        {"bpmn": _TEXT, "decisions": _FILES, "tests": {"type": "object"}}, optional=("decisions", "tests")
    ),
    "ProcessChecked": closed({"problems": {"type": "array", "items": _PROBLEM}, "is_publishable": _FLAG}),
    "ForeignProcess": closed({"bpmn": _TEXT}),
    "AdaptedProcess": closed(
        {"bpmn": _TEXT, "dropped": {"type": "array", "items": _DROPPED}, "has_picture": _FLAG}
    ),
}
ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/processes/check",
        check_process,
        _MANAGE,
        "Check a drawing with its decision tables; nothing is kept",
        "ProcessChecked",
        body="ProcessToCheck",
    ),
    Route(
        "POST",
        "/processes/adapt",
        adapt_process,
        _MANAGE,
        "Adapt a drawing of another tool; nothing is kept",
        "AdaptedProcess",
        body="ForeignProcess",
    ),
)
