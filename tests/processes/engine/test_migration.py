"""A token on another drawing: where it can stand there it goes on to its end; elsewhere it is refused with the reason."""

from __future__ import annotations

import pytest

from processes.engine import marking
from processes.engine.instance import Instance
from processes.engine.migration import places
from processes.engine.migration_check import Unfit, check_answers, skipped
from tests.processes.engine.drawings import (
    FORK,
    LOOP,
    asked,
    catch,
    defined,
    do,
    drawing,
    end,
    flow,
    gateway,
    line,
    properties,
    start,
    unchecked,
    user,
    waiting,
)
from tests.processes.engine.moving import (
    OTHER,
    PAID,
    PLAIN,
    Act,
    awaited,
    carried,
    chain,
    done,
    drawing_with_ask,
    forked,
    moved,
    nothing,
    once_more,
    to_the_end,
    with_timer,
)

POSSIBLE: list[tuple[str, bytes, bytes, Act, dict[str, str], list[str]]] = [
    ("a later step is added", chain("a", "b"), chain("a", "x", "b"), nothing, {}, ["a"]),
    ("an earlier step is added", chain("a", "b"), chain("x", "a", "b"), nothing, {}, ["a"]),
    ("a later step is removed", chain("a", "b"), chain("a"), nothing, {}, ["a"]),
    ("a done step is removed", chain("a", "b"), chain("b"), done("a"), {}, ["b"]),
    ("the open step is mapped", chain("a"), chain("b", "c"), nothing, {"a": "c"}, ["c"]),
    ("before a block that grows", FORK, forked("left", "right", "third"), nothing, {}, []),
    ("after a block that grew", forked("p", "q"), forked("p", "q", "r"), done("p", "q"), {}, ["after"]),
    ("after a block that is gone", FORK, chain("after"), done("left", "right"), {}, ["after"]),
    ("inside an unchanged block", FORK, FORK, done("left"), {}, ["right"]),
    ("inside a block, mapped", forked("p", "q"), forked("x", "q"), done("q"), {"p": "x"}, ["x"]),
    ("inside a block whose way on changed", FORK, forked("left", "right", tail="z"), done("left"), {}, ["right"]),
    ("a step becomes part of a loop", chain("work", "check"), LOOP, nothing, {}, ["work"]),
    ("in a later round of a loop", LOOP, chain("work", "check"), once_more, {}, ["work"]),
    ("a boundary timer is added", PLAIN, with_timer("working_days(5)"), nothing, {}, ["work"]),
    ("a boundary timer is removed", with_timer("working_days(5)"), PLAIN, nothing, {}, ["work"]),
    ("a boundary timer interrupts now", with_timer("working_days(5)"), with_timer("working_days(5)", True), nothing, {}, ["work"]),
    ("a waited-for message stays", awaited(PAID, OTHER), awaited(PAID, OTHER), nothing, {}, []),
]  # fmt: skip
REFUSED: list[tuple[str, bytes, bytes, Act, dict[str, str], str]] = [
    ("the open step is gone", chain("a", "b"), chain("b"), nothing, {}, "当前环节“a”在新版本中已不存在"),
    ("mapped to what is no step", chain("a"), FORK, nothing, {"a": "fork"}, "当前环节“a”在新版本中已不存在"),
    ("a branch is added", FORK, forked("left", "right", "third"), done("left"), {}, "增加了“third”"),
    ("a branch is added, none done", FORK, forked("left", "right", "third"), nothing, {}, "增加了“third”"),
    ("an open branch is removed", forked("p", "q", "r"), forked("p", "q"), done("p"), {}, "当前环节“r”"),
    ("a done branch is removed", forked("p", "q", "r"), forked("p", "q"), done("r"), {}, "“r”之后的汇合"),
    ("a block becomes a chain", FORK, chain("left", "right", "after"), nothing, {}, "不再同时办理"),
    ("a chain becomes a block", chain("left", "right"), FORK, nothing, {}, "增加了“right”"),
    ("a done branch joins elsewhere", FORK, forked("x", "right"), done("left"), {}, "“left”之后的汇合"),
    ("two branches onto one step", FORK, forked("left", "z"), nothing, {"right": "left"}, "同一个环节"),
    ("the message is gone", awaited(PAID, OTHER), awaited(PAID), nothing, {}, "正在等待的“e2”"),
    ("another message is waited for", awaited(PAID, OTHER), awaited(PAID, catch("e2", message="m1")), nothing, {}, "正在等待的“e2”"),
    ("the gateway is gone", awaited(PAID, OTHER), PLAIN, nothing, {}, "正在等待的“waiting”"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "old", "new", "act", "steps", "open_"), POSSIBLE, ids=[row[0] for row in POSSIBLE]
)
def test_what_can_go_over_goes_on_to_its_end(
    why: str, old: bytes, new: bytes, act: Act, steps: dict[str, str], open_: list[str]
) -> None:
    if why == "before a block that grows":
        old, new = chain("ask", "after"), drawing_with_ask()
        open_ = ["ask"]
    instance = moved(old, new, act, steps)
    assert waiting(instance) == open_
    to_the_end(instance, lambda names: names[0])


