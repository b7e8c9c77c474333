"""A process owner changes a limit, adds a step of another department, sees what is wrong and steps back, in the browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Town
from tests.journeys.person import Person

# What an editor does in the browser does not depend on the database.
pytestmark = [pytest.mark.browser, pytest.mark.once]

_PATIENCE = 20_000
MISSING = "() => [...document.getElementById('studio').studio.missing]"
SELECT = """id => { const { modeler } = document.getElementById('studio').studio;
  modeler.get('selection').select(modeler.get('elementRegistry').get(id)); }"""
# A task is dropped onto a flow inside the lane of the guarantor, as the mouse would do it.
INSERT = """flow => { const { modeler } = document.getElementById('studio').studio;
  const registry = modeler.get('elementRegistry'), lane = registry.get('lane_guarantor');
  const task = modeler.get('elementFactory').createShape({ type: 'bpmn:UserTask' });
  const made = modeler.get('modeling').createShape(task, { x: lane.x + 240, y: lane.y + 60 }, registry.get(flow));
  modeler.get('modeling').updateProperties(made, { name: '担保机构复核' });
  modeler.get('selection').select(made);
  return made.id; }"""
REMOVE = """id => { const { modeler } = document.getElementById('studio').studio;
  modeler.get('modeling').removeElements([modeler.get('elementRegistry').get(id)]); }"""
RENAME = """name => { const { modeler } = document.getElementById('studio').studio;
  const [task] = modeler.get('elementRegistry').filter(each => each.type === 'bpmn:UserTask');
  modeler.get('modeling').updateProperties(task, { name }); }"""
UNFOLD = """() => document.querySelectorAll('.bio-properties-panel-group-header:not(.open)')
  .forEach(header => header.click())"""
UNCOVERED = """() => { const mark = document.querySelector('.bjs-powered-by').getBoundingClientRect();
  const top = document.elementFromPoint(mark.x + mark.width / 2, mark.y + mark.height / 2);
  return !!top.closest('.bjs-powered-by'); }"""

ELEMENTS = (
    "pool_combined_review", "lane_bank", "qualification_due", "withdrawal_received", "bank_refuses", "bank_has_refused",
    "counter_guarantee_rule", "flow_is_qualified__investigations_open", "flow_is_qualified__refusal_notice_hrss",
    "is_qualified", "investigations_open", "application_submitted", "withdrawn", "acceptance_due_reported", "supplement",
)  # fmt: skip


class Studio:
    """The editor as its owner uses it."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    def opens(self, name: str) -> None:
        """A draft of the version in force, by the page for it."""
        self.person.goes_to("/admin/drafts")
        self.page.get_by_role("link", name="新建草稿").first.click()
        choice = self.page.get_by_label("从哪个版本开始")
        value = choice.locator("option", has_text=name).first.get_attribute("value")
        choice.select_option(value)
        self.person.submits("新建草稿")
        self.kept()

    def checked(self, words: str) -> None:
        """Ask for the check and wait for its answer."""
        self.page.get_by_role("button", name="检查", exact=True).click()
        expect(self.page.locator("#studio-checked")).to_contain_text(words, timeout=_PATIENCE)

    def kept(self) -> None:
        """Wait until what was drawn is kept."""
        expect(self.page.locator("#studio-state")).to_contain_text("已保存", timeout=_PATIENCE)

    def selects(self, element: str) -> None:
        """Select an element."""
        self.page.evaluate(SELECT, element)

    def entry(self, name: str) -> Locator:
        """The input of one entry of the panel."""
        return self.page.locator(f"[data-entry-id='{name}'] :is(input, select, textarea)").first

    def opens_group(self, name: str) -> None:
        """Unfold a group of the panel."""
        header = self.page.locator(f"[data-group-id='group-{name}'] .bio-properties-panel-group-header")
        if "open" not in (header.get_attribute("class") or ""):
            header.click()

    def steps_back_to_the_beginning(self) -> None:
        """退回上一次保存, as often as it can be pressed."""
        back = self.page.get_by_role("button", name="退回上一次保存")
        for _ in range(12):
            if back.is_disabled():
                return
            back.click()
            expect(self.page.locator("#studio-state")).to_contain_text("已退回", timeout=_PATIENCE)

    def run(self, script: str, *given: Any) -> Any:
        """What the page's own editor answers."""
        return self.page.evaluate(script, *given)


