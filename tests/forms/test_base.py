"""The form in a running app: CSRF for pages, none for REST, and JSON bodies that reach a page by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from forms.supplement import SupplementForm
from tests.examples import example_context


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("forms-test")
    app.secret_key = "only for this test"
    yield app


def posted(**kwargs: Any) -> Any:
    """The supplement form as a page view makes it."""
    form: Any = SupplementForm(**kwargs).bind(example_context())
    form.validate()
    return form


def test_a_page_without_token_is_refused_in_chinese(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"statement": "已补", "confirmed": "yes"}):
        form = posted()
        assert form.faults() == {"csrf_token": ["页面停留时间过长或已失效，请刷新后重新提交"]}
        assert "csrf_token" not in form.answers()


def test_rest_needs_no_token(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"statement": "已补", "confirmed": "yes"}):
        assert posted(csrf=False).errors == {}


def test_a_page_with_its_token_passes(app: Flask) -> None:
    with app.test_request_context("/") as context:
        token = SupplementForm()["csrf_token"].current_token
        kept = dict(context.session)
    data = {"statement": "已补", "confirmed": "yes", "csrf_token": token}
    with app.test_request_context("/", method="POST", data=data) as context:
        context.session.update(kept)
        assert posted().errors == {}


@pytest.mark.parametrize(
    "body", ["[1, 2]", '"text"', "5", "null", '{"statement": {"a": 1}}', '[["statement", 5]]']
)
def test_a_json_body_at_a_page_is_no_crash(app: Flask, body: str) -> None:
    with app.test_request_context("/", method="POST", data=body, content_type="application/json"):
        form = posted(csrf=False)
        assert "statement" in form.faults()
        assert str(form["statement"]())


def test_a_form_works_outside_any_app() -> None:
    assert posted(formdata=None, csrf=False).faults().keys() == {"statement", "confirmed"}
