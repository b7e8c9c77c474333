"""The promise of a drawing holds on every path, and its warnings can be read."""

from __future__ import annotations

import pytest

from processes.engine.lint import check
from tests.processes.engine.bad_drawings import CLOSED, FORMS, sound, work
from tests.processes.engine.drawings import drawing, flow, gateway, line, properties, start, timer

PROMISE = {"promise": "12", "promise_from": "accepted_on", "promise_clause": "公开承诺"}


def found(bpmn: bytes, **values: str) -> list[str]:
    """The problems of a drawing with these properties on its process."""
    drawn = bpmn.decode().replace('isExecutable="true">', f'isExecutable="true">{properties(**values)}')
    return [problem.message for problem in check(drawn.encode(), {}, FORMS)]


def step(name: str, days: str, key: str = "", fact: str = "refused_on") -> str:
    """A step with a statutory clock whose miss is reported at an end of its own."""
    due = timer(f"{name}_due", name, f"working_days({days}, {fact})", deadline=key or name, clause="第一条")
    reported = f'<bpmn:endEvent id="{name}_over" />'
    return work(name) + due + reported + flow(f"{name}_due", f"{name}_over")


def forked(left: str, right: str, last: str = "5") -> bytes:
    """first 7 → (left | right) → gateway → (last, or back to the fork)."""
    return drawing(
        start(),
        step("first", "7", fact="accepted_on"),
        gateway("fork", "parallel"),
        step("left", left),
        step("right", right),
        gateway("join", "parallel"),
        gateway("again", default="f_again_last"),
        gateway("entry"),
        step("last", last, key="first" if last == "7" else ""),
        CLOSED,
        *line("begin", "entry", "first", "fork", "left", "join", "again", "last", "finish"),
        *line("fork", "right", "join"),
        flow("again", "entry", "acceptance_complete"),
    )


@pytest.mark.parametrize(
    ("bpmn", "total"),
    [
        (forked("3", "1", last="7"), ""),  # 7 + max(3, 1); the last step carries the first clock on
        (forked("3", "5", last="7"), ""),  # a second round adds nothing
        (forked("6", "1", last="7"), "13：first 7 → left 6"),
        (forked("1", "2", last="4"), "13：first 7 → right 2 → last 4"),
    ],
)
def test_the_longest_path_counts_and_a_loop_once(bpmn: bytes, total: str) -> None:
    problems = [message for message in found(bpmn, **PROMISE) if message.startswith("承诺 12")]
    assert [message.split("之和 ")[1].rstrip("。") for message in problems] == ([total] if total else [])


def test_what_waits_for_the_applicant_and_what_ran_before_does_not_count() -> None:
    begun = step("first", "20"), step("second", "12", fact="accepted_on"), step("third", "1")
    flows = line("begin", "first", "second", "third", "finish")
    drawn = drawing(start(), *begun, CLOSED, *flows)
    assert "之和 13：second 12 → third 1。" in found(drawn, **PROMISE)[0]
    lane = drawn.decode().replace("<bpmn:flowNodeRef>third</bpmn:flowNodeRef>", "")
    theirs = '</bpmn:lane><bpmn:lane id="l2" name="申请人"><bpmn:flowNodeRef>third</bpmn:flowNodeRef>'
    moved = lane.replace("</bpmn:lane>", f"{theirs}</bpmn:lane>", 1)
    assert not any("之和" in message for message in found(moved.encode(), **PROMISE))


@pytest.mark.parametrize(
    ("values", "days", "message"),
    [
        ({"promise": "0"}, "7", "应为1至999的工作日数"),
        ({"promise": "１２"}, "7", "应为1至999的工作日数"),
        ({"promise_from": "nobody"}, "7", "“nobody”不是已声明的名称"),
        ({"promise_from": "received_on"}, "7", "没有任何部门环节的时限从“received_on”起算"),
        ({"promise_clause": ""}, "7", "应写明依据"),
        ({"promise": ""}, "7", "没有承诺办结时限"),
        ({}, "supplement_days", "时限“work”不是固定的天数"),
        ({"warnings": "2=boss; daily=supervisor"}, "7", "提醒对象“boss”不存在"),
    ],
)
def test_a_promise_or_a_ladder_that_cannot_be_kept_is_refused(
    values: dict[str, str], days: str, message: str
) -> None:
    drawn = drawing(start(), step("work", days, fact="accepted_on"), CLOSED, *line("begin", "work", "finish"))
    assert any(message in problem for problem in found(drawn, **{**PROMISE, **values}))


def test_the_ladder_of_a_timer_belongs_to_a_statutory_clock() -> None:
    plain = timer("later", "work", "working_days(3)", warnings="daily=manager")
    end = '<bpmn:endEvent id="over" />'
    assert "不能写预警设置" in found(sound(plain, end, flow("later", "over")))[0]
