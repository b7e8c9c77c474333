"""Room screening behind the REST door, table: its routes with what goes in and what comes out."""

from __future__ import annotations

from typing import Any

from forms.meeting import MeetingForm
from forms.schema import json_schema
from models.people import Permission
from models.screening import GroupDecision, Result
from models.screening_board import BoardState
from models.screening_matrix import MatrixState
from webapp.api import group_review as group
from webapp.api import screening as door
from webapp.api.route import Route

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_DAY: Json = {"type": "string", "format": "date"}
_DAY_OR_NULL: Json = {"type": ["string", "null"], "format": "date"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER_OR_NULL: Json = {"type": ["integer", "null"]}
_RESULT: Json = {"type": "string", "enum": [*Result, ""], "description": "Empty takes the answer back"}


def _object(needed: Json, optional: Json | None = None) -> Json:
    return {
        "type": "object",
        "properties": {**needed, **(optional or {})},
        "required": list(needed),
        "additionalProperties": False,
    }


def _list(item: Json) -> Json:
    return {"type": "array", "items": item}


_COUNTS = dict.fromkeys(("total", "answered", "decided", "handed_in"), _NUMBER)
_DEPARTMENT = _object({"id": _NUMBER, "name": _TEXT, **_COUNTS})
_BRIEF = {"number": _TEXT, "label": _TEXT, "opened_on": _DAY, "closed_on": _DAY_OR_NULL}
_FINDING = {"type": "object", "additionalProperties": _TEXT}
_OPINION = _object(
    {
        "candidate": _NUMBER,
        **dict.fromkeys(("number", "name", "uscc", "kind", "basis", "reason"), _TEXT),
        "findings": _list(_FINDING),
        "result": _TEXT_OR_NULL,
        "queried_on": _DAY_OR_NULL,
        "version": _NUMBER,
        "handed_in": _FLAG,
    }
)
_LINE = _object(
    {"candidate": _NUMBER, "name": _TEXT, **dict.fromkeys(("old", "result", "field", "why"), _TEXT_OR_NULL)}
)
_READ = _object(
    {
        **dict.fromkeys(("department", "result", "reason", "basis"), _TEXT),
        "evidence": _NUMBER,
        "queried_on": _DAY_OR_NULL,
        "handed_in": _FLAG,
    }
)
_CELL = _object({"department": _TEXT, "result": _TEXT_OR_NULL, "handed_in": _FLAG})
_MATRIX_ROW = _object(
    {
        **dict.fromkeys(("candidate", "seq"), _NUMBER),
        **dict.fromkeys(("name", "uscc", "kind", "state"), _TEXT),
        "answers": _list(_CELL),
    }
)
_SUPERVISION = _object(
    {
        **dict.fromkeys(("id", "department_id", "missing"), _NUMBER),
        **dict.fromkeys(("number", "text", "answer", "closing"), _TEXT),
        **dict.fromkeys(("issued_on", "due_on"), _DAY),
        **dict.fromkeys(("answered_on", "closed_on"), _DAY_OR_NULL),
    }
)
_AGENDA = _object(
    {
        "candidate": _NUMBER,
        **dict.fromkeys(("name", "uscc", "kind", "opinions", "reason"), _TEXT),
        **dict.fromkeys(("decision", "meeting"), _TEXT_OR_NULL),
        "decided_on": _DAY_OR_NULL,
    }
)
_DECIDED = _object({"candidate": _NUMBER, **dict.fromkeys(("name", "decision", "why"), _TEXT_OR_NULL)})
_MEETING = _object(
    {
        "id": _NUMBER,
        **dict.fromkeys(("kind", "number", "place", "attendees", "topics", "minutes", "half"), _TEXT),
        "held_on": _DAY,
    }
)
_STAYING = _object({"candidate": _NUMBER, "name": _TEXT, "why": _TEXT})
_NEW_OPINION = _object(
    {"candidate": _NUMBER, "result": _RESULT},
    {"reason": _TEXT, "basis": _TEXT, "queried_on": _DAY, "version": _NUMBER},
)
_NEW_DECISION = _object(
    {"candidate": _NUMBER, "decision": {"type": "string", "enum": list(GroupDecision)}}, {"reason": _TEXT}
)
SHAPES: Json = {
    "Rounds": _object({"rounds": _list(_object({**_BRIEF, "status": _TEXT, "owed": _NUMBER_OR_NULL}))}),
    "Round": _object(
        {
            **_BRIEF,
            **dict.fromkeys(("expected", "prepared"), _NUMBER),
            "is_ready": _FLAG,
            "following": {**_NUMBER, "description": "Handed-in answers that the background still carries on"},
            "departments": _list(_DEPARTMENT),
        }
    ),
    "Opinions": _object(
        {
            "opinions": _list(_OPINION),
            "counts": {"type": "object", "additionalProperties": _NUMBER},
            "after": _NUMBER_OR_NULL,
        }
    ),
    "NewOpinions": _object({"opinions": _list(_NEW_OPINION)}, {"key": _TEXT, "preview": _FLAG}),
    "AnsweredOpinions": _object(
        {
            "batch": _NUMBER_OR_NULL,
            "is_repeated": _FLAG,
            "same": _NUMBER,
            **dict.fromkeys(("changed", "refused"), _list(_LINE)),
        }
    ),
    "UndoneOpinions": _object({"changed": _NUMBER}),
    "PreviewWish": _object({}, {"preview": _FLAG}),
    "HandedIn": _object(
        {
            "sent": {"type": "object", "additionalProperties": _NUMBER},
            "staying": _NUMBER,
            "first": _list(_STAYING),
        }
    ),
    "Matrix": _object({"candidates": _list(_MATRIX_ROW), "after": _NUMBER_OR_NULL}),
    "CandidateOpinions": _object({"candidate": _NUMBER, "opinions": _list(_READ)}),
    "DepartmentList": _object({"departments": _list(_NUMBER)}),
    "Reminded": _object({"told": _NUMBER}),
    "NewSupervision": _object({"departments": _list(_NUMBER), "text": _TEXT, "due_on": _DAY}),
    "Supervisions": _object({"supervisions": _list(_SUPERVISION)}),
    "Supervision": _SUPERVISION,
    "SupervisionText": _object({"text": _TEXT}),
    "Agenda": _object({"agenda": _list(_AGENDA)}),
    "NewDecisions": _object({"meeting": _NUMBER, "decisions": _list(_NEW_DECISION)}, {"preview": _FLAG}),
    "Decisions": _object({"same": _NUMBER, **dict.fromkeys(("changed", "refused"), _list(_DECIDED))}),
    "Meetings": _object({"meetings": _list(_MEETING)}),
    "Meeting": _MEETING,
    "NewMeeting": _object({"answers": json_schema(MeetingForm)}),
}
_ROUND = "/rounds/<number>"
_ONE_SUPERVISION = "/supervisions/<int(max=2147483647):supervision_id>"
_READING, _WORKING = Permission.CREDIT_READ, Permission.CREDIT_WORK
_PAGED = {"q": {**_TEXT, "maxLength": 100}, "after": _NUMBER}
_STATES = {"type": "string", "enum": [one.value for one in BoardState]}
_MATRIX_STATES = {"type": "string", "enum": [one.value for one in MatrixState]}
ROUTES: tuple[Route, ...] = (
    Route("GET", "/rounds", door.list_rounds, _READING, "Rounds of screening, newest first", "Rounds"),
    Route(
        "POST", "/rounds", door.create_round, _WORKING, "Open the round of a half-year", "Round",
        status=201, errors=(403, 409, 422),
    ),
    Route("GET", _ROUND, door.show_round, _READING, "A round and its departments", "Round", errors=(404,)),
    Route(
        "POST", f"{_ROUND}/extend", door.extend_round, _WORKING,
        "Take in declarations that came late", "Round", errors=(403, 404, 409, 422),
    ),
    Route(
        "GET", f"{_ROUND}/opinions", door.list_opinions, _WORKING,
        "The candidates and answers of the caller's department", "Opinions",
        query={"state": _STATES, **_PAGED}, errors=(404, 422),
    ),
    Route(
        "POST", f"{_ROUND}/opinions", door.answer_opinions, _WORKING,
        "Answer for the caller's department, in bulk", "AnsweredOpinions",
        body="NewOpinions", errors=(403, 404, 409),
    ),
    Route(
        "POST", f"{_ROUND}/batches/<int(max=2147483647):batch_id>/undo", door.undo_opinions, _WORKING,
        "Take a batch of answers back", "UndoneOpinions", errors=(404, 409),
    ),
    Route(
        "POST", f"{_ROUND}/hand-in", door.hand_in_opinions, _WORKING,
        "Send what the caller's department has decided", "HandedIn",
        body="PreviewWish", needs_body=False, errors=(404, 409, 422),
    ),
    Route(
        "GET", f"{_ROUND}/matrix", door.show_matrix, _READING, "Departments × candidates", "Matrix",
        query={"state": _MATRIX_STATES, **_PAGED}, errors=(404, 422),
    ),
    Route(
        "GET", f"{_ROUND}/candidates/<int(max=2147483647):candidate_id>", door.show_candidate, _READING,
        "The answers for a candidate that the caller may read", "CandidateOpinions", errors=(404,),
    ),
    Route(
        "POST", f"{_ROUND}/reminders", group.remind_departments, _WORKING,
        "Remind departments of missing answers", "Reminded", body="DepartmentList", errors=(403, 404, 409),
    ),
    Route(
        "GET", f"{_ROUND}/supervisions", group.list_supervisions, _READING, "督办 of a round", "Supervisions",
        errors=(404,),
    ),
    Route(
        "POST", f"{_ROUND}/supervisions", group.issue_supervisions, _WORKING,
        "督办 departments that miss answers", "Supervisions",
        status=201, body="NewSupervision", errors=(403, 404, 409),
    ),
    Route(
        "POST", f"{_ONE_SUPERVISION}/answer", group.answer_supervision, Permission.SUPERVISION_READ,
        "Answer a 督办", "Supervision", body="SupervisionText", errors=(404, 409),
    ),
    Route(
        "POST", f"{_ONE_SUPERVISION}/close", group.close_supervision, Permission.SUPERVISION_READ,
        "Close a 督办", "Supervision", body="SupervisionText", errors=(403, 404, 409),
    ),
    Route(
        "GET", f"{_ROUND}/agenda", group.show_agenda, _READING,
        "The agenda of the leading group", "Agenda", errors=(404,),
    ),
    Route(
        "POST", f"{_ROUND}/decisions", group.decide_candidates, _WORKING,
        "Write the decisions of a meeting of the leading group", "Decisions",
        body="NewDecisions", errors=(403, 404, 409),
    ),
    Route("GET", "/meetings", group.list_meetings, _READING, "The register of meetings", "Meetings"),
    Route(
        "POST", "/meetings", group.record_meeting, _WORKING, "Record a meeting", "Meeting",
        status=201, body="NewMeeting", errors=(403,),
    ),
)  # fmt: skip
