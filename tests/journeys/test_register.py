"""The register's journey: an exit without arrears, the blacklist with its receipts, and a loan that is refused afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.refusal import Refusal
from models.scheme import Scheme
from tests import register
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import FORM_SCOPE, does, opens_task
from tests.journeys.person import Person

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS", "")


@contextmanager
def looked_at(person: Person, name: str) -> Iterator[None]:
    """Both widths are free of what axe finds, and of a sideways scroll; a picture where SHOTS says."""
    yield
    for size in (WIDE, NARROW):
        person.page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict
        assert person.axe() == [], name
        width = person.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], (name, width)
        if SHOTS:
            person.page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)
    person.page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a plain dict
    assert person.faults == []


def test_exit_blacklist_and_a_new_application_refused(town: Town) -> None:
    operator = str(town.verbs.person()["id_number"])
    firm = register.listed(town.verbs, operator=operator)
    register.listed(town.verbs, register.TRADER_CODE, "示例小店", register.SOMEBODY)
    bank = town.person("yinhang1")
    with looked_at(bank, "register"):
        bank.goes_to("/register")
    bank.goes_to("/firms")
    bank.fills({"q": "示例商贸"})
    bank.submits("查询")
    bank.page.get_by_role("link", name="报告退出情形").click()
    bank.fills({"ground": "tax", "facts": "税务局系统查询，等级降为C。"})
    bank.submits("保存")
    (exit_case,) = register.cases(Scheme.CREDIT_EXIT, firm)
    town.verbs.complete(exit_case.id, "exit_check", register.CONFIRMED, "jinrong1")
    center = town.person("jinrong1")
    with looked_at(center, "exit"):
        opens_task(center, town, exit_case.id, "exit_announcement")
    assert "取消示例商贸有限公司" in center.page.locator("[name='title']").input_value()
    center.submits("提交并转下一步")
    opens_task(bank, town, exit_case.id, "exit_preservation")
    bank.fills(register.SECURED, FORM_SCOPE)
    bank.submits("提交并转下一步")
    assert town.verbs.status(exit_case.id) == "exited"
    with looked_at(center, "firm"):
        center.goes_to(f"/firms/{register.CODE}")
    center.page.get_by_role("link", name="建议列入黑名单").click()
    center.fills({"ground": "fraud", "facts": "虚构购销合同。", "evidence": "合同和流水。"})
    center.submits("保存")
    _decided(town, center, firm)
    _received(town, center, firm)
    bank.goes_to(f"/firms/{register.CODE}")
    assert bank.sees("本旗不再受理其创业担保贷款")
    with pytest.raises(Refusal, match="黑名单"):
        town.verbs.submitted()


def _decided(town: Town, center: Person, firm: int) -> None:
    (case,) = register.cases(Scheme.BLACKLISTING, firm)
    center.goes_to(f"/cases/{case.number}")
    opens_task(center, town, case.id, "blacklist_statement")
    said = {"result": "stated", "stated_on": "2026-03-02", "statement": "合同真实。"}
    center.fills(said, FORM_SCOPE)
    center.submits("提交并转下一步")
    register.prove(town.verbs, case.id)
    does(town, case.id, "blacklist_decision", register.decision(town.verbs), "xiaozu1")


def _received(town: Town, center: Person, firm: int) -> None:
    (case,) = register.cases(Scheme.BLACKLISTING, firm)
    tax = town.person("shuiwu1")
    with looked_at(tax, "blacklist"):
        tax.goes_to("/blacklist")
    tax.page.get_by_role("link", name=case.number).click()
    tax.page.get_by_role("link", name="签收通报").click()
    tax.fills({"measures": "停止退税优惠。"})
    tax.submits("保存")
    assert tax.sees("停止退税优惠。")
    center.goes_to(f"/cases/{case.number}")
    center.submits("催办 13 个部门")
    with looked_at(center, "circulation"):
        center.goes_to(f"/cases/{case.number}")
    center.page.get_by_role("row", name="伊金霍洛旗财政局").get_by_role("link").click()
    center.fills({"measures": "无", "received_on": "2026-03-02", "confirmed": True})
    center.submits("保存")
    opens_task(center, town, case.id, "blacklist_circulation")
    center.fills({"confirmed": True}, FORM_SCOPE)
    center.submits("提交并转下一步")
    assert center.sees("还有 12 个部门未签收")
