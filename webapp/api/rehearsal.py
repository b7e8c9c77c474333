"""Room rehearsal behind the REST door: a drawing run by a program in a sandbox: begin, act, step back, end."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from forms.base import to_json
from models.calendar import fixed_at
from models.database import reading, transaction
from models.people import Permission
from models.rehearsal import Rehearsal
from processes import draft as drafts
from processes import rehearsal as verbs
from processes.rehearsal_play import KINDS, checked
from processes.rehearsal_run import Run
from webapp.access import actor
from webapp.admin import BIGGEST_ID
from webapp.api.body import FieldFaults, read_body
from webapp.api.present import instant
from webapp.api.route import Route
from webapp.rehearsal_door import begun, played
from webapp.rehearsal_scenario import written

Json = dict[str, Any]
_ONE = f"/rehearsals/<int(max={BIGGEST_ID}):rehearsal_id>"


def list_rehearsals() -> Response:
    """One's own rehearsals, the one touched last first."""
    with reading() as session:
        return jsonify(rehearsals=[_brief(row) for row in verbs.rehearsals_of(session, actor())])


def begin_rehearsal() -> tuple[Response, int]:
    """Begin with a version or with one's own draft; a scenario is played at once and compared."""
    parts: dict[str, type] = {"definition": int, "draft": int, "opening": dict, "scenario": dict}
    body = read_body(parts, optional=tuple(parts))
    if len({"definition", "draft"} & set(body)) != 1 or {"opening", "scenario"} <= set(body):
        raise FieldFaults(
            {"definition": ["请给出 definition 或 draft 之一；opening 和 scenario 只能给出一个。"]}
        )
    opening, acts = checked(body["scenario"]) if "scenario" in body else (body.get("opening", {}), [])
    number, found = begun(_source(body), opening, acts)
    return jsonify({**_now(number), "differences": found}), 201


def show_rehearsal(rehearsal_id: int) -> Response:
    """Where the token stands: open steps with what they ask for, clocks, events."""
    return jsonify(_now(rehearsal_id))


def act_in_rehearsal(rehearsal_id: int) -> Response:
    """One act: complete a step with values, jump, send a message, change facts, take a calendar for official."""
    act = read_body({"act": dict})["act"]
    return jsonify(_now(played(verbs.act, rehearsal_id, actor(), None, act)))


def step_back_in_rehearsal(rehearsal_id: int) -> Response:
    """Undo the last act."""
    return jsonify(_now(played(verbs.step_back, rehearsal_id, actor())))


def show_scenario(rehearsal_id: int) -> Response:
    """The acts of a rehearsal, to be played again after a change."""
    with reading() as session:
        return jsonify(written(verbs.rehearsal_for(session, rehearsal_id, actor())))


def delete_rehearsal(rehearsal_id: int) -> Response:
    """End a rehearsal."""
    with transaction() as session:
        return jsonify(deleted=verbs.end(session, rehearsal_id, actor()))


def _now(rehearsal_id: int) -> Json:
    with reading() as session:
        row = verbs.rehearsal_for(session, rehearsal_id, actor())
        return _whole(row, verbs.run_of(row))


def _source(body: Json) -> verbs.Source:
    chosen = int(body["definition"] if "definition" in body else body["draft"])
    if not 0 < chosen <= BIGGEST_ID:
        raise FieldFaults({"definition": ["编号不正确。"]})
    with reading() as session:
        if "definition" in body:
            return verbs.of_version(session, chosen)
        draft = drafts.draft_for(session, chosen, actor())
        bpmn, decisions = draft.bpmn, dict(draft.decisions)
    try:
        return verbs.of_files(bpmn, decisions, chosen)
    except verbs.Unsound as unsound:
        told = [f"{one.element_id} {one.message}".strip() for one in unsound.problems]
        raise FieldFaults({"bpmn": told}) from unsound


def _brief(row: Rehearsal) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "definition": row.definition_id,
        "draft": row.draft_id,
        "clock": instant(row.clock_at),
        "acts": len(row.acts),
        "is_finished": row.is_finished,
    }


def _whole(row: Rehearsal, run: Run) -> Json:
    with fixed_at(run.clock_at):
        clocks = [
            {
                "key": clock.key,
                "name": clock.name,
                "start_on": to_json(clock.start_on),
                "due_on": to_json(clock.due_on),
                "provisional": clock.provisional,
                "state": clock.words,
                "missed_at": instant(clock.missed_at),
            }
            for clock in run.clocks.all
        ]
        upcoming = None if row.is_finished else run.next_instant()
    return {
        **_brief(row),
        "next_event": instant(upcoming),
        "open": [_step(run, task.element_id) for task in run.instance.ready()],
        "held_back": run.held_back(),
        "clocks": clocks,
        "events": row.events,
        "facts": row.facts,
    }


