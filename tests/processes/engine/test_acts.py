"""A throwing message event asks the house for an act: checked by name, once a passing, at its own instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from models.calendar import end_of
from models.database import reading
from processes.acts import ACTS, act
from processes.engine.instance import Instance
from processes.engine.lint import check
from tests.processes.engine.bad_drawings import CLOSED, FORMS, work
from tests.processes.engine.drawings import (
    again,
    asked,
    catch,
    defined,
    drawing,
    end,
    flow,
    line,
    start,
    timer,
)
from tests.world import World, on

THROWN = (
    '<bpmn:intermediateThrowEvent id="told" name="告知"><bpmn:messageEventDefinition id="told_m"'
    ' messageRef="message_told" /></bpmn:intermediateThrowEvent>'
)
NAMED = '<bpmn:message id="message_told" name="{}" />'


def _beside(name: str) -> bytes:
    """A step whose timer leads to a throwing event."""
    late = timer("late", "work", "working_days(2)")
    flows = [*line("begin", "work", "finish"), flow("late", "told"), flow("told", "noted")]
    return drawing(start(), work(), late, THROWN, CLOSED, end("noted"), *flows, outside=NAMED.format(name))


@pytest.fixture
def told() -> Iterator[str]:
    name = "tell_somebody"
    act(name)(lambda _session, _case: None)
    yield name
    del ACTS[name]


def test_an_act_is_one_that_the_house_knows(told: str) -> None:
    assert check(_beside(told), {}, FORMS) == []
    (problem,) = check(_beside("tell_nobody"), {}, FORMS)
    assert (problem.element_id, problem.message) == ("told", "没有名为“tell_nobody”的系统动作。")


def test_what_is_asked_for_keeps_the_instant_of_its_event(told: str, world: World) -> None:
    with on(date(2026, 3, 2)), reading():
        instance = Instance.start(defined(_beside(told)), asked(), {})
        assert instance.asked_for == []
    with on(date(2026, 3, 20)), reading():
        late = again(instance)
        late.fire_due()
        assert late.asked_for == [(told, end_of(date(2026, 3, 4)))]
        served = again(late)
        served.fire_due()
        assert served.asked_for == []


@pytest.mark.parametrize(("status", "is_sound"), [("", True), ("submitted", True), ("refused", False)])
def test_a_wait_names_a_status_of_an_open_case(status: str, is_sound: bool) -> None:
    wait = catch("wait", message="message_told").replace(
        'name="wait">',
        'name="wait"><bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="status"'
        f' value="{status}" /></spiffworkflow:properties></bpmn:extensionElements>',
    )
    flows = line("begin", "work", "wait", "finish")
    bpmn = drawing(start(), work(), wait, CLOSED, *flows, outside=NAMED.format("withdrawal"))
    assert (check(bpmn, {}, FORMS) == []) is is_sound
