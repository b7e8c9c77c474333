"""Timers on another drawing: they keep their start, what has fired does not wait again, nothing counts from today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.calendar import local_date, now
from models.database import reading
from processes.engine.instance import Instance
from processes.engine.migration import Running, Way, migrate
from processes.engine.migration_check import Unfit
from tests.processes.engine.drawings import asked, catch, defined, do, waiting
from tests.processes.engine.moving import DAY, MONDAY, OTHER, PAID, PLAIN, awaited, carried, with_timer
from tests.world import World, on


@pytest.mark.parametrize(
    ("old", "new", "due"),
    [
        ("working_days(7)", "working_days(5)", "2026-03-09"),
        ("working_days(5)", "working_days(7)", "2026-03-11"),
        ("working_days(7)", "working_days(2)", "2026-03-04"),
        ("P10D", "P5D", "2026-03-07"),
        ("P10D", "P10D", "2026-03-12"),
        ("2026-04-01", "2026-05-01", "2026-05-01"),
        ("P10D", "working_days(5)", "2026-03-09"),
    ],
)
def test_a_timer_never_counts_from_today(world: World, old: str, new: str, due: str) -> None:
    with on(MONDAY), reading():
        instance = Instance.start(defined(with_timer(old)), asked(), {})
        since = {task.engine_id: now() for task in instance.ready()}
    with on(MONDAY + 2 * DAY), reading():
        running = Running(instance.definition, instance.dump(), instance.passed)
        after = migrate(running, Way(defined(with_timer(new)), {}, since), asked())
    (armed,), (before,) = after.timers(), instance.timers()
    assert armed.engine_id == before.engine_id
    assert local_date(armed.due_at - timedelta(seconds=1)).isoformat() == due


def test_behind_a_gateway_a_timer_keeps_its_start_and_a_new_one_needs_to_know_it(world: World) -> None:
    seven, five = (awaited(catch("e1", f"working_days({n})"), OTHER) for n in (7, 5))
    with on(MONDAY), reading():
        instance, plain = (
            Instance.start(defined(seven), asked(), {}),
            Instance.start(defined(awaited(PAID)), asked(), {}),
        )
    with on(MONDAY + 2 * DAY), reading():
        (armed,) = carried(instance, defined(five)).timers()
        with pytest.raises(Unfit, match="进入时间没有记录"):
            carried(plain, defined(awaited(PAID, catch("e2", "working_days(5)"))))
    assert (armed.start_on, armed.length, armed.element_id) == (MONDAY, 5, "e1")


def test_an_added_timer_counts_from_the_day_the_step_was_opened(world: World) -> None:
    with on(MONDAY), reading():
        instance = Instance.start(defined(PLAIN), asked(), {})
        since = {task.engine_id: now() for task in instance.ready()}
    with on(MONDAY + 2 * DAY), reading():
        running = Running(instance.definition, instance.dump(), {})
        (armed,) = migrate(running, Way(defined(with_timer("working_days(5)")), {}, since), asked()).timers()
    assert armed.start_on == date(2026, 3, 2)


def test_what_has_fired_does_not_wait_again_however_often_it_goes_over(world: World) -> None:
    old, new = defined(with_timer("working_days(1)")), defined(with_timer("working_days(9)"))
    with on(MONDAY), reading():
        instance = Instance.start(old, asked(), {})
    with on(MONDAY + 3 * DAY), reading():
        instance.fire_due()
        for target in (new, old, new):
            instance = carried(instance, target)
            assert instance.timers() == [] and waiting(instance) == ["work"]
        do(instance, "work")
        assert instance.is_finished


def test_a_cycle_goes_on_where_it_was(world: World) -> None:
    every = "every({}, working_days(1))"
    old, three = (
        defined(with_timer(every.format(5), kind="timeCycle")),
        defined(with_timer(every.format(3), kind="timeCycle")),
    )
    with on(MONDAY), reading():
        instance = Instance.start(old, asked(), {})
    with on(MONDAY + 3 * DAY), reading():
        instance.fire_due()
        assert len(instance.fired()) == 2
        after = carried(instance, three)
        assert len(after.timers()) == 1
        after.fire_due()
        assert after.fired() == []
    with on(MONDAY + 9 * DAY), reading():
        after.fire_due()
        assert len(after.fired()) == 1 and after.timers() == []
        gone = carried(instance, defined(with_timer(every.format(2), kind="timeCycle")))
        assert gone.timers() == []
