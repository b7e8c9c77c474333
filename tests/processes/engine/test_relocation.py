"""A token that stands somewhere else on its own drawing: what stays is as it was, and it goes on to its end."""

from __future__ import annotations

import pytest
from SpiffWorkflow.util.task import TaskState

from models.database import reading
from processes.engine.earlier import is_before, standing_before, undone
from processes.engine.instance import Instance
from processes.engine.marking import Marking
from processes.engine.migration import places
from processes.engine.migration_check import Unfit
from processes.engine.relocation import relocate
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
    start,
    timer,
    unchecked,
    user,
    waiting,
)
from tests.processes.engine.moving import DAY, MONDAY, chain, forked, to_the_end
from tests.world import World, on

JOIN = "right>join"


def begun(bpmn: bytes, *steps: str) -> Instance:
    """A token after these steps, as another worker finds it."""
    instance = Instance.start(defined(bpmn), asked(), {"case_id": 1})
    for one in steps:
        do(instance, one, **{f"{one}_ok": True})
        instance = again(instance)
    return instance


def back_to(instance: Instance, step: str) -> Marking:
    """Send it back as 退回 does; where it stands then."""
    target = standing_before(instance.definition, places(instance), step, instance.passed)
    assert target is not None
    relocate(instance, target, undone(instance.definition, target, step))
    return target


def test_a_finished_branch_stays_finished_when_the_other_is_done_again() -> None:
    instance = begun(FORK, "left", "right")
    assert back_to(instance, "left") == {"left", JOIN}
    assert instance.passed["right"] == 1 and "left" not in instance.passed and "join" not in instance.passed
    instance = again(instance)
    do(instance, "left")
    assert waiting(again(instance)) == ["after"]
    to_the_end(again(instance), lambda names: names[0])


def test_a_branch_that_has_not_finished_goes_on_where_it_is() -> None:
    bpmn = forked("p", "q", "r")
    instance = begun(bpmn, "q", "r")
    kept = {task.engine_id for task in instance.ready()}
    assert back_to(instance, "q") == {"p", "q", "r>join"}
    assert kept < {task.engine_id for task in instance.ready()}
    for one in ("q", "p", "after"):
        do(instance, one)
        instance = again(instance)
    assert instance.is_finished


def test_before_the_block_both_branches_are_to_be_done_again() -> None:
    bpmn = drawing(
        start(), user("first"), gateway("fork", "parallel"), user("left"), user("right"),
        gateway("join", "parallel"), user("after"), end(), *line("begin", "first", "fork", "left", "join", "after", "finish"),
        flow("fork", "right"), flow("right", "join"),
    )  # fmt: skip
    instance = begun(bpmn, "first", "left", "right")
    assert back_to(instance, "first") == {"first"}
    assert set(instance.passed) == {"begin"}
    for one in ("first", "right", "left", "after"):
        do(instance, one)
        instance = again(instance)
    assert instance.is_finished


def test_a_branch_that_never_arrived_is_not_taken_for_finished() -> None:
    """The other branch went another way: an arrival of it would be an invention."""
    bpmn = drawing(
        start(), gateway("fork", "parallel"), user("left"), user("right"), gateway("ok", default="f_ok_join"),
        gateway("join", "parallel"), user("after"), user("refusal"), end(), end("refused"),
        *line("begin", "fork", "left", "join", "after", "finish"), flow("fork", "right"), flow("right", "ok"),
        flow("ok", "join"), flow("ok", "refusal", "no"), flow("refusal", "refused"),
    )  # fmt: skip
    instance = Instance.start(unchecked(bpmn), asked(), {})
    do(instance, "left", no=True)
    do(instance, "right", no=True)
    assert places(instance) == {"left>join", "refusal"}
    assert standing_before(instance.definition, places(instance), "left", instance.passed) == {
        "left",
        "refusal",
    }
    assert back_to(instance, "right") == {"right", "left>join"}


def test_what_the_gateways_read_is_kept() -> None:
    instance = begun(LOOP, "work")
    back_to(instance, "work")
    (task,) = instance._in_state(TaskState.READY)
    assert task.data["work_ok"] is True and instance._workflow.data["case_id"] == 1


def test_timers_of_what_stays_keep_their_instant_and_new_ones_are_armed(world: World) -> None:
    ways = [part for one in ("p", "q") for part in (user(one), flow("fork", one), flow(one, "join"))]
    bpmn = drawing(
        start(), gateway("fork", "parallel"), gateway("join", "parallel"), user("after"), end(), *ways,
        timer("due", "p", "working_days(5)"), end("late"), flow("due", "late"),
        flow("begin", "fork"), *line("join", "after", "finish"),
    )  # fmt: skip
    with on(MONDAY), reading():
        instance = begun(bpmn, "q")
        (before,) = instance.timers()
    with on(MONDAY + DAY), reading():
        back_to(instance, "q")
        (after,) = instance.timers()
        assert (after.engine_id, after.due_at) == (before.engine_id, before.due_at)
        do(instance, "q")
        do(instance, "p")
        back_to(instance, "p")
        (armed,) = instance.timers()
    assert armed.engine_id != before.engine_id and armed.due_at == before.due_at + DAY


def test_a_step_that_its_own_term_would_end_at_once_is_refused(world: World) -> None:
    bpmn = drawing(
        start(), user("work"), timer("due", "work", "2026-03-04", True), user("after"), end("lapsed"), end(),
        *line("begin", "work", "after", "finish"), flow("due", "lapsed"),
    )  # fmt: skip
    with on(MONDAY), reading():
        instance = begun(bpmn, "work")
        kept = instance.dump()
        relocate(instance, frozenset({"work"}))
        assert waiting(instance) == ["work"]
    with on(MONDAY + 5 * DAY), reading():
        late = Instance.restore(instance.definition, kept, {}, asked())
        with pytest.raises(Unfit, match="“due”的期限已届满"):
            relocate(late, frozenset({"work"}))


def test_where_the_drawing_cannot_stand_is_refused_with_what_is_missing() -> None:
    instance = begun(FORK, "left", "right")
    with pytest.raises(Unfit, match="right"):
        relocate(instance, frozenset({"left"}))
    with pytest.raises(Unfit):
        relocate(instance, frozenset())
    assert waiting(instance) == ["after"]


def test_which_step_comes_before_which() -> None:
    fork, loop = defined(FORK), defined(LOOP)
    assert is_before(fork, "left", "after") and is_before(fork, "left", "left>join")
    assert not is_before(fork, "left", "right") and not is_before(fork, "after", "left")
    assert is_before(loop, "check", "work")
    assert standing_before(defined(chain("a", "b")), frozenset({"b"}), "zzz", {}) is None
