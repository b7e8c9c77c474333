"""Room migration behind the REST door: plans made, tried, carried out, given up; their cases a page at a time."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from models.database import DbSession, reading, transaction
from models.migration import PlanStatus, Verdict
from models.migration_board import LineRow, PlanRow, counts, lines, plan_row, plans
from models.migration_choice import Chosen
from models.people import Permission
from processes import migration as verbs
from webapp.access import actor
from webapp.api.body import FieldFaults, read_body, read_optional_body
from webapp.api.present import instant
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.migration_page import after_asked, verdict_asked

Json = dict[str, Any]
_MANAGE = Permission.PROCESS_MANAGE
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_PARTS = {"to": int, "reason": str, "from": int, "step": str, "region": int, "numbers": list, "steps": dict}
_OPTIONAL = ("from", "step", "region", "numbers", "steps")


def list_migrations() -> Response:
    """Every plan, newest first, a page at a time."""
    with reading() as session:
        rows, older = plans(session, after_asked("before"))
        return jsonify(migrations=[_brief(row) for row in rows], before=older or None)


def create_migration() -> tuple[Response, int]:
    """A plan; its dry run begins behind the knock: watch `status`."""
    body = read_body(_PARTS, optional=_OPTIONAL)
    numbers, steps = body.get("numbers", []), body.get("steps", {})
    if not all(isinstance(one, str) for one in (*numbers, *steps.values())):
        raise FieldFaults({"numbers": ["案卷编号和对应环节应当是文本。"]})
    wanted = Chosen(_id(body, "from"), body.get("step", "")[:80], _id(body, "region"), numbers)
    with transaction() as session:
        plan = verbs.create_plan(session, actor(), _id(body, "to"), body["reason"], wanted, steps)
        return jsonify(_whole(session, plan.id)), 201


def show_migration(plan_id: int) -> Response:
    """A plan with its summary and a page of its cases; `verdict` narrows them."""
    with reading() as session:
        return jsonify(_whole(session, plan_id))


def apply_migration(plan_id: int) -> Response:
    """What the dry run has found possible goes over, in the background; `overdue` says that this is meant."""
    is_meant = bool(read_optional_body({"overdue": bool}).get("overdue"))
    with transaction() as session:
        verbs.begin(session, plan_id, actor(), is_overdue_meant=is_meant)
        return jsonify(_whole(session, plan_id))


def recheck_migration(plan_id: int) -> Response:
    """Try again what has not gone over."""
    with transaction() as session:
        verbs.recheck(session, plan_id, actor())
        return jsonify(_whole(session, plan_id))


def drop_migration(plan_id: int) -> Response:
    """Give a plan up of which nothing has been carried out."""
    with transaction() as session:
        verbs.drop(session, plan_id, actor())
        return jsonify(_whole(session, plan_id))


def _id(body: Json, name: str) -> int:
    number: int = body.get(name, 0)
    if not 0 <= number < 2**31:
        raise FieldFaults({name: ["没有这个编号。"]})
    return number


def _brief(row: PlanRow) -> Json:
    names = ("id", "key", "name", "version", "reason", "status", "author", "applied_by")
    moments = {
        name: instant(at) if (at := getattr(row, name)) else None for name in ("checked_at", "applied_at")
    }
    told = {name: getattr(row, name) for name in names}
    return {
        **told,
        "to": row.to_id,
        "created_at": instant(row.created_at),
        **moments,
        "steps": dict(row.mapping),
    }


def _whole(session: DbSession, plan_id: int) -> Json:
    session.flush()
    row, counted = plan_row(session, plan_id), counts(session, plan_id)
    verdict = verdict_asked() if request.method == "GET" else ""
    page = lines(session, plan_id, verdict, after_asked() if request.method == "GET" else 0)
    return {
        **_brief(row),
        "counts": {one.value: counted.of(one) for one in Verdict},
        "overdue": counted.overdue,
        "reasons": [{"why": why, "cases": count} for why, count in counted.reasons],
        "cases": [_line(line) for line in page.rows],
        "after": page.after or None,
    }


def _line(line: LineRow) -> Json:
    after = line.after
    return {
        "number": line.number,
        "version": line.version,
        "verdict": line.verdict,
        "why": line.why,
        "overdue": line.is_overdue,
        "tasks": [
            {"task": was["id"], "step": was["step"], "step_after": will.get("step"), "due": was["due"], "due_after": will.get("due")}
            for was, will in line.tasks
        ],
        "ended": list(after.get("ended", ())),
        "notes": list(after.get("notes", ())),
    }  # fmt: skip


_BRIEF: Json = {
    **dict.fromkeys(("id", "version", "to"), _NUMBER),
    **dict.fromkeys(("key", "name", "reason", "author"), _TEXT),
    "status": {**_TEXT, "enum": [one.value for one in PlanStatus]},
    "applied_by": _TEXT_OR_NULL,
    "created_at": _MOMENT,
    **dict.fromkeys(("checked_at", "applied_at"), _MOMENT_OR_NULL),
    "steps": {"type": "object", "additionalProperties": _TEXT},
}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_TASK = closed(
    {"task": _NUMBER, "step": _TEXT, **dict.fromkeys(("step_after", "due", "due_after"), _TEXT_OR_NULL)}
)
_CASE = closed(
    {
        **dict.fromkeys(("number", "why"), _TEXT),
        "version": _NUMBER,
        "verdict": {**_TEXT, "enum": [one.value for one in Verdict]},
        "overdue": _FLAG,
        "tasks": {"type": "array", "items": _TASK},
        "ended": _TEXTS,
        "notes": _TEXTS,
    }
)
_NEW: Json = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("to", "from", "region"), _NUMBER),
        **dict.fromkeys(("reason", "step"), _TEXT),
        "numbers": _TEXTS,
        "steps": {
            **_BRIEF["steps"],
            "description": "Open step that the target does not know → step of the target",
        },
    },
    "required": ["to", "reason"],
    "additionalProperties": False,
}
SHAPES: Json = {
    "Migrations": closed(
        {"migrations": {"type": "array", "items": closed(_BRIEF)}, "before": {"type": ["integer", "null"]}}
    ),
    "Migration": closed(
        {
            **_BRIEF,
            "counts": {"type": "object", "additionalProperties": _NUMBER},
            "overdue": _NUMBER,
            "reasons": {"type": "array", "items": closed({"why": _TEXT, "cases": _NUMBER})},
            "cases": {"type": "array", "items": _CASE},
            "after": {"type": ["integer", "null"]},
        }
    ),
    "NewMigration": _NEW,
    "MigrationWish": {"type": "object", "properties": {"overdue": _FLAG}, "additionalProperties": False},
}
_PLAN = "/migrations/<int(max=2147483647):plan_id>"
_PAGE: Json = {"verdict": {**_TEXT, "enum": [one.value for one in Verdict]}, "after": _NUMBER}
ROUTES = (
    Route(
        "GET", "/migrations", list_migrations, _MANAGE, "Plans of migration, newest first", "Migrations",
        query={"before": _NUMBER},
    ),
    Route(
        "POST", "/migrations", create_migration, _MANAGE, "Plan a migration and try it on copies", "Migration",
        status=201, body="NewMigration", errors=(404,),
    ),
    Route(
        "GET", _PLAN, show_migration, _MANAGE, "A plan with a page of its cases", "Migration",
        query=_PAGE, errors=(404,),
    ),
    Route(
        "POST", f"{_PLAN}/apply", apply_migration, _MANAGE, "Let the possible cases go over", "Migration",
        body="MigrationWish", needs_body=False, errors=(404, 409),
    ),
    Route(
        "POST", f"{_PLAN}/recheck", recheck_migration, _MANAGE, "Try again what has not gone over", "Migration",
        errors=(404, 409, 422),
    ),
    Route(
        "POST", f"{_PLAN}/drop", drop_migration, _MANAGE, "Give a plan up", "Migration", errors=(404, 409)
    ),
)  # fmt: skip
