"""补贴申领: an applicant starts what nobody programmed, 人社 and 财政 finish it; a wrong ID number stops at its field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import reading
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import FORM_SCOPE, does
from tests.journeys.person import Person
from tests.journeys.test_clock import faults
from tests.webapp.test_general import FILL

pytestmark = [pytest.mark.browser, pytest.mark.once]
# Where a person who wants to look at the pages keeps their pictures.
PICTURES = os.environ.get("PICTURES", "")


def _picture(person: Person, name: str) -> None:
    if not PICTURES:
        return
    for size in (WIDE, NARROW):
        person.page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict to playwright
        person.page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)
    person.page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a TypedDict to playwright


def _starts(town: Town) -> Person:
    applicant = town.person("shenqing")
    applicant.goes_to("/start")
    assert faults(applicant, WIDE, NARROW) == []
    _picture(applicant, "start")
    applicant.page.get_by_role("link", name="发起“补贴申领（示例）”").click()
    applicant.page.locator("#diagram[data-drawn]").wait_for()
    assert faults(applicant, WIDE, NARROW) == []
    _picture(applicant, "begin")
    applicant.fills({"title": "赵一 创业场地租金补贴"})
    answer = applicant.submits("发起并填写")
    assert answer is not None and answer.status == 422
    applicant.page.locator("main [name=region]").select_option(label="伊金霍洛旗")
    applicant.submits("发起并填写")
    return applicant


def test_a_claim_goes_through_three_hands(town: Town) -> None:
    applicant = _starts(town)
    assert applicant.sees("补贴申领（示例）")
    premises = applicant.page.get_by_label("经营场所地址")
    assert not premises.is_visible()  # asked of one kind of claim only
    applicant.fills({**FILL, "claimant_id": "150627199001010004"}, FORM_SCOPE)
    assert premises.is_visible()
    answer = applicant.submits("提交并转下一步")
    assert answer is not None and answer.status == 422
    field = applicant.page.get_by_label("居民身份证号码")
    assert (
        field.get_attribute("aria-invalid") == "true"
        and "校验" in applicant.page.locator("#claimant_id-err").inner_text()
    )
    assert faults(applicant, WIDE, NARROW) == []
    _picture(applicant, "fill")
    field.fill(FILL["claimant_id"])
    applicant.submits("提交并转下一步")
    with reading() as session:
        case = session.scalars(select(CaseFile)).one()
        case_id, number = case.id, case.number
    clerk = does(
        town, case_id, "first_review", {"review_result": "pass", "review_checks": ["identity"]}, "renshe1"
    )
    clerk.goes_to(f"/cases/{number}?tab=materials")
    assert clerk.sees("8,000.00 元") and clerk.sees("初审（")
    assert faults(clerk, WIDE, NARROW) == []
    _picture(clerk, "answers")
    does(town, case_id, "recheck", {"recheck_result": "pass"}, "caizheng1")
    paid = {"paid_amount": "8000", "paid_on": "2026-03-02", "payment_voucher": "示例0001"}
    does(town, case_id, "payment", paid, "caizheng2")
    assert town.verbs.status(case_id) == CaseStatus.COMPLETED
    applicant.goes_to(f"/cases/{number}")
    assert applicant.sees("已办结")
