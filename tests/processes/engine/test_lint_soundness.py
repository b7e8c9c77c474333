"""Every way through a drawing: what is found, on which path, and that the engine agrees."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from models.calendar import now
from processes.engine.instance import Instance
from processes.engine.lint import check
from processes.engine.lint_graph import read_graph
from processes.engine.lint_names import signals_of
from processes.engine.lint_soundness import check_soundness
from processes.engine.lint_vocabulary import Problem
from processes.engine.xml import read_xml
from tests.processes.engine.bad_drawings import CLOSED, FORMS, work
from tests.processes.engine.drawings import (
    again,
    asked,
    defined,
    drawing,
    end,
    flow,
    gateway,
    line,
    start,
    timer,
)
from tests.processes.engine.random_drawings import RandomDrawing


def split(kind: str, joined: str, *more: str, last: str = CLOSED) -> bytes:
    """work → split → (left | right) → join → after → finish."""
    default = "f_split_left" if kind == "exclusive" else ""
    return drawing(
        start(),
        *(work(name) for name in ("work", "left", "right", "after")),
        gateway("split", kind, default),
        gateway("join", joined),
        last,
        *line("begin", "work", "split", "left", "join", "after", "finish"),
        flow("split", "right", "is_person" if kind == "exclusive" else ""),
        flow("right", "join"),
        *more,
    )


def beside(target: str, cancel: bool = False) -> tuple[str, ...]:
    return timer("due", "left", "P1D", cancel), flow("due", target)


NO_WAY_OUT = drawing(
    start(),
    *(gateway("which", default="f_which_work"), work(), gateway("entry"), work("more"), work("rest"), CLOSED),
    gateway("round", default="f_round_entry"),
    *line("begin", "which", "work", "finish"),
    *line("entry", "more", "round", "entry"),
    *(flow("which", "entry", "is_person"), flow("round", "rest", "is_person"), flow("rest", "entry")),
)


# The case is closed from beside the join, which can never be complete.
NEVER = drawing(
    start(),
    *(gateway("fork", "parallel"), work("other"), CLOSED),
    *(gateway("split", default="f_split_left"), work("left"), work("right"), gateway("join", "parallel")),
    *(end("over"), *line("begin", "fork", "other", "finish"), *line("fork", "split", "left", "join", "over")),
    *(flow("split", "right", "is_person"), flow("right", "join")),
)


def told(bpmn: bytes) -> list[Problem]:
    """The problems of soundness; the rest of the check is not asked."""
    root = read_xml(bpmn)
    return list(check_soundness(read_graph(root), signals_of(root), {}))


@pytest.mark.parametrize(
    ("bpmn", "codes", "marked", "way"),
    [
        (split("exclusive", "exclusive"), [], "", ""),
        (split("parallel", "parallel"), [], "", ""),
        (split("exclusive", "parallel"), ["sound-dead-end"], "join", "begin work split right"),
        (split("parallel", "exclusive"), ["sound-twice"], "after", "left right join after"),
        (split("parallel", "parallel", last=end()), ["sound-open"], "finish", "begin work split join after"),
        (split("exclusive", "exclusive", *beside("join")), ["sound-twice"], "after", "left due join"),
        (split("parallel", "parallel", *beside("join")), ["sound-dead-end"], "join", "left right"),
        (split("exclusive", "exclusive", *beside("join", True)), [], "", ""),
        (NEVER, ["sound-never"], "join", ""),
        (NO_WAY_OUT, ["sound-endless"], "more", "begin which entry more"),
    ],
)
def test_what_is_found_is_marked_with_the_way_to_it(
    bpmn: bytes, codes: list[str], marked: str, way: str
) -> None:
    problems = told(bpmn)
    assert [found.code for found in problems] == codes
    if codes:
        assert problems[0].element_id == marked
        assert set(way.split()) <= set(problems[0].path)
        assert not any(found.is_warning for found in problems)


def test_the_check_says_it_once_the_connections_are_right() -> None:
    (problem,) = check(split("exclusive", "parallel"), {}, FORMS)
    assert (problem.code, problem.element_id) == ("sound-dead-end", "join")
    assert problem.path[:3] == ("begin", "f_begin_work", "work")


def test_ten_offices_of_three_steps_are_not_too_many() -> None:
    """4 to the power of 10 markings, if each were looked at."""
    assert told(_offices(10)) == []


def test_what_cannot_be_proved_is_said_honestly() -> None:
    stopping = '<bpmn:signal id="s" name="s" />'
    root = read_xml(_offices(3).replace(b"</bpmn:definitions>", stopping.encode() + b"</bpmn:definitions>"))
    signals = {"due": "s"}
    problems = list(check_soundness(read_graph(root), {**signals, "b0_0": "s", "b1_0": "s"}, {}, bound=5))
    assert [(found.code, "超过 5 种" in found.message) for found in problems] == [("sound-many", True)]


def _offices(count: int) -> bytes:
    steps = [[f"b{branch}_{step}" for step in range(3)] for branch in range(count)]
    return drawing(
        start(),
        *(gateway("fork", "parallel"), gateway("join", "parallel"), CLOSED, flow("begin", "fork")),
        *(work(name) for branch in steps for name in branch),
        *(one for branch in steps for one in line("fork", *branch, "join")),
        flow("join", "finish"),
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_called_sound_never_stalls_in_the_engine(seed: int) -> None:
    """Random drawings, half of them broken, walked at random: steps, timers and messages in any order."""
    bpmn = RandomDrawing(seed).bpmn()
    problems = check(bpmn, {}, ["acceptance"])
    if not problems:
        definition = defined(bpmn)
        assert {
            walked(Instance.start(definition, asked({"is_person": False}), {}), seed + n) for n in (0, 1)
        } == {""}
    elif any(found.code == "sound-dead-end" for found in problems):
        assert all(found.path for found in problems if found.code == "sound-dead-end")


def walked(instance: Instance, seed: int, most: int = 40) -> str:
    """Why it stood still before its end; "" when it did not."""
    chosen, facts = random.Random(seed), {"is_person": False}
    for count in range(most):
        if instance.is_finished:
            return ""
        facts["is_person"] = chosen.random() < 0.5 and count < 20
        instance = again(instance, facts)
        acts = [(instance.complete, (task.engine_id, {})) for task in instance.ready()]
        acts += [(_fire, (instance, timer.engine_id)) for timer in instance.timers()]
        acts += [(instance.send, ("withdrawal",))] * instance.waits_for("withdrawal")
        if not acts:
            return f"nothing is waited for after {count} acts"
        act, arguments = chosen.choice(acts)
        act(*arguments)  # type: ignore[operator]  # each with its own arguments
    return ""


def _fire(instance: Instance, engine_id: str) -> None:
    instance.reschedule(engine_id, now() - timedelta(days=1), False)
    instance.fire_due()
