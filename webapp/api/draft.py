"""Room draft behind the REST door: one's own drafts: listed, begun, read, saved at a revision, checked, thrown away."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.database import DbSession, reading, transaction
from models.draft import ProcessDraft
from models.people import Permission
from processes import draft as verbs
from processes.engine.lint import check_in_child
from processes.worklist import form_keys
from webapp.access import actor
from webapp.api.body import read_body
from webapp.api.present import instant
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.draft_page import as_json

Json = dict[str, Any]
_MANAGE = Permission.PROCESS_MANAGE
MAX_BODY = 8 * 1024 * 1024
_CONTENT: dict[str, type] = {"bpmn": str, "decisions": dict, "tests": dict}
_NEW: dict[str, type] = {"based_on": int, "key": str, "name": str, **_CONTENT}


def list_drafts() -> Response:
    """One's own drafts, the newest first."""
    with reading() as session:
        return jsonify(drafts=[_line(row) for row in verbs.drafts_of(session, actor())])


def create_draft() -> Response:
    """Of a version (`based_on`), of files (`bpmn`), or a blank process (`key`, `name`)."""
    body = read_body(_NEW, optional=tuple(_NEW), limit=MAX_BODY)
    based_on = body.pop("based_on", None)
    known = based_on if based_on is None or 0 < based_on < 2**31 else 0
    with transaction() as session:
        row = verbs.create_draft(session, actor(), based_on=known, **body)
        answer = jsonify(_whole(session, row))
    answer.status_code = 201
    return answer


def show_draft(draft_id: int) -> Response:
    """One's own draft with its files and the revision that the next saving must name."""
    with reading() as session:
        return jsonify(_whole(session, verbs.draft_for(session, draft_id, actor())))


def save_draft(draft_id: int) -> Response:
    """What is not given stays as it was. An old revision is a 409, and nothing is kept."""
    body = read_body({"revision": int, **_CONTENT}, optional=tuple(_CONTENT), limit=MAX_BODY)
    with transaction() as session:
        row = verbs.save(session, draft_id, actor(), body.pop("revision"), **body)
        return jsonify(_whole(session, row))


def check_draft(draft_id: int) -> Response:
    """Every reason why the draft may not be published; empty when it may."""
    with reading() as session:
        row = verbs.draft_for(session, draft_id, actor())
    tables = {name: str(text).encode() for name, text in row.decisions.items()}
    return jsonify(problems=as_json(check_in_child(row.bpmn.encode(), tables, form_keys(), tests=row.tests)))


def discard_draft(draft_id: int) -> Response:
    """Throw it away with everything that was kept of it."""
    with transaction() as session:
        return jsonify(name=verbs.discard(session, draft_id, actor()))


def _line(row: ProcessDraft) -> Json:
    return {
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "based_on": row.based_on_id,
        "revision": row.revision,
        "saved_at": instant(row.saved_at),
    }


def _whole(session: DbSession, row: ProcessDraft) -> Json:
    others = [{"name": one.name, "seen_at": instant(one.seen_at)} for one in verbs.neighbours(session, row)]
    content = {"bpmn": row.bpmn, "decisions": row.decisions, "tests": row.tests}
    return {**_line(row), **content, "neighbours": others, "steps_kept": verbs.steps_kept(session, row)}


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_FILES: Json = {
    "bpmn": _TEXT,
    "decisions": {
        "type": "object",
        "additionalProperties": _TEXT,
        "description": "File name → text of a `.dmn`",
    },
    "tests": {"type": "object", "description": "Decision id → rows of inputs and what is expected"},
}
_LINE: Json = {
    **dict.fromkeys(("id", "revision"), _NUMBER),
    **dict.fromkeys(("key", "name"), _TEXT),
    "based_on": {"type": ["integer", "null"], "description": "Id of the version that it was begun from"},
    "saved_at": _MOMENT,
}
_OTHERS: Json = {"type": "array", "items": closed({"name": _TEXT, "seen_at": _MOMENT})}
_PROBLEM = closed(
    {
        **dict.fromkeys(("code", "element", "message"), _TEXT),
        "severity": {"type": "string", "enum": ["error", "warning"]},
        "path": {"type": "array", "items": _TEXT, "description": "Elements to mark"},
    }
)
SHAPES: Json = {
    "Drafts": closed({"drafts": {"type": "array", "items": closed(_LINE)}}),
    "Draft": closed({**_LINE, **_FILES, "neighbours": _OTHERS, "steps_kept": _NUMBER}),
    "NewDraft": closed({"based_on": _NUMBER, "key": _TEXT, "name": _TEXT, **_FILES}, optional=tuple(_NEW)),
    "DraftContent": closed({"revision": _NUMBER, **_FILES}, optional=tuple(_FILES)),
    "DraftProblems": closed({"problems": {"type": "array", "items": _PROBLEM}}),
    "DraftDiscarded": closed({"name": _TEXT}),
}
_DRAFT = "/drafts/<int(max=2147483647):draft_id>"
ROUTES = (
    Route("GET", "/drafts", list_drafts, _MANAGE, "One's own drafts", "Drafts"),
    Route(
        "POST",
        "/drafts",
        create_draft,
        _MANAGE,
        "Begin a draft",
        "Draft",
        status=201,
        body="NewDraft",
        errors=(404,),
    ),
    Route("GET", _DRAFT, show_draft, _MANAGE, "A draft with its files", "Draft", errors=(404,)),
    Route(
        "PUT", _DRAFT, save_draft, _MANAGE, "Save a draft", "Draft", body="DraftContent", errors=(404, 409)
    ),
    Route("POST", f"{_DRAFT}/check", check_draft, _MANAGE, "Check a draft", "DraftProblems", errors=(404,)),
    Route(
        "POST", f"{_DRAFT}/discard", discard_draft, _MANAGE, "Delete a draft", "DraftDiscarded", errors=(404,)
    ),
)
