"""Tokens on their way from one drawing to another, for tests: small drawings, what is done before, and the end after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from models.calendar import now
from processes.engine.definition import Definition
from processes.engine.instance import Instance
from processes.engine.migration import Running, Way, migrate
from tests.processes.engine.drawings import (
    again,
    asked,
    catch,
    defined,
    do,
    drawing,
    end,
    flow,
    gateway,
    line,
    start,
    timer,
    user,
    waiting,
)

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
MESSAGE = '<bpmn:message id="m1" name="paid" /><bpmn:message id="m2" name="other" />'
Act = Callable[[Instance], None]


def forked(*branches: str, tail: str = "after") -> bytes:
    """A block of parallel branches, then one step."""
    ways = [part for one in branches for part in (user(one), flow("fork", one), flow(one, "join"))]
    heads = (start(), gateway("fork", "parallel"), gateway("join", "parallel"), user(tail), end())
    return drawing(*heads, *ways, flow("begin", "fork"), *line("join", tail, "finish"))


def chain(*steps: str) -> bytes:
    return drawing(start(), *(user(one) for one in steps), end(), *line("begin", *steps, "finish"))


def awaited(*events: str, name: str = "waiting") -> bytes:
    """An event gateway before `work`; each event is drawn by the caller and called e1, e2 …"""
    ids = [f"e{place}" for place in range(1, len(events) + 1)]
    flows = [one for id_ in ids for one in (flow(name, id_), flow(id_, "work_entry"))]
    head = (start(), gateway(name, "eventBased"), gateway("work_entry"), user("work"), end())
    return drawing(
        *head, *events, *flows, flow("begin", name), *line("work_entry", "work", "finish"), outside=MESSAGE
    )


def with_timer(expression: str, cancel: bool = False, kind: str = "timeDate", **values: str) -> bytes:
    return drawing(
        start(), user("work"), timer("due", "work", expression, cancel, kind, **values), end("late"), end(),
        *line("begin", "work", "finish"), flow("due", "late"),
    )  # fmt: skip


PLAIN = chain("work")
PAID, OTHER = catch("e1", message="m1"), catch("e2", message="m2")


def nothing(_instance: Instance) -> None:
    return


def done(*steps: str) -> Act:
    return lambda instance: [do(instance, step) for step in steps] and None


def once_more(instance: Instance) -> None:
    do(instance, "work")
    do(instance, "check", more=True)


def moved(old: bytes, new: bytes, act: Act = nothing, steps: dict[str, str] | None = None) -> Instance:
    """The token after `act`, stored, put onto the new drawing, stored and restored again."""
    first = defined(old)
    instance = Instance.start(first, asked(), {"case_id": 1})
    act(instance)
    return carried(instance, defined(new), steps)


def carried(instance: Instance, target: Definition, steps: dict[str, str] | None = None) -> Instance:
    since = {task.engine_id: now() for task in instance.ready()}
    running = Running(instance.definition, instance.dump(), instance.passed)
    return again(migrate(running, Way(target, steps or {}, since), asked()))


def drawing_with_ask() -> bytes:
    """A step before a block of three."""
    ways = [part for one in ("p", "q", "r") for part in (user(one), flow("fork", one), flow(one, "join"))]
    heads = (
        start(),
        user("ask"),
        gateway("fork", "parallel"),
        gateway("join", "parallel"),
        user("after"),
        end(),
    )
    return drawing(*heads, *ways, *line("begin", "ask", "fork"), *line("join", "after", "finish"))


def to_the_end(instance: Instance, choose: Callable[[list[Any]], Any], most: int = 80) -> None:
    """Somebody does whatever is open, or sends what is waited for, until it ends; it must end."""
    for _step in range(most):
        if instance.is_finished:
            return
        step(instance, choose)
        instance = again(instance)
    raise AssertionError(f"no end: {waiting(instance)} {instance.waiting()}")


def step(instance: Instance, choose: Callable[[list[Any]], Any], more: bool = False) -> None:
    """One knock of whoever may knock."""
    names = sorted({task.element_id for task in instance.ready()})
    if names:
        do(instance, choose(names), more=more)
        return
    known = instance.definition.drawing.messages
    messages = sorted({known[one] for one in instance.waiting() if known.get(one)})
    assert messages, "a token that nobody can move"
    instance.send(choose(messages))
