"""JSON Schema of every form: valid as a schema, and it accepts exactly the examples that the form accepts."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from forms.application import APPLICATION_STEPS, declared_fields
from forms.registry import TASK_FORMS
from forms.schema import json_schema
from tests.examples import (
    TRADER_USCC,
    declaration_application,
    enterprise_application,
    example_context,
    married,
    person_application,
)
from tests.forms.asking import ALL_FORMS
from tests.forms.test_tasks import SOUND

BODIES = {
    "person": person_application(**married()),
    "sole_trader": person_application(),
    "partnership": person_application(
        partners=[{"name": "郑七", "id_number": "150627198506150009", "phone": "13900000003"}]
    ),
    "small_enterprise": enterprise_application(),
    "credit_enterprise": declaration_application(),
    "credit_sole_trader": declaration_application(uscc=TRADER_USCC),
}
STEPS = [(kind, step) for kind, steps in APPLICATION_STEPS.items() for step in steps]


def accepts(schema: dict[str, Any], body: dict[str, object]) -> bool:
    return Draft202012Validator(schema).is_valid(body)


@pytest.mark.parametrize("key", list(ALL_FORMS))
def test_each_schema_is_a_schema_and_names_every_field(key: str) -> None:
    schema = json_schema(ALL_FORMS[key])
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == declared_fields(ALL_FORMS[key])
    assert all(part["title"] and part["type"] for part in schema["properties"].values())
    assert not accepts(schema, {})
    assert not accepts(schema, {"approved": True})


@pytest.mark.parametrize(("kind", "step"), STEPS, ids=[f"{kind}.{step.key}" for kind, step in STEPS])
def test_step_schemas_accept_the_examples(kind: str, step: Any) -> None:
    body = {name: value for name, value in BODIES[kind].items() if name in declared_fields(step.form)}
    body = {name: value for name, value in body.items() if value != ""}
    schema = json_schema(step.form(None, csrf=False).bind(example_context()))
    assert list(Draft202012Validator(schema).iter_errors(body)) == []
    for name in schema["required"]:
        assert not accepts(schema, {key: value for key, value in body.items() if key != name})


@pytest.mark.parametrize(("key", "body"), SOUND)
def test_task_schemas_accept_the_examples(key: str, body: dict[str, object]) -> None:
    schema = json_schema(TASK_FORMS[key](None, csrf=False).bind(example_context()))
    assert list(Draft202012Validator(schema).iter_errors(body)) == []


def test_choices_carry_their_chinese_titles() -> None:
    schema = json_schema(TASK_FORMS["qualification_review"])
    assert {"const": "pass", "title": "符合条件，予以通过"} in schema["properties"]["decision"]["oneOf"]
    bound = json_schema(APPLICATION_STEPS["person"][3].form(None, csrf=False).bind(example_context()))
    assert bound["properties"]["bank"]["oneOf"] == [{"const": "1", "title": "示例银行"}]


def test_conditions_are_in_the_schema() -> None:
    household = json_schema(APPLICATION_STEPS["person"][1].form)
    assert accepts(household, {"marital": "single"})
    assert not accepts(household, {"marital": "married"})
    review = json_schema(TASK_FORMS["qualification_review"])
    assert not accepts(review, {"decision": "fail", "opinion": "不符合"})
    acceptance = json_schema(TASK_FORMS["acceptance"])
    assert not accepts(acceptance, {"result": "incomplete", "items": [], "delivery_method": "post"})


def test_money_is_text_and_days_are_dates() -> None:
    loan = json_schema(APPLICATION_STEPS["person"][3].form)["properties"]
    assert loan["amount"]["type"] == "string"
    assert loan["term_months"] == {"title": "贷款期限（月）", "type": "integer", "minimum": 1, "maximum": 60}
    account = json_schema(APPLICATION_STEPS["person"][5].form)["properties"]
    assert account["signed_on"]["format"] == "date"
    assert account["truthful"] == {"title": account["truthful"]["title"], "type": "boolean", "const": True}