@pytest.fixture
def studio(town: Town) -> Studio:
    return Studio(town.person("liucheng"))


def test_an_owner_draws_keeps_and_steps_back(studio: Studio) -> None:
    studio.opens("创业担保贷款多审合一")
    assert studio.run(UNCOVERED)
    _shortens_a_limit(studio)
    made = studio.run(INSERT, "flow_is_qualified__investigations_open")
    _fills_the_new_step(studio)
    studio.checked("检查通过")
    assert studio.person.axe() == []
    # it is still there after the page was left, and can be taken back then
    studio.page.reload()
    studio.kept()
    studio.selects(made)
    expect(studio.entry("studio-form")).to_have_value("drawn")
    studio.steps_back_to_the_beginning()
    studio.selects("qualification_review")
    expect(studio.entry("deadline-days")).to_have_value("7")
    assert studio.person.faults == []


def _shortens_a_limit(studio: Studio) -> None:
    """7 → 5 in one field: the timer, and the name that is drawn, follow; undone and done again, too."""
    page = studio.page
    page.locator("g.djs-element[data-element-id='qualification_review']").first.click()
    studio.entry("deadline-days").fill("5")
    label = page.locator("[data-element-id='qualification_due_label']")
    expect(label).to_contain_text("5 个工作日")
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(studio.entry("deadline-days")).to_have_value("7")
    page.get_by_role("button", name="重做", exact=True).click()
    expect(studio.entry("deadline-days")).to_have_value("5")
    page.keyboard.press("Control+s")
    studio.kept()


def _fills_the_new_step(studio: Studio) -> None:
    """One more department, with a form of its own and a term."""
    page = studio.page
    assert "担保机构" in page.locator("[data-entry-id='studio-lane']").inner_text()
    expect(studio.entry("studio-permission")).to_have_value("task:work")
    studio.entry("studio-status").select_option("qualifying")
    page.locator("[data-group-id='group-drawn-fields'] .bio-properties-panel-add-entry").click()
    studio.entry("field-0-label").fill("复核意见")
    studio.entry("field-0-kind").select_option("choice")
    studio.entry("field-0-choices").fill("agree=同意\ndisagree=不同意")
    studio.entry("field-0-choices").blur()
    page.get_by_role("button", name="添加法定时限").click()
    # the two days that are free now: with more, the check would say that the promise is broken
    studio.entry("deadline-days").fill("2")
    studio.entry("deadline-clause").fill("旗人民政府办公室通知")
    studio.entry("deadline-clause").blur()
    _reads_the_warnings(studio)
    expect(page.locator("#studio-list")).not_to_contain_text("依据条款", timeout=_PATIENCE)
    page.get_by_role("button", name="保存", exact=True).click()
    studio.kept()


def _reads_the_warnings(studio: Studio) -> None:
    meaning = studio.page.locator("[data-entry-id='deadline-warnings-meaning']")
    studio.entry("deadline-warnings").fill("-2=boss; 1=supervisor")
    expect(meaning).to_contain_text("提醒对象“boss”不存在")
    studio.entry("deadline-warnings").fill("-2=assignee; 1=assignee,supervisor; daily=supervisor")
    expect(meaning).to_contain_text(
        "到期前 2 个工作日提醒经办人；超期第 1 个工作日提醒经办人和部门负责人；超期后每个工作日提醒部门负责人。"
    )


