"""Two owners in two browsers: one changes a limit and adds a department, the other sees it and agrees; running cases stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.database import reading
from models.workflow import ProcessDefinition
from tests.journeys.conftest import Town
from tests.journeys.person import Person
from tests.journeys.test_studio import INSERT, Studio
from tests.world import answers

# What the pages look like does not depend on the database.
pytestmark = [pytest.mark.browser, pytest.mark.once]
# Which part of the drawing each picture shows, to the pixel.
PLACES = """() => [...document.querySelectorAll('.diff-picture .viewport')].map(group => {
  const { a, e, f } = group.transform.baseVal.consolidate().matrix;
  return [a.toFixed(2), Math.round(e), Math.round(f)].join(); })"""
WHY = "旗人民政府要求压缩办理时限"


def _five(studio: Studio) -> None:
    """7 → 5 in the panel."""
    studio.page.locator("g.djs-element[data-element-id='qualification_review']").first.click()
    studio.entry("deadline-days").fill("5")
    studio.entry("deadline-days").blur()


def _one_more_department(studio: Studio) -> None:
    """担保机构复核 between 资格审核 and the investigations, with a form that is drawn."""
    studio.run(INSERT, "flow_is_qualified__investigations_open")
    studio.entry("studio-status").select_option("qualifying")
    studio.page.locator("[data-group-id='group-drawn-fields'] .bio-properties-panel-add-entry").click()
    studio.entry("field-0-label").fill("复核意见")
    studio.entry("field-0-label").blur()


def _length(town: Town, case_id: int) -> int:
    """The working days of 资格审核 in a case that was just accepted."""
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    return town.verbs.deadlines(case_id)["qualification"].length or 0


def _compares(person: Person) -> None:
    """Words and pictures: what has changed is marked by colour, sign and word, and both move together."""
    page = person.page
    expect(page.locator("[data-compare][data-drawn]")).to_have_count(1)
    for picture in page.locator(".diff-picture").all():
        assert picture.locator("[data-element-id='qualification_review'].mark-changed").count() == 1
        expect(picture.locator(".diff-badge", has_text="✎ 修改").first).to_be_attached()
        assert picture.locator(".bjs-powered-by").is_visible()
    new = page.locator(".diff-picture").last
    assert new.locator(".djs-shape.mark-added").count() >= 1
    page.get_by_role("button", name="放大").click()
    first, second = page.evaluate(PLACES)
    assert first == second
    page.get_by_role("button", name="下一处改动").click()
    assert "处，共" in (page.locator("[data-said]").text_content() or "")


def test_seven_become_five_and_one_more_department_checks(town: Town) -> None:
    running = town.verbs.submitted()
    owner, second = town.person("liucheng"), town.person("liucheng2")
    studio = Studio(owner)
    studio.opens("创业担保贷款多审合一")
    _five(studio)
    _one_more_department(studio)
    studio.page.keyboard.press("Control+s")
    studio.checked("检查通过")
    studio.kept()

    owner.goes_to(f"{owner.page.url.split('?')[0].split('#')[0]}/propose")
    assert owner.sees("时限 7 → 5 个工作日") and owner.sees("检查通过") and owner.axe() == []
    owner.fills({"reason": WHY})
    owner.submits("送审")
    assert owner.sees("不能审核自己送审的流程")
    assert owner.page.get_by_role("button", name="提交审核结论").count() == 0

    second.goes_to("/admin/proposals")
    second.page.get_by_role("link", name="创业担保贷款多审合一").first.click()
    assert second.sees("时限 7 → 5 个工作日") and second.sees("新增") and second.axe() == []
    _compares(second)
    second.fills({"decision": "agree"})
    second.submits("提交审核结论")
    assert second.sees("已同意并发布")
    second.goes_to("/admin/processes")
    assert second.sees(WHY) and second.axe() == []

    assert [_length(town, running), _length(town, town.verbs.submitted())] == [7, 5]
    with reading() as session:
        newest = select(ProcessDefinition).where(
            ProcessDefinition.key == "combined_review", ProcessDefinition.version == 2
        )
        assert "field:" in session.scalars(newest).one().bpmn
    assert owner.faults + second.faults == []
