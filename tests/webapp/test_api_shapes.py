"""The REST door's shapes: bodies that are refused, problems, tokens, and the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from models.database import transaction
from models.people import user_named
from processes.login import close_all_sessions
from tests.webapp.api import API, Caller, expect
from tests.world import World
from webapp.api.table import ROUTES

As = Callable[[str], Caller]
JSON = "application/json"
NEW = {"scheme": "startup_loan", "applicant_type": "person", "fields": {}}


def text(**over: Any) -> str:
    return json.dumps({**NEW, **over})


BROKEN = [
    ("", 400),
    ("{", 400),
    ("[]", 400),
    ("null", 400),
    ('"text"', 400),
    ("5", 400),
    ("[" * 100_000, 400),
    ('{"a":' * 100_000, 400),
    ('{"draft": NaN}', 400),
    ('{"draft": Infinity}', 400),
    ('{"scheme": "a", "scheme": "b"}', 400),
    ('{"fields": {"name": "a", "name": "b"}}', 400),
    ('{"draft": ' + "9" * 5000 + "}", 400),
    (b"\xff\xfe{}", 400),
    ("{}", 422),
    (text(draft="true"), 422),
    (text(fields=[]), 422),
    (text(scheme=5), 422),
    (text(applicant_type=["person"]), 422),
    (text(applicant_type="ghost"), 422),
    (text(role="administrator"), 422),
    (text(fields={"role": "administrator"}), 422),
    (text(fields={"amount": 80000.5}), 422),
    (text(fields={"amount": 1e309}).replace("Infinity", "1e309"), 422),
    (text(fields={"amount": 10**20}), 422),
    (text(fields={"amount": {"value": 1}}), 422),
    (text(fields={"guarantors": [[1]]}), 422),
    (text(fields={"guarantors": [{}] * 500}), 422),
    (text(fields={"name": "a\0b"}), 422),
    (text(fields={"name": "\ud800"}), 422),
    (text(fields={"\ud800": "a"}), 422),
    (text(fields={"name": "\0"}, draft=True), 422),
    (text(scheme="ghost", draft=True), 422),
    (text(scheme="\0", draft=True), 422),
]


@pytest.mark.parametrize(("body", "status"), BROKEN, ids=range(len(BROKEN)))
def test_broken_bodies_are_refused_in_chinese(caller: As, body: str | bytes, status: int) -> None:
    answer = expect(caller("shenqing").call("POST", "/cases", data=body, content_type=JSON), status)
    assert any("\u4e00" <= char <= "\u9fff" for char in answer["detail"])
    assert all(messages for messages in answer["errors"].values())


HOSTILE = [
    "NaN",
    "sNaN",
    "1e309",
    "-1",
    "８００００",
    "9" * 400,
    "<b>",
    "{{7*7}}",
    "'; --",
    "2026-02-30",
    " ",
    "\u202e",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_kept_in_a_draft_and_refused_at_their_field(
    world: World, caller: As, value: str
) -> None:
    applicant = caller("shenqing")
    names = (
        "amount",
        "id_number",
        "term_months",
        "bank",
        "region",
        "group",
        "signed_on",
        "name",
        "loan_ordinal",
    )
    fields = {**world.person(), **dict.fromkeys(names, value)}
    number = applicant.post("/cases", {**NEW, "fields": fields, "draft": True}, 201)["number"]
    faults = applicant.post(f"/cases/{number}/submit", status=422)["errors"]
    assert {"id_number", "term_months", "bank", "region", "group", "loan_ordinal"} <= set(faults)
    applicant.get(f"/cases/{number}")


def test_a_large_body_and_another_kind_are_refused(caller: As) -> None:
    applicant = caller("shenqing")
    large = text(fields={"name": "x" * (1024 * 1024)})
    expect(applicant.call("POST", "/cases", data=large, content_type=JSON), 413)
    expect(applicant.call("POST", "/cases", data={"scheme": "startup_loan"}), 415)


def test_every_fault_of_an_application_is_named(caller: As) -> None:
    errors = caller("shenqing").post("/cases", NEW, 422)["errors"]
    assert {"name", "id_number", "amount", "bank", "truthful"} <= set(errors)
    assert all(isinstance(message, str) for messages in errors.values() for message in messages)


def test_a_cap_of_the_policy_is_refused_at_its_field(world: World, caller: As) -> None:
    fields = world.person(
        signed_on="2026-03-02", amount="90000000.00", total_amount="90000000.00", waiver_claimed=False
    )
    answer = caller("shenqing").post("/cases", {**NEW, "fields": fields}, 422)
    assert list(answer["errors"]) == ["amount"]


def test_only_a_live_token_opens_the_door(
    app: Flask, caller: As, sign_in: Callable[[str], FlaskClient]
) -> None:
    clerk = caller("renshe1")
    for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {clerk.token}"}):
        answer = app.test_client().get(f"{API}/tasks", headers=header)
        expect(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    expect(sign_in("renshe1").get(f"{API}/tasks"), 401)
    clerk.get("/tasks")
    with transaction() as session:
        user = user_named(session, "renshe1")
        assert user is not None
        close_all_sessions(session, user.id)
    clerk.get("/tasks", 401)


def test_csrf_is_not_asked_of_programs(app: Flask, caller: As) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    caller("shenqing").post("/cases", {**NEW, "draft": True}, 201)


def test_unknown_paths_and_methods_are_problems(caller: As) -> None:
    clerk = caller("renshe1")
    clerk.get("/nothing", 404)
    expect(clerk.call("DELETE", "/tasks"), 405)
    clerk.get("/tasks/99999999999999999999", 404)
    clerk.get("/tasks/2147483647", 404)
    clerk.get("/cases/%00", 404)
    clerk.get("/cases/CD2026999999999999999999999999", 404)


def test_the_document_is_valid_openapi_and_public(app: Flask) -> None:
    document = app.test_client().get(f"{API}/openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_the_document_and_the_application_know_the_same_routes(app: Flask) -> None:
    document = app.test_client().get(f"{API}/openapi.json").json
    assert document is not None
    described = {
        (method.upper(), operation["operationId"])
        for path in document["paths"].values()
        for method, operation in path.items()
    }
    built = {
        (method, rule.endpoint.removeprefix("api."))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == built
    assert len(described) == len(ROUTES)


def test_the_guide_names_every_route_and_no_other() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z]+ /[^`]*)`", guide, re.MULTILINE))
    variable = re.compile(r"<(?:int[^:]*:)?([a-z_]+)>")
    assert named == {f"{route.method} " + variable.sub(r"{\1}", route.path) for route in ROUTES}


def test_answers_are_what_the_document_says(app: Flask, world: World, caller: As) -> None:
    document = app.test_client().get(f"{API}/openapi.json").json
    assert document is not None

    def check(name: str, answer: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer)

    clerk = caller("renshe1")
    fields = world.person(signed_on="2026-03-02")
    check("Application_person", fields)
    check("NewCase", {**NEW, "fields": fields})
    brief = clerk.post("/cases", {**NEW, "fields": fields}, 201)
    check("CaseBrief", brief)
    check("Case", clerk.get(f"/cases/{brief['number']}"))
    check("TaskPage", clerk.get("/tasks", scope="department"))
    task = clerk.task(brief["number"], "acceptance")
    check("Task", clerk.post(f"/tasks/{task}/claim"))
    check("TaskWithForm", clerk.get(f"/tasks/{task}"))
    check("Problem", clerk.get("/nothing", 404))
