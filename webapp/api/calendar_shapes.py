"""Room calendar behind the REST door: the JSON Schemas of what it answers and takes."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_NUMBER: Json = {"type": "integer"}
_DAY: Json = {"type": "string", "format": "date"}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


_NOTICE: Json = {
    "id": _NUMBER,
    "year": _NUMBER,
    "is_full_year": _FLAG,
    "region": {**_TEXT, "description": "Code of the region; empty for the nation"},
    "title": _TEXT,
    "source": _TEXT,
    "state": {"type": "string", "enum": ["pending", "applied", "undone", "discarded"]},
    "moved": _NUMBER,
    "created_at": _MOMENT,
    "applied_at": _MOMENT,
    "undone_at": _MOMENT,
}
_OFFICE = _object({"name": _TEXT, "moved": _NUMBER, "settled": _NUMBER, "late": _NUMBER})
_LINE = _object(
    {
        "case": _TEXT,
        "clock": _TEXT,
        "departments": _TEXT,
        "old_due_on": _DAY,
        "new_due_on": _DAY,
        "provisional": _FLAG,
        "turns_late": _FLAG,
        "ends": {
            "type": "string",
            "enum": ["", "withdrawn", "resumed"],
            "description": "What comes to its end at once with the notice",
        },
    }
)
_PREVIEW = _object(
    {
        "version": {**_NUMBER, "description": "The calendar in force by which it was counted"},
        "moved": {**_NUMBER, "description": "Terms that end on another day"},
        "settled": {**_NUMBER, "description": "Terms whose end is no longer provisional"},
        "late": {**_NUMBER, "description": "Terms that turn late"},
        "withdrawn": {
            **_NUMBER,
            "description": "Applications withdrawn at once: the term to mend them is past",
        },
        "resumed": {**_NUMBER, "description": "Pauses that end at once: their limit is past"},
        "rest": {**_NUMBER, "description": "Lines left out"},
        "offices": _list(_OFFICE),
        "lines": _list(_LINE),
    }
)
_NAMED_DAY = _object({"day": _DAY, "kind": {"type": "string", "enum": ["off", "work"]}, "name": _TEXT})
_SPECIAL = _object(
    {
        "date": _DAY,
        "kind": {"type": "string", "enum": ["statutory", "off", "work"]},
        "words": _TEXT,
        "is_working_day": _FLAG,
    }
)

SHAPES: Json = {
    "CalendarYear": _object(
        {
            "year": _NUMBER,
            "region": _TEXT,
            "provisional": {**_FLAG, "description": "暂定: the year's notice is not published"},
            "version": _NUMBER,
            "working_days": _NUMBER,
            "days": _list(_SPECIAL),
        }
    ),
    "CalendarNotice": _object(_NOTICE),
    "CalendarNotices": _object({"notices": _list({"$ref": "#/components/schemas/CalendarNotice"})}),
    "CalendarNoticeWhole": _object(
        {**_NOTICE, "days": _list(_NAMED_DAY), "preview": {"anyOf": [_PREVIEW, {"type": "null"}]}}
    ),
    "CalendarApproval": _object(
        {
            "version": {
                **_NUMBER,
                "description": "The `version` of the preview; another one in force is a 409",
            }
        },
        optional=("version",),
    ),
    "NewCalendarNotice": _object(
        {
            "text": {"type": "string", "description": "The Chinese text of the notice, whole"},
            "data": {"type": "object", "description": "`{year, papers, days: [{name, date, isOffDay}]}`"},
            "region": _TEXT,
        },
        optional=("text", "data", "region"),
    ),
}
