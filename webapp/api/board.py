"""Room board behind the REST door: the numbers of the stalled board, the rows behind them, their workbooks."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.base import to_json
from models.board import OVER, Why, Window
from models.board_asked import Asked, Sort, State, Unit, asked
from models.board_export import BoardExport, ExportState, export_of
from models.board_forecast import FARTHEST
from models.board_list import Line, page
from models.board_pace import pace
from models.board_totals import Group, rows_of, totals
from models.database import reading, transaction
from models.people import Permission
from models.working_days import Light
from processes import board_export
from webapp.access import actor
from webapp.api.body import read_optional_body
from webapp.api.present import instant
from webapp.api.route import Route
from webapp.board_book import reason_of
from webapp.register_export import XLSX

Json = dict[str, Any]
_READ = Permission.BOARD_READ


def show_board() -> Response:
    """Every number; `within` sets the horizon of the forecast, in working days."""
    given = asked({"within": request.args.get("within", "")})
    with reading() as session:
        known = pace(session)
        found = totals(session, actor(), known)
        forecast = rows_of(session, actor(), Asked(forecast=True, within=given.within), known)
    return jsonify(
        at=instant(found.at),
        total=found.total,
        late=found.late,
        windows=_all(Window, found.windows),
        whys=_all(Why, found.whys),
        states=dict(found.states),
        provisional=found.provisional,
        within=given.within,
        forecast=forecast,
        groups={name: [_group(one) for one in groups] for name, groups in found.groups.items()},
    )


def list_board_cases() -> Response:
    """The rows behind a number, a page at a time; the filters are those of the page."""
    given = asked(request.args.to_dict())
    with reading() as session:
        known = pace(session)
        found = page(session, actor(), given, known)
        total = rows_of(session, actor(), given, known)
    return jsonify(rows=[_row(line) for line in found.lines], total=total, after=found.after or None)


def ask_board_export() -> tuple[Response, int]:
    """Let the background write the rows of these filters as a workbook."""
    wanted = {
        name: str(value) for name, value in read_optional_body({"filters": dict}).get("filters", {}).items()
    }
    with transaction() as session:
        return jsonify(_export(board_export.ask(session, asked(wanted), actor()))), 201


def show_board_export(export_id: int) -> Response:
    """How far a workbook is."""
    with reading() as session:
        return jsonify(_export(export_of(session, export_id, actor())))


def read_board_export(export_id: int) -> Response:
    """The workbook itself (not JSON), once it is done."""
    with reading() as session:
        blocks = board_export.content(session, export_id, actor())
    return Response(blocks, mimetype=XLSX)


def _all(kinds: Any, counts: Any) -> Json:
    return {one.value: counts.get(one.value, 0) for one in kinds}


def _group(one: Group) -> Json:
    return {
        "key": one.key,
        "label": one.label,
        "late": one.late,
        "total": one.total,
        "windows": dict(one.numbers),
    }


def _row(line: Line) -> Json:
    row, detail = line.row, line.detail
    act = (
        {"at": instant(detail.act.at), "who": detail.act.who, "what": detail.act.what} if detail.act else None
    )
    return {
        "case": row.number, "applicant_name": row.applicant_name, "scheme": row.scheme, "region": row.region or None,
        "amount": to_json(row.amount), "status": row.status, "task": row.task_id, "step": row.step or None,
        "department": row.department or None, "assignee": row.assignee or None,
        "created_at": instant(row.created_at) if row.created_at else None,
        "due_on": to_json(row.due_on) if row.task_id and row.light is not Light.PAUSED else None,
        "light": row.light.value, "words": row.words, "late_days": row.late_days, "provisional": row.provisional,
        "why": row.why_key if row.task_id else None, "reason": reason_of(line) or None, "last_act": act,
        "urged": detail.urged, "orders": detail.orders,
    }  # fmt: skip


def _export(row: BoardExport) -> Json:
    return {
        "id": row.id, "state": str(row.state), "total": row.total, "written": row.written,
        "percent": row.percent, "fault": row.fault or None,
    }  # fmt: skip


def _object(parts: Json) -> Json:
    return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}


def _list(item: Json) -> Json:
    return {"type": "array", "items": item}


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MAYBE: Json = {"type": ["string", "null"]}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_COUNTS: Json = {"type": "object", "additionalProperties": _NUMBER}
_GROUP = _object({"key": _TEXT, "label": _TEXT, "late": _NUMBER, "total": _NUMBER, "windows": _COUNTS})
_ACT = _object({"at": _MOMENT, "who": _TEXT, "what": _TEXT})
SHAPES: Json = {
    "Board": _object(
        {
            "at": _MOMENT,
            **dict.fromkeys(("total", "late", "provisional", "within", "forecast"), _NUMBER),
            **dict.fromkeys(("windows", "whys", "states"), _COUNTS),
            "groups": {"type": "object", "additionalProperties": _list(_GROUP)},
        }
    ),
    "BoardRows": _object(
        {
            "rows": _list(
                _object(
                    {
                        **dict.fromkeys(
                            ("case", "applicant_name", "scheme", "status", "light", "words"), _TEXT
                        ),
                        **dict.fromkeys(
                            ("region", "amount", "step", "department", "assignee", "created_at", "due_on"),
                            _MAYBE,
                        ),
                        **dict.fromkeys(("why", "reason"), _MAYBE),
                        "task": {"type": ["integer", "null"]},
                        **dict.fromkeys(("late_days", "urged", "orders"), _NUMBER),
                        "provisional": _FLAG,
                        "last_act": {"anyOf": [_ACT, {"type": "null"}]},
                    }
                )
            ),
            "total": _NUMBER,
            "after": _MAYBE,
        }
    ),
    "BoardFilters": {
        "type": "object",
        "properties": {"filters": {"type": "object", "additionalProperties": _TEXT}},
        "additionalProperties": False,
    },
    "BoardExport": _object(
        {
            "id": _NUMBER,
            "state": {"type": "string", "enum": [one.value for one in ExportState]},
            **dict.fromkeys(("total", "written", "percent"), _NUMBER),
            "fault": _MAYBE,
        }
    ),
    "Workbook": {"type": "string", "format": "binary"},
}
_EXPORT = "/board/exports/<int(max=2147483647):export_id>"


def _one_of(values: Any) -> Json:
    return {"type": "string", "enum": [str(value) for value in values]}


_SHORT: Json = {**_TEXT, "maxLength": 100}
_FILTERS: Json = {
    "unit": _one_of(Unit), "window": _one_of([OVER, *Window]), "why": _one_of(Why), "state": _one_of(State),
    "sort": _one_of(Sort), **dict.fromkeys(("department", "person", "region", "version"), _NUMBER),
    **dict.fromkeys(("scheme", "step", "text", "after"), _SHORT),
    **dict.fromkeys(("provisional", "forecast", "ordered"), _one_of(["1"])),
}  # fmt: skip
_WITHIN: Json = {"within": {"type": "integer", "minimum": 1, "maximum": FARTHEST}}
ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/board", show_board, _READ, "The stalled board: every number", "Board", query=_WITHIN, errors=(422,)
    ),
    Route(
        "GET", "/board/cases", list_board_cases, _READ, "The rows behind a number of the stalled board", "BoardRows",
        query={**_FILTERS, **_WITHIN}, errors=(422,),
    ),
    Route(
        "POST", "/board/exports", ask_board_export, _READ, "Ask for the rows as a workbook", "BoardExport",
        status=201, body="BoardFilters", needs_body=False, errors=(409,),
    ),
    Route("GET", _EXPORT, show_board_export, _READ, "How far a workbook is", "BoardExport", errors=(404,)),
    Route(
        "GET", f"{_EXPORT}/file", read_board_export, _READ, "The workbook", "Workbook", errors=(404, 409)
    ),
)  # fmt: skip
