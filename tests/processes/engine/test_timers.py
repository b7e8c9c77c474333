"""The drawn timer: what its expression may be, whose clock it asks, and what holds it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.calendar import end_of, now
from models.database import reading
from models.deadline import NO_DEADLINE
from processes.engine.instance import Instance
from tests.processes.engine.drawings import (
    again,
    asked,
    defined,
    do,
    drawing,
    end,
    flow,
    line,
    start,
    timer,
    user,
    waiting,
)
from tests.world import World, on


def _timed(expression: str, cancel: bool = False, kind: str = "timeDate") -> bytes:
    return drawing(
        start(),
        user("work"),
        timer("due", "work", expression, cancel, kind, deadline="review", clause="§ 1"),
        end(),
        end("late"),
        *line("begin", "work", "finish"),
        flow("due", "late"),
    )


def _armed(expression: str, facts: Mapping[str, Any] | None = None, **how: Any) -> datetime:
    instance = Instance.start(defined(_timed(expression, **how)), asked(facts), {})
    before = [armed.due_at for armed in instance.timers()]
    after = [armed.due_at for armed in again(instance).timers()]
    assert before == after, "arming again would start the term afresh"
    return before[0]


@pytest.mark.parametrize(
    ("expression", "facts", "due"),
    [
        ("2099-05-01", {}, datetime(2099, 5, 1, 16, tzinfo=UTC)),
        ("2099-05-01T09:30", {}, datetime(2099, 5, 1, 1, 30, tzinfo=UTC)),
        ("2099-05-01T09:30:00Z", {}, datetime(2099, 5, 1, 9, 30, tzinfo=UTC)),
        ("day", {"day": date(2099, 5, 1)}, datetime(2099, 5, 1, 16, tzinfo=UTC)),
        ("day", {"day": "2099-05-01"}, datetime(2099, 5, 1, 16, tzinfo=UTC)),
        ("day", {"day": datetime(2099, 5, 1, 9, 30)}, datetime(2099, 5, 1, 1, 30, tzinfo=UTC)),
        ("working_days(5, day)", {"day": date(2099, 5, 1)}, datetime(2099, 5, 8, 16, tzinfo=UTC)),
    ],
)
def test_every_form_of_an_instant_means_shanghai(
    expression: str, facts: dict[str, Any], due: datetime
) -> None:
    """A date is its 24:00 in Shanghai, a naive time is Shanghai's, whatever the server's zone."""
    assert _armed(expression, facts) == due


@pytest.mark.parametrize(("expression", "length"), [("P10D", 10), ("P2W", 14)])
def test_durations_count_from_our_clock(world: World, expression: str, length: int) -> None:
    with on(date(2031, 7, 1)), reading():
        assert _armed(expression, kind="timeDuration") == now() + timedelta(days=length)
        assert _armed(expression, kind="timeDate") == now() + timedelta(days=length)
        assert _armed("wait", {"wait": timedelta(days=length)}) == now() + timedelta(days=length)


@pytest.mark.parametrize("value", ["soon", 7, None, [], {}, "2026-13-01", "-P3D", "P1W2X", True])
def test_what_is_no_time_is_seen_and_stops_nobody(value: object) -> None:
    """Whoever completed the step before is not to blame; the timer waits with its fault until it has a time."""
    instance = Instance.start(defined(_timed("wait")), asked({"wait": value}), {})
    (armed,) = instance.timers()
    assert armed.due_at == NO_DEADLINE
    assert "不是日期或时长" in armed.fault
    assert waiting(instance) == ["work"]
    instance = again(instance, {"wait": date(2099, 5, 1)})
    instance.fire_due()
    (armed,) = instance.timers()
    assert (armed.due_at, armed.fault) == (end_of(date(2099, 5, 1)), "")


def test_the_engine_asks_our_clock_and_not_the_machine(world: World) -> None:
    definition = defined(_timed("day"))
    facts = {"day": date(2031, 7, 4)}
    with on(date(2031, 7, 1)), reading():
        state = Instance.start(definition, asked(facts), {}).dump()
    for day, is_late in ((date(2031, 7, 4), False), (date(2031, 7, 5), True)):
        with on(day), reading():
            instance = Instance.restore(definition, state, {}, asked(facts))
            instance.fire_due()
            assert [fired.element_id for fired in instance.fired()] == (["due"] if is_late else [])
            assert waiting(instance) == ["work"]


def _provisional(value: bool) -> dict[str, Any]:
    day = date(2020, 3, 2)
    return {"due": {"start_on": day, "length": 5, "unit": "working", "due_on": day, "provisional": value}}


@pytest.mark.parametrize(
    ("cancel", "provisional", "fires"),
    [(True, True, False), (True, False, True), (False, True, True), (False, False, True)],
)
def test_an_interrupting_timer_waits_while_its_date_is_provisional(
    cancel: bool, provisional: bool, fires: bool
) -> None:
    """Without the official calendar (D-04) nobody's application may lapse."""
    instance = Instance.start(defined(_timed("due", cancel)), asked(_provisional(provisional)), {})
    instance = again(instance, _provisional(provisional)) if not fires else instance
    instance.fire_due()
    assert bool(instance.fired()) is fires
    assert [armed.is_held for armed in instance.timers()] == ([] if fires else [True])
    assert waiting(instance) == ([] if cancel and fires else ["work"])


def test_a_moved_row_moves_the_armed_timer_and_survives_storage() -> None:
    instance = Instance.start(defined(_timed("2099-05-01")), asked(), {})
    (armed,) = instance.timers()
    moved = end_of(date(2099, 6, 1))
    instance.reschedule(armed.engine_id, moved, False)
    assert [timer.due_at for timer in again(instance).timers()] == [moved]


def test_a_timer_armed_again_keeps_the_extension_of_its_clock() -> None:
    """A loop arms the timer afresh; the drawn length stays, the end is the one in force."""
    extended = date(2099, 9, 1)
    asking = asked({"since": date(2099, 3, 2)})
    asking.clocks = lambda _element, term: {**term, "due_on": extended}
    instance = Instance.start(defined(_timed("working_days(5, since)")), asking, {})
    (armed,) = instance.timers()
    assert (armed.length, armed.unit, armed.start_on) == (5, "working", date(2099, 3, 2))
    assert armed.due_at == end_of(extended)


def test_a_completed_step_takes_its_timer_with_it() -> None:
    instance = Instance.start(defined(_timed("2099-05-01")), asked(), {})
    do(instance, "work")
    assert instance.timers() == []
    assert instance.is_finished
