"""Room decision behind the REST door: a decision table is checked and its examples run, without keeping anything."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.people import Permission
from processes.engine.tables_report import report_in_child
from webapp.api.body import read_body
from webapp.api.process import closed
from webapp.api.route import Route

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_ROWS: Json = {"type": "array", "items": {"type": "integer"}}
_MAX_BODY = 3 * 1024 * 1024


def check_table() -> Response:
    """Findings of a table, and the outcomes of its examples."""
    body = read_body(
        {"name": str, "dmn": str, "examples": list, "bpmn": str},
        optional=("examples", "bpmn"),
        limit=_MAX_BODY,
    )
    return jsonify(report_in_child(body["name"], body["dmn"], body.get("examples", []), body.get("bpmn", "")))


def _list_of(shape: Json) -> Json:
    return {"type": "array", "items": shape}


SHAPES: dict[str, Json] = {
    "TableToCheck": closed(
        {
            "name": {**_TEXT, "description": "File name: the decision's id and `.dmn`"},
            "dmn": {**_TEXT, "description": "DMN 1.3, one decision with a table"},
            "examples": {
                **_list_of({"type": "object"}),
                "description": "Rows of `name`, `inputs` (fact → value), `expected` (output → value, or a list of them for COLLECT)",
            },
            "bpmn": {**_TEXT, "description": "The drawing, whose own fields the table may ask for"},
        },
        optional=("examples", "bpmn"),
    ),
    "TableReport": closed(
        {
            "decision": _TEXT,
            "policy": _TEXT,
            "findings": _list_of(
                closed(
                    {
                        "code": _TEXT,
                        "severity": {"type": "string", "enum": ["error", "warning"]},
                        "place": _TEXT,
                        "message": _TEXT,
                        "rows": _ROWS,
                    }
                )
            ),
            "overlaps": _list_of(
                closed({"first": {"type": "integer"}, "second": {"type": "integer"}, "example": _TEXT})
            ),
            "results": _list_of(
                closed(
                    {
                        "name": _TEXT,
                        "is_right": {"type": "boolean"},
                        "expected": _TEXT,
                        "found": _TEXT,
                        "rows": _ROWS,
                        "reason": _TEXT,
                    }
                )
            ),
            "inputs": _list_of(closed({"name": _TEXT, "title": _TEXT, "kind": _TEXT})),
            "outputs": _list_of(closed({"name": _TEXT, "title": _TEXT})),
        }
    ),
}

ROUTES = (
    Route(
        "POST",
        "/decision-tables/check",
        check_table,
        Permission.PROCESS_MANAGE,
        "Check a decision table: cells, gaps, overlaps, dead rows; run its examples",
        "TableReport",
        body="TableToCheck",
    ),
)
