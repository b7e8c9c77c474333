"""The manager's journey through the figures: charts and tables, a period of his own, the heat and the cases behind it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.person import Person
from tests.world import answers

pytestmark = [pytest.mark.browser, pytest.mark.once]


def faults(person: Person) -> list[str]:
    """What axe and the ruler find on the page at both sizes."""
    found = []
    for size in (NARROW, WIDE):
        person.page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict to playwright
        found += person.axe()
        if person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append("wider than the window")
    return [f"{person.page.url} {line}" for line in found] + person.faults


def test_a_manager_reads_figures_and_goes_from_the_heat_to_the_cases(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    town.verbs.submitted()
    town.it_is(date(2026, 3, 20))
    manager = town.person("lingdao")
    page = manager.page
    manager.goes_to("/")
    page.get_by_role("link", name="统计分析").click()
    page.locator(".stat-chart[data-drawn] svg").nth(4).wait_for()
    assert page.locator(".stat-chart svg").count() == 5
    assert page.get_by_role("table", name="各阶段时限按时率").get_by_role("row").count() >= 2
    page.locator(".stat-chart").first.hover(position={"x": 200, "y": 80})
    assert faults(manager) == []
    page.get_by_label("开始日期").fill("2026-03-01")
    assert page.get_by_label("期间").input_value() == "custom"
    page.get_by_label("结束日期").fill("2026-02-01")
    assert manager.submits("统计") and manager.sees("结束日期不得早于开始日期。")
    assert page.get_by_label("开始日期").input_value() == "2026-03-01"
    page.get_by_label("结束日期").fill("2026-03-20")
    manager.submits("统计")
    assert manager.sees("2026-03-01 至 2026-03-20")
    with page.expect_download() as workbook:
        page.get_by_role("link", name="导出 Excel").click()
    assert workbook.value.suggested_filename == "statistics.xlsx"
    page.get_by_role("link", name="流程热力图").click()
    badge = page.locator("#diagram[data-drawn] a.token-badge", has_text="1 件").first
    badge.wait_for()
    assert page.locator("#diagram ellipse").count() == 2
    window, drawn = (page.locator(f"#diagram{part}").bounding_box() for part in ("", " .viewport"))
    assert window and drawn
    assert drawn["x"] >= window["x"] and drawn["x"] + drawn["width"] <= window["x"] + window["width"] + 1
    assert faults(manager) == []
    page.get_by_role("link", name="1 件，资格审核", exact=False).first.click()
    manager.sees("资格审核")
    assert "/board/cases?step=qualification_review" in page.url
    assert manager.faults == []


def test_a_head_of_the_sharing_departments_reads_the_classified_statistics(town: Town) -> None:
    head = town.person("renshe0")
    head.goes_to("/statistics/classes")
    assert head.sees("创业担保贷款分类统计")
    assert head.page.locator("table caption").count() == 7
    assert faults(head) == []
