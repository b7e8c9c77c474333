"""The administrator's journey: loads the invented notice for 2027, sees what moves, applies it, and undoes it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.conftest import Town
from tests.journeys.person import Person
from tests.notices import notice

pytestmark = pytest.mark.browser


def _fine(person: Person) -> list[str]:
    """What a careful reader would mind on the page."""
    is_wide = person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return [*person.axe(), *person.faults, *(["wider than the window"] if is_wide else [])]


def test_the_notice_for_2027_is_loaded_applied_and_undone(town: Town) -> None:
    town.it_is(date(2027, 2, 3))
    cases = [town.verbs.submitted() for _ in range(2)]
    before = town.verbs.deadlines(cases[0])
    assert all(clock.provisional for clock in before.values())
    admin = town.person("guanli")
    admin.goes_to("/")
    admin.page.get_by_role("link", name="工作日日历").click()
    admin.goes_to("/calendar?year=2027")
    assert admin.sees("2027年放假安排尚未公布")
    admin.page.get_by_role("link", name="放假通知管理").click()
    admin.page.get_by_role("link", name="导入放假通知").click()
    admin.fills({"text": notice(2027).replace("1月31日（周日）", "1月31日（周六）")})
    admin.submits("读取并预览")
    assert admin.sees("第 8 行：2027年1月31日写作周六，实为周日")
    admin.fills({"text": notice(2027)})
    admin.submits("读取并预览")
    assert admin.sees("2 个时限的到期日变化")
    assert admin.sees("推迟 6 日，转为正式")
    assert _fine(admin) == []
    admin.submits("批准并启用")
    assert admin.sees("个时限已重新计算")
    moved = town.verbs.deadlines(cases[0])
    assert {(clock.due_on, clock.provisional) for clock in moved.values()} == {(date(2027, 2, 18), False)}
    admin.page.get_by_role("link", name="查看 2027 年日历").click()
    assert admin.sees("全年工作日")
    assert admin.page.get_by_text("尚未公布").count() == 0
    assert admin.page.locator("td.work").count() == 6
    admin.page.go_back()
    admin.submits("撤销该通知")
    assert admin.sees("已撤销“")
    after = town.verbs.deadlines(cases[0])
    assert {key: clock.due_at for key, clock in after.items()} == {key: c.due_at for key, c in before.items()}
    assert all(clock.provisional for clock in after.values())
