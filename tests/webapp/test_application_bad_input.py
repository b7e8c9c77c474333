"""Every question of every step against hostile text through the page: kept, escaped, never a fault of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from forms.application import APPLICATION_STEPS
from tests.forms.asking import empty
from tests.forms.test_bad_input import HOSTILE
from tests.webapp.test_application import draft, stored

SignIn = Callable[[str], FlaskClient]
STEPS = {step.form: (kind, step) for kind, steps in APPLICATION_STEPS.items() for step in steps}.values()
# A browser cannot send a lone surrogate; what a client sends instead is three bytes that are no UTF-8.
SENT = {name: text for name, text in HOSTILE.items() if name != "lone surrogate"}
BIG = 1000


def names(form: Any) -> Iterator[str]:
    """Every input of a step as the page names it, one row in each sub-table."""
    for question in empty(form).questions():
        if question.kind == "rows":
            yield from (
                f"{question.name}-0-{cell.short_name}" for cell in question.blank_row().form.questions()
            )
        else:
            yield question.name


@pytest.mark.parametrize(("kind", "step"), STEPS, ids=[f"{kind}-{step.key}" for kind, step in STEPS])
def test_hostile_text_is_kept_and_escaped(sign_in: SignIn, kind: str, step: Any) -> None:
    client = sign_in("shenqing")
    number = draft(client, kind)
    url = f"/cases/{number}/application/{step.key}"
    for text in SENT.values():
        fields = list(names(step.form))
        data = dict.fromkeys(fields, text) if len(text) < BIG else {fields[-1]: text, fields[0]: text}
        answer = client.post(url, data=data)
        assert answer.status_code in (302, 422), (text[:20], answer.status_code)
        assert client.post(f"{url}/autosave", data=data).status_code == 200
        review = client.get(f"/cases/{number}/application/review")
        assert review.status_code == 200, text[:20]
        for page in (answer.text, review.text):
            assert "<script>alert" not in page
            assert '" onfocus="' not in page
    assert client.get(f"/cases/{number}/application/materials").status_code == 200


def test_what_was_typed_is_shown_again_letter_by_letter(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    url = f"/cases/{number}/application/applicant"
    for text in (
        "<script>alert(1)</script>",
        '" onfocus="alert(1)"',
        "{{ config }}",
        "１２３",
        "'; DROP TABLE x; --",
    ):
        client.post(url, data={"name": text, "phone": text, "go": "stay"})
        assert stored(number).application["name"] == text
        assert client.get(url).text.count(f'value="{escape(text)}"') == 2


@pytest.mark.parametrize(
    "data",
    [
        {"guarantors-9999-name": "赵一"},
        {"guarantors-²-name": "赵一"},
        {"guarantors--1-name": "赵一"},
        {f"guarantors-{index}-name": "赵一" for index in range(60)},
        {"guarantors": "赵一"},
        {"guarantors-0": "赵一"},
        {"unknown": "x", "application": "x", "status": "disbursed", "__class__": "x"},
    ],
)
def test_hostile_names_are_ignored_or_refused(sign_in: SignIn, data: dict[str, str]) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    answer = client.post(f"/cases/{number}/application/guarantee", data={**data, "go": "stay"})
    assert answer.status_code in (302, 422)
    case = stored(number)
    assert case.status == "draft"
    assert not {"unknown", "application", "status", "__class__"} & set(case.application)
    assert len(case.application["guarantors"]) <= 20


@pytest.mark.parametrize("body", [b"[1, 2]", b'{"name": {"a": 1}}', b"not json", b"\xff\xfe"])
def test_a_body_that_is_no_form_is_no_fault(sign_in: SignIn, body: bytes) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    url = f"/cases/{number}/application/applicant"
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        assert client.post(url, data=body, content_type=kind).status_code in (400, 415, 422)


def test_bytes_that_are_no_text_are_no_fault(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    url = f"/cases/{number}/application/applicant"
    sent = client.post(
        url, data=b"name=%ed%a0%80&phone=%00%ff", content_type="application/x-www-form-urlencoded"
    )
    assert sent.status_code == 422
    assert client.get(url).status_code == 200


def test_a_file_in_a_text_field_is_no_fault(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    body = b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nabc\r\n--x--\r\n'
    url = f"/cases/{number}/application/applicant"
    assert client.post(url, data=body, content_type="multipart/form-data; boundary=x").status_code == 422
