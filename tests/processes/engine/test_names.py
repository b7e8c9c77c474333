"""What expressions may see and do: facts before token data, no code, and only scalars in the token."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from processes.engine.expression import ExpressionError
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from tests.processes.engine.drawings import (
    FORK,
    LOOP,
    again,
    asked,
    defined,
    do,
    drawing,
    end,
    flow,
    line,
    start,
    timer,
    unchecked,
    user,
    waiting,
)


@pytest.mark.parametrize("facts", [{}, {"more": False}])
def test_a_fact_cannot_be_hidden_by_what_a_form_put_into_the_token(facts: dict[str, Any]) -> None:
    instance = Instance.start(defined(LOOP), asked(facts), {})
    do(instance, "work")
    do(instance, "check", more=True)
    assert instance.is_finished is bool(facts)


def test_a_form_value_cannot_hide_a_function() -> None:
    named = drawing(
        start(),
        user("first"),
        user("work"),
        timer("due", "work", "working_days(3, since)"),
        end(),
        end("late"),
        *line("begin", "first", "work", "finish"),
        flow("due", "late"),
    )
    instance = Instance.start(defined(named), asked({"since": date(2100, 3, 1)}), {})
    do(instance, "first", working_days="9")
    assert [armed.length for armed in instance.timers()] == [3]


SCRIPT = (
    '<bpmn:scriptTask id="{0}" name="s"><bpmn:script>__import__("os").abort()</bpmn:script></bpmn:scriptTask>'
)
SERVICE = (
    '<bpmn:serviceTask id="{0}" name="s"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator'
    ' id="http/GetRequest" resultVariable="r"><spiffworkflow:parameters />'
    "</spiffworkflow:serviceTaskOperator>"
    "</bpmn:extensionElements></bpmn:serviceTask>"
)


@pytest.mark.parametrize("element", [SCRIPT, SERVICE])
def test_nothing_in_a_drawing_is_ever_executed(element: str) -> None:
    bpmn = drawing(start(), user("work"), element.format("s"), end(), *line("begin", "work", "s", "finish"))
    instance = Instance.start(unchecked(bpmn), asked(), {})
    with pytest.raises(EngineFault):
        do(instance, "work")


def test_expressions_are_interpreted_and_never_evaluated() -> None:
    escape = "().__class__.__base__.__subclasses__()"
    for text in (escape, "__import__('os').abort()", "open('/etc/passwd')", "[x for x in (1,)]"):
        with pytest.raises(ExpressionError):
            asked().evaluate(text, {})
    with pytest.raises(ExpressionError):
        asked().execute("a = 1", {})
    with pytest.raises(ExpressionError):
        asked().call_service({})


@pytest.mark.parametrize(
    "routing",
    [{"typename": "x"}, {"items": [1]}, {"case": {"typename": "UUID"}}, {"at": 1.5}, {"none": None}],
)
def test_only_named_scalars_enter_the_token(routing: dict[str, Any]) -> None:
    """A value under the key `typename` bricks the instance when it is loaded; lists die at joins."""
    instance = Instance.start(defined(FORK), asked(), {})
    with pytest.raises(EngineFault):
        do(instance, "left", **routing)
    assert waiting(again(instance)) == ["left", "right"]
