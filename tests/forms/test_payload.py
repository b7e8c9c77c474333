"""JSON bodies: what shapes are taken, what is refused, and that nothing undeclared gets through."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forms.application import APPLICATION_STEPS, application_answers, declared_fields, field_names, fill
from forms.base import formdata_from_json, to_json
from forms.review import AcceptanceForm
from models.refusal import Refusal
from tests.examples import enterprise_application, example_context, guarantor, married, person_application


def test_objects_become_form_data() -> None:
    body = {"a": "x", "b": True, "c": 3, "d": None, "e": ["p", "q"], "rows": [{"name": "一"}, {"name": "二"}]}
    assert sorted(formdata_from_json(body).items(multi=True)) == [
        ("a", "x"),
        ("b", "true"),
        ("c", "3"),
        ("e", "p"),
        ("e", "q"),
        ("rows-0-name", "一"),
        ("rows-1-name", "二"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        None,
        5,
        {"amount": 80000.5},
        {"amount": float("nan")},
        {"amount": 10**18},
        {"amount": int("9" * 4000)},
        {"amount": {"value": 1}},
        {"rows": [{"a": 1}, "text"]},
        {"rows": [{"a": [{"b": 1}]}]},
        {"rows": [{"a": {"b": 1}}]},
        {"rows": [[1]]},
        {"rows": [{}] * 401},
        {"rows-0-name": "一"},
        {"": "x"},
        {"__class__": "x"},
        {5: "x"},
        {"名": "x"},
        {"\ud800": "x"},
        {"a": ["x"] * 8001},
        {"a": object()},
    ],
)
def test_other_shapes_are_refused_in_chinese(body: Any) -> None:
    with pytest.raises(Refusal) as refused:
        formdata_from_json(body)
    assert refused.value.status == 422
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.message)
    refused.value.message.encode("utf-8")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("person", person_application()),
        ("person", person_application(**married())),
        (
            "person",
            person_application(
                amount="200000",
                total_amount="200000",
                guarantee_type="surety",
                waiver_claimed=False,
                guarantors=[guarantor()],
            ),
        ),
        ("small_enterprise", enterprise_application()),
    ],
)
def test_answers_survive_storage_as_json(kind: str, body: dict[str, object]) -> None:
    context = example_context()
    answers = application_answers(kind, body, context)
    stored = json.loads(json.dumps(to_json(answers)))
    assert application_answers(kind, stored, context) == answers


def test_a_draft_keeps_what_was_typed_even_if_wrong() -> None:
    step = APPLICATION_STEPS["person"][3].form
    body = {"amount": "八万", "term_months": "abc", "other_loans": [{"lender": "\x00"}]}
    typed = fill(step, body, example_context()).typed()
    again = fill(step, typed, example_context())
    assert again.typed() == typed
    assert typed["amount"] == "八万"
    assert typed["other_loans"] == [{"holder": "", "kind": "", "lender": "\x00", "balance": "", "due_on": ""}]


def test_only_declared_fields_are_read() -> None:
    extra = {"approved": True, "status": "paid", "role": "admin", "csrf_token": "x", "late_reason": "x"}
    answers = application_answers("person", {**person_application(), **extra}, example_context())
    assert not set(extra) & set(answers)
    assert set(answers) == field_names("person")


def test_declared_fields_are_what_a_form_asks() -> None:
    for steps in APPLICATION_STEPS.values():
        for step in steps:
            asked: Any = step.form(None, csrf=False)
            assert declared_fields(step.form) == {question.name for question in asked.questions()}


def test_rows_take_only_declared_cells() -> None:
    body = {"result": "incomplete", "items": [{"material": "id_card", "approved": "yes"}]}
    form = fill(AcceptanceForm, body, example_context())
    assert form.answers()["items"] == [{"material": "id_card", "problem": "", "requirement": ""}]


def test_values_in_json() -> None:
    value = {"a": Decimal("1E+2"), "b": date(2026, 1, 2), "c": [True, None, 1, {"d": Decimal("0.10")}]}
    assert to_json(value) == {"a": "100", "b": "2026-01-02", "c": [True, None, 1, {"d": "0.10"}]}
