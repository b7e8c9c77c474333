"""Room desk behind the REST door: cases found, recent ones, who has a case open, private drafts of a step."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.application import declared_fields
from models.case_search import Found, Wanted, search
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.people import Permission
from models.presence import Present, present
from models.recent_case import recent
from models.refusal import NotFound, Refusal
from models.scheme import Scheme
from models.task_draft import DraftMark
from models.workflow import TaskDraft
from processes import presence, worklist
from webapp import task_form
from webapp.access import actor
from webapp.api.body import FieldFaults, read_body
from webapp.api.case import case_of
from webapp.api.present import instant
from webapp.api.process import closed
from webapp.api.route import Route

Json = dict[str, Any]
_BIGGEST = 2**31 - 1


def find_cases() -> Response:
    """One page of the cases that the caller may see, newest first; `q` as on the page."""
    asked = {name: request.args.get(name, "") for name in ("q", "status", "scheme", "after")}
    _known(asked["status"], CaseStatus, "status")
    _known(asked["scheme"], Scheme, "scheme")
    with reading() as session:
        wanted = Wanted(asked["q"][:100], asked["status"], asked["after"], asked["scheme"])
        page = search(session, actor(), wanted)
    return jsonify(cases=[_line(found) for found in page.items], after=page.after or None)


def list_recent() -> Response:
    """最近案卷: what the caller has looked at lately on the pages."""
    with reading() as session:
        rows = recent(session, actor())
    return jsonify(
        cases=[
            {
                "number": row.number,
                "name": row.applicant_name,
                "status": row.status.value,
                "at": instant(row.at),
            }
            for row in rows
        ]
    )


def show_presence(number: str) -> Response:
    """Who else of the offices has the case open now."""
    with reading() as session:
        return _others(present(session, case_of(session, number).id, actor()))


def beat(number: str) -> Response:
    """The caller has the case open, with that step and having typed or not; who else has."""
    with transaction() as session:
        case = case_of(session, number)
        body = read_body({"task": int, "is_writing": bool}, optional=("task", "is_writing"))
        task_id = body.get("task")
        known = task_id if task_id is not None and 0 < task_id <= _BIGGEST else None
        return _others(presence.beat(session, case, known, body.get("is_writing", False), actor()))


def show_draft_of_task(task_id: int) -> Response:
    """One's own draft of a step. Raises NotFound when there is none."""
    with reading() as session:
        worklist.task_for(session, task_id, actor())
        found = worklist.draft_of(session, task_id, actor())
        if found is None:
            raise NotFound("没有暂存的内容。")
        return jsonify({**_draft(found[1]), "answers": found[0]})


def save_draft_of_task(task_id: int) -> Response:
    """暂存; with `revision` only over the draft that the caller has read (409 over a newer one)."""
    with transaction() as session:
        task = worklist.task_for(session, task_id, actor())
        body = read_body({"answers": dict, "revision": int}, optional=("revision",))
        mark = DraftMark(body["revision"], "") if "revision" in body else None
        form = task_form.form_of(session, task)
        if unknown := sorted(set(body["answers"]) - declared_fields(form)):
            raise FieldFaults({name[:64]: ["没有这一填报项。"] for name in unknown})
        kept = task_form.of_draft(session, task, body["answers"]).typed()
        draft = worklist.save_draft(session, task_id, actor(), kept, mark)
        return jsonify(_draft(draft))


def _others(found: list[Present]) -> Response:
    return jsonify(others=[{"name": one.name, "department": one.department, "task": one.task_id,
                            "is_writing": one.is_writing} for one in found])  # fmt: skip


def _draft(row: TaskDraft) -> Json:
    return {"revision": row.revision, "saved_at": instant(row.saved_at)}


def _line(found: Found) -> Json:
    return {
        "number": found.number,
        "name": found.applicant_name,
        "scheme": found.scheme,
        "status": found.status.value,
        "status_label": found.status.label,
        "opened_at": instant(found.opened_at),
    }


def _known(value: str, kind: type[CaseStatus] | type[Scheme], name: str) -> None:
    if value and value not in kind.__members__.values():
        raise Refusal("取值不在允许的范围内。", name)


_TEXT: Json = {"type": "string"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MAYBE: Json = {"type": ["integer", "null"]}
_CASE = {**dict.fromkeys(("number", "name", "scheme", "status", "status_label"), _TEXT), "opened_at": _MOMENT}
_RECENT = {**dict.fromkeys(("number", "name", "status"), _TEXT), "at": _MOMENT}
_OTHER = {"name": _TEXT, "department": _TEXT, "task": _MAYBE, "is_writing": {"type": "boolean"}}
_KEPT = {"revision": {"type": "integer"}, "saved_at": _MOMENT}
_ANSWERS: Json = {"type": "object", "description": "As typed, by the names of the step's form; unchecked"}
SHAPES: Json = {
    "FoundCases": closed(
        {"cases": {"type": "array", "items": closed(_CASE)}, "after": {"type": ["string", "null"]}}
    ),
    "RecentCases": closed({"cases": {"type": "array", "items": closed(_RECENT)}}),
    "Presence": closed({"others": {"type": "array", "items": closed(_OTHER)}}),
    "Beat": closed({"task": _MAYBE, "is_writing": {"type": "boolean"}}, optional=("task", "is_writing")),
    "TaskDraftSaved": closed(_KEPT),
    "TaskDraft": closed({**_KEPT, "answers": _ANSWERS}),
    "TaskDraftContent": closed(
        {"answers": _ANSWERS, "revision": {"type": "integer"}}, optional=("revision",)
    ),
}
_SEEN, _PRESENCE = Permission.CASE_READ, "/cases/<number>/presence"
_DRAFT = f"/tasks/<int(max={_BIGGEST}):task_id>/draft"
_WORD = {"type": "string", "maxLength": 100}
ROUTES = (
    Route(
        "GET",
        "/cases",
        find_cases,
        _SEEN,
        "Find cases",
        "FoundCases",
        query=dict.fromkeys(("q", "status", "scheme", "after"), _WORD),
        errors=(422,),
    ),
    Route("GET", "/recent-cases", list_recent, _SEEN, "Cases looked at lately", "RecentCases"),
    Route("GET", _PRESENCE, show_presence, _SEEN, "Who else has the case open", "Presence", errors=(404,)),
    Route("POST", _PRESENCE, beat, _SEEN, "Say that it is open", "Presence", body="Beat", errors=(404,)),
    Route(
        "GET", _DRAFT, show_draft_of_task, Permission.TASK_WORK, "One's own draft", "TaskDraft", errors=(404,)
    ),
    Route(
        "PUT",
        _DRAFT,
        save_draft_of_task,
        Permission.TASK_WORK,
        "Keep a draft",
        "TaskDraftSaved",
        body="TaskDraftContent",
        errors=(404, 409),
    ),
)
