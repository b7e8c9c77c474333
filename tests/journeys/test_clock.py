"""The clock's journeys: a pause and its end, an extension on the last day and one day late, and “why this date”."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from models.case_status import CaseStatus
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import opens_task, typed
from tests.journeys.person import Person
from tests.world import answers

pytestmark = pytest.mark.browser
LARGE = {"amount": "200000.00", "total_amount": "200000.00", "waiver_claimed": False}
EXTEND = {
    "outcome": "extend",
    "procedure": "mortgage",
    "extension_days": 3,
    "extension_reason": "登记机构排期",
}


def faults(person: Person, *sizes: dict[str, int]) -> list[str]:
    """What axe and the ruler find on the page at these sizes, and what the browser complained of."""
    found = []
    for size in sizes:
        person.page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict to playwright
        found += person.axe()
        if person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append("wider than the window")
    person.page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a TypedDict to playwright
    return [f"{person.page.url} {line}" for line in found] + person.faults


def test_a_clerk_pauses_for_missing_materials_and_resumes(town: Town) -> None:
    case_id = town.verbs.submitted(actor="shenqing")
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    town.it_is(date(2026, 3, 4))
    clerk = town.person("renshe2")
    opens_task(clerk, town, case_id, "qualification_review")
    clerk.page.locator("summary", has_text="暂停计时").click()
    clerk.submits("暂停计时")
    assert clerk.page.locator("#err-sum").inner_text().count("请选择“暂停类型”")
    clerk.fills({"pause-kind": "supplement", "pause-reason": "营业场所证明已过期", "pause-limit_days": "10"})
    if not clerk.page.locator("[name='pause-items-0-problem']:visible").count():
        clerk.page.get_by_role("button", name="增加一行需补正的材料").click()
    rows = {"material": "premises_proof", "problem": "租赁合同已过期", "requirement": "1份"}
    clerk.fills({f"pause-items-0-{name}": text for name, text in rows.items()})
    clerk.fills({"pause-delivery_method": "electronic"})
    assert faults(clerk, NARROW) == []
    clerk.submits("暂停计时")
    assert clerk.page.locator(".pause-strip").inner_text().count("恢复后尚余 5 个工作日")
    assert clerk.page.get_by_role("button", name="提交并转下一步").is_disabled()
    assert faults(clerk, WIDE) == []
    applicant = town.person("shenqing")
    applicant.goes_to(clerk.page.url.split("?")[0])
    file = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
    applicant.page.get_by_label("文件（PDF、JPG、PNG、DOCX、XLSX）").set_input_files(file)  # type: ignore[arg-type]  # a FilePayload
    applicant.submits("补交")
    assert applicant.sees("材料已补交")
    town.it_is(date(2026, 3, 6))
    clerk.page.reload()
    clerk.fills({"resume-result": "材料已补齐"})
    assert clerk.page.locator("[name='resume-resumed_on']").input_value() == "2026-03-04"
    clerk.submits("恢复计时")
    assert clerk.sees("已恢复计时，截止日已重新计算")
    assert town.verbs.deadlines(case_id)["qualification"].due_on == date(2026, 3, 11)
    clerk.fills(typed("qualification_review"), "#p-form form")
    clerk.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.INVESTIGATING
    assert clerk.faults == []


def _asked_for_more_time(town: Town) -> int:
    """A loan accepted by the bank on Monday (5 days: to 9 March), its procedure asking for 3 days more."""
    case_id = town.verbs.submitted(**LARGE)
    for element in ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation"):
        town.verbs.complete(case_id, element, answers(element))
    terms = answers("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    town.verbs.complete(case_id, "bank_acceptance", terms)
    town.verbs.complete(case_id, "counter_guarantee", EXTEND)
    return case_id


def test_an_extension_is_approved_on_the_last_day_and_not_on_the_next(town: Town) -> None:
    in_time, too_late = _asked_for_more_time(town), _asked_for_more_time(town)
    head = town.person("yinhang0")
    town.it_is(date(2026, 3, 9), 23)
    opens_task(head, town, in_time, "extension_approval")
    head.fills(typed("extension_approval"), "#p-form form")
    head.submits("提交并转下一步")
    assert town.verbs.deadlines(in_time)["bank"].due_on == date(2026, 3, 12)
    town.it_is(date(2026, 3, 10), 0)
    opens_task(head, town, too_late, "extension_approval")
    assert head.sees("原时限已于 2026-03-09 届满，不能再批准延期")
    late = {**typed("extension_approval"), "late_reason": "审批人出差"}
    head.fills(late, "#p-form form")
    answer = head.submits("提交并转下一步")
    assert answer is not None and answer.status == 422
    assert head.page.locator("#err-sum").inner_text().count("原时限已届满，不能批准延期")
    assert town.verbs.deadlines(too_late)["bank"].due_on == date(2026, 3, 9)
    assert "extension_approval" in town.verbs.open_tasks(too_late), "nothing was changed"
    head.fills({"decision": "refuse"}, "#p-form form")
    head.submits("提交并转下一步")
    assert "counter_guarantee" in town.verbs.open_tasks(too_late)
    assert head.faults == []


def test_a_manager_asks_why_this_date(town: Town) -> None:
    town.it_is(date(2026, 9, 18))
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    manager = town.person("lingdao")
    manager.goes_to("/cases")
    manager.page.locator("main table a").first.click()
    side = manager.page.get_by_role("complementary", name="时限和办理过程")
    side.get_by_role("link", name="资格审核时限：为什么是这一天").click()
    assert manager.sees("资格审核时限：为什么是2026年9月29日")
    assert manager.page.locator(".count-month td.due b").inner_text() == "7止"
    holidays = manager.page.locator(".count-days tr.off", has_text="中秋节")
    assert re.findall(r"2026-09-\d\d", " ".join(holidays.all_inner_texts())) == [
        "2026-09-25",
        "2026-09-26",
        "2026-09-27",
    ]
    assert manager.sees("国庆节调休上班")
    assert faults(manager, WIDE, NARROW) == []
    manager.page.get_by_role("link", name="返回案卷").click()
    manager.page.locator("#p-clocks.active").wait_for()
    assert faults(manager, NARROW) == []
