"""Room results: the JSON Schemas of what the door answers; tests hold them against real answers."""

from __future__ import annotations

from typing import Any

from models.case_status import CaseStatus
from models.pause import CHANGES, PauseKind
from models.working_days import Light

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_NUMBER: Json = {"type": "integer"}
_DAY: Json = {"type": "string", "format": "date"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_LIGHT: Json = {"type": "string", "enum": [light.value for light in Light]}
_STATUS: Json = {"type": "string", "enum": [status.value for status in CaseStatus]}
_MONEY: Json = {"type": ["string", "null"], "description": "元, two places"}


def _or_null(schema: Json) -> Json:
    return {**schema, "type": [schema["type"], "null"]}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_BRIEF = {"number": _TEXT, "status": _STATUS, "status_label": _TEXT}
_OPEN_TASK: Json = {
    "id": _NUMBER,
    "case": _TEXT,
    "element": _TEXT,
    "step": _TEXT,
    "department": _TEXT,
    "assignee": _or_null(_TEXT),
    "due_on": _or_null(_DAY),
    "light": _LIGHT,
    "provisional": _FLAG,
    "is_urgent": _FLAG,
}
_TASK: Json = {
    **_OPEN_TASK,
    "status": {"type": "string", "enum": ["open", "done", "cancelled"]},
    "form_key": _TEXT,
    "created_at": _MOMENT,
    "claimed_at": _or_null(_MOMENT),
    "done_at": _or_null(_MOMENT),
    "deadline": {"anyOf": [_ref("Deadline"), {"type": "null"}]},
}
_MASKED = ("id_number", "legal_id_number", "phone", "account_number")
_FACTS: Json = {
    "applicant_name": _TEXT,
    "amount": _MONEY,
    "term_months": _or_null(_NUMBER),
    "group": _or_null(_TEXT),
    "loan_ordinal": _or_null(_NUMBER),
    "region": _or_null(_TEXT),
    "hrss": _or_null(_TEXT),
    "guarantor": _or_null(_TEXT),
    "bank": _or_null(_TEXT),
    "submitted_at": _or_null(_MOMENT),
    "received_on": _or_null(_DAY),
    "accepted_on": _or_null(_DAY),
    "bank_accepted_on": _or_null(_DAY),
    "closed_at": _or_null(_MOMENT),
    **{name: {**_TEXT, "description": "Masked"} for name in _MASKED},
}

RESULTS: Json = {
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": _NUMBER,
            "detail": _TEXT,
            "message": _TEXT,
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
        }
    ),
    "OpenApi": {"type": "object"},
    "CaseBrief": _object(_BRIEF),
    "Facts": _object(_FACTS, optional=_MASKED),
    "OpenTask": _object(_OPEN_TASK),
    "Task": _object(_TASK),
    "TaskWithForm": _object(
        {
            **_TASK,
            "form": {"type": ["object", "null"], "description": "JSON Schema"},
            "given_before": {
                "oneOf": [{"$ref": "#/components/schemas/GivenBefore"}, {"type": "null"}],
                "description": "Of a step that is done again: what was answered the last time",
            },
        }
    ),
    "GivenBefore": _object(
        {
            "person": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "answers": {"type": "object", "description": "Question → answer, to be checked and sent again"},
            "reason": {"type": "string", "description": "What whoever sent it back wrote; empty: nothing"},
            "reason_by": {"type": "string"},
        }
    ),
    "TaskLine": _object(
        {
            "id": _NUMBER,
            "case": _TEXT,
            "applicant_name": _TEXT,
            "amount": _MONEY,
            "element": _TEXT,
            "step": _TEXT,
            "department": _TEXT,
            "assignee": _or_null(_TEXT),
            "created_at": _MOMENT,
            "due_at": _or_null(_MOMENT),
            "light": _LIGHT,
            "words": _TEXT,
            "provisional": _FLAG,
            "is_urgent": _FLAG,
            "marks": {"type": "array", "items": _TEXT},
        }
    ),
    "TaskPage": _object({"tasks": _list("TaskLine"), "after": _or_null(_TEXT)}),
    "Deadline": _object(
        {
            "id": _NUMBER,
            "key": _TEXT,
            "name": _TEXT,
            "clause": _TEXT,
            "started_on": _DAY,
            "working_days": {**_NUMBER, "description": "Drawn length, in `unit`, without the extension"},
            "unit": {"type": "string", "enum": ["working", "calendar"]},
            "extension_days": _NUMBER,
            "due_on": {**_DAY, "description": "While `paused_on` is set: as it stood then"},
            "paused_on": _or_null(_DAY),
            "missed_at": _or_null(_MOMENT),
            "provisional": {**_FLAG, "description": "暂定: the year's official calendar is not published"},
            "light": _LIGHT,
            "words": _TEXT,
            "done_on": _or_null(_DAY),
            "cancelled_on": _or_null(_DAY),
            "late_by": {**_NUMBER, "description": "Days late, in `unit`; 0 when on time"},
        }
    ),
    "Pause": _object(
        {
            "id": _NUMBER,
            "deadline_id": _NUMBER,
            "kind": {"type": "string", "enum": [kind.value for kind in PauseKind]},
            "title": _TEXT,
            "basis": _TEXT,
            "reason": _TEXT,
            "items": {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT}},
            "limit_days": {**_NUMBER, "description": "Working days"},
            "limit_deadline_id": {**_or_null(_NUMBER), "description": "The clock of its own limit"},
            "requested_at": _MOMENT,
            "decision": {"type": ["string", "null"], "enum": ["approve", "refuse", None]},
            "decision_text": _TEXT,
            "paused_on": _or_null(_DAY),
            "resumed_on": _or_null(_DAY),
            "result": _TEXT,
        }
    ),
    "CaseDeadlines": _object({"number": _TEXT, "deadlines": _list("Deadline"), "pauses": _list("Pause")}),
    "CountedDay": _object(
        {
            "date": _DAY,
            "number": {
                **_or_null(_NUMBER),
                "description": "Which day of the term it is; null: it does not count",
            },
            "mark": {"type": "string", "enum": ["start", "counted", "off", "paused"]},
            "reason": _TEXT,
        }
    ),
    "DeadlineChange": _object(
        {
            "at": _MOMENT,
            "why": {"type": "string", "enum": list(CHANGES)},
            "label": _TEXT,
            "old_due_on": _DAY,
            "new_due_on": {**_or_null(_DAY), "description": "null: the clock stands still"},
            "provisional": _FLAG,
            "calendar_version": _NUMBER,
        }
    ),
    "DeadlineCount": _object(
        {
            "number": _TEXT,
            "deadline": _ref("Deadline"),
            "start_fact": _TEXT,
            "region_code": _TEXT,
            "calendar_version": _NUMBER,
            "notices": {"type": "array", "items": _object({"title": _TEXT, "source": _TEXT})},
            "years_without_notice": {"type": "array", "items": _NUMBER},
            "days": _list("CountedDay"),
            "pauses": _list("Pause"),
            "changes": _list("DeadlineChange"),
        }
    ),
    "Milestone": _object({"at": _MOMENT, "who": _TEXT, "what": _TEXT}),
    "Document": _object(
        {
            "id": _NUMBER,
            "kind": _TEXT,
            "label": _TEXT,
            "file_name": _TEXT,
            "media_type": _TEXT,
            "size": _NUMBER,
            "sha256": _TEXT,
            "uploaded_at": _MOMENT,
            "pdf": {
                **_or_null(_TEXT),
                "description": "Of a Word or Excel file, where its PDF stands: waiting, running, done, failed, absent",
            },
        }
    ),
    "Worker": _object(
        {
            "id": _TEXT,
            "host": _TEXT,
            "pid": _NUMBER,
            "started_at": _MOMENT,
            "beat_at": _MOMENT,
            "state": {"type": "string", "enum": ["alive", "lost", "stopped"]},
        }
    ),
    "Standing": _object(
        {
            "kind": {"type": "string", "enum": ["timer", "message", "job"]},
            "id": _TEXT,
            "what": _TEXT,
            "case": _or_null(_TEXT),
            "since": _MOMENT,
            "attempts": _or_null(_NUMBER),
            "reason": _TEXT,
        }
    ),
    "Background": _object(
        {
            "is_well": _FLAG,
            "waiting_messages": _NUMBER,
            "workers": _list("Worker"),
            "standing": _list("Standing"),
        }
    ),
    "Retried": _object({"retried": _NUMBER}),
    "LetterLine": _object({"number": _TEXT, "kind": _TEXT, "title": _TEXT, "issued_on": _DAY}),
    "DrawnAnswers": _object(
        {
            **dict.fromkeys(("element", "step", "who"), _TEXT),
            "at": _MOMENT,
            "answers": {
                "type": "array",
                "items": _object(dict.fromkeys(("field", "label", "kind", "text"), _TEXT)),
            },
        }
    ),
    "Case": _object(
        {
            **_BRIEF,
            "scheme": _TEXT,
            "applicant_type": _TEXT,
            "is_final": _FLAG,
            "facts": _ref("Facts"),
            "tasks": _list("OpenTask"),
            "deadlines": _list("Deadline"),
            "timeline": _list("Milestone"),
            "documents": _list("Document"),
            "letters": _list("LetterLine"),
            "answers": {**_list("DrawnAnswers"), "description": "To drawn fields; numbers masked"},
        }
    ),
}
