"""The office's journeys: a step delegated, put before others and carried out; set aside and given on, on a phone too."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import NARROW, Town
from tests.journeys.office import FORM_SCOPE, typed
from tests.journeys.person import Person
from tests.world import answers

pytestmark = [pytest.mark.browser, pytest.mark.once]


def reviewing(town: Town, who: Person) -> int:
    """A case whose qualification review the person has claimed; he stands before it."""
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    who.goes_to(f"/tasks/{town.verbs.open_tasks(case_id)['qualification_review']}")
    who.submits("签收并办理")
    return case_id


def opens(person: Person, title: str) -> None:
    """Unfold one of the operations at the foot of the form."""
    person.page.locator("section[aria-label='办理操作'] summary", has_text=title).click()


def chooses(person: Person, label: str, name: str) -> None:
    """Choose a person in the list of that label."""
    options = person.page.get_by_label(label).locator("visible=true").first
    value = options.locator("option", has_text=name).first.get_attribute("value")
    options.select_option(value)


def test_a_step_is_delegated_then_signed_by_another_and_takes_effect(town: Town) -> None:
    clerk, colleague = town.person("renshe2"), town.person("renshe1")
    case_id = reviewing(town, clerk)
    task_id = town.verbs.open_tasks(case_id)["qualification_review"]
    opens(clerk, "委派")
    clerk.submits("委派")
    clerk.page.locator("#err-sum").wait_for()
    chooses(clerk, "委派给", "钱二")
    clerk.fills({"delegate-question": "请核实社保缴纳情况"})
    clerk.submits("委派")
    assert clerk.sees("交回后由孙三提交") and clerk.axe() == []
    colleague.goes_to(f"/tasks/{task_id}")
    assert colleague.page.get_by_role("button", name="提交并转下一步").is_disabled()
    colleague.fills({"back-opinion": "社保正常"})
    colleague.submits("交回孙三")
    clerk.goes_to(f"/tasks/{task_id}")
    assert clerk.sees("社保正常")
    opens(clerk, "加签")
    chooses(clerk, "会签人", "钱二")
    clerk.fills({"reviewer-when": "after", "reviewer-question": "是否同意？"})
    clerk.submits("加签")
    clerk.fills(typed("qualification_review"), FORM_SCOPE)
    clerk.submits("提交会签")
    clerk.goes_to(f"/tasks/{task_id}")
    assert clerk.sees("已提交，等待会签") and clerk.axe() == []
    colleague.goes_to(f"/tasks/{task_id}")
    assert colleague.sees("请您会签：资格审核") and colleague.sees("符合条件") and colleague.axe() == []
    colleague.page.get_by_label("同意", exact=True).check()
    colleague.submits("送出会签意见")
    assert colleague.sees("提交内容已生效") and "due_diligence" in town.verbs.open_tasks(case_id)
    assert clerk.faults == colleague.faults == []


def test_a_step_is_set_aside_and_given_on_with_a_phone(town: Town) -> None:
    clerk, head = town.person("renshe2", narrow=True), town.person("renshe0")
    case_id = reviewing(town, clerk)
    opens(clerk, "挂起")
    clerk.fills({"aside-until": "2026-03-05", "aside-reason": "等待回函"})
    clerk.submits("挂起")
    assert clerk.sees("挂起不停止计时") and clerk.axe() == []
    width = clerk.page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]
    clerk.submits("恢复办理")
    opens(clerk, "转办")
    chooses(clerk, "转办给", "钱二")
    clerk.fills({"reassign-reason": "出差"})
    clerk.submits("转办")
    assert clerk.sees("已转办")
    head.goes_to("/handover")
    head.page.get_by_role("link", name="移交：钱二").click()
    head.fills({"reason": "调离"})
    assert head.axe() == []
    head.submits("移交全部事项")
    assert head.sees("已退回部门待签收") and head.axe() == []
    assert "qualification_review" in town.verbs.open_tasks(case_id)
    assert clerk.faults == head.faults == []
