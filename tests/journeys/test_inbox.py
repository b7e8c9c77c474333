"""The clerk's day by the keyboard, and the same list on a phone: kept conditions, many at once, undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from models.database import reading
from models.workflow import UserTask
from tests.journeys.conftest import Town
from tests.journeys.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.once]


def holder(task_id: int) -> int | None:
    with reading() as session:
        return session.get_one(UserTask, task_id).assignee_id


def is_clean(person: Person) -> bool:
    assert person.axe() == []
    return person.faults == []


def test_a_morning_by_the_keyboard(town: Town) -> None:
    tasks = [town.verbs.open_tasks(town.verbs.submitted())["acceptance"] for _ in range(3)]
    clerk = town.person("renshe1")
    clerk.goes_to("/tasks?scope=department")
    press = clerk.page.keyboard.press
    press("?")
    clerk.sees("键盘快捷键")
    expect(clerk.page.get_by_role("button", name="关闭", exact=True)).to_be_focused()
    assert is_clean(clerk)
    press("Escape")
    for key in ("j", "x", "j", "x"):
        press(key)
    clerk.sees("已选 2 件")
    press("b")
    with clerk.page.expect_navigation():
        press("Enter")
    clerk.sees("将签收 2 件")
    assert is_clean(clerk)
    with clerk.page.expect_navigation():
        press("Control+Enter")
    clerk.sees("已办 2 件")
    assert is_clean(clerk)
    # The browser's “back” leads to the list, not to a page that cannot be shown again.
    clerk.page.go_back()
    assert clerk.sees("部门待签收") and clerk.page.url.endswith("/tasks?scope=department")
    clerk.page.go_forward()
    clerk.sees("已办 2 件")
    assert [holder(task) is None for task in tasks] == [False, False, True]
    clerk.submits("撤销本批")
    clerk.sees("已撤销 2 件")
    assert [holder(task) for task in tasks] == [None] * 3
    with clerk.page.expect_navigation():
        press("t")
    clerk.sees("我的一天")
    assert is_clean(clerk)


def test_a_head_works_through_a_kept_list_on_a_phone(town: Town) -> None:
    tasks = [town.verbs.open_tasks(town.verbs.submitted())["acceptance"] for _ in range(2)]
    head = town.person("renshe0", narrow=True)
    head.goes_to("/tasks")
    head.page.get_by_role("button", name="打开菜单").click()
    head.page.get_by_role("searchbox", name="查找案卷").fill("赵")
    assert is_clean(head)
    head.submits("查找")
    assert head.sees("案卷查询") and "q=%E8%B5%B5" in head.page.url
    head.goes_to("/tasks?scope=department&q=%E8%B5%B5")
    head.page.get_by_text("保存为常用条件").click()
    head.page.get_by_label("名称").fill("姓赵的")
    head.page.get_by_label("共享给本部门").check()
    head.submits("保存")
    head.sees("姓赵的")
    assert head.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert is_clean(head)
    for box in head.page.get_by_role("checkbox", name="选择").all():
        box.check()
    head.submits("批量转办")
    head.fills({"assignee": "", "reason": "请于明日前办结"})
    head.page.get_by_label("转给").select_option(label="钱二")
    assert head.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert is_clean(head)
    head.submits("确定转办")
    head.sees("已办 2 件")
    assert len({holder(task) for task in tasks}) == 1 and holder(tasks[0]) is not None
