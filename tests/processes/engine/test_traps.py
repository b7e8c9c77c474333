"""The engine's own traps, each avoided by construction: every test fails when its trap returns."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from models.refusal import Conflict
from processes.engine import serialization
from processes.engine.faults import EngineFault
from processes.engine.instance import MAX_STEPS, Instance
from processes.engine.xml import XmlRefused
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
    gateway,
    line,
    properties,
    start,
    timer,
    unchecked,
    user,
    waiting,
)

MANY = drawing(
    start(),
    '<bpmn:userTask id="opinion" name="opinion">'
    + properties(form="acceptance")
    + '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">7'
    "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
    user("after"),
    end(),
    *line("begin", "opinion", "after", "finish"),
)


def test_many_opinions_survive_a_new_worker_between_each() -> None:
    """A parsed spec loses the merging of multi-instance children; ours is always rehydrated."""
    instance = Instance.start(unchecked(MANY), asked(), {})
    assert len(waiting(instance)) == 7
    for left in range(7, 0, -1):
        instance = again(instance)
        assert len(waiting(instance)) == left
        instance.complete(instance.ready()[0].engine_id, {"ok": True})
    assert waiting(again(instance)) == ["after"]


def test_a_multi_instance_step_is_refused_because_the_engine_forgets_its_lane() -> None:
    with pytest.raises(XmlRefused, match="opinion"):
        defined(MANY)


def test_sorted_keys_do_not_lose_the_data_of_the_token() -> None:
    """Task data is stored as a difference to the parent, which must be restored first."""
    instance = Instance.start(defined(FORK), asked(), {})
    do(instance, "left", left_value=1)
    state = orjson.loads(instance.dump())
    for keys in (sorted(state["tasks"]), sorted(state["tasks"], reverse=True)):
        shuffled = orjson.dumps({**state, "tasks": {key: state["tasks"][key] for key in keys}})
        restored = Instance.restore(instance.definition, shuffled, instance.passed, asked())
        do(restored, "right", right_value=2)
        do(restored, "after")
        assert restored.is_finished
        data = restored._workflow.last_task.data
        assert (data.get("left_value"), data.get("right_value")) == (1, 2)


def test_four_hundred_rounds_stay_small_and_the_open_step_is_still_seen() -> None:
    """Past depth 1000 the engine calls a case finished while a step is open."""
    instance = Instance.start(defined(LOOP), asked(), {})
    sizes = []
    for _round in range(420):
        do(instance, "work")
        do(instance, "check", more=True)
        instance = again(instance)
        assert waiting(instance) == ["work"]
        sizes.append(len(instance.dump()))
    assert instance.depth < 30
    assert sizes[-1] <= sizes[10] * 1.05
    assert not instance.is_finished
    instance = again(instance)
    do(instance, "work")
    do(instance, "check", more=False)
    assert instance.is_finished
    assert instance.passed["work"] == 421


def test_an_endless_automatic_loop_is_a_fault_and_not_a_finished_case() -> None:
    endless = drawing(
        start(),
        user("work"),
        gateway("first"),
        gateway("second", default="f_second_first"),
        end(),
        *line("begin", "work", "first", "second", "first"),
        flow("second", "finish", "never"),
    )
    instance = Instance.start(defined(endless), asked({"never": False}), {})
    with pytest.raises(EngineFault, match="步骤过多"):
        do(instance, "work")
    assert MAX_STEPS < 1000


def test_what_a_fired_timer_causes_is_carried_on_in_the_same_knock() -> None:
    """The engine looks at timers after its loop and would leave the fired event READY."""
    timed = drawing(
        start(),
        user("work"),
        timer("due", "work", "2099-01-01"),
        user("urge"),
        end(),
        end("urged"),
        *line("begin", "work", "finish"),
        *line("due", "urge", "urged"),
    )
    instance = Instance.start(defined(timed), asked(), {})
    (armed,) = instance.timers()
    instance.reschedule(armed.engine_id, datetime(2020, 1, 1, tzinfo=UTC), False)
    instance.fire_due()
    assert waiting(instance) == ["urge", "work"]
    assert [fired.element_id for fired in instance.fired()] == ["due"]
    assert instance.timers() == []


def test_no_data_are_lost_or_shared_at_a_parallel_join() -> None:
    """One name a branch: lists under one name would be merged by position and trimmed."""
    for order in (("left", "right"), ("right", "left")):
        instance = Instance.start(defined(FORK), asked(), {})
        for element in order:
            instance = again(instance)
            do(instance, element, **{f"{element}_passed": True})
        assert waiting(instance) == ["after"]
        data = instance._workflow.get_next_task(spec_name="after").data
        assert data == {"left_passed": True, "right_passed": True}


def test_half_a_join_is_never_folded() -> None:
    instance = Instance.start(defined(FORK), asked(), {})
    do(instance, "left", left_passed=True)
    for _ in range(5):
        instance = again(instance)
    assert waiting(instance) == ["right"]
    do(instance, "right")
    assert waiting(again(instance)) == ["after"]


def test_a_completed_step_cannot_be_completed_again() -> None:
    """`task.run()` of the engine has no guard at all."""
    instance = Instance.start(defined(LOOP), asked(), {})
    (task,) = instance.ready()
    instance.complete(task.engine_id, {})
    for worker in (instance, again(instance)):
        with pytest.raises(Conflict):
            worker.complete(task.engine_id, {})
    assert instance.passed["work"] == 1


def test_a_future_or_unknown_step_cannot_be_completed() -> None:
    instance = Instance.start(defined(FORK), asked(), {})
    future = [t for t in instance._workflow.tasks.values() if t.task_spec.bpmn_id == "after"]
    unknown = "00000000-0000-4000-8000-000000000000"
    for engine_id in [*(str(task.id) for task in future), unknown]:
        with pytest.raises(Conflict):
            instance.complete(engine_id, {})
    assert future, "the engine predicts the step"


def _with_message() -> bytes:
    event = '<bpmn:messageEventDefinition messageRef="m1" />'
    return drawing(
        start(),
        gateway("fork", "parallel"),
        f'<bpmn:intermediateCatchEvent id="called">{event}</bpmn:intermediateCatchEvent>',
        user("work"),
        end("stopped", '<bpmn:terminateEventDefinition id="t" />'),
        user("next"),
        end(),
        *line("begin", "fork", "work", "next", "finish"),
        *line("fork", "called", "stopped"),
        outside='<bpmn:message id="m1" name="withdrawal" />',
    )


def test_a_message_nobody_waits_for_is_a_conflict() -> None:
    instance = Instance.start(defined(FORK), asked(), {})
    with pytest.raises(Conflict):
        instance.send("withdrawal")


def test_a_message_ends_the_case_at_any_step() -> None:
    for steps in ((), ("work",)):
        instance = Instance.start(defined(_with_message()), asked(), {})
        for element in steps:
            do(instance, element)
        instance = again(instance)
        instance.send("withdrawal")
        assert instance.is_finished
        assert waiting(instance) == []
        with pytest.raises(Conflict):
            again(instance).send("withdrawal")


def test_the_state_names_no_spec_and_carries_no_fact() -> None:
    """The spec is stored once a version; facts stay in the tables, so no personal data reach the state."""
    instance = Instance.start(defined(FORK), asked({"name": "赵一"}), {"case_id": 7})
    state = instance.dump()
    assert "spec" not in orjson.loads(state)
    assert "赵一".encode() not in state


def test_two_definitions_are_never_mixed_in_one_thread() -> None:
    """The converter takes the definition from its thread; another instance in between must not matter."""
    first, second = defined(FORK), defined(LOOP)
    one, two = Instance.start(first, asked(), {}), Instance.start(second, asked(), {})
    for _ in range(3):
        one, two = again(one), again(two)
    assert waiting(one) == ["left", "right"]
    assert waiting(two) == ["work"]
    assert serialization.load(one.dump(), first, None).spec is first.specs[0]
