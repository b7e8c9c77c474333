"""“Why this date”: the count of a clock day by day, for everybody who sees the case and nobody else."""

from __future__ import annotations

import re
from datetime import date

import pytest

from models.calendar_text import read_text
from models.database import transaction
from models.deadline import PROMISE
from processes import calendar, pause
from tests.notices import notice
from tests.webapp.knock import SignIn, number_of, paused
from tests.world import World, answers, on


def place(world: World, case_id: int, key: str = "qualification") -> str:
    """Where the clock of that key is explained."""
    return f"/cases/{number_of(case_id)}/deadlines/{world.deadlines(case_id)[key].id}"


def accepted(world: World) -> int:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def rows(page: str) -> list[list[str]]:
    """The table of days: its cells without tags."""
    table = page[page.index("count-days") :]
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    return [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in found[1:]]


def test_every_day_of_the_count_is_shown_with_its_reason(world: World, sign_in: SignIn) -> None:
    """Seven working days from Friday 2026-09-18 over 中秋 and the make-up Sunday: no day is left out."""
    with on(date(2026, 9, 18)):
        case_id = accepted(world)
        page = sign_in("renshe1").get(place(world, case_id)).text
    found = rows(page)
    assert [row[0] for row in found][:1] + [row[0] for row in found][-1:] == ["2026-09-18", "2026-09-29"]
    assert found[0][2:] == ["—", "起起算日", "起算日，不计入"]
    assert ["2026-09-20", "星期日", "1", "✓计入", "国庆节调休上班"] in found
    assert ["2026-09-25", "星期五", "—", "休不计入", "中秋节"] in found
    assert found[-1][2:4] == ["7", "止截止日"]
    assert [int(row[2]) for row in found if row[2] != "—"] == list(range(1, 8))
    for words in (
        "受理日",
        "内人社发〔2021〕22号第二条（资格审核，7个工作日）",
        "国办发明电〔2025〕7号",
        "第 1 版",
    ):
        assert words in page


def test_a_pause_is_seen_in_the_count_and_in_its_history(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    with on(date(2026, 3, 4)):
        pause_id = paused(world, case_id)
        page = sign_in("renshe2").get(place(world, case_id)).text
        assert "暂停中，恢复计时后顺延；已计 2 个工作日" in page
        assert rows(page)[-1] == [], "the days to come are not known"
    with on(date(2026, 3, 9)), transaction() as session:
        pause.resume(session, pause_id, date(2026, 3, 9), "已补齐", world.user(session, "renshe2"))
    client = sign_in("renshe2")
    page = client.get(place(world, case_id)).text
    assert ["2026-03-06", "星期五", "—", "停暂停", "受理后补正材料"] in rows(page)
    assert rows(page)[-1][:3] == ["2026-03-16", "星期一", "7"]
    assert re.search(r"恢复计时：2026-03-11 → <b>2026-03-16</b>", page)
    promise = rows(client.get(place(world, case_id, PROMISE)).text)
    assert [row[0] for row in promise if row[3] == "停暂停"] == [f"2026-03-0{day}" for day in (5, 6, 7, 8, 9)]


def test_a_date_beyond_the_published_calendar_is_marked_until_the_notice_moves_it(
    world: World, sign_in: SignIn
) -> None:
    with on(date(2027, 2, 1)):
        case_id = accepted(world)
        client = sign_in("renshe1")
        page = client.get(place(world, case_id)).text
        assert "<b>暂定</b>：2027年的放假安排尚未公布" in page
        assert any(row[4:] == ["春节（暂定）"] for row in rows(page))
        before = world.deadlines(case_id)["qualification"].due_on
        with transaction() as session:
            administrator = world.user(session, "guanli")
            found = calendar.propose(session, read_text(notice(2027)), administrator)
            calendar.apply(session, found.id, administrator)
        page = client.get(place(world, case_id)).text
        after = world.deadlines(case_id)["qualification"].due_on
    assert "<b>暂定</b>" not in page
    assert f"工作日日历调整（{found.title}）：{before} → <b>{after}</b>" in page
    assert "第 2 版" in page
    assert found.source in page
    assert rows(page)[-1][0] == after.isoformat() != before.isoformat()


def test_a_late_and_ended_clock_explains_too(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    with on(date(2026, 3, 13)):
        late = answers("qualification_review", late_reason="核实用时较长")
        world.complete(case_id, "qualification_review", late)
        client = sign_in("renshe2")
        page = client.get(place(world, case_id)).text
        assert "超期 2 日办结" in page
        assert "核实用时较长" in page
        record = client.get(f"/cases/{number_of(case_id)}?tab=clocks").text
    assert re.search(r'data-label="超期"><span class="light over">2 个工作日', record)


@pytest.mark.parametrize(
    ("who", "status"), [("dlt_renshe1", 404), ("shenqing", 404), ("liucheng", 403), ("shenji", 200)]
)
def test_who_sees_the_case_sees_why(world: World, sign_in: SignIn, who: str, status: int) -> None:
    assert sign_in(who).get(place(world, accepted(world))).status_code == status


def test_a_clock_of_another_case_is_not_found_under_this_one(world: World, sign_in: SignIn) -> None:
    first, second = accepted(world), accepted(world)
    wrong = place(world, second).replace(number_of(second), number_of(first))
    assert sign_in("renshe1").get(wrong).status_code == 404


def test_a_lapsed_term_of_the_applicant_has_ended_and_is_not_still_open(
    world: World, sign_in: SignIn
) -> None:
    items = [{"material": "business_licence", "problem": "不清晰", "requirement": "原件"}]
    case_id = world.submitted(actor="shenqing")
    told = answers("acceptance", result="incomplete", items=items, delivered_on=None)
    world.complete(case_id, "acceptance", told)
    with on(date(2026, 3, 31), 0):
        world.fire_due()
        page = sign_in("shenqing").get(place(world, case_id, "supplement")).text
    assert "应于 2026-03-30（含当日）前补齐，已于 2026-03-31 终止。" in page
