"""Room moves behind the REST door: the JSON Schemas of what goes in and comes out."""

from __future__ import annotations

from typing import Any

from models.sending_back import Mode
from models.token_move import Verdict
from processes.broken import Kind

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_TEXTS: Json = {"type": "array", "items": _TEXT}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(name: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _either(*names: str) -> Json:
    return {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}


_SIDE: Json = {"type": "object", "description": "Open steps with office and last day, and what falls"}
_STATUS: Json = {"type": "string", "enum": [one.value for one in Verdict]}

MOVE_SHAPES: Json = {
    "Target": _object(
        {
            **dict.fromkeys(("target", "name", "person"), _TEXT),
            **dict.fromkeys(("again", "kept", "opened", "ended"), _TEXTS),
            "clock": {**_TEXT, "description": "What happens to the term of the step"},
            "refused": {**_TEXT, "description": "Why it cannot go back there; empty: it can"},
        }
    ),
    "Targets": _object(
        {
            "targets": _list("Target"),
            "is_late": {**_FLAG, "description": "The step is past its term: `late_reason` is asked for"},
        }
    ),
    "SendBack": _object(
        {
            "target": {**_TEXT, "description": "As `GET …/targets` names it"},
            "mode": {"type": "string", "enum": [Mode.IN_ORDER.value, Mode.DIRECT.value]},
            "reason": _TEXT,
            "late_reason": {**_TEXT, "description": "超期原因, asked for when the step is past its term"},
        },
        optional=("late_reason",),
    ),
    "SentBack": _object(
        {
            **dict.fromkeys(("id", "from_task_id", "to_task_id"), _NUMBER),
            "mode": {"type": "string", "enum": [one.value for one in Mode]},
            **dict.fromkeys(("from_step", "to_element", "to_step", "reason"), _TEXT),
        }
    ),
}
REPAIR_SHAPES: Json = {
    "BrokenCase": _object(
        {
            **dict.fromkeys(("number", "what", "why"), _TEXT),
            "kind": {"type": "string", "enum": [one.value for one in Kind]},
            "since": {"type": ["string", "null"], "format": "date-time"},
            "timer_id": {"type": ["integer", "null"], "description": "What may be tried again"},
        }
    ),
    "WaitingRepair": _object(
        {
            "kind": {"type": "string", "enum": ["move", "correction"]},
            "id": _NUMBER,
            **dict.fromkeys(("number", "author", "reason"), _TEXT),
            "created_at": _MOMENT,
        }
    ),
    "Repairs": _object({"broken": _list("BrokenCase"), "waiting": _list("WaitingRepair")}),
    "RetriedTimer": _object({"id": _NUMBER}),
    "Place": _object({**dict.fromkeys(("key", "title", "kind"), _TEXT), "is_here": _FLAG}),
    "Fact": _object(dict.fromkeys(("name", "title", "value"), _TEXT)),
    "RepairCase": _object(
        {
            **dict.fromkeys(("number", "status", "process"), _TEXT),
            "version": _NUMBER,
            "places": _list("Place"),
            "facts": _list("Fact"),
            "moves": _list("TokenMove"),
            "corrections": _list("FactCorrection"),
        }
    ),
    "NewMove": _object(
        {"places": {**_TEXTS, "description": "Keys of `places`"}, "reason": _TEXT, "try": _FLAG},
        optional=("reason", "try"),
    ),
    "TokenMove": _object(
        {
            "id": _NUMBER,
            "number": _TEXT,
            "status": _STATUS,
            "places": _TEXTS,
            "reason": _TEXT,
            **dict.fromkeys(("before", "after"), _SIDE),
            "created_at": _MOMENT,
            "decision_text": _TEXT,
        }
    ),
    "MoveTrial": _object(dict.fromkeys(("before", "after"), _SIDE)),
    "MoveOrTrial": _either("TokenMove", "MoveTrial"),
    "NewCorrection": _object(
        {**dict.fromkeys(("fact", "new_value", "reason"), _TEXT), "try": _FLAG}, optional=("reason", "try")
    ),
    "FactCorrection": _object(
        {
            "id": _NUMBER,
            **dict.fromkeys(("number", "fact", "old", "new", "reason", "decision_text"), _TEXT),
            "status": _STATUS,
            "effects": _TEXTS,
            "created_at": _MOMENT,
        }
    ),
    "CorrectionTrial": _object({"effects": _TEXTS}),
    "CorrectionOrTrial": _either("FactCorrection", "CorrectionTrial"),
    "RepairDecision": _object(
        {"decision": {"type": "string", "enum": ["agree", "refuse", "withdraw"]}, "decision_text": _TEXT},
        optional=("decision_text",),
    ),
}
