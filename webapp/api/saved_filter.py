"""Room saved_filter behind the REST door: kept conditions of the inbox, and the caller's day."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Response, jsonify

from models.calendar import today
from models.database import reading, transaction
from models.inbox_scope import Scope
from models.people import Permission, User
from models.refusal import Refusal
from models.saved_filter import SavedFilter, filters_of
from processes import saved_filter
from webapp.access import actor
from webapp.api import present
from webapp.api.body import read_body
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.inbox_page import kept_query, meaning
from webapp.inbox_query import wanted
from webapp.today_page import TodayPage

Json = dict[str, Any]
_FILTER = "/filters/<int(max=2147483647):filter_id>"


def list_filters() -> Response:
    """The caller's own and those shared with his department."""
    with reading() as session:
        return jsonify(filters=[_shown(row, actor()) for row in filters_of(session, actor()) if row.name])


def keep_filter() -> tuple[Response, int]:
    """Keep conditions under a new name; with `replaces` under one that is used already."""
    flags = {"is_shared": bool, "replaces": bool}
    body = read_body({"name": str, "scope": str, "query": str, **flags}, tuple(flags))
    if body["scope"] not in Scope.__members__.values():
        raise Refusal("取值不在允许的范围内。", "scope")
    asked = wanted({**dict(parse_qsl(body["query"][:2000])), "scope": body["scope"]})
    for _name, message in asked.faults.items():
        raise Refusal(message, "query")
    put = saved_filter.replace if body.get("replaces", False) else saved_filter.keep
    with transaction() as session:
        row = put(
            session, actor(), body["name"], asked.scope.value, kept_query(asked), body.get("is_shared", False)
        )
        return jsonify(_shown(row, actor())), 201


def share_filter(filter_id: int) -> Response:
    """共享给本部门."""
    with transaction() as session:
        return jsonify(_shown(saved_filter.share(session, filter_id, actor()), actor()))


def unshare_filter(filter_id: int) -> Response:
    """停止共享."""
    with transaction() as session:
        return jsonify(_shown(saved_filter.unshare(session, filter_id, actor()), actor()))


def remove_filter(filter_id: int) -> Response:
    """删除."""
    with transaction() as session:
        saved_filter.remove(session, filter_id, actor())
    return jsonify(removed=filter_id)


def show_today() -> Response:
    """我的一天, in working order."""
    with reading() as session:
        page = TodayPage(session, actor())
        return jsonify(
            day=today().isoformat(),
            **{part.light.value: [present.item(line) for line in part.items] for part in page.sections},
            substitute=[present.item(line) for line in page.substitute],
            follow_ups=[
                {"id": one.task_id, "case": one.number, "on": one.on_day.isoformat(), "note": one.note}
                for one in page.follow_ups
            ],
            reviews=[
                {"id": one.review_id, "task": one.task_id, "case": one.number, "question": one.question}
                for one in page.reviews
            ],
            orders=[
                {"id": one.row.id, "number": one.row.number, "due_on": one.row.due_on.isoformat()}
                for one in page.orders
            ],
            mentions=[{"id": one.id, "case": one.number, "text": one.text} for one in page.mentions],
            done=[present.item(line) for line in page.done],
        )


def _shown(row: SavedFilter, reader: User) -> Json:
    asked = meaning(row)
    return {
        "id": row.id,
        "name": row.name,
        "scope": asked.scope.value,
        "query": {name: str(text) for name, text in row.query.items()},
        "is_shared": row.is_shared,
        "is_own": row.owner_id == reader.id,
    }


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_LINES: Json = {"type": "array", "items": {"$ref": "#/components/schemas/TaskLine"}}
_SCOPE: Json = {"type": "string", "enum": [scope.value for scope in Scope]}
_FOLLOW_UP = closed({"id": _NUMBER, "case": _TEXT, "on": {**_TEXT, "format": "date"}, "note": _TEXT})
_REVIEW = closed({"id": _NUMBER, "task": _NUMBER, "case": _TEXT, "question": _TEXT})
_ORDER = closed({"id": _NUMBER, "number": _TEXT, "due_on": {**_TEXT, "format": "date"}})
SHAPES: dict[str, Json] = {
    "NewFilter": closed(
        {
            "name": {**_TEXT, "maxLength": saved_filter.LONGEST},
            "scope": _SCOPE,
            "query": {**_TEXT, "description": "As in the address of the page: `light=over&least=50000`"},
            "is_shared": _FLAG,
            "replaces": _FLAG,
        },
        optional=("is_shared", "replaces"),
    ),
    "Filter": closed(
        {
            "id": _NUMBER,
            "name": _TEXT,
            "scope": _SCOPE,
            "query": {"type": "object", "additionalProperties": _TEXT},
            "is_shared": _FLAG,
            "is_own": _FLAG,
        }
    ),
    "Filters": closed({"filters": {"type": "array", "items": {"$ref": "#/components/schemas/Filter"}}}),
    "FilterRemoved": closed({"removed": _NUMBER}),
    "Today": closed(
        {
            "day": {**_TEXT, "format": "date"},
            **dict.fromkeys(("over", "today", "soon", "substitute", "done"), _LINES),
            "follow_ups": {"type": "array", "items": _FOLLOW_UP},
            "reviews": {"type": "array", "items": _REVIEW},
            "orders": {"type": "array", "items": _ORDER},
            "mentions": {"type": "array", "items": closed({"id": _NUMBER, "case": _TEXT, "text": _TEXT})},
        }
    ),
}
_MAY = Permission.TASK_WORK
ROUTES = (
    Route("GET", "/filters", list_filters, _MAY, "Kept conditions of the inbox, own and shared", "Filters"),
    Route("POST", "/filters", keep_filter, _MAY, "Keep conditions under a name", "Filter", status=201, body="NewFilter"),
    Route("POST", f"{_FILTER}/share", share_filter, _MAY, "Share with the department", "Filter", errors=(404, 409, 422)),
    Route("POST", f"{_FILTER}/unshare", unshare_filter, _MAY, "Stop sharing", "Filter", errors=(404, 409)),
    Route("DELETE", _FILTER, remove_filter, _MAY, "Remove one's own", "FilterRemoved", errors=(404,)),
    Route("GET", "/today", show_today, _MAY, "The caller's day in working order", "Today"),
)  # fmt: skip