@pytest.mark.parametrize(
    ("why", "old", "new", "act", "steps", "words"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_what_would_break_is_refused_with_the_reason(
    why: str, old: bytes, new: bytes, act: Act, steps: dict[str, str], words: str
) -> None:
    with pytest.raises(Unfit, match=words):
        moved(old, new, act, steps)


def test_data_and_passed_elements_survive() -> None:
    old = defined(LOOP)
    instance = Instance.start(old, asked(), {"case_id": 7})
    for _round in range(3):
        do(instance, "work")
        do(instance, "check", more=True)
    after = carried(instance, defined(LOOP))
    assert after.passed == instance.passed and after.passed["work"] == 3
    assert after._workflow.data["case_id"] == 7
    assert places(after) == {"work"}


def test_a_signal_still_ends_the_step_that_listens_for_it() -> None:
    heard = '<bpmn:signalEventDefinition id="{}" signalRef="s1" />'
    bpmn = drawing(
        start(), gateway("fork", "parallel"), user("bank"), user("guarantor"), user("notice"),
        f'<bpmn:intermediateThrowEvent id="refuses">{heard.format("d1")}</bpmn:intermediateThrowEvent>',
        f'<bpmn:boundaryEvent id="stopped" attachedToRef="guarantor">{heard.format("d2")}</bpmn:boundaryEvent>',
        end("stop"), end(), *line("begin", "fork", "bank", "refuses", "notice", "finish"),
        flow("fork", "guarantor"), flow("guarantor", "stop"), flow("stopped", "stop"),
        outside='<bpmn:signal id="s1" name="refused" />',
    )  # fmt: skip
    instance = carried(Instance.start(unchecked(bpmn), asked(), {}), unchecked(bpmn))
    assert waiting(instance) == ["bank", "guarantor"]
    do(instance, "bank")
    assert waiting(instance) == ["notice"]
    with pytest.raises(Unfit, match="不再同时办理"):
        moved(FORK, bpmn, steps={"left": "notice", "right": "guarantor"})


def test_two_open_steps_never_become_one() -> None:
    with pytest.raises(Unfit, match="同一个环节"):
        moved(FORK, chain("after"), steps={"left": "after", "right": "after"})


def test_an_answer_that_was_never_asked_for_is_not_missed_later() -> None:
    field = properties(
        form="drawn",
        **{
            "field:size": "{&quot;label&quot;: &quot;规模&quot;, &quot;kind&quot;: &quot;integer&quot;, &quot;required&quot;: true}"
        },
    )
    ask = f'<bpmn:userTask id="ask" name="ask">{field}</bpmn:userTask>'
    choosing = drawing(
        start(), ask, user("a"), gateway("big", default="f_big_finish"), user("more"), end(),
        *line("begin", "ask", "a", "big"), flow("big", "more", "size &gt; 3"), flow("big", "finish"),
        flow("more", "finish"),
    )  # fmt: skip
    new, old = unchecked(choosing), defined(chain("a"))
    with pytest.raises(Unfit, match="按“ask”填写的“规模”决定去向"):
        check_answers(new, old, skipped(new, old, frozenset({"a"}), {}), frozenset({"a"}))
    check_answers(new, new, ["ask"], frozenset({"a"}))


def test_skipped_steps_are_named() -> None:
    old, new = defined(chain("a", "b")), defined(chain("x", "a", "y", "b"))
    assert skipped(new, old, frozenset({"b"}), {}) == ["x", "y"]
    assert skipped(new, old, frozenset({"a"}), {}) == ["x"]


def test_a_drawing_too_large_to_prove_is_not_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "MAX_MARKINGS", 100)
    wide = forked(*(f"b{number}" for number in range(8)))
    assert marking.markings(unchecked(wide).spec_json) is None
    with pytest.raises(Unfit, match="无法证明"):
        moved(chain("b1"), wide)
