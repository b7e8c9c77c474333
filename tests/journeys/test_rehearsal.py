"""The rehearsal's journey: begin from a version, watch a term pass, see it red on the picture, go on to the end."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.test_clock import faults

pytestmark = [pytest.mark.browser, pytest.mark.once]
STEPS = (
    ("qualification_review", "资格审核通过"),
    ("due_diligence", "担保机构同意担保"),
    ("pre_loan_investigation", "贷前调查通过"),
    ("bank_acceptance", "银行批准"),
    ("disbursement", "已放款"),
)


def test_an_owner_rehearses_a_version(town: Town) -> None:
    owner = town.person("liucheng")
    owner.goes_to("/admin/rehearsals")
    assert not faults(owner, NARROW)
    owner.page.get_by_label("版本或草稿").select_option(label="创业担保贷款多审合一 第 1 版")
    owner.page.get_by_label("开始日期").fill("2026-03-02")
    owner.submits("开始演练")
    owner.sees("2026-03-02 09:00")
    owner.submits("快进 1 日")
    # The real form decides; what it lacks is said, and what was typed stays.
    owner.page.get_by_text("正式表单（可不填").click()
    owner.page.get_by_label("受理意见").fill("材料齐全")
    owner.submits("办理本环节")
    owner.sees("请选择“材料齐全”")
    assert owner.page.get_by_label("受理意见").input_value() == "材料齐全"
    owner.page.get_by_role("group", name="受理结论").get_by_label("材料齐全，予以受理").check()
    owner.submits("办理本环节")
    for _count in range(3):
        owner.submits("到下一事件")
    owner.page.locator("#diagram[data-drawn]").wait_for()
    late = owner.page.locator("#diagram .token-late")
    assert "超期" in (late.first.text_content() or "")
    assert owner.page.locator("#diagram [data-element-id=qualification_due].st-late").count()
    assert not faults(owner, NARROW, WIDE)
    address = owner.page.url.split("#")[0]
    for element, decision in STEPS:
        owner.goes_to(f"{address}?step={element}")
        # By the keyboard, as someone would who does it all day.
        owner.page.get_by_role("group", name=decision).get_by_label("是", exact=True).focus()
        owner.page.keyboard.press("Space")
        with owner.page.expect_navigation():
            owner.page.keyboard.press("Enter")
    owner.sees("演练已到达结束")
    assert not owner.faults
