"""Room talk behind the REST door, its shapes: what its routes take and answer."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_DAY: Json = {"type": "string", "format": "date"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MAYBE: Json = {"type": ["string", "null"], "format": "date-time"}
_PEOPLE: Json = {"type": "array", "items": _NUMBER, "maxItems": 200}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


SHAPES: Json = {
    "CirclePerson": _object({"id": _NUMBER, "name": _TEXT, "department": _TEXT}),
    "Comment": _object(
        {
            "id": _NUMBER,
            "author": _TEXT,
            "text": {**_TEXT, "description": "Empty once it was withdrawn"},
            "said_at": _MOMENT,
            "withdrawn_at": _MAYBE,
            "mentions": _list("CirclePerson"),
        }
    ),
    "Comments": _object(
        {
            "number": _TEXT,
            "comments": _list("Comment"),
            "before": {"type": ["integer", "null"]},
            "people": _list("CirclePerson"),
        }
    ),
    "NewComment": _object({"text": {**_TEXT, "maxLength": 1000}, "mentions": _PEOPLE}, ("mentions",)),
    "CaseCopy": _object(
        {
            "id": _NUMBER,
            "to": _ref("CirclePerson"),
            **dict.fromkeys(("sent_by", "note"), _TEXT),
            "sent_at": _MOMENT,
            "read_at": _MAYBE,
        }
    ),
    "CaseCopies": _object({"number": _TEXT, "copies": _list("CaseCopy")}),
    "NewCopies": _object({"people": _PEOPLE, "note": {**_TEXT, "maxLength": 500}}, ("note",)),
    "CopyLine": _object(
        {
            "id": _NUMBER,
            **dict.fromkeys(("case", "applicant_name", "person", "note"), _TEXT),
            "sent_at": _MOMENT,
            "read_at": _MAYBE,
        }
    ),
    "Copies": _object({"copies": _list("CopyLine"), "after": {"type": ["string", "null"]}}),
    "ReadCopy": _object({"id": _NUMBER, "read_at": _MOMENT}),
    "Urging": _object(
        {
            "id": _NUMBER,
            "task_id": _NUMBER,
            **dict.fromkeys(("by", "text"), _TEXT),
            "at": _MOMENT,
            "told": _NUMBER,
        }
    ),
    "Urgings": _object({"number": _TEXT, "urgings": _list("Urging")}),
    "NewUrging": _object({"text": {**_TEXT, "maxLength": 200}}, ("text",)),
    "FollowUp": _object({"task_id": _NUMBER, **dict.fromkeys(("case", "step", "note"), _TEXT), "on": _DAY}),
    "FollowUps": _object({"follow_ups": _list("FollowUp")}),
    "NewFollowUp": _object({"on": _DAY, "note": {**_TEXT, "maxLength": 200}}, ("note",)),
    "Absence": _object(
        {
            "id": _NUMBER,
            "absent": _ref("CirclePerson"),
            "stand_in": _ref("CirclePerson"),
            "from_on": _DAY,
            "until_on": _DAY,
            **dict.fromkeys(("reason", "set_by", "state"), _TEXT),
        }
    ),
    "Absences": _object({"absences": _list("Absence")}),
    "NewAbsence": _object(
        {"absent": _NUMBER, "stand_in": _NUMBER, "from_on": _DAY, "until_on": _DAY, "reason": _TEXT},
        ("absent", "reason"),
    ),
}
