"""Room general behind the REST door: what the caller may start, and the start of a case.

What follows goes through the tasks: the schema of a step with drawn fields stands at `GET /tasks/{id}`.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for

from forms.context import Options
from forms.general import StartForm
from forms.schema import json_schema
from models.database import reading, transaction
from models.people import Permission
from processes import general
from webapp.access import actor
from webapp.api import present
from webapp.api.answers import cleaned
from webapp.api.body import FieldFaults, read_body
from webapp.api.route import Route
from webapp.context import start_context

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_TEXTS: Json = {"type": "array", "items": _TEXT}


def list_businesses() -> Response:
    """The processes in force whose first step is the caller's own or his office's."""
    with reading() as session:
        found = general.startable(session, actor())
        lines = [
            {**_business(one), "regions": _regions(start_context(session, one, actor()).regions)}
            for one in found
        ]
    return jsonify(businesses=lines)


def start_business(key: str) -> tuple[Response, int]:
    """A new case; its first step is in the caller's hands, see `tasks` of the case."""
    body = read_body({"title": str, "region": str}, optional=("region",))
    with transaction() as session:
        business = general.business_for(session, key, actor())
        context = start_context(session, business, actor())
        if "region" in body and not context.regions:
            raise FieldFaults({"region": ["部门只在本地区发起，不能另选地区。"]})
        given = cleaned(StartForm, body, context)
        region = given.get("region")
        case = general.start_case(
            session, key, str(given["title"]), int(str(region)) if region else None, actor()
        )
    response = jsonify(present.brief(case))
    response.headers["Location"] = url_for("api.show_case", number=case.number)
    return response, 201


def _business(one: general.Business) -> Json:
    return {
        "key": one.drawing.key,
        "name": one.drawing.name,
        "version": one.version,
        "description": one.drawing.documentation,
        "departments": list(one.drawing.lanes),
        "first_steps": [step.name for step in one.first_steps],
    }


def _regions(choices: Options) -> list[Json]:
    """Where an applicant may start it; empty for an office, which starts in its own region."""
    return [{"id": value, "name": label} for value, label in choices]


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/businesses",
        list_businesses,
        Permission.CASE_CREATE,
        "The processes that the caller may start",
        "Businesses",
    ),
    Route(
        "POST",
        "/businesses/<key>/cases",
        start_business,
        Permission.CASE_CREATE,
        "Start a case on a process that its owner has drawn",
        "CaseBrief",
        status=201,
        body="NewBusiness",
        errors=(404,),
    ),
)
SHAPES: Json = {
    "Business": _object(
        {
            **dict.fromkeys(("key", "name", "description"), _TEXT),
            "version": {"type": "integer"},
            "departments": _TEXTS,
            "first_steps": _TEXTS,
            "regions": {"type": "array", "items": _object(dict.fromkeys(("id", "name"), _TEXT))},
        }
    ),
    "Businesses": _object(
        {"businesses": {"type": "array", "items": {"$ref": "#/components/schemas/Business"}}}
    ),
    "NewBusiness": {
        **{key: value for key, value in json_schema(StartForm).items() if key != "$schema"},
        "required": ["title"],
    },
}
