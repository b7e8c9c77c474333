"""Room statistics behind the REST door: the records behind a figure, what they come to, and their workbook."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.base import to_json
from models.board_export import BoardExport
from models.database import reading, transaction
from models.people import Permission
from models.scheme import Scheme
from models.statistics_asked import Ended, Figure, Order
from models.statistics_classes import ClassBy
from models.statistics_days import CLASSES
from models.statistics_list import Row, page
from models.statistics_sum import summary
from webapp import statistics_export_job as export_job
from webapp.access import actor
from webapp.api.body import read_optional_body
from webapp.api.route import Route

Json = dict[str, Any]
_READ = Permission.BOARD_READ


def list_statistics_records() -> Response:
    """A page of the records; the filters are those of the page."""
    with reading() as session:
        wanted, records = export_job.read(request.args.to_dict())
        found = page(session, actor(), wanted, records)
        said = summary(session, actor(), wanted, records)
    days = {"total_days": said.days.total, "median_days": said.days.median, "p90_days": said.days.p90}
    numbers = {"number": said.number, "late": said.late, "amount": to_json(said.amount), **days}
    return jsonify(**numbers, rows=[_row(row) for row in found.rows], after=found.after or None)


def ask_statistics_export() -> tuple[Response, int]:
    """Let the background write the records as a workbook; it is fetched like one of the board."""
    body = read_optional_body({"filters": dict}).get("filters", {})
    with transaction() as session:
        row = export_job.ask(session, {name: str(value) for name, value in body.items()}, actor())
        return jsonify(_export(row)), 201


def _row(row: Row) -> Json:
    return {
        "id": row.id, "on_day": row.on_day.isoformat(), "kind": row.kind, "process": row.process_key,
        "step": row.step, "department": row.department or None, "person": row.person or None,
        "outcome": row.outcome or None, "allowed_days": row.allowed_days, "used_days": row.used_days,
        "is_late": row.is_late, "amount": to_json(row.amount), "case": row.number,
        "applicant_name": row.applicant_name or None, "scheme": row.scheme,
        "region": row.region or None, "status": row.status or None,
        "task": row.task_id,
    }  # fmt: skip


def _export(row: BoardExport) -> Json:
    return {
        "id": row.id, "state": str(row.state), "total": row.total, "written": row.written,
        "percent": row.percent, "fault": row.fault or None,
    }  # fmt: skip


_TEXT: Json = {"type": "string", "maxLength": 100}
_WORD: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "string", "enum": ["1"]}
_DAY: Json = {"type": "string", "format": "date"}
_MAYBE: Json = {"type": ["string", "null"]}
_MAYBE_NUMBER: Json = {"type": ["integer", "null"]}


def _object(parts: Json) -> Json:
    return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}


def _one_of(values: Any) -> Json:
    return {"type": "string", "enum": [one.value for one in values]}


_ROW = _object(
    {
        "id": _NUMBER,
        "on_day": _DAY,
        **dict.fromkeys(("kind", "process", "step", "case", "scheme"), _WORD),
        **dict.fromkeys(("department", "person", "outcome", "amount", "applicant_name", "region", "status"), _MAYBE),
        **dict.fromkeys(("allowed_days", "used_days", "task"), _MAYBE_NUMBER),
        "is_late": {"type": "boolean"},
    }
)  # fmt: skip
SHAPES: Json = {
    "StatisticsRecords": _object(
        {
            **dict.fromkeys(("number", "late", "total_days"), _NUMBER),
            "amount": {"type": "string"},
            **dict.fromkeys(("median_days", "p90_days"), _MAYBE_NUMBER),
            "rows": {"type": "array", "items": _ROW},
            "after": _MAYBE,
        }
    ),
}
_FILTERS: Json = {
    "from": _DAY, "to": _DAY, "scheme": _one_of(Scheme), "figure": _one_of(Figure), "by": _one_of(ClassBy),
    "ended": _one_of(Ended), "order": _one_of(Order), "spread": {**_NUMBER, "minimum": 0, "maximum": len(CLASSES)},
    **dict.fromkeys(("region", "department", "office", "version"), _NUMBER),
    **dict.fromkeys(("month", "process", "deadline", "element", "value", "after"), _TEXT),
    **dict.fromkeys(("late", "applicants"), _FLAG),
}  # fmt: skip
ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/statistics/records", list_statistics_records, _READ, "The records behind a figure",
        "StatisticsRecords", query=_FILTERS, errors=(422,),
    ),
    Route(
        "POST", "/statistics/records/exports", ask_statistics_export, _READ,
        "Ask for the records behind a figure as a workbook", "BoardExport", status=201, body="BoardFilters",
        needs_body=False, errors=(409,),
    ),
)  # fmt: skip
