"""Room replay behind the REST door: runs of a drawing against finished cases, and the cases a page at a time."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from models.database import reading, transaction
from models.people import Permission
from models.replay import Finding, ReplayLine, ReplayRun, ReplayStatus, lines_of, runs_of
from processes import replay as verbs
from processes import replay_shelf
from webapp import replay_page as page
from webapp.access import actor
from webapp.admin import BIGGEST_ID
from webapp.api.body import FieldFaults, read_body
from webapp.api.present import instant
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.api.screening_rows import day_in, number_in
from webapp.screening_page import whole

Json = dict[str, Any]
_MANAGE = Permission.PROCESS_MANAGE


def list_replays() -> Response:
    """One's own runs, newest first."""
    with reading() as session:
        return jsonify(replays=[_run(run) for run in runs_of(session, actor().id)])


def begin_replay() -> tuple[Response, int]:
    """A draft of one's own, or a version, against the cases closed in a period; it runs behind the knock."""
    body = read_body(
        {"draft": int, "definition": int, "from_on": str, "to_on": str}, optional=("draft", "definition")
    )
    named = {f"{name}_id": number_in(body[name], name) for name in ("draft", "definition") if name in body}
    if len(named) != 1:
        raise FieldFaults({"draft": ["请给出 draft 或 definition 其中一项。"]})
    days = day_in(body["from_on"], "from_on"), day_in(body["to_on"], "to_on")
    with reading() as session:
        source = verbs.source_of(session, actor(), **named)
    drawn = verbs.checked(source)
    with transaction() as session:
        return jsonify(_run(verbs.begin(session, source, drawn, days, actor()))), 201


def show_replay(run_id: int) -> Response:
    """How far it is, and how many cases have each finding."""
    with reading() as session:
        return jsonify(_run(verbs.run_for(session, run_id, actor())))


def discard_replay(run_id: int) -> Response:
    """Throw a run away, also one that does not come to its end."""
    with transaction() as session:
        return jsonify(discarded=replay_shelf.discard(session, run_id, actor()))


def list_replayed_cases(run_id: int) -> Response:
    """The cases of a run, or those with one finding: no applicant, nothing that was typed."""
    finding = page.filter_of(request.args.get("finding", ""))
    with reading() as session:
        run = verbs.run_for(session, run_id, actor())
        found = lines_of(session, run.id, finding, whole(request.args.get("after", "")))
        return jsonify(cases=[_line(line) for line in found.lines], after=found.after or None)


def _run(run: ReplayRun) -> Json:
    return {
        "id": run.id,
        "key": run.key,
        "name": run.name,
        "draft": run.draft_id,
        "definition": run.definition_id,
        "from_on": run.from_on.isoformat(),
        "to_on": run.to_on.isoformat(),
        "status": str(run.status),
        "done": run.done,
        "total": run.total,
        "counts": {tile.code: tile.count for tile in page.tiles(run)},
        "assumed_days": {kind: days for kind, days in run.counts["habits"]["days"].items() if ":" not in kind and kind},
        "created_at": instant(run.created_at),
        "finished_at": instant(run.finished_at) if run.finished_at else None,
    }  # fmt: skip


def _line(line: ReplayLine) -> Json:
    case, details = line.case, line.details
    return {
        "number": case.number,
        "type": case.type_label,
        "region": case.region.name if case.region else "",
        "submitted_at": instant(case.submitted_at) if case.submitted_at else None,
        "closed_at": instant(case.closed_at) if case.closed_at else None,
        "findings": list(line.findings),
        "words": page.told(line),
        "paths": {side: details[side]["path"] if side in details else [] for side in ("old", "new")},
        "statuses": {side: details[side]["status"] if side in details else "" for side in ("old", "new")},
        "deadlines": details.get("clocks", []),
    }


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_NUMBER_OR_NULL: Json = {"type": ["integer", "null"]}
_DAY: Json = {"type": "string", "format": "date"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_NUMBERS: Json = {"type": "object", "additionalProperties": _NUMBER}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_RUN = closed(
    {
        **dict.fromkeys(("id", "done", "total"), _NUMBER),
        **dict.fromkeys(("key", "name"), _TEXT),
        **dict.fromkeys(("draft", "definition"), _NUMBER_OR_NULL),
        **dict.fromkeys(("from_on", "to_on"), _DAY),
        "status": {**_TEXT, "enum": [one.value for one in ReplayStatus]},
        "counts": {**_NUMBERS, "description": "Cases by finding; a case may have several"},
        "assumed_days": {**_NUMBERS, "description": "Median working days by kind of department"},
        "created_at": _MOMENT,
        "finished_at": _MOMENT_OR_NULL,
    }
)
_DEADLINE = closed(
    {
        **dict.fromkeys(("key", "name", "old_due_on", "old_end_on", "new_due_on", "new_end_on"), _TEXT),
        **dict.fromkeys(("old_length", "new_length"), _NUMBER),
        **dict.fromkeys(("old_late", "new_late"), _NUMBER_OR_NULL),
    }
)
_CASE = closed(
    {
        **dict.fromkeys(("number", "type", "region"), _TEXT),
        **dict.fromkeys(("submitted_at", "closed_at"), _MOMENT_OR_NULL),
        "findings": {"type": "array", "items": {**_TEXT, "enum": [one.value for one in Finding]}},
        "words": _TEXTS,
        "paths": closed({"old": _TEXTS, "new": _TEXTS}),
        "statuses": closed({"old": _TEXT, "new": _TEXT}),
        "deadlines": {"type": "array", "items": _DEADLINE},
    }
)
SHAPES: Json = {
    "Replay": _RUN,
    "DiscardedReplay": closed({"discarded": {"type": "string"}}),
    "Replays": closed({"replays": {"type": "array", "items": _RUN}}),
    "ReplayedCases": closed({"cases": {"type": "array", "items": _CASE}, "after": _NUMBER_OR_NULL}),
    "NewReplay": {
        "type": "object",
        "properties": {"draft": _NUMBER, "definition": _NUMBER, "from_on": _DAY, "to_on": _DAY},
        "required": ["from_on", "to_on"],
        "additionalProperties": False,
    },
}
_PATH = f"/replays/<int(max={BIGGEST_ID}):run_id>"
_FILTER: Json = {"finding": {**_TEXT, "enum": [code for code, _label in page.FILTERS]}, "after": _NUMBER}
ROUTES = (
    Route("GET", "/replays", list_replays, _MANAGE, "One's own replays, newest first", "Replays"),
    Route(
        "POST", "/replays", begin_replay, _MANAGE, "Run a drawing against finished cases", "Replay",
        status=201, body="NewReplay", errors=(404, 409),
    ),
    Route(
        "POST", f"{_PATH}/discard", discard_replay, _MANAGE, "Throw a replay away", "DiscardedReplay",
        errors=(404,),
    ),
    Route("GET", _PATH, show_replay, _MANAGE, "Progress and counts of a replay", "Replay", errors=(404,)),
    Route(
        "GET", f"{_PATH}/cases", list_replayed_cases, _MANAGE, "The cases of a replay, a page at a time",
        "ReplayedCases", query=_FILTER, errors=(404,),
    ),
)  # fmt: skip
