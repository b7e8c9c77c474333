"""A decision table in the browser: a cell is edited, the gap is seen and mended, an example is run; all of it in Chinese."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from models.database import reading, transaction
from models.draft import ProcessDraft
from processes import draft as drafts
from processes.workflow import newest_definition
from tests.journeys.conftest import Town
from tests.journeys.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.once]
ENGLISH = re.compile(r"[A-Za-z]{4,}")


def begun(town: Town) -> int:
    """A draft of 创业担保贷款 of the process owner."""
    with transaction() as session:
        owner = town.verbs.user(session, "liucheng")
        version = newest_definition(session, "combined_review").id
        return drafts.create_draft(session, owner, based_on=version).id


def types(owner: Person, row: int, text: str) -> None:
    """Into the first condition of a row, as one does: click, empty it, type."""
    owner.page.locator("#table-canvas tbody tr").nth(row).locator("td.input-cell").first.click()
    owner.page.keyboard.press("Control+a")
    owner.page.keyboard.press("Delete")
    owner.page.keyboard.type(text)
    owner.page.locator("#table-count").click()


def untranslated(owner: Person) -> list[str]:
    """What is shown in English: by the editor's own account, and in every title."""
    titles = owner.page.evaluate(
        "[...document.querySelectorAll('#table-canvas [title], #table-canvas [aria-label], .context-menu [title]')]"
        ".filter(e => !e.classList.contains('bjs-powered-by'))"
        ".flatMap(e => [e.title, e.getAttribute('aria-label')]).filter(Boolean)"
    )
    missing = owner.page.evaluate("import('/static/vendor/dmn.js').then(editor => [...editor.missing])")
    return [*missing, *(title for title in titles if ENGLISH.search(title) and "：" not in title)]


def test_an_owner_writes_a_rule_and_closes_its_gap(town: Town) -> None:
    draft_id, owner = begun(town), town.person("liucheng")
    owner.goes_to(f"/admin/drafts/{draft_id}/tables")
    owner.fills({"name": "补贴档次", "key": "level"})
    owner.submits("新建决策表")
    list_ = owner.page.locator("#table-list")
    expect(list_).to_contain_text("没有发现问题")
    types(owner, 0, "[1..50000]")
    expect(list_).to_contain_text("当 申请金额（元）=0 时没有规则")
    types(owner, 0, "高档")
    expect(list_).to_contain_text("如果是文本，请加英文双引号")
    mark = owner.page.locator("#table-canvas td.rule-index").first
    expect(mark).to_have_css("background-color", "rgb(253, 236, 234)")
    types(owner, 0, "<= 50000, > 50000")
    expect(list_).to_contain_text("没有发现问题")
    _tries_an_example(owner)
    _is_kept(draft_id, owner)
    _looks_right(owner, draft_id)


def _tries_an_example(owner: Person) -> None:
    owner.presses("添加用例")
    owner.page.get_by_label("第 1 个用例 申请金额（元）").fill("60000")
    owner.page.get_by_label("第 1 个用例 预期结果").fill("高档")
    owner.sees("✗ 不符：实际为 level_result=一般（第 1 行）")
    owner.page.get_by_label("第 1 个用例 预期结果").fill("一般")
    owner.sees("✓ 相符（第 1 行）")
    owner.sees("1 个用例，1 个相符，0 个不符")


def _is_kept(draft_id: int, owner: Person) -> None:
    owner.button("保存").click()
    expect(owner.page.locator("#table-state")).to_contain_text("已保存")
    with reading() as session:
        row = session.get_one(ProcessDraft, draft_id)
        assert "&lt;= 50000, &gt; 50000" in row.decisions["level.dmn"]
        assert row.tests["level"][0]["expected"] == {"level_result": "一般"}
        assert len(row.tests["counter_guarantee"]) == 8


def _looks_right(owner: Person, draft_id: int) -> None:
    """Every word Chinese, also in the menu of a cell; the mark of bpmn.io visible; nothing for axe to say."""
    owner.page.locator("#table-canvas tbody td.input-cell").first.click(button="right")
    owner.page.locator(".context-menu").wait_for()
    assert untranslated(owner) == []
    owner.page.keyboard.press("Escape")
    mark = owner.page.locator("#table-canvas .bjs-powered-by")
    expect(mark).to_be_visible()
    is_on_top = (
        "e => { const b = e.getBoundingClientRect();"
        " return e.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)); }"
    )
    mark.scroll_into_view_if_needed()
    assert mark.evaluate(is_on_top)
    owner.goes_to(f"/admin/drafts/{draft_id}/tables/counter_guarantee.dmn")
    owner.sees("8 个用例，8 个相符，0 个不符")
    assert owner.axe() == []
    owner.page.set_viewport_size({"width": 390, "height": 844})
    owner.sees("没有发现问题")
    assert owner.axe() == []
    assert not owner.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    owner.goes_to(f"/admin/drafts/{draft_id}/tables")
    assert owner.axe() == []
    assert owner.faults == []
