"""Room openapi: the OpenAPI 3.1 document, made of the routes and of the forms' own schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from forms.application import steps_for
from forms.base import BaseForm
from forms.pause import PauseDecisionForm, PauseForm, ResumeForm
from forms.registry import TASK_FORMS
from forms.schema import flat_schema, json_schema
from models.drawn_field import DRAWN_FORM
from models.vocabulary import ApplicantType
from processes.case import APPLIED_FOR
from webapp.api import credit, studio, work
from webapp.api.calendar_shapes import SHAPES
from webapp.api.results import RESULTS
from webapp.api.route import Route

Json = dict[str, Any]
PREFIX = "/api/v1"
_PARAMETER = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
_PAUSE_FORMS: dict[str, type[BaseForm]] = {
    "PauseRequest": PauseForm,
    "PauseResumption": ResumeForm,
    "PauseDecision": PauseDecisionForm,
}
# A process owner draws them when this document has long been read.
_DRAWN: Json = {
    "type": "object",
    "description": "Fields that are drawn into the step, alone or as `extra_…` beside those of a built-in form;"
    " their schema is the `form` of `GET /tasks/{task_id}`",
}
_ERRORS = {
    400: "The body is not JSON",
    401: "No valid bearer token",
    403: "The role may not do this",
    404: "It does not exist, or not for the caller",
    409: "The state has moved on",
    413: "The body is too large",
    415: "The body is of another kind",
    422: "A field or a rule refuses; `errors` names the fields",
}


def document(routes: Iterable[Route]) -> Json:
    """The whole description."""
    paths: dict[str, Json] = {}
    for route in routes:
        path = PREFIX + _PARAMETER.sub(r"{\g<name>}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Duoshen (多审)",
            "version": "1.0.0",
            "description": "创业担保贷款多审合一: the same forms, verbs and permissions as the pages.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _operation(route: Route) -> Json:
    success = {"description": route.summary, "content": {route.result_type: {"schema": _ref(route.result)}}}
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": (route.view.__doc__ or "").strip(),
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "security": [{"token": []}] if route.permission else [],
        "responses": {str(route.status): success} | {str(code): _problem(code) for code in _codes(route)},
    }
    if route.permission:
        operation["x-permission"] = str(route.permission)
    if route.body:
        content = {route.media_type: {"schema": _ref(route.body)}}
        operation["requestBody"] = {"required": route.needs_body, "content": content}
    return operation


def _codes(route: Route) -> list[int]:
    codes = set(route.errors) | ({401, 403} if route.permission else set())
    if route.body:
        codes |= {413, 422} | ({400, 415} if route.media_type == "application/json" else set())
    return sorted(codes)


def _path_parameters(route: Route) -> list[Json]:
    return [
        {
            "name": match["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if match["kind"] == "int" else "string"},
        }
        for match in _PARAMETER.finditer(route.path)
    ]


def _query_parameters(route: Route) -> list[Json]:
    return [{"name": name, "in": "query", "schema": dict(schema)} for name, schema in route.query.items()]


def _problem(code: int) -> Json:
    return {
        "description": _ERRORS[code],
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


@cache
def _schemas() -> Json:
    """Results as they are written down, bodies as the forms describe them."""
    applications = {
        f"Application_{kind.value}": flat_schema([step.form for step in steps_for(kind.value)])
        for kind in ApplicantType
    }
    answers = {f"Answers_{key}": _plain(json_schema(form)) for key, form in TASK_FORMS.items()}
    answers[f"Answers_{DRAWN_FORM}"] = _DRAWN
    return {
        **RESULTS,
        **SHAPES,
        **credit.SHAPES,
        **studio.SHAPES,
        **work.SHAPES,
        **applications,
        **answers,
        "NewCase": _parts(
            {
                "scheme": {"type": "string", "enum": sorted(APPLIED_FOR)},
                "applicant_type": {"type": "string", "enum": [kind.value for kind in ApplicantType]},
                "fields": {"anyOf": [_ref(name) for name in applications]},
                "draft": {"type": "boolean", "default": False},
            },
            optional=("draft",),
        ),
        "Fields": _parts({"fields": {"type": "object", "description": "Fields of the application form"}}),
        "Withdrawal": _parts({"reason": {"type": "string", "minLength": 1, "maxLength": 500}}),
        "Retry": _parts(
            {"kind": {"type": "string", "enum": ["timer", "message", "job"]}, "id": {"type": "string"}},
            optional=("id",),
        ),
        "Completion": _parts({"answers": {"anyOf": [_ref(name) for name in answers]}}),
        **{name: _parts({"answers": _plain(json_schema(form))}) for name, form in _PAUSE_FORMS.items()},
        "NewDocument": _parts({"kind": {"type": "string"}, "file": {"type": "string", "format": "binary"}}),
    }


def _plain(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key != "$schema"}


def _parts(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