def test_what_is_wrong_is_marked_listed_and_found(studio: Studio) -> None:
    page = studio.page
    studio.opens("创业担保贷款多审合一")
    studio.run(REMOVE, "flow_qualification_review__is_qualified")
    studio.checked("个问题，不能发布")
    line = page.locator("#studio-list li[data-element='qualification_review'] button").first
    expect(line).to_have_text("资格审核")
    line.click()
    drawn = "g.djs-element{}[data-element-id='qualification_review']"
    expect(page.locator(drawn.format(".studio-problem"))).to_have_count(1)
    expect(page.locator(drawn.format(".selected"))).to_have_count(1)
    _what_follows_is_told_once(studio)
    assert studio.person.axe() == []
    page.get_by_role("button", name="撤销", exact=True).click()
    # what was said of the drawing before holds no longer
    expect(page.locator("#studio-checked")).to_contain_text("已改动，正在重新检查")
    studio.checked("检查通过")
    _a_gateway_shows_its_exits(studio)
    _everything_is_chinese(studio)
    assert studio.person.faults == []


def _what_follows_is_told_once(studio: Studio) -> None:
    """The elements behind the missing flow are one line, after its causes, and carry a word on the canvas."""
    kinds = studio.page.locator("#studio-list li .badge").all_inner_texts()
    assert kinds.count("后果") == 1
    assert kinds[0] == "问题"
    assert "问题" not in kinds[kinds.index("后果") :]
    assert set(studio.page.locator(".studio-sign").all_inner_texts()) == {"走不到"}
    assert studio.page.locator("g.djs-element.studio-follows").count() > 10


def _a_gateway_shows_its_exits(studio: Studio) -> None:
    studio.selects("is_qualified")
    expect(studio.entry("exits-default")).not_to_have_value("")
    assert studio.page.locator("[data-entry-id^='exit-'] textarea").first.input_value()


def _everything_is_chinese(studio: Studio) -> None:
    """Every kind of element with its whole panel, the menus, the simulation."""
    page = studio.page
    for element in ELEMENTS:
        studio.selects(element)
        page.wait_for_timeout(30)
        page.evaluate(UNFOLD)
    page.locator("[data-action='create']").click()
    page.keyboard.press("Escape")
    page.locator(".bts-toggle-mode").click()
    titles = page.evaluate("[...document.querySelectorAll('[class*=bts-][title]')].map(e => e.title)")
    assert titles
    assert [title for title in titles if title.isascii()] == []
    assert page.locator(".bts-toggle-mode").inner_text().strip() == "走一走"
    page.locator(".bts-toggle-mode").click()
    assert studio.run(MISSING) == []


def test_an_old_window_is_told_and_loses_nothing(studio: Studio) -> None:
    page = studio.page
    studio.opens("补贴申领")
    newer = Studio(Person(page.context.new_page()))
    newer.person.goes_to(page.url)
    newer.kept()
    newer.run(RENAME, "新窗口")
    newer.page.keyboard.press("Control+s")
    expect(newer.page.locator("#studio-back")).to_be_enabled(timeout=_PATIENCE)
    studio.run(RENAME, "旧窗口")
    trouble = page.locator("#studio-trouble")
    expect(trouble).to_contain_text("已在另一个窗口保存过", timeout=_PATIENCE)
    assert studio.person.axe() == []
    with page.expect_download() as download:
        trouble.get_by_role("button", name="下载本窗口的流程图").click()
    assert "旧窗口" in download.value.path().read_text("utf-8")
    trouble.get_by_role("button", name="放弃本窗口的修改并刷新").click()
    studio.kept()
    assert page.locator("[data-element-id]", has_text="新窗口").count()
    assert studio.person.faults + newer.person.faults == []


def test_two_people_are_warned_and_a_telephone_looks(studio: Studio, town: Town) -> None:
    studio.opens("创业担保贷款多审合一")
    other = Studio(town.person("liucheng2"))
    other.opens("创业担保贷款多审合一")
    expect(other.page.locator("#studio-warnings")).to_contain_text("正在修改同一流程")
    narrow = town.person("liucheng", narrow=True)
    narrow.goes_to(studio.page.url)
    expect(narrow.page.locator("#studio-state")).to_have_text("只能查看", timeout=_PATIENCE)
    assert narrow.axe() == []
    assert studio.person.faults + other.person.faults + narrow.faults == []