def _step(run: Run, element_id: str) -> Json:
    step = run.definition.drawing.steps[element_id]
    asked = run.questions.asked(step, dict(run.given.given))
    fields = [{"name": one.name, "label": one.label, "kind": one.kind.value} for one in asked]
    return {
        "element": element_id,
        "name": step.name,
        "lane": step.lane,
        "form": step.form_key,
        "asks": fields,
    }


def _object(**properties: Json) -> Json:
    shape = {"type": "object", "properties": properties, "required": list(properties)}
    return {**shape, "additionalProperties": False}


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_NUMBER_OR_NULL: Json = {"type": ["integer", "null"]}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_DAY: Json = {"type": "string", "format": "date"}
_OPEN_OBJECT: Json = {"type": "object"}
_FIELD = _object(name=_TEXT, label=_TEXT, kind=_TEXT)
_LIST_OF_TEXT: Json = {"type": "array", "items": _TEXT}
_BRIEF: Json = {
    "id": _NUMBER,
    "name": _TEXT,
    "definition": _NUMBER_OR_NULL,
    "draft": _NUMBER_OR_NULL,
    "clock": _MOMENT,
    "acts": _NUMBER,
    "is_finished": _FLAG,
}
_CLOCK = _object(
    key=_TEXT,
    name=_TEXT,
    start_on=_DAY,
    due_on=_DAY,
    provisional=_FLAG,
    state=_TEXT,
    missed_at=_MOMENT_OR_NULL,
)
_EVENT = _object(at=_TEXT, kind=_TEXT, element=_TEXT, text=_TEXT, told=_TEXT)
_WHOLE: Json = {
    **_BRIEF,
    "next_event": _MOMENT_OR_NULL,
    "open": {
        "type": "array",
        "items": _object(
            element=_TEXT, name=_TEXT, lane=_TEXT, form=_TEXT, asks={"type": "array", "items": _FIELD}
        ),
    },
    "held_back": {**_OPEN_OBJECT, "description": "Timers that do not fire, with the reason"},
    "clocks": {"type": "array", "items": _CLOCK},
    "events": {"type": "array", "items": _EVENT},
    "facts": _OPEN_OBJECT,
}
_ACT: Json = {
    "type": "object",
    "description": "One of complete (element; with values), jump (days, a date or next), send, facts, release",
    "properties": {
        **dict.fromkeys(("complete", "send", "release"), _TEXT),
        "jump": {"type": ["integer", "string"]},
        "facts": _OPEN_OBJECT,
        "values": _OPEN_OBJECT,
    },
    "additionalProperties": False,
}
assert set(KINDS) < set(_ACT["properties"])
SHAPES: dict[str, Any] = {
    "Rehearsals": _object(rehearsals={"type": "array", "items": _object(**_BRIEF)}),
    "Rehearsal": _object(**_WHOLE),
    "BegunRehearsal": _object(**_WHOLE, differences=_LIST_OF_TEXT),
    "NewRehearsal": {
        "type": "object",
        "properties": {
            "definition": _NUMBER,
            "draft": _NUMBER,
            "opening": _OPEN_OBJECT,
            "scenario": _OPEN_OBJECT,
        },
        "additionalProperties": False,
    },
    "RehearsalAct": _object(act=_ACT),
    "Scenario": _object(
        format=_TEXT, name=_TEXT, opening=_OPEN_OBJECT, acts={"type": "array", "items": _OPEN_OBJECT}
    ),
    "DeletedRehearsal": _object(deleted=_TEXT),
}


def _route(method: str, path: str, view: Any, summary: str, result: str, **more: Any) -> Route:
    return Route(method, path, view, Permission.PROCESS_MANAGE, summary, result, **more)


ROUTES: tuple[Route, ...] = (
    _route("GET", "/rehearsals", list_rehearsals, "One's own rehearsals", "Rehearsals"),
    _route(
        "POST", "/rehearsals", begin_rehearsal, "Begin a rehearsal of a version or of one's own draft", "BegunRehearsal",
        status=201, body="NewRehearsal", errors=(404, 409),
    ),
    _route("GET", _ONE, show_rehearsal, "A rehearsal: open steps, clocks, events", "Rehearsal", errors=(404,)),
    _route(
        "POST", f"{_ONE}/acts", act_in_rehearsal, "Complete a step, jump in time, send a message, change facts", "Rehearsal",
        body="RehearsalAct", errors=(404, 409),
    ),
    _route("POST", f"{_ONE}/back", step_back_in_rehearsal, "Undo the last act", "Rehearsal", errors=(404, 409)),
    _route("GET", f"{_ONE}/scenario", show_scenario, "The acts as a scenario, to be played again", "Scenario", errors=(404,)),
    _route("POST", f"{_ONE}/delete", delete_rehearsal, "End a rehearsal", "DeletedRehearsal", errors=(404,)),
)  # fmt: skip
