"""Loops that would run for ever or pile up work are refused; those that wait are not."""

from __future__ import annotations

import pytest

from tests.processes.engine.bad_drawings import CLOSED, sound, work
from tests.processes.engine.drawings import catch, drawing, end, flow, gateway, line, start, timer
from tests.processes.engine.test_lint import found

DATED = "循环中只等待固定的日期"


def beside(*more: str, cancel: bool = False, expression: str = "P1D") -> bytes:
    """`due` stands on `work`, before which branches can be joined."""
    return drawing(
        start(),
        *(gateway("entry"), work(), timer("due", "work", expression, cancel), CLOSED),
        *line("begin", "entry", "work", "finish"),
        *more,
    )


URGE = (work("urge"), flow("due", "urge"))


@pytest.mark.parametrize(
    ("bpmn", "is_refused"),
    [
        (beside(flow("due", "entry")), True),
        (beside(*URGE, flow("urge", "entry")), True),
        # By the boundary of a step on the side branch.
        (
            beside(*URGE, end("u"), flow("urge", "u"), timer("d2", "urge", "P1D", True), flow("d2", "entry")),
            True,
        ),
        (beside(*URGE, end("urged"), flow("urge", "urged")), False),
        (beside(flow("due", "entry"), cancel=True), False),
        (sound(timer("due", "work", "R3/P1D", kind="timeCycle"), end("late"), flow("due", "late")), False),
    ],
)
def test_a_side_branch_does_not_come_back_to_its_step(bpmn: bytes, is_refused: bool) -> None:
    """Otherwise every firing leaves one more open step, with a timer that does it again: 1, 3, 5, 7 by the day."""
    problems = found(bpmn)
    if is_refused:
        (problem,) = problems
        assert problem.startswith("due: “due”不中断环节“work”，它的分支却又回到该环节：")
        assert "画到结束事件为止" in problem
        assert "every(3, working_days(1))" in problem
    else:
        assert problems == []


def waits(*between: str) -> bytes:
    """A loop that goes on as long as something is paid, over these elements."""
    names = [each.split('id="')[1].split('"')[0] for each in between]
    return drawing(
        start(),
        *(gateway("entry"), *between, gateway("more", default="f_more_work"), work(), CLOSED),
        *line("begin", "entry", *names, "more", "work", "finish"),
        flow("more", "entry", "is_person"),
    )


@pytest.mark.parametrize(
    ("bpmn", "is_refused"),
    [
        (waits(catch("due", "2026-01-01")), True),
        (waits(catch("due", "'2026-01-01T09:30'")), True),
        (waits(catch("due", "date('2026-01-01') if is_person else working_days(3)")), True),
        (waits(catch("due", "min(received_on, date('2026-01-01'))")), True),
        (waits(catch("due", "working_days(3, date('2026-01-01'))")), True),
        # The step is left on that day, and again as soon as it is open again.
        (beside(flow("due", "entry"), expression="2026-01-01", cancel=True), True),
        (waits(catch("due", "2026-01-01"), catch("then", "P3D")), False),
        (waits(catch("due", "2026-01-01"), work("again")), False),
        (waits(catch("due", "working_days(3)")), False),
        (waits(catch("due", "max(received_on, date('2026-01-01'))")), False),
    ],
)
def test_a_fixed_date_is_nothing_to_wait_for_in_a_loop(bpmn: bytes, is_refused: bool) -> None:
    problems = found(bpmn)
    if is_refused:
        (problem,) = problems
        assert problem.startswith(f"due: {DATED}")
        assert "P3D" in problem
    else:
        assert problems == []
