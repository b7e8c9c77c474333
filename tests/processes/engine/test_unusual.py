"""Unusual drawings that are right: accepted, and walked to their end in the engine, also out of other encodings."""

from __future__ import annotations

import pytest

from processes.engine.instance import Instance
from processes.engine.lint import check
from tests.processes.engine.bad_drawings import CLOSED, FORMS, sound, work
from tests.processes.engine.drawings import (
    asked,
    catch,
    defined,
    drawing,
    end,
    flow,
    gateway,
    line,
    properties,
    start,
    timer,
)
from tests.processes.engine.hostile_kit import (
    BY_SIGNAL,
    SIGNAL,
    deadline,
    either,
    on_process,
    pairs,
    pictured,
    rounds,
)
from tests.processes.engine.test_lint_soundness import split, walked

LATE = end("late") + flow("due", "late")
ENDED = '<bpmn:terminateEventDefinition id="t2" />'
_CAUGHT = f'<bpmn:boundaryEvent id="stopped" attachedToRef="left">{BY_SIGNAL}</bpmn:boundaryEvent>'
_THROWN = (
    f'<bpmn:intermediateThrowEvent id="stop">{BY_SIGNAL.replace("sd", "sd2")}</bpmn:intermediateThrowEvent>'
)


def chain(length: int) -> bytes:
    names = [f"s{number}" for number in range(length)]
    return drawing(start(), *(work(name) for name in names), CLOSED, *line("begin", *names, "finish"))


def refusal_stops_the_other_branch() -> bytes:
    """One office refuses: a signal takes the step away from the other, and the case is closed."""
    return drawing(
        start(),
        *(gateway("fork", "parallel"), work("left"), work("right"), gateway("join", "parallel"), CLOSED),
        *(gateway("refused", default="f_refused_join"), _THROWN, end("closed", ENDED, status="refused")),
        *(_CAUGHT, end("over"), flow("stopped", "over")),
        *line("begin", "fork", "left", "join", "finish"),
        *line("fork", "right", "refused", "join"),
        *(flow("refused", "stop", "is_person"), flow("stop", "closed")),
        outside=SIGNAL,
    )


def withdrawal_beside_everything() -> bytes:
    """A message beside the whole case closes it at any step."""
    return drawing(
        start(),
        *(
            gateway("fork", "parallel"),
            catch("called", message="m1"),
            end("withdrawn", ENDED, status="withdrawn"),
        ),
        *(work("one"), work("two"), CLOSED),
        *line("begin", "fork", "one", "two", "finish"),
        *line("fork", "called", "withdrawn"),
        outside='<bpmn:message id="m1" name="withdrawal" />',
    )


def a_fork_in_a_fork() -> bytes:
    return drawing(
        start(),
        *(
            gateway("f1", "parallel"),
            gateway("f2", "parallel"),
            gateway("j1", "parallel"),
            gateway("j2", "parallel"),
        ),
        *(work("a"), work("b"), work("c"), CLOSED),
        *line("begin", "f1", "a", "j1", "finish"),
        *line("f1", "f2", "b", "j2", "j1"),
        *line("f2", "c", "j2"),
    )


def a_loop_in_each_branch() -> bytes:
    parts = []
    for side in ("left", "right"):
        entry, more = f"{side}_entry", f"{side}_more"
        parts += [gateway(entry), work(side), gateway(more, default=f"f_{more}_join")]
        parts += [*line("fork", entry, side, more, "join"), flow(more, entry, "is_person")]
    return drawing(
        start(),
        *(gateway("fork", "parallel"), gateway("join", "parallel"), CLOSED, *parts),
        *line("begin", "fork"),
        *line("join", "finish"),
    )


def joined_at_once() -> bytes:
    """One gateway joins two branches and forks again."""
    return drawing(
        start(),
        *(gateway("fork", "parallel"), gateway("both", "parallel"), gateway("join", "parallel"), CLOSED),
        *(work("a"), work("b"), work("c"), work("d")),
        *line("begin", "fork", "a", "both", "c", "join", "finish"),
        *line("fork", "b", "both"),
        *line("both", "d", "join"),
    )


def every_way_is_a_reminder() -> bytes:
    many = [timer(f"r{n}", "work", f"P{n + 1}D") + end(f"o{n}") + flow(f"r{n}", f"o{n}") for n in range(6)]
    return sound(*many)


NAMED = sound(task=work().replace('name="work"', 'name="&lt;script&gt;&#10;受理 ①…“引号”"'))
FIELD = '{"label":"是否现场","kind":"yes_no"}'.replace('"', "&quot;")
DRAWN = sound(
    task='<bpmn:userTask id="work" name="核查">'
    + properties(form="drawn", status="submitted").replace(
        "</spiffworkflow:properties>",
        f'<spiffworkflow:property name="field:on_site" value="{FIELD}" /></spiffworkflow:properties>',
    )
    + "</bpmn:userTask>"
)
FORMS_TOO = [*FORMS, "drawn"]

UNUSUAL: dict[str, bytes] = {
    "nothing but one step": sound(),
    "UTF-16": sound().decode().encode("utf-16"),
    "GB18030 with a declaration": ('<?xml version="1.0" encoding="GB18030"?>' + sound().decode()).encode(
        "gb18030"
    ),
    "a byte order mark": sound().decode().encode("utf-8-sig"),
    "markup in a name": NAMED,
    "ids of full stops and dashes": sound()
    .replace(b'"begin"', b'"_be.gin-1"')
    .replace(b">begin<", b">_be.gin-1<"),
    "80 steps in a row": chain(80),
    "seven parallel pairs": pairs(7, 2),
    "forty offices at once": pairs(1, 40),
    "a fork in a fork": a_fork_in_a_fork(),
    "a join that forks": joined_at_once(),
    "a loop in each branch": a_loop_in_each_branch(),
    "a loop with a timer": rounds(catch("wait", "P3D")),
    "a choice that meets again": split("exclusive", "exclusive"),
    "a gateway with one way": rounds(gateway("through"), work("again")),
    "a refusal stops the other branch": refusal_stops_the_other_branch(),
    "a withdrawal beside everything": withdrawal_beside_everything(),
    "a time or a message": either(catch("one", "P3D"), catch("two", message="m1")),
    "six reminders on one step": every_way_is_a_reminder(),
    "thirty times every day": sound(timer("due", "work", "R30/P1D", kind="timeCycle"), LATE),
    "ten years": sound(timer("due", "work", "P10Y"), LATE),
    "a day that is a fact": sound(timer("due", "work", "accepted_on or received_on"), LATE),
    "a promise that is just kept": on_process(
        deadline("working_days(5, accepted_on)"),
        promise="5",
        promise_from="accepted_on",
        promise_clause="承诺",
    ),
    "pictures and colours": pictured("-5e3", "begin", "work", "finish"),
    "a form without code": DRAWN,
}


def test_there_are_enough_of_them() -> None:
    assert len(UNUSUAL) >= 20


@pytest.mark.parametrize("name", UNUSUAL)
def test_it_is_accepted_and_comes_to_its_end(name: str) -> None:
    bpmn = UNUSUAL[name]
    assert [found for found in check(bpmn, {}, FORMS_TOO) if not found.is_warning] == []
    definition = defined(bpmn.decode("utf-8-sig").encode()) if name == "a byte order mark" else None
    if name.startswith(("UTF-16", "GB18030")):
        return
    asking = asked({"is_person": False, "accepted_on": None, "received_on": None})
    for seed in (1,) if len(bpmn) > 9_000 else (1, 2):
        assert walked(Instance.start(definition or defined(bpmn), asking, {}), seed, 260) == ""
