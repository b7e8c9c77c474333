"""Law: after any migration that is not refused a token reaches an end."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from processes.engine.instance import Instance
from processes.engine.migration_check import Unfit
from tests.processes.engine.drawings import (
    FORK,
    LOOP,
    again,
    asked,
    defined,
    drawing,
    end,
    flow,
    gateway,
    line,
    start,
    user,
)
from tests.processes.engine.moving import (
    OTHER,
    PAID,
    PLAIN,
    awaited,
    carried,
    chain,
    drawing_with_ask,
    forked,
    step,
    to_the_end,
    with_timer,
)

FAMILY: list[bytes] = [
    FORK, LOOP, PLAIN, forked("left", "right", "third"), chain("left", "right", "after"), chain("work", "check"),
    chain("after"), drawing_with_ask(), with_timer("working_days(2)"), with_timer("working_days(2)", True),
    awaited(PAID, OTHER), awaited(PAID),
    drawing(
        start(), gateway("fork", "parallel"), user("left"), user("right"), user("more"), gateway("join", "parallel"),
        user("after"), gateway("again", default="f_again_finish"), gateway("entry"), end(),
        *line("begin", "entry", "fork", "left", "more", "join", "after", "again", "finish"), flow("fork", "right"),
        flow("right", "join"), flow("again", "entry", "more"),
    ),
]  # fmt: skip


DEFINED = [defined(one) for one in FAMILY]


@settings(max_examples=60)
@given(st.data())
def test_after_any_migration_that_is_not_refused_there_is_an_end(data: st.DataObject) -> None:
    """Random walks, random targets: a token that goes over ends, and its places are those of the new drawing."""
    first = DEFINED[data.draw(st.integers(0, len(DEFINED) - 1))]

    def choose(names: list[Any]) -> Any:
        return data.draw(st.sampled_from(names))

    instance = again(Instance.start(first, asked(), {}))
    for _step in range(data.draw(st.integers(0, 6))):
        if not instance.is_finished:
            step(instance, choose, data.draw(st.booleans()))
            instance = again(instance)
    for place in data.draw(st.lists(st.integers(0, len(DEFINED) - 1), min_size=1, max_size=3)):
        if instance.is_finished:
            return
        try:
            instance = carried(instance, DEFINED[place])
        except Unfit as unfit:
            assert unfit.message.endswith("。")
    to_the_end(instance, choose)


def test_two_branches_that_wait_for_a_third_go_over() -> None:
    """Both arrivals stand at the join again, and the third one opens it."""
    three = defined(forked("left", "right", "third"))
    instance = again(Instance.start(three, asked(), {}))
    for element in ("left", "right"):
        (task,) = (one for one in instance.ready() if one.element_id == element)
        instance.complete(task.engine_id, {})
        instance = again(instance)
    instance = carried(instance, three)
    assert [one.element_id for one in instance.ready()] == ["third"]
    instance.complete(instance.ready()[0].engine_id, {})
    assert [one.element_id for one in instance.ready()] != ["third"]
    to_the_end(instance, lambda names: names[0])
