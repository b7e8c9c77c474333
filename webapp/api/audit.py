"""Room audit behind the REST door: the logs, dossiers, and the event log for process mining."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from models import access_list, audit_log
from models.access_log import Door, LookKind
from models.database import reading
from models.dossier import Dossier, DossierStatus, dossier_for
from models.event_log import Scope
from models.people import Permission
from processes import dossier as verbs
from webapp import dossier_file
from webapp.access import actor
from webapp.admin import BIGGEST_ID
from webapp.api.body import read_body
from webapp.api.case import case_of
from webapp.api.present import instant
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.audit_query import Query
from webapp.event_log_file import FORMATS, MEDIA, written
from webapp.log_export import sent_lines
from webapp.views.access import asked_of as looks_asked
from webapp.views.audit import asked_of, note_export
from webapp.views.dossier import sent
from webapp.views.event_log import asked_of as traces_asked

Json = dict[str, Any]


def list_events() -> Response:
    """What happened, newest first, narrowed as on the page; a page of 50."""
    query = Query(request.args)
    asked = asked_of(query)
    query.check()
    with reading() as session:
        log = audit_log.log_page(session, asked)
        return jsonify(events=[_event(line) for line in log.lines], after=log.after or None)


def list_looks() -> Response:
    """Who looked at what, newest first; a head reads the looks of the people of his office."""
    query = Query(request.args)
    asked = looks_asked(query)
    query.check()
    with reading() as session:
        found = access_list.looks(session, actor(), asked)
        return jsonify(looks=[_look(line) for line in found.lines], after=found.after or None)


def list_case_looks(number: str) -> Response:
    """Who looked at one case."""
    after = Query(request.args).text("after")
    with reading() as session:
        case = case_of(session, number)
        found = access_list.looks(session, actor(), access_list.Asked(case=case.number, after=after))
        return jsonify(looks=[_look(line) for line in found.lines], after=found.after or None)


def ask_dossier(number: str) -> tuple[Response, int]:
    """Have the whole case made into one archive; a small one is made when this answers."""
    with reading() as session:
        case_of(session, number)
    body = read_body({"reason": str, "is_full": bool}, optional=("is_full",))
    made = dossier_file.ask(number, body["reason"], body.get("is_full", False), actor())
    with reading() as session:
        return jsonify(_dossier(dossier_for(session, made, actor()))), 201


def show_dossier(dossier_id: int) -> Response:
    """How far the caller's own dossier is."""
    with reading() as session:
        return jsonify(_dossier(dossier_for(session, dossier_id, actor())))


def fetch_dossier(dossier_id: int) -> Response:
    """The archive."""
    with reading() as session:
        found, blocks = verbs.content(session, dossier_id, actor())
    return sent(found, blocks)


def export_event_log() -> Response:
    """Cases submitted in a period as XES or CSV."""
    names = ("process", "from_on", "to_on", "scope", "format")
    body = read_body({**dict.fromkeys(names, str), "names": bool}, optional=("process", "scope", "names"))
    query = Query(
        {name: body.get(name, "") for name in names} | {"names": "yes" if body.get("names") else ""}
    )
    with reading() as session:
        asked = traces_asked(session, query)
    query.check()
    assert asked is not None
    note_export("event_log.exported", "导出流程事件日志", query)
    kind = query.text("format")
    return sent_lines(written(kind, actor(), asked), f"event-log.{kind}", MEDIA[kind])


def _event(line: audit_log.Line) -> Json:
    event = line.event
    return {
        "id": event.id, "at": instant(event.at), "actor": event.actor_name, "action": event.action,
        "title": audit_log.ACTIONS.get(event.action, event.action), "case": line.number or None,
        "summary": event.summary, "old": event.old, "new": event.new, "chain": event.chain, "seq": event.seq,
        "digest": event.digest,
    }  # fmt: skip


def _look(line: access_list.Line) -> Json:
    record = line.record
    return {
        "at": instant(record.at), "person": record.user.name,
        "office": record.department.name if record.department else None, "case": record.case.number,
        "kind": record.kind, "thing": line.thing or None, "door": record.door,
    }  # fmt: skip


