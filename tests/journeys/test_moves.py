"""The journeys of 退回, 撤回 and repair: sent back across the block on a phone, taken back, moved by two owners."""

from __future__ import annotations

import os
from datetime import date

import pytest

from models.database import transaction
from processes import worklist
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import does, opens_task, typed
from tests.journeys.person import Person
from tests.journeys.test_clock import faults
from tests.moving_back import at_step, holders
from tests.webapp.knock import number_of

pytestmark = [pytest.mark.browser, pytest.mark.once]


def _keep(person: Person, name: str) -> None:
    """Pictures for whoever wants to look: SHOTS names the folder."""
    if folder := os.environ.get("SHOTS"):
        for width, size in (("wide", WIDE), ("narrow", NARROW)):
            person.page.set_viewport_size(size)
            person.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_a_bank_sends_back_and_a_clerk_recalls(town: Town) -> None:
    case_id = at_step(town.verbs, "bank_acceptance")
    bank = town.person("yinhang2", narrow=True)
    opens_task(bank, town, case_id, "bank_acceptance")
    bank.page.get_by_role("link", name="退回…").click()
    bank.sees("已办结并保留意见的分支：贷前调查")
    bank.sees("不能退回的环节")
    assert not faults(bank, NARROW, WIDE)
    _keep(bank, "send-back")
    bank.submits("退回")
    bank.page.locator("#err-sum").wait_for()
    bank.page.get_by_role("radio", name="尽职调查").check()
    bank.page.get_by_role("radio", name="依次重新办理").check()
    bank.page.get_by_label("退回理由").fill("请核实反担保")
    bank.submits("退回")
    bank.sees("已退回“尽职调查”")
    assert not faults(bank, NARROW)
    _keep(bank, "sent-back")
    # Whoever of the bank has looked at the case just before counts as a reader of what comes next.
    town.it_is(date(2026, 3, 3))
    guarantor = town.person("danbao1")
    opens_task(guarantor, town, case_id, "due_diligence")
    guarantor.sees("退回重新办理")
    guarantor.sees("已带入上次填写的内容，请核对后提交")
    _keep(guarantor, "returned")
    assert not faults(guarantor, NARROW, WIDE)
    again = does(town, case_id, "due_diligence", typed("due_diligence"))
    again.goes_to(f"/cases/{number_of(case_id)}")
    again.submits("撤回“尽职调查”")
    again.sees("已撤回“尽职调查”，请重新办理")
    assert holders(case_id) == {"due_diligence": "danbao1"}
    assert guarantor.faults == bank.faults == again.faults == []


def test_two_owners_repair_a_case(town: Town) -> None:
    case_id = at_step(town.verbs, "due_diligence")
    number = number_of(case_id)
    with transaction() as session:
        clerk = town.verbs.user(session, "danbao1")
        worklist.claim(session, town.verbs.open_tasks(case_id)["due_diligence"], clerk)
    town.it_is(date(2026, 3, 4))
    owner = town.person("liucheng")
    owner.goes_to("/repairs")
    assert not faults(owner, NARROW, WIDE)
    owner.page.get_by_label("案卷编号", exact=True).fill(number)
    owner.submits("打开")
    owner.page.locator("#diagram[data-drawn]").wait_for()
    assert not faults(owner, NARROW, WIDE)
    for now in ("尽职调查（现在）", "贷前调查（现在）"):
        owner.page.get_by_label(now).uncheck()
    owner.page.get_by_label("资格审核", exact=True).check()
    owner.submits("试算")
    owner.sees("已办结、将作废重办：资格审核")
    assert not faults(owner, NARROW, WIDE)
    _keep(owner, "repair-case")
    owner.page.get_by_label("调整理由").fill("误点符合，就业创业证已过期")
    owner.submits("提出调整")
    owner.sees("须由另一名有权人员复核")
    second = town.person("liucheng2")
    second.goes_to("/repairs")
    _keep(second, "repairs")
    second.page.get_by_role("link", name=f"{number}：流程位置调整").click()
    second.sees("复核结论")
    assert not faults(second, NARROW, WIDE)
    _keep(second, "repair-move")
    second.page.get_by_label("同意并执行").check()
    second.submits("提交复核结论")
    second.sees("已复核并执行")
    assert set(town.verbs.open_tasks(case_id)) == {"qualification_review"}
    assert owner.faults == second.faults == []
