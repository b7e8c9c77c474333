"""The forecast of the board: medians of what is left, what it leaves out; filters of an address."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models import board_list
from models.board_asked import Asked, asked
from models.board_forecast import NEVER, StepKey, remaining
from models.calendar import Installation
from models.calendar_book import CalendarDay
from models.database import reading, transaction
from models.deadline import Deadline
from models.pause import PauseKind
from models.refusal import Refusal
from processes import pause as pausing
from processes import worklist
from processes.pause import Asked as Pausing
from tests.walk import ITEMS
from tests.world import World, answers, on

TIMES = st.lists(st.integers(0, 30), min_size=1, max_size=40)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(TIMES, st.integers(0, 35))
def test_what_is_left_is_the_median_of_those_that_took_longer(times: list[int], taken: int) -> None:
    longer = [days - taken for days in times if days > taken]
    # As every median of the house (docs/decisions/0036): a number that occurred, of two in the middle the lower one.
    assert remaining(Counter(times), taken) == (statistics.median_low(longer) if longer else NEVER)


def test_an_address_says_what_it_means_or_is_refused() -> None:
    given = asked(
        {"unit": "case", "window": "over", "department": "3", "forecast": "1", "within": "7", "utm": "x"}
    )
    assert given == Asked(unit="case", window="over", department=3, forecast=True, within=7)
    assert asked({name: str(value) for name, value in given.as_values.items()}) == given
    assert asked({"window": " ", "department": ""}) == Asked()
    for wrong in (
        {"window": "yesterday"}, {"unit": "x"}, {"sort": "x"}, {"department": "-1"}, {"person": "9" * 12},
        {"within": "0"}, {"within": "21"}, {"scheme": "none"}, {"why": "x"}, {"state": "x"}, {"region": "一"},
    ):  # fmt: skip
        with pytest.raises(Refusal):
            asked(wrong)
    assert asked({"text": "张" * 300}).text == "张" * 100


def test_the_forecast_leaves_out_what_has_stood_still_and_counts_by_the_region(world: World) -> None:
    pace = {StepKey("startup_loan", "", "qualification_review"): Counter({3: 5})}
    wanted = Asked(forecast=True, within=1)
    with on(date(2026, 3, 2)):
        paused, other = (world.submitted() for _case in range(2))
        for case_id in (paused, other):
            world.complete(case_id, "acceptance", answers("acceptance"))
        ask = Pausing(PauseKind.SUPPLEMENT, "缺少场地证明", 10, ITEMS)
        task_id = world.open_tasks(paused)["qualification_review"]
        with transaction() as session:
            user = world.user(session, "renshe2")
            worklist.claim(session, task_id, user)
            stopped = pausing.ask(session, task_id, ask, user)
            pausing.resume(session, stopped.id, date(2026, 3, 2), "材料已补齐", user)

    def found() -> set[int | None]:
        with reading() as session:
            lines = board_list.page(session, world.user(session, "lingdao"), wanted, pace).lines
            return {line.row.task_id for line in lines}

    own = world.open_tasks(other)["qualification_review"]
    with on(date(2026, 3, 10)):  # one day is left; none of the examples took so long
        assert found() == {own}
        with transaction() as session:
            region = session.scalars(select(Deadline.region_code)).first()
            for day in range(3, 7):  # days off of the region alone: two were worked since, one is left
                session.add(
                    CalendarDay(
                        day=date(2026, 3, day),
                        kind="off",
                        name="试",
                        source="试",
                        version=2,
                        region_code=region,
                    )
                )
            session.execute(update(Installation).values(calendar_version=2))
        assert found() == set()
