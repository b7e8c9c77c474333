"""Conditions: those that can be computed pass without a word; what forms say is what their functions return."""

from __future__ import annotations

import ast
import inspect
import textwrap

import pytest

from processes.engine.lint import check
from processes.facts import FACTS, GENERAL_FACTS
from processes.steps import ROUTES, ROUTING, STEPS
from processes.worklist import form_keys
from tests.processes.engine.hostile_conditions import SOUND, asking, either

pytestmark = pytest.mark.once


@pytest.mark.parametrize("text", SOUND)
def test_what_can_be_computed_passes_without_a_word(text: str) -> None:
    assert [(one.code, one.message) for one in check(asking(text), {}, form_keys())] == []


def test_a_refused_condition_says_why_and_what_to_do() -> None:
    (found,) = check(asking("n > 5 and tx + 1 > 2"), {}, form_keys())
    assert found.code == "condition-trial" and not found.is_warning
    assert "“tx + 1 > 2”" in found.message and "number(…)" in found.message
    (unset,) = check(asking("paid"), {}, form_keys())
    assert "disbursement" in unset.message and "自绘字段" in unset.message
    (fact,) = check(asking("amount > 5"), {}, form_keys())
    assert "“amount”" in fact.message and "自绘字段" in fact.message


def test_what_is_said_on_every_way_may_be_asked() -> None:
    both = either("qualified", first="qualification_review", second="qualification_review")
    assert [one.code for one in check(both, {}, form_keys()) if one.code.startswith("condition")] == []
    other = either("late > 5", first="drawn", second="drawn").replace(b"field:of_", b"field:of")
    asked = other.replace(b"field:ofl", b"field:late").replace(b"&quot;text&quot;", b"&quot;integer&quot;")
    assert "condition-unasked" not in {one.code for one in check(asked, {}, form_keys())}


def test_each_form_says_what_its_function_returns() -> None:
    """The table beside @step is read off the real functions: every way out of one says the same names."""
    for form_key, function in STEPS.items():
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
        assert returned, form_key
        for value in returned:
            assert isinstance(value, ast.Dict), f"{form_key} returns what cannot be read"
            names = tuple(key.value for key in value.keys if isinstance(key, ast.Constant))
            assert names == ROUTES.get(form_key, ()), form_key
    assert ROUTES.keys() <= STEPS.keys()
    assert {name for names in ROUTES.values() for name in names} == ROUTING


def test_the_facts_of_a_started_case_are_facts() -> None:
    assert FACTS.keys() > GENERAL_FACTS
