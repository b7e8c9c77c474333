"""Remarks, copies, urging and standing in for a colleague, in the browser; the clerk's part also on a phone."""

from __future__ import annotations

from datetime import date

import pytest

from models.database import reading
from models.workflow import UserTask
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import typed
from tests.journeys.test_clock import faults
from tests.webapp.knock import number_of
from tests.world import answers

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_officials_talk_about_a_case_and_the_leader_reads_and_urges(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    number = number_of(case_id)
    clerk = town.person("renshe1")
    clerk.goes_to(f"/cases/{number}?tab=talk")
    field = clerk.page.get_by_label("留言内容")
    # The name is offered while it is typed, and taken without a mouse.
    field.press_sequentially("请核对 @朱")
    assert clerk.page.get_by_role("option").count() == 1
    field.press("Enter")
    field.press_sequentially("谢谢")
    assert field.input_value() == "请核对 @朱十七 谢谢"
    assert faults(clerk, WIDE, NARROW) == []
    clerk.submits("留言")
    assert clerk.sees("已提醒：朱十七")
    assert clerk.page.get_by_role("tab", name="留言与抄送").get_attribute("aria-selected") == "true"
    clerk.page.locator("summary", has_text="抄送本案卷").click()
    clerk.page.get_by_role("group", name="抄送给：伊金霍洛旗财政局").get_by_label("朱十七").check()
    clerk.page.get_by_label("附言").fill("请阅示")
    clerk.page.get_by_role("form", name="抄送").get_by_role("button", name="抄送").click()
    assert clerk.sees("已抄送 1 人")
    leader = town.person("lingdao")
    leader.goes_to("/copies")
    assert leader.sees("请阅示")
    assert faults(leader, WIDE, NARROW) == []
    leader.submits("已阅")
    leader.goes_to(f"/cases/{number}/talk")
    leader.page.get_by_label("催办内容").fill("请本周办结")
    leader.submits("催办")
    assert leader.sees("起可以再次催办")
    assert faults(leader, WIDE, NARROW) == []
    holder = town.person("renshe2")
    holder.goes_to("/notifications")
    assert holder.sees("请本周办结")
    clerk.page.reload()
    assert clerk.page.locator("td[data-label='已阅']").inner_text() != "未阅"


def test_a_clerk_is_away_and_a_colleague_does_his_step_on_a_phone(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    step = town.verbs.open_tasks(case_id)["qualification_review"]
    away = town.person("renshe2", narrow=True)
    away.goes_to(f"/tasks/{step}")
    away.submits("签收并办理")
    away.goes_to("/absence")
    away.fills({"from_on": "2026-03-02", "until_on": "2026-03-01"})
    away.page.get_by_label("代办人").select_option(label="钱二")
    away.submits("设置")
    assert away.sees("结束日期不能早于开始日期")
    assert away.page.locator("[name='from_on']").input_value() == "2026-03-02"
    away.fills({"until_on": "2026-03-06", "reason": "外出培训"})
    away.submits("设置")
    assert away.sees("代办中")
    assert faults(away, NARROW) == []
    other = town.person("renshe1", narrow=True)
    other.goes_to(f"/tasks/{step}")
    assert faults(other, NARROW) == []
    other.submits("代孙三签收并办理")
    assert other.sees("您正在代孙三办理")
    other.fills(typed("qualification_review"), "#p-form form")
    other.submits("提交并转下一步")
    other.goes_to(f"/cases/{number_of(case_id)}?tab=log")
    assert other.sees("钱二（代孙三）")
    with reading() as session:
        task = session.get_one(UserTask, step)
        assert task.done_by_id != task.on_behalf_of_id is not None
    town.it_is(date(2026, 3, 9))
    away.goes_to("/absence")
    assert away.sees("已结束")
