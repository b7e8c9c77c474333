"""Drawn timers wherever they may stand: each fires once, in due order, at its own instant, also after an outage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from models.calendar import end_of, now
from models.database import reading
from models.refusal import Conflict
from processes.engine.definition import Definition
from processes.engine.instance import Instance
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
from tests.world import World, on

MESSAGE = '<bpmn:message id="m1" name="withdrawal" />'
Seen = list[tuple[str, date]]


def fired(instance: Instance) -> Seen:
    """What fired, with the last day of each term, in the order of firing."""
    return [(one.element_id, _day(one.due_at)) for one in instance.fired()]


def _day(instant: Any) -> date:
    return (instant + timedelta(hours=8) - timedelta(microseconds=1)).date()


def begun(definition: Definition, day: date, facts: Mapping[str, Any] | None = None) -> bytes:
    """The state of a token started on that day."""
    with on(day), reading():
        return Instance.start(definition, asked(facts), {}).dump()


def woken(
    definition: Definition, state: bytes, day: date, facts: Mapping[str, Any] | None = None
) -> Instance:
    """The token as a worker finds it on a later day, and fires it."""
    with on(day), reading():
        instance = Instance.restore(definition, state, {}, asked(facts))
        instance.fire_due()
        return instance


def _staged(cancel: bool = True) -> Definition:
    """A reminder on day 2, a lapse on day 5, drawn in the wrong order."""
    return defined(
        drawing(
            start(),
            user("work"),
            timer("lapse", "work", "working_days(5)", cancel),
            timer("remind", "work", "working_days(2)"),
            *(end(), end("lapsed"), end("reminded")),
            *line("begin", "work", "finish"),
            flow("lapse", "lapsed"),
            flow("remind", "reminded"),
        )
    )


def test_after_an_outage_everything_fires_once_in_due_order(world: World) -> None:
    """In one go the lapse would take the reminder with it before it was given."""
    state = begun(_staged(), date(2031, 7, 7))
    instance = woken(_staged(), state, date(2031, 12, 1))
    assert fired(instance) == [("remind", date(2031, 7, 9)), ("lapse", date(2031, 7, 14))]
    assert instance.is_finished
    assert woken(_staged(), again(instance).dump(), date(2032, 1, 5)).fired() == []


@pytest.mark.parametrize(
    ("day", "seen", "left"),
    [
        (date(2031, 7, 9), [], ["work"]),
        (date(2031, 7, 10), [("remind", date(2031, 7, 9))], ["work"]),
        (date(2031, 7, 15), [("remind", date(2031, 7, 9)), ("lapse", date(2031, 7, 14))], []),
    ],
)
def test_boundary_timers_fire_on_their_days(world: World, day: date, seen: Seen, left: list[str]) -> None:
    instance = woken(_staged(), begun(_staged(), date(2031, 7, 7)), day)
    assert fired(instance) == seen
    assert waiting(instance) == left


def test_terms_that_follow_each_other_count_from_their_own_dates(world: World) -> None:
    """A server that was down moves no term: the second wait begins when the first ended."""
    chain = defined(
        drawing(
            start(),
            catch("first", "working_days(3)"),
            catch("second", "P2DT6H", "timeDuration"),
            user("work"),
            timer("due", "work", "working_days(1)"),
            *(end(), end("late")),
            *line("begin", "first", "second", "work", "finish"),
            flow("due", "late"),
        )
    )
    state = begun(chain, date(2031, 7, 7))
    instance = woken(chain, state, date(2031, 8, 1))
    with on(date(2031, 8, 1)), reading():
        first, second, due = (one.due_at for one in instance.fired())
        assert first == end_of(date(2031, 7, 10))
        assert second == first + timedelta(days=2, hours=6)
        # The step opened on Sunday 13 July at 06:00.
        assert due == end_of(date(2031, 7, 14))
        assert waiting(instance) == ["work"]


def _either() -> Definition:
    return defined(
        drawing(
            start(),
            gateway("which", "eventBased"),
            catch("late", "working_days(3)"),
            catch("word", message="m1"),
            *(user("after_time"), user("after_word"), end("a"), end("b")),
            *line("begin", "which", "late", "after_time", "a"),
            *line("which", "word", "after_word", "b"),
            outside=MESSAGE,
        )
    )


def test_behind_an_event_gateway_the_first_event_wins(world: World) -> None:
    state = begun(_either(), date(2031, 7, 7))
    timed = woken(_either(), state, date(2031, 7, 11))
    assert fired(timed) == [("late", date(2031, 7, 10))]
    assert waiting(again(timed)) == ["after_time"]
    with pytest.raises(Conflict):
        again(timed).send("withdrawal")
    told = woken(_either(), state, date(2031, 7, 9))
    told.send("withdrawal")
    assert waiting(again(told)) == ["after_word"]
    assert again(told).timers() == []
    assert woken(_either(), told.dump(), date(2031, 8, 1)).fired() == []


def test_a_loop_arms_anew_and_a_token_that_leaves_takes_its_timer_with_it(world: World) -> None:
    loop = defined(
        drawing(
            start(),
            gateway("entry"),
            user("work"),
            timer("due", "work", "working_days(2)"),
            gateway("enough", default="f_enough_finish"),
            *(end(), end("late")),
            *line("begin", "entry", "work", "enough", "finish"),
            flow("enough", "entry", "more"),
            flow("due", "late"),
        )
    )
    facts = {"more": True}
    state = begun(loop, date(2031, 7, 7), facts)
    seen = set()
    for day in (date(2031, 7, 8), date(2031, 7, 9)):
        with on(day), reading():
            instance = Instance.restore(loop, state, {}, asked(facts))
            do(instance, "work")
            (armed,) = instance.timers()
            seen.add((armed.engine_id, armed.due_at))
            state = instance.dump()
    assert len(seen) == 2
    assert woken(loop, state, date(2031, 8, 1), facts).fired()[0].due_at == end_of(date(2031, 7, 11))


def _urged(expression: str) -> Definition:
    return defined(
        drawing(
            start(),
            user("work"),
            timer("urge", "work", expression, kind="timeCycle"),
            *(end(), end("urged")),
            *line("begin", "work", "finish"),
            flow("urge", "urged"),
        )
    )


def test_a_cycle_in_working_days_fires_each_time_on_its_own_day(world: World) -> None:
    """Friday, then Monday and Wednesday: the k-th is k times as long from the same day."""
    cycle = _urged("every(3, working_days(2))")
    days = [date(2031, 7, 4), date(2031, 7, 8), date(2031, 7, 10)]
    state = begun(cycle, date(2031, 7, 2))
    late = woken(cycle, state, date(2031, 9, 1))
    assert fired(late) == [("urge", day) for day in days]
    assert (waiting(late), late.timers()) == (["work"], [])
    assert late.passed["urged"] == 3
    for day in days:
        assert woken(cycle, state, day).fired() == []
        daily = woken(cycle, state, day + timedelta(days=1))
        assert fired(daily) == [("urge", day)]
        state = daily.dump()
    with on(date(2031, 9, 1)), reading():
        instance = Instance.restore(cycle, state, {}, asked())
        instance.fire_due()
        assert instance.fired() == []
        do(instance, "work")
        assert instance.is_finished


def test_a_cycle_of_durations_goes_on_from_its_own_instants(world: World) -> None:
    cycle = _urged("R3/PT36H")
    with on(date(2031, 7, 2)), reading():
        instance, begin = Instance.start(cycle, asked(), {}), now()
        state = instance.dump()
    instance = woken(cycle, state, date(2031, 7, 6))
    assert [one.due_at - begin for one in instance.fired()] == [timedelta(hours=36), timedelta(hours=72)]
    (armed,) = instance.timers()
    assert armed.due_at == begin + timedelta(hours=108)


def test_a_step_that_is_done_ends_its_cycle(world: World) -> None:
    state = begun(_urged("R30/P1D"), date(2031, 7, 2))
    with on(date(2031, 7, 4)), reading():
        instance = Instance.restore(_urged("R30/P1D"), state, {}, asked())
        instance.fire_due()
        do(again(instance), "work")
        do(instance, "work")
        assert instance.is_finished
        assert instance.timers() == []