def _dossier(found: Dossier) -> Json:
    return {
        "id": found.id, "case": found.case.number, "reason": found.reason, "is_full": found.is_full,
        "status": found.status, "done": found.done, "total": found.total, "size": found.size,
        "sha256": found.sha256 or None, "fault": found.fault or None, "asked_at": instant(found.asked_at),
        "finished_at": instant(found.finished_at) if found.finished_at else None,
    }  # fmt: skip


_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_DAY: Json = {"type": "string", "format": "date"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_EVENT = closed(
    {
        **dict.fromkeys(("id", "chain", "seq"), _NUMBER),
        **dict.fromkeys(("actor", "action", "title", "summary", "digest"), _TEXT),
        "at": _MOMENT,
        "case": _TEXT_OR_NULL,
        **{key: {"type": "object"} for key in ("old", "new")},
    }
)
_LOOK = closed(
    {
        "at": _MOMENT,
        **dict.fromkeys(("person", "case"), _TEXT),
        **dict.fromkeys(("office", "thing"), _TEXT_OR_NULL),
        "kind": {**_TEXT, "enum": [one.value for one in LookKind]},
        "door": {**_TEXT, "enum": [one.value for one in Door]},
    }
)
_FROM_TO: Json = {"from_on": _DAY, "to_on": _DAY}
SHAPES: Json = {
    "AuditEvents": closed({"events": {"type": "array", "items": _EVENT}, "after": _TEXT_OR_NULL}),
    "Looks": closed({"looks": {"type": "array", "items": _LOOK}, "after": _TEXT_OR_NULL}),
    "Dossier": closed(
        {
            **dict.fromkeys(("id", "done", "total", "size"), _NUMBER),
            **dict.fromkeys(("case", "reason"), _TEXT),
            "is_full": _FLAG,
            "status": {**_TEXT, "enum": [one.value for one in DossierStatus]},
            **dict.fromkeys(("sha256", "fault"), _TEXT_OR_NULL),
            "asked_at": _MOMENT,
            "finished_at": {"type": ["string", "null"], "format": "date-time"},
        }
    ),
    "NewDossier": {
        "type": "object",
        "properties": {"reason": {**_TEXT, "minLength": 1, "maxLength": 200}, "is_full": _FLAG},
        "required": ["reason"],
        "additionalProperties": False,
    },
    "NewEventLog": {
        "type": "object",
        "properties": {
            **_FROM_TO,
            "process": _TEXT,
            "scope": {**_TEXT, "enum": [one.value for one in Scope]},
            "format": {**_TEXT, "enum": list(FORMATS)},
            "names": _FLAG,
        },
        "required": ["from_on", "to_on", "format"],
        "additionalProperties": False,
    },
    "File": {"type": "string", "format": "binary"},
}
_AUDIT, _LOOKS, _DOSSIER = Permission.AUDIT_READ, Permission.ACCESS_READ, Permission.DOSSIER_MAKE
_AFTER: Json = {"after": _TEXT}
_SEARCH: Json = {**dict.fromkeys(("action", "person", "office", "case", "text"), _TEXT), **_FROM_TO, **_AFTER}
_NARROW: Json = {"person": _TEXT, "office": _NUMBER, "case": _TEXT, "kind": _TEXT, **_FROM_TO, **_AFTER}
_ONE = f"/dossiers/<int(max={BIGGEST_ID}):dossier_id>"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/audit/events", list_events, _AUDIT, "The audit log, newest first", "AuditEvents",
          query=_SEARCH, errors=(422,)),
    Route("GET", "/audit/looks", list_looks, _LOOKS, "Who looked at what, newest first", "Looks",
          query=_NARROW, errors=(422,)),
    Route("GET", "/cases/<number>/looks", list_case_looks, _LOOKS, "Who looked at a case", "Looks",
          query=_AFTER, errors=(404, 422)),
    Route("POST", "/cases/<number>/dossiers", ask_dossier, _DOSSIER, "Make the dossier of a case", "Dossier",
          status=201, body="NewDossier", errors=(404, 409)),
    Route("GET", _ONE, show_dossier, _DOSSIER, "How far a dossier is", "Dossier", errors=(404,)),
    Route("GET", f"{_ONE}/file", fetch_dossier, _DOSSIER, "The archive (ZIP)", "File", errors=(404, 409),
          result_type="application/zip"),
    Route("POST", "/audit/event-log", export_event_log, _AUDIT, "Cases of a period as XES or CSV", "File",
          body="NewEventLog", result_type="application/octet-stream"),
)  # fmt: skip
