"""Room notice behind the REST door: notices, their period and register, and objections handed in on paper."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from forms.base import to_json
from forms.objection import WrittenObjectionForm
from forms.schema import json_schema
from models.case import CaseFile
from models.database import reading, transaction
from models.notice import NoticeEntry, PublicNotice, notice_numbered
from models.notice_search import NoticeLine, notices_for
from models.objection import ObjectionLine
from models.people import Permission
from processes import objection as verbs
from webapp.access import actor
from webapp.api.answers import cleaned
from webapp.api.body import read_body
from webapp.api.route import Route
from webapp.notice_view import NoticeDesk
from webapp.objection_form import page_number

Json = dict[str, Any]
_ONE = "/notices/<number>"


def list_public_notices() -> Response:
    """The notices whose cases the caller may see, newest first."""
    with reading() as session:
        page = notices_for(session, actor(), page_number())
        return jsonify(notices=[_line(line) for line in page.lines], after=page.after or None)


def show_public_notice(number: str) -> Response:
    """A notice with its list, its period and, for the center and those who oversee, its objections."""
    with reading() as session:
        desk = NoticeDesk(session, notice_numbered(session, number, actor()), actor())
        return jsonify(
            **_notice(desk.notice, number),
            places=desk.notice.places,
            sha256=desk.notice.digest,
            entries=[_entry(entry) for entry in desk.entries],
            objections=[_objection(line) for line in desk.objections],
        )


def record_objection(number: str) -> tuple[Response, int]:
    """An objection on paper, received at the office within the period."""
    answers = read_body({"answers": dict})["answers"]
    with transaction() as session:
        notice = notice_numbered(session, number, actor())
        said = cleaned(WrittenObjectionForm, answers)
        received_on, said["is_unit"] = said.pop("received_on"), said["objector"] == "unit"
        made = verbs.register_written(session, notice.id, said, [], received_on=received_on, actor=actor())
        case = session.get_one(CaseFile, made.case_id)
        return jsonify(number=case.number, due_on=verbs.due_on(session, made)), 201


def _line(line: NoticeLine) -> Json:
    counts = {"entries": line.entries, "objections": line.objections, "undecided": line.undecided}
    return {**_notice(line.notice, line.number), **counts}


def _notice(notice: PublicNotice, number: str) -> Json:
    period = notice.period
    return {
        "number": number,
        "title": notice.title,
        "state": notice.state_label,
        "published_on": to_json(notice.published_on),
        "period": None
        if period is None
        else {
            "first_on": to_json(period.first_on),
            "last_on": to_json(period.last_on),
            "confirmable_on": to_json(period.confirmable_on),
            "working_days": period.days,
            "provisional": period.provisional,
        },
        "confirmed_on": to_json(notice.confirmed_on),
    }


def _entry(entry: NoticeEntry) -> Json:
    names = ("serial", "name", "uscc", "kind", "outcome", "reason")
    return {name: getattr(entry, name) for name in names}


def _objection(line: ObjectionLine) -> Json:
    """What it is about and what became of it; who made it is read on the page of its case."""
    made = line.objection
    return {
        "number": line.number,
        "uscc": line.uscc,
        "category": made.category,
        "channel": made.channel,
        "received_on": to_json(made.received_on),
        "due_on": to_json(line.deadline.due_on if line.deadline else None),
        "outcome": made.outcome or None,
        "breaches": made.breaches,
        "decided_on": to_json(made.decided_on),
    }


def _object(**properties: Json) -> Json:
    shape = {"type": "object", "properties": properties, "required": list(properties)}
    return {**shape, "additionalProperties": False}


_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer"}
_DAY: Json = {"type": "string", "format": "date"}
_DAY_OR_NULL: Json = {"type": ["string", "null"], "format": "date"}
_PERIOD = {
    **_object(
        first_on=_DAY, last_on=_DAY, confirmable_on=_DAY, working_days=_COUNT, provisional={"type": "boolean"}
    ),
    "type": ["object", "null"],
    "description": "From the day after the publication to the last working day, 24:00; null before it",
}
_HEAD = {
    "number": _TEXT,
    "title": _TEXT,
    "state": _TEXT,
    "published_on": _DAY_OR_NULL,
    "period": _PERIOD,
    "confirmed_on": _DAY_OR_NULL,
}
_ENTRY = _object(
    serial=_COUNT,
    name=_TEXT,
    uscc=_TEXT,
    kind={"type": "string", "enum": ["enterprise", "sole_trader"]},
    outcome={"type": "string", "enum": ["", "listed", "removed", "withdrawn", "excluded"]},
    reason=_TEXT,
)
_OBJECTION = _object(
    number=_TEXT,
    uscc=_TEXT,
    category=_TEXT,
    channel={"type": "string", "enum": ["online", "counter"]},
    received_on=_DAY,
    due_on=_DAY_OR_NULL,
    outcome={"type": ["string", "null"], "enum": ["upheld", "minor", "dismissed", None]},
    breaches={"type": "array", "items": _TEXT},
    decided_on=_DAY_OR_NULL,
)
SHAPES: dict[str, Any] = {
    "PublicNotices": _object(
        notices={
            "type": "array",
            "items": _object(**_HEAD, entries=_COUNT, objections=_COUNT, undecided=_COUNT),
        },
        after={"type": ["integer", "null"], "description": "The next page"},
    ),
    "PublicNotice": _object(
        **_HEAD,
        places={"type": "array", "items": _TEXT},
        sha256={**_TEXT, "description": "Of the canonical JSON of what was published"},
        entries={"type": "array", "items": _ENTRY},
        objections={"type": "array", "items": _OBJECTION},
    ),
    "NewObjection": _object(
        answers={key: value for key, value in json_schema(WrittenObjectionForm).items() if key != "$schema"}
    ),
    "RecordedObjection": _object(number=_TEXT, due_on=_DAY),
}
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/notices",
        list_public_notices,
        Permission.CREDIT_READ,
        "Public notices (公示) of 信保贷 with their period and the number of objections",
        "PublicNotices",
        query={"page": {"type": "integer", "minimum": 1}},
    ),
    Route(
        "GET",
        _ONE,
        show_public_notice,
        Permission.CREDIT_READ,
        "A public notice with its list and its objections",
        "PublicNotice",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_ONE}/objections",
        record_objection,
        Permission.CREDIT_WORK,
        "Record an objection that was handed in on paper",
        "RecordedObjection",
        status=201,
        body="NewObjection",
        errors=(403, 404),
    ),
)
