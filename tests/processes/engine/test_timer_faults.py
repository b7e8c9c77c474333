"""Drawn timers that cannot fire, and terms that no clock holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.calendar import end_of
from models.database import reading
from models.refusal import Conflict
from processes.engine.definition import Definition
from processes.engine.expression import ExpressionError
from processes.engine.expression_values import Fault
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.engine.timer_value import cycle_of, instant_of
from processes.facts import functions
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
)
from tests.processes.engine.test_timer_positions import begun, fired, woken
from tests.world import World, on


def _faulty(cancel: bool) -> Definition:
    """Behind the timer stands a condition that cannot be computed."""
    return defined(
        drawing(
            start(),
            user("work"),
            timer("due", "work", "working_days(1)", cancel),
            timer("note", "work", "working_days(2)"),
            gateway("which", default="f_which_a"),
            *(end(), end("a"), end("b"), end("noted")),
            *line("begin", "work", "finish"),
            *line("due", "which", "a"),
            flow("which", "b", "1 / zero > 2"),
            flow("note", "noted"),
        )
    )


def test_a_timer_that_cannot_fire_holds_up_nothing_else(world: World) -> None:
    facts = {"zero": 0}
    state = begun(_faulty(False), date(2031, 7, 7), facts)
    instance = woken(_faulty(False), state, date(2031, 8, 1), facts)
    assert fired(instance) == [("note", date(2031, 7, 9))]
    with on(date(2031, 8, 1)), reading():
        assert [one.element_id for one in instance.overdue()] == ["due"]
    (armed,) = again(instance, facts).timers()
    assert armed.element_id == "due"
    with pytest.raises(EngineFault, match="除数为零"):
        instance.insist(armed.engine_id)
    do(instance, "work")
    assert instance.is_finished
    mended = woken(_faulty(False), state, date(2031, 8, 1), {"zero": 1})
    assert [element for element, _day in fired(mended)] == ["due", "note"]


def test_a_timer_that_was_armed_in_the_same_knock_cannot_hang_it(world: World) -> None:
    """After an outage both waits are over; what stands behind the second one cannot be computed."""
    faulty = defined(
        drawing(
            *(start(), catch("one", "working_days(1)"), catch("two", "working_days(1)")),
            gateway("which", default="f_which_a"),
            *(end("a"), end("b")),
            *line("begin", "one", "two", "which", "a"),
            flow("which", "b", "1 / zero > 2"),
        )
    )
    state = begun(faulty, date(2031, 7, 7), {"zero": 0})
    instance = woken(faulty, state, date(2031, 8, 1), {"zero": 0})
    assert fired(instance) == [("one", date(2031, 7, 8))]
    (armed,) = instance.timers()
    assert (armed.element_id, armed.due_at) == ("two", end_of(date(2031, 7, 10)))
    with pytest.raises(EngineFault, match="除数为零"):
        instance.insist(armed.engine_id)
    mended = woken(faulty, instance.dump(), date(2031, 8, 1), {"zero": 1})
    assert fired(mended) == [("two", date(2031, 7, 10))]
    assert mended.is_finished


def test_a_loop_of_instants_long_past_ends_the_knock(world: World) -> None:
    loop = defined(
        drawing(
            *(start(), catch("wait", "2026-01-01"), gateway("which", default="f_which_wait"), end()),
            *line("begin", "wait", "which", "wait"),
            flow("which", "finish", "done > 5"),
        )
    )
    state = begun(loop, date(2031, 7, 7), {"done": 0})
    (armed,) = woken(loop, state, date(2031, 7, 21), {"done": 0}).timers()
    assert armed.element_id == "wait"


def test_what_a_stuck_timer_would_have_ended_cannot_be_completed_any_more(world: World) -> None:
    """The clerk gets no other answer than if it had fired: his step is over."""
    facts = {"zero": 0}
    state = begun(_faulty(True), date(2031, 7, 7), facts)
    with on(date(2031, 7, 8)), reading():
        in_time = Instance.restore(_faulty(True), state, {}, asked(facts))
        in_time.fire_due()
        do(in_time, "work")
    with on(date(2031, 7, 9)), reading():
        late = Instance.restore(_faulty(True), state, {}, asked(facts))
        late.fire_due()
        with pytest.raises(Conflict, match="期限已届满"):
            do(late, "work")


def test_a_clerk_is_told_who_can_mend_a_stuck_timer(world: World) -> None:
    """Trying again helps where the program was late; a condition that cannot be computed needs the owner."""
    facts = {"zero": 0}
    state = begun(_faulty(True), date(2031, 7, 7), facts)
    with on(date(2031, 7, 9)), reading():
        drawn = Instance.restore(_faulty(True), state, {}, asked(facts))
        drawn.fire_due()
        with pytest.raises(Conflict, match="流程负责人修改流程") as told:
            do(drawn, "work")
        assert "稍后再试" not in told.value.message
        other = Instance.restore(_faulty(True), state, {}, asked(facts))
        stuck = next(one for one in other.timers() if one.element_id == "due")
        other.put_off(stuck.engine_id, EngineFault("计时器已到期，但流程没有响应。"))
        with pytest.raises(Conflict, match="请稍后再试"):
            do(other, "work")


def test_a_term_without_a_clock_follows_the_calendar_in_force(world: World) -> None:
    """It never fires before its day; a day off that was announced meanwhile is not counted."""
    wait = defined(
        drawing(start(), catch("wait", "working_days(3)"), end(), *line("begin", "wait", "finish"))
    )
    state = begun(wait, date(2031, 7, 7))
    off = asked()
    off.functions["working_days"] = lambda n, since: off_days(n + 1, since)
    off_days = asked().functions["working_days"]
    with on(date(2031, 7, 11)), reading():
        instance = Instance.restore(wait, state, {}, off)
        instance.fire_due()
        assert instance.fired() == []
        (armed,) = instance.timers()
        assert armed.due_at == end_of(date(2031, 7, 11))
    assert fired(woken(wait, instance.dump(), date(2031, 7, 12))) == [("wait", date(2031, 7, 10))]


@pytest.mark.parametrize(
    "value",
    ["9999-12-31", "0001-01-01T00:00:00", timedelta.max, date.max, "9999-12-31T23:59:59-23:59"],
    ids=str,
)
def test_an_instant_outside_of_all_calendars_is_a_fault_of_the_drawing(value: object) -> None:
    with pytest.raises(ExpressionError, match="不是日期或时长"):
        instant_of(value)


@pytest.mark.parametrize("times", ["²", "٣", "9" * 5000], ids=["superscript", "arabic", "endless"])
def test_a_cycle_counts_in_plain_digits(times: str) -> None:
    with pytest.raises(ExpressionError, match="不是循环"):
        cycle_of(f"R{times}/P1D")


@pytest.mark.parametrize("length", [-1, 10**9, 10**18, True, "5"])
def test_a_term_is_no_longer_than_a_drawing_may_write(world: World, length: object) -> None:
    """A number out of a form: a million working days once took a second and the memory of all years."""
    for unit in ("working_days", "calendar_days"):
        with reading(), pytest.raises(Fault, match="天数应为"):
            functions()[unit](length)
