"""Room supervision behind the REST door: every order that concerns the caller, issuing one, and screens of halls."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for

from forms.base import to_json
from models.case import case_numbered
from models.database import reading, transaction
from models.hall import HallScreen, screens
from models.people import Permission
from models.supervision import OrderLine, OrderState, order_seen
from processes import hall
from processes.supervision_order import Demand
from processes.supervision_target import order_target, targets
from webapp import supervision_panel as panel
from webapp.access import actor
from webapp.api.body import read_body
from webapp.api.present import instant
from webapp.api.route import Route
from webapp.api.screening_rows import day_in, number_in

Json = dict[str, Any]


def list_orders() -> Response:
    """The orders to and from the caller's office, and those he oversees, newest first, 50 a page."""
    wanted = panel.asked({"state": "", **request.args.to_dict()})
    with reading() as session:
        found = panel.listed(session, actor(), wanted)
    return jsonify(
        orders=[_order(line) for line in found.lines], after=str(found.after) if found.after else None
    )


def show_order(supervision_id: int) -> Response:
    """One order."""
    with reading() as session:
        return jsonify(_order(order_seen(session, supervision_id, actor())))


def list_order_targets(number: str) -> Response:
    """About which steps and offices of a case the caller may issue an order."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        found = targets(session, case, actor())
    return jsonify(targets=[{"target": value, "label": label} for value, label in found])


def issue_order(number: str) -> tuple[Response, int]:
    """督办 of a step or an office of a case."""
    body = read_body({"target": str, "text": str, "due_on": str})
    demand = Demand(body["text"], day_in(body["due_on"], "due_on"))
    with transaction() as session:
        case = case_numbered(session, number, actor())
        made = order_target(session, case.id, body["target"], demand, actor())
        return jsonify(_order(order_seen(session, made.id, actor()))), 201


def list_halls() -> Response:
    """Screens of halls; their addresses are told only once."""
    with reading() as session:
        return jsonify(halls=[_hall(row) for row in screens(session)])


def open_hall() -> tuple[Response, int]:
    """A new screen; `address` is told this once."""
    body = read_body({"name": str, "region": int})
    with transaction() as session:
        row, secret = hall.open_screen(session, body["name"], number_in(body["region"], "region"), actor())
        address = url_for("hall.show", secret=secret, _external=True)
        return jsonify({**_hall(row), "address": address}), 201


def revoke_hall(hall_id: int) -> Response:
    """Its address leads nowhere any more."""
    with transaction() as session:
        return jsonify(_hall(hall.revoke_screen(session, hall_id, actor())))


def _order(line: OrderLine) -> Json:
    row = line.row
    days = ("issued_on", "due_on", "escalated_on", "answered_on", "closed_on")
    names = ("id", "number", "department_id", "text", "reminders", "answer", "closing")
    return {
        **{name: getattr(row, name) for name in names},
        **{name: to_json(getattr(row, name)) for name in days},
        "case": line.number,
        "task": row.task_id,
        "step": line.step or None,
        "department": line.department,
        "issued_by": line.issuer,
        "words": row.words,
    }


def _hall(row: HallScreen) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "region": row.region_id,
        "made_at": instant(row.made_at),
        "revoked_at": instant(row.revoked_at) if row.revoked_at else None,
    }


def _object(parts: Json, optional: tuple[str, ...] = ()) -> Json:
    needed = [name for name in parts if name not in optional]
    return {"type": "object", "properties": parts, "required": needed, "additionalProperties": False}


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_MAYBE: Json = {"type": ["string", "null"]}
_DAY: Json = {"type": "string", "format": "date"}
_ORDER = _object(
    {
        **dict.fromkeys(("id", "department_id", "reminders"), _NUMBER),
        **dict.fromkeys(
            ("number", "text", "answer", "closing", "case", "department", "issued_by", "words"), _TEXT
        ),
        **dict.fromkeys(("issued_on", "due_on"), _DAY),
        **dict.fromkeys(("escalated_on", "answered_on", "closed_on", "step"), _MAYBE),
        "task": {"type": ["integer", "null"]},
    }
)
_HALL = _object(
    {
        **dict.fromkeys(("id", "region"), _NUMBER),
        **dict.fromkeys(("name", "made_at", "address"), _TEXT),
        "revoked_at": _MAYBE,
    },
    optional=("address",),
)
SHAPES: Json = {
    "Orders": _object({"orders": {"type": "array", "items": _ORDER}, "after": _MAYBE}),
    "Order": _ORDER,
    "NewOrder": _object({"target": _TEXT, "text": _TEXT, "due_on": _DAY}),
    "OrderTargets": _object(
        {"targets": {"type": "array", "items": _object({"target": _TEXT, "label": _TEXT})}}
    ),
    "Halls": _object({"halls": {"type": "array", "items": _HALL}}),
    "Hall": _HALL,
    "NewHall": _object({"name": _TEXT, "region": _NUMBER}),
}
_READ, _WRITE, _ADMIN = Permission.SUPERVISION_READ, Permission.CASE_SUPERVISE, Permission.PEOPLE_MANAGE
_STATE: Json = {"type": "string", "enum": [one.value for one in OrderState]}
_CASE, _HALLS = "/cases/<number>", "/halls"
ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/supervisions", list_orders, _READ, "Orders (督办) that concern the caller", "Orders",
        query={"state": _STATE, "case": {**_TEXT, "maxLength": 24}, "after": _TEXT},
    ),
    Route(
        "GET", "/supervisions/<int(max=2147483647):supervision_id>", show_order, _READ, "One order", "Order",
        errors=(404,),
    ),
    Route(
        "GET", f"{_CASE}/supervisions/targets", list_order_targets, _WRITE,
        "About what in a case an order may be issued", "OrderTargets", errors=(404,),
    ),
    Route(
        "POST", f"{_CASE}/supervisions", issue_order, _WRITE, "Issue an order", "Order",
        status=201, body="NewOrder", errors=(403, 404, 409),
    ),
    Route("GET", _HALLS, list_halls, _ADMIN, "Screens of halls", "Halls"),
    Route("POST", _HALLS, open_hall, _ADMIN, "Open a screen", "Hall", status=201, body="NewHall"),
    Route(
        "POST", f"{_HALLS}/<int(max=2147483647):hall_id>/revoke", revoke_hall, _ADMIN, "Close a screen", "Hall",
        errors=(404, 409),
    ),
)  # fmt: skip
