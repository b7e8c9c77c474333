"""A round before the browser: keys and autosave, bulk with undo, Excel out and in, handing in, matrix, the group."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from models.database import reading
from models.screening import ScreeningRound
from tests import screening
from tests.journeys.conftest import Town
from tests.journeys.person import Person
from tests.screening import JUNE, NINE, candidates, opinion

pytestmark = pytest.mark.browser
NINTH = date(2026, 6, 9)


def judge(person: Person, address: str) -> list[str]:
    """What a careful reader would mind on a page."""
    return [*fits(person, address), *(f"{address} {line}" for line in person.axe())]


def fits(person: Person, address: str) -> list[str]:
    """Whether a page is there and no wider than its window."""
    answer, found = person.goes_to(address), list[str]()
    assert answer is not None
    assert answer.status == 200, address
    if person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        found.append(f"{address}: wider than the window")
    return found


def place_of(round_id: int) -> str:
    with reading() as session:
        return f"/rounds/{session.get_one(ScreeningRound, round_id).number}"


def test_a_round_by_keys_sheets_and_clicks(town: Town, tmp_path: Path) -> None:
    round_id = screening.opened(town.verbs, 5)
    town.it_is(NINTH)
    at, ids = place_of(round_id), [row.id for row in candidates(round_id)]
    clerk = town.person("shuiwu1")
    clerk.goes_to("/tasks")
    clerk.page.get_by_role("link", name="信用甄别（2026年上半年）：5 户待答").click()
    _types_answers(town, clerk, ids)
    _fills_in_bulk(town, clerk, at, ids)
    _brings_a_sheet(town, clerk, at, ids, tmp_path)
    clerk.goes_to(f"{at}/hand-in")
    assert clerk.sees("将提交 5 户")
    clerk.submits("提交 5 户")
    clerk.sees("已提交 5 户")
    assert opinion(ids[0], "shuiwu1", town.verbs).handed_in_at is not None
    screening.follow(town.verbs, round_id, NINTH)
    assert clerk.faults == []


def _types_answers(town: Town, clerk: Person, ids: list[int]) -> None:
    """Nothing but keys: the first row has the focus when the page opens."""
    keys, page = clerk.page.keyboard, clerk.page
    page.locator(f"#c-{ids[0]}:focus").wait_for()
    keys.press("1")
    expect(page.locator(f"#c-{ids[0]} [data-mark]")).to_contain_text("已保存")
    keys.press("ArrowDown")
    keys.press("2")
    expect(page.locator(f"[name='reason-{ids[1]}']")).to_be_focused()
    keys.press("Escape")
    keys.press("ArrowDown")
    mark = page.locator(f"#c-{ids[1]} .board-mark")
    expect(mark).to_contain_text("须写明理由")
    assert opinion(ids[1], "shuiwu1", town.verbs).result == ""
    keys.press("ArrowUp")
    keys.press("Enter")
    keys.type("金税系统")
    keys.press("Enter")
    keys.type("纳税信用等级为C级")
    keys.press("Enter")
    expect(mark).to_contain_text("已保存")
    expect(page.locator(f"#c-{ids[2]}")).to_be_focused()
    said = opinion(ids[1], "shuiwu1", town.verbs)
    assert (said.result, said.basis, said.reason) == ("fail", "金税系统", "纳税信用等级为C级")
    expect(page.locator("[data-count='unanswered']")).to_have_text("3")
    _loses_the_line(clerk, ids[2])


def _loses_the_line(clerk: Person, candidate: int) -> None:
    """What could not be sent stays, is marked, and goes with the next try."""
    page = clerk.page
    page.route(f"**/board/{candidate}", lambda route: route.abort())
    page.keyboard.press("1")
    mark = page.locator(f"#c-{candidate} .board-mark")
    expect(mark).to_contain_text("网络不通")
    page.unroute(f"**/board/{candidate}")
    mark.get_by_role("button", name="重试").click()
    expect(mark).to_contain_text("已保存")


def _fills_in_bulk(town: Town, clerk: Person, at: str, ids: list[int]) -> None:
    page = clerk.page
    clerk.goes_to(f"{at}/board?state=unanswered")
    page.locator(f"#c-{ids[3]}:focus").wait_for()
    page.keyboard.press(" ")
    expect(page.locator("[data-chosen]")).to_have_text("1")
    page.get_by_label("批量结果").select_option("unverified")
    page.get_by_label("说明", exact=True).fill("系统维护，无法查询")
    clerk.submits("预览批量填写")
    assert clerk.sees("将改变 1 户")
    assert clerk.axe() == []
    clerk.submits("确认填写 1 户")
    assert opinion(ids[3], "shuiwu1", town.verbs).result == "unverified"
    assert clerk.sees("逐户结果")
    assert clerk.axe() == []
    clerk.submits("撤销本批填写")
    assert clerk.sees("已撤销")
    assert opinion(ids[3], "shuiwu1", town.verbs).result == ""


def _brings_a_sheet(town: Town, clerk: Person, at: str, ids: list[int], folder: Path) -> None:
    page, file = clerk.page, folder / "sheet.xlsx"
    clerk.goes_to(f"{at}/sheet")
    with page.expect_download() as got:
        page.get_by_role("link", name="下载本部门的表格").click()
    got.value.save_as(file)
    book = load_workbook(file)
    sheet = book.worksheets[0]
    sheet["G5"], sheet["G6"] = "通过", "不通过"
    book.save(file)
    page.get_by_label("Excel 文件").set_input_files(file)
    clerk.submits("上传并检查")
    assert clerk.sees("保存没有问题的 1 户")
    assert clerk.sees("须写明理由")
    assert clerk.axe() == []
    sheet["H6"], sheet["I6"] = "金税系统", "2025年有欠税"
    book.save(file)
    clerk.goes_to(f"{at}/sheet")
    page.get_by_label("Excel 文件").set_input_files(file)
    clerk.submits("上传并检查")
    clerk.submits("确认保存 2 户")
    assert [opinion(one, "shuiwu1", town.verbs).result for one in ids[3:]] == ["pass", "fail"]


def test_nine_departments_answer_a_round_and_the_group_decides(town: Town, tmp_path: Path) -> None:
    round_id = screening.opened(town.verbs, 2)
    at, found = place_of(round_id), list[str]()
    town.it_is(NINTH)
    for place, who in enumerate(NINE.values()):
        clerk = town.person(who)
        if place < 2:
            _answers_by_sheet(clerk, at, tmp_path / f"{who}.xlsx")
        else:
            _answers_at_once(clerk, at)
        clerk.goes_to(f"{at}/hand-in")
        clerk.submits("提交 2 户")
        found += clerk.faults
        clerk.page.context.close()
    screening.follow(town.verbs, round_id, NINTH)
    _group_decides(town, round_id, at)
    found += _is_judged(town, round_id, at)
    assert found == []


def _answers_at_once(clerk: Person, at: str) -> None:
    """The whole page ticked, one answer for all."""
    page = clerk.page
    clerk.goes_to(f"{at}/board")
    page.get_by_label("选择本页全部").check()
    page.get_by_label("批量结果").select_option("pass")
    page.get_by_label("查询日期").fill(JUNE.isoformat())
    clerk.submits("预览批量填写")
    clerk.submits("确认填写 2 户")


def _answers_by_sheet(clerk: Person, at: str, file: Path) -> None:
    page = clerk.page
    clerk.goes_to(f"{at}/sheet")
    with page.expect_download() as got:
        page.get_by_role("link", name="下载本部门的表格").click()
    got.value.save_as(file)
    book = load_workbook(file)
    book.worksheets[0]["G2"] = book.worksheets[0]["G3"] = "通过"
    book.save(file)
    page.get_by_label("Excel 文件").set_input_files(file)
    clerk.submits("上传并检查")
    clerk.submits("确认保存 2 户")


def _group_decides(town: Town, round_id: int, at: str) -> None:
    group = town.person("xiaozu1")
    group.goes_to("/meetings")
    group.fills({"kind": "leading_group", "number": "〔2026〕1号", "held_on": JUNE.isoformat()})
    group.submits("登记")
    group.goes_to(f"{at}/group")
    group.page.get_by_label("选择本页全部").check()
    expect(group.page.locator("[data-chosen]")).to_have_text("2")
    group.page.get_by_label("会议", exact=True).select_option(index=1)
    group.page.get_by_label("决定").select_option("approve")
    group.submits("预览决定")
    assert group.axe() == []
    group.submits("确认决定 2 户")
    assert [row.decision for row in candidates(round_id)] == ["approve", "approve"]
    assert group.faults == []


def _is_judged(town: Town, round_id: int, at: str) -> list[str]:
    """Every page of the round once with axe, the first of each person also on a telephone, by its width."""
    found: list[str] = []
    row = f"{at}/board/{candidates(round_id)[0].id}"
    pages = {
        "shuiwu1": (row, f"{at}/board", f"{at}/hand-in", f"{at}/batches", f"{at}/sheet", "/rounds"),
        "jinrong1": (f"{at}/matrix", f"{at}/group?state=all", at, f"{at}/supervision", f"{at}/group/agenda",
                     "/rounds/new", "/meetings"),
    }  # fmt: skip
    for who, addresses in pages.items():
        wide, narrow = town.person(who), town.person(who, narrow=True)
        found += [line for address in addresses for line in judge(wide, address)]
        found += [line for address in addresses[:3] for line in fits(narrow, address)]
        found += [*wide.faults, *narrow.faults]
    return found
