"""The desk in the browser: two clerks on one case, two tabs of one of them, a lost network, a material beside the form."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from models.case import CaseFile
from models.database import reading, transaction
from processes import worklist
from processes.document import keep
from tests.journeys.conftest import Town
from tests.journeys.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.once]
OPINION = "#p-form [name=opinion]"


def begun(town: Town) -> tuple[str, int]:
    """renshe1 has two cases to accept, one with a picture in it: its number and task."""
    first, second = town.verbs.submitted(), town.verbs.submitted()
    content = io.BytesIO()
    Image.new("RGB", (600, 400), (180, 40, 40)).save(content, "PNG")
    with transaction() as session:
        clerk = town.verbs.user(session, "renshe1")
        for case_id in (first, second):
            worklist.claim(session, town.verbs.open_tasks(case_id)["acceptance"], clerk)
        keep(session, session.get_one(CaseFile, first), "id_card", "身份证.png", content.getvalue(), clerk)
    with reading() as session:
        number = session.get_one(CaseFile, first).number
    return number, town.verbs.open_tasks(first)["acceptance"]


def types(person: Person, words: str) -> None:
    """Into the opinion; and wait until the tab says what became of it."""
    person.page.locator(OPINION).fill(words)


def says(person: Person, words: str) -> None:
    """What stands beside the button 暂存."""
    expect(person.page.locator("[data-autosave-status]")).to_contain_text(words, timeout=15_000)


def submits_too_early(person: Person, place: str) -> None:
    """What is empty is said at once, without a question before it; and “back” to that page will lead to the step."""
    with person.page.expect_navigation():
        person.button("提交并转下一步").click(no_wait_after=True)
    assert person.sees("请选择“受理结论”") and person.page.locator("dialog[open]").count() == 0
    assert person.page.locator("body").get_attribute("data-opens-at") == f"{place}#form"


def test_two_clerks_and_two_tabs_never_overwrite_one_another(town: Town) -> None:
    number, task_id = begun(town)
    one, two = town.person("renshe1"), town.person("renshe2")
    place = f"/cases/{number}?task={task_id}"
    one.goes_to(place)
    two.goes_to(place)
    expect(two.page.locator("[data-others]")).to_contain_text("正在查看")
    # A second tab of the same person, opened before anything was typed.
    tab = Person(one.page.context.new_page())
    tab.goes_to(place)
    types(one, "第一个窗口的意见")
    says(one, "已自动暂存")
    two.page.reload()
    expect(two.page.locator("[data-others]")).to_contain_text("正在填写")
    types(tab, "第二个窗口的意见")
    says(tab, "没有覆盖")
    tab.submits("比较两份内容")
    assert tab.sees("两个窗口的内容不一致")
    assert tab.sees("第一个窗口的意见") and tab.sees("第二个窗口的意见")
    assert tab.axe() == []
    tab.submits("保留本窗口的内容")
    expect(tab.page.locator(OPINION)).to_have_value("第二个窗口的意见")
    one.goes_to(place)
    expect(one.page.locator(OPINION)).to_have_value("第二个窗口的意见")
    submits_too_early(one, place)
    # The network goes: nothing is lost, not by a reload either.
    unreachable = f"**/tasks/{task_id}/draft"
    one.page.route(unreachable, lambda route: route.abort())
    types(one, "断网时写的意见")
    says(one, "网络不通")
    one.page.reload()
    one.page.get_by_role("button", name="恢复该内容").click()
    expect(one.page.locator(OPINION)).to_have_value("断网时写的意见")
    one.page.unroute(unreachable)
    says(one, "已自动暂存")
    assert one.axe() == [] and one.faults == [] and tab.faults == [] and two.faults == []


def test_a_clerk_reads_the_material_beside_the_form_and_goes_on_to_the_next(town: Town) -> None:
    number = begun(town)[0]
    for is_narrow in (False, True):
        clerk = town.person("renshe1", narrow=is_narrow)
        clerk.goes_to("/tasks")
        clerk.page.locator("[data-inbox] tbody a[data-open]").first.click()
        clerk.page.wait_for_url("**/cases/**")
        expect(clerk.page.locator("[data-place]")).to_have_text("第 1 / 2 件")
        if number not in clerk.page.url:
            clerk.page.get_by_role("link", name="下一件").click()
            clerk.page.wait_for_url(f"**/cases/{number}**")
        types(clerk, "对照材料填写")
        clerk.page.get_by_role("link", name="预览").locator("visible=true").first.click()
        frame = clerk.page.frame_locator(".preview-frame iframe")
        expect(frame.locator("img")).to_be_visible()
        expect(clerk.page.locator(OPINION)).to_have_value("对照材料填写")
        assert clerk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert clerk.axe() == []
        clerk.page.get_by_role("link", name="关闭预览").click()
        expect(clerk.page.locator(".preview-frame iframe")).to_have_count(0)
        says(clerk, "已自动暂存")
        clerk.goes_to(f"/cases/{number}/print")
        assert clerk.sees(f"案卷 {number}") and clerk.axe() == []
        assert clerk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        clerk.goes_to("/recent")
        assert clerk.sees(number) and clerk.axe() == [] and clerk.faults == []
