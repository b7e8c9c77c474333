"""Room statistics behind the REST door: the tables of the pages, with their definitions, and the figures on a drawing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, jsonify, request

from models.database import reading
from models.people import Permission
from models.scheme import Scheme
from models.statistics_classes import classes
from models.statistics_diagram import heat_map
from models.statistics_period import Period, Preset
from webapp.access import actor
from webapp.api.route import Route
from webapp.statistics_beside import told
from webapp.statistics_diagram import Metric, Spot, picture
from webapp.statistics_page import Asked, asked
from webapp.statistics_tables import Cell, Column, Table, classes_tables

Json = dict[str, Any]
_READ = Permission.BOARD_READ


def show_statistics() -> Response:
    """The figures of a period as the caller may see them."""
    with reading() as session:
        given = _asked()
        found, tables = told(session, actor(), given.wanted)
        now = {"open_steps": found.now.tasks, "late_steps": found.now.late}
        heads = {"opened": found.opened, "closed": found.closed, "met": found.met, "missed": found.missed}
        rate = {"rate": found.rate, "is_one_department": found.is_one_department}
        return jsonify(**_period(given.wanted.period), **heads, **rate, **now, tables=_tables(tables))


def show_classes() -> Response:
    """分类统计."""
    with reading() as session:
        given = _asked()
        found = classes(session, actor(), given.wanted)
        return jsonify(**_period(given.wanted.period), tables=_tables(classes_tables(found)))


def show_heat() -> Response:
    """The steps of a version: now, or of a period."""
    with reading() as session:
        given = _asked()
        period = given.wanted.period if request.args.get("period") or request.args.get("from") else None
        shown = picture(
            heat_map(session, actor(), request.args.get("version", type=int), period), Metric.NUMBER
        )
        version = {"id": shown.version.id, "key": shown.version.key, "version": shown.version.version}
        said = _period(period) if period else {"from": None, "to": None}
        return jsonify(version=version, **said, steps=[_step(spot) for spot in shown.spots])


def _asked() -> Asked:
    given = asked(request.args)
    if given.errors:
        raise given.refusal
    return given


def _period(period: Period) -> Json:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _tables(tables: Iterable[Table]) -> list[Json]:
    return [
        {
            "id": table.id,
            "title": table.title,
            "definition": table.told,
            "columns": [{"name": c.name, "title": c.title, "kind": c.kind} for c in table.columns],
            "rows": [dict(_values(table.columns, row)) for row in table.rows],
        }
        for table in tables
    ]


def _values(columns: Iterable[Column], row: Iterable[Cell]) -> Iterable[tuple[str, Any]]:
    for column, value in zip(columns, row, strict=True):
        yield column.name, str(value) if column.kind == "money" and value is not None else value


def _step(spot: Spot) -> Json:
    days = spot.heat.days
    return {
        "element": spot.element_id,
        "name": spot.name,
        "lane": spot.lane,
        "number": spot.heat.number,
        "late": spot.heat.late,
        "median_days": days.median,
        "p90_days": days.p90,
    }


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_MAYBE: Json = {"type": ["integer", "null"]}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_DAY: Json = {"type": "string", "format": "date"}
_RATE: Json = {"type": ["number", "null"], "description": "percent"}


def _object(properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


_TABLE: Json = _object(
    {
        **dict.fromkeys(("id", "title", "definition"), _TEXT),
        "columns": _list(_object({"name": _TEXT, "title": _TEXT, "kind": {"enum": ["text", "number", "percent", "money"]}})),
        "rows": _list({"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}}),
    }
)  # fmt: skip
SHAPES: dict[str, Json] = {
    "Statistics": _object(
        {
            **dict.fromkeys(("from", "to"), _TEXT),
            **dict.fromkeys(("opened", "closed", "met", "missed", "open_steps", "late_steps"), _NUMBER),
            "rate": _RATE,
            "is_one_department": {"type": "boolean"},
            "tables": _list(_TABLE),
        }
    ),
    "ClassifiedStatistics": _object({**dict.fromkeys(("from", "to"), _TEXT), "tables": _list(_TABLE)}),
    "StepStatistics": _object(
        {
            "version": _object({"id": _NUMBER, "key": _TEXT, "version": _NUMBER}),
            **dict.fromkeys(("from", "to"), _MAYBE_TEXT),
            "steps": _list(
                _object(
                    {
                        **dict.fromkeys(("element", "name", "lane"), _TEXT),
                        **dict.fromkeys(("number", "late"), _NUMBER),
                        **dict.fromkeys(("median_days", "p90_days"), _MAYBE),
                    }
                )
            ),
        }
    ),
}
_DAYS: Json = {
    "period": {"type": "string", "enum": [one.value for one in Preset]},
    **dict.fromkeys(("from", "to"), _DAY),
}
_FILTERS: Json = {
    **_DAYS,
    "scheme": {"type": "string", "enum": [one.value for one in Scheme]},
    **dict.fromkeys(("region", "department"), _NUMBER),
}
ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/statistics", show_statistics, _READ, "The figures of a period, with their definitions", "Statistics",
        query=_FILTERS, errors=(422,),
    ),
    Route(
        "GET", "/statistics/classes", show_classes, _READ, "Classified statistics (A-20)", "ClassifiedStatistics",
        query={**_DAYS, "region": _NUMBER}, errors=(422,),
    ),
    Route(
        "GET", "/statistics/steps", show_heat, _READ, "Counts, late counts and days on the steps of a version",
        "StepStatistics", query={**_DAYS, "version": _NUMBER}, errors=(404, 422),
    ),
)  # fmt: skip
