"""Work that nobody finishes stands beside the rate of finished work, and rows of one name are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.database import reading
from models.statistics import Work, figures
from models.statistics_period import Period
from models.statistics_scope import Wanted
from tests.webapp.api import Caller
from tests.world import World, answers, on
from webapp import statistics_beside
from webapp.statistics_charts import chart_of
from webapp.statistics_tables import Column, Table

MARCH: dict[str, Any] = {"from": "2026-03-01", "to": "2026-03-31"}
APRIL: dict[str, Any] = {"from": "2026-04-01", "to": "2026-04-30"}


def row(said: dict[str, Any], table: str, name: str, title: str) -> dict[str, Any]:
    """The one row of that title, or nothing."""
    [rows] = [one["rows"] for one in said["tables"] if one["id"] == table]
    return next((one for one in rows if one[name] == title), {})


def test_an_office_that_finishes_nothing_is_never_at_full_rate(
    world: World, caller: Callable[[str], Caller]
) -> None:
    with on(date(2026, 3, 2)):
        case_id = world.submitted()
    with on(date(2026, 3, 20)):
        world.fire_due()
    with on(date(2026, 4, 30)):
        program = caller("lingdao")
        for period in (MARCH, APRIL):
            step = row(program.get("/statistics", **period), "steps", "step", "受理审查")
            assert (step["done"], step["rate"], step["open_late"]) == (0, None, 1)
        [office] = [
            one
            for table in program.get("/statistics", **MARCH)["tables"]
            if table["id"] == "departments"
            for one in table["rows"]
        ]
        assert "人力资源" in office["department"]
        assert (office["rate"], office["open_late"]) == (None, 1)
        early = program.get("/statistics", **(MARCH | {"to": "2026-03-03"}))
        assert row(early, "steps", "step", "受理审查") == {}
        late = answers("acceptance", late_reason="人员不足")
        world.complete(case_id, "acceptance", late)
        after = row(program.get("/statistics", **APRIL), "steps", "step", "受理审查")
        assert (after["done"], after["late"], after["rate"], after["open_late"]) == (1, 1, 0.0, 0)
        assert row(program.get("/statistics", **MARCH), "steps", "step", "受理审查")["open_late"] == 1


@pytest.mark.once
def test_charts_name_the_process_where_several_are_shown() -> None:
    columns = [
        Column("流程", "text", "process"),
        Column("环节", "text", "step"),
        Column("当日", name="class_0"),
    ]
    mixed = chart_of(Table("spread", "用时分布", "", columns, [["甲", "放款", 1], ["乙", "放款", 2]]), str)
    alone = chart_of(Table("spread", "用时分布", "", columns, [["甲", "放款", 1]]), str)
    assert mixed and mixed["yAxis"]["data"] == ["放款\n甲", "放款\n乙"]
    assert alone and alone["yAxis"]["data"] == ["放款"]
    assert mixed["xAxis"]["axisLabel"]["interval"] == mixed["yAxis"]["axisLabel"]["interval"] == 0


def test_steps_of_one_name_carry_their_lane(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Wanted(Period(date(2026, 3, 1), date(2026, 3, 31)))
    with reading() as session:
        user = world.user(session, "lingdao")
        key = "combined_review"
        notices = [
            Work("制发不符合条件通知", "", key, element)
            for element in ("refusal_notice_hrss", "refusal_notice_bank")
        ]
        found = replace(figures(session, user, wanted), steps=notices)
        monkeypatch.setattr(statistics_beside, "figures", lambda *_given: found)
        named, _tables = statistics_beside.told(session, user, wanted)
    titles = [step.title for step in named.steps]
    assert len(set(titles)) == 2 and all("（" in title for title in titles), titles
