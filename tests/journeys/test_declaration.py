"""The journey of a declaration: too early, in the window, 补正, the form check, and the notice of its result."""

from __future__ import annotations

from datetime import date

import pytest

from forms.application import declared_fields, steps_for
from models.case_status import CaseStatus
from models.database import transaction
from processes import message
from tests.credit import MAY, answers_f3, code
from tests.journeys.application import PIXEL, _fill_step
from tests.journeys.conftest import Town
from tests.journeys.office import opens_task
from tests.journeys.person import Person
from tests.register import blacklisted, listed
from tests.webapp.test_application import stored

pytestmark = pytest.mark.browser
KIND = "credit_enterprise"


def uploads(person: Person, *kinds: str) -> None:
    """One file for each of the kinds."""
    for kind in kinds:
        row = person.page.locator(f"#{kind}")
        row.locator("input[type=file]").set_input_files(
            {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": PIXEL}
        )
        with person.page.expect_navigation():
            row.get_by_role("button").last.click()


def declares(firm: Person) -> str:
    """Fill in F3 from the menu, without its papers; the number."""
    firm.goes_to("/")
    firm.page.get_by_role("link", name="信保贷申报").first.click()
    firm.page.get_by_role("link", name="新建申报").first.click()
    firm.submits("以“中小微企业”申报")
    fields = answers_f3(code(1), MAY, "2", reported_on="2026-04-20", signed_on="2026-04-20")
    for step in steps_for(KIND):
        _fill_step(
            firm, {name: value for name, value in fields.items() if name in declared_fields(step.form)}
        )
        firm.submits("保存并下一步")
    return firm.page.url.split("/")[4]


def test_a_firm_declares_and_learns_what_came_of_it(town: Town) -> None:
    town.it_is(date(2026, 4, 27))
    firm = town.person("shenqing")
    number = declares(firm)
    uploads(firm, "declaration_form", "enterprise_credit_report", "business_licence")
    firm.goes_to(f"/cases/{number}/application/review")
    firm.page.locator("#incomplete").check()
    answer = firm.submits("提交申请")
    assert answer is not None and answer.status == 422 and firm.sees("下次开放日期为2026年5月1日")
    town.it_is(MAY)
    firm.goes_to(f"/cases/{number}/application/review")
    firm.page.locator("#incomplete").check()
    firm.submits("提交申请")
    assert firm.sees("列入下一轮信用甄别")
    case_id = stored(number).id
    center = town.person("jinrong1")
    is_completed(town, firm, center, case_id, number)
    is_told(town, firm, center, case_id, number)
    assert firm.faults == center.faults == []


def is_completed(town: Town, firm: Person, center: Person, case_id: int, number: str) -> None:
    """The center asks for what is missing, the firm brings it, and the declaration waits for a round."""
    opens_task(center, town, case_id, "form_check")
    assert center.sees("系统核对结果") and center.axe() == []
    center.fills({"result": "incomplete", "delivery_method": "electronic"}, "#p-form form")
    center.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.SUPPLEMENTING

    firm.goes_to(f"/cases/{number}/application/materials")
    uploads(firm, "query_authorisation", "legal_id_card", "premises_proof")
    opens_task(firm, town, case_id, "supplement")
    firm.fills({"statement": "已补交三项材料", "confirmed": True}, "#p-form form")
    firm.submits("提交并转下一步")
    opens_task(center, town, case_id, "form_check")
    center.fills({"result": "in_order"}, "#p-form form")
    center.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.AWAITING_ROUND


def is_told(town: Town, firm: Person, center: Person, case_id: int, number: str) -> None:
    """The candidate has not passed: the firm reads why."""
    for name in ("round_opened", "screening_failed"):
        with transaction() as session:
            message.post(session, [case_id], name)
        town.verbs.fire_due()
    opens_task(center, town, case_id, "result_notice_screening")
    center.fills(
        {"reason_text": "税务局：纳税信用等级为C级。", "delivery_method": "electronic"}, "#p-form form"
    )
    center.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.NOT_PASSED
    firm.goes_to(f"/cases/{number}")
    firm.page.get_by_role("link", name="甄别结果告知书").click()
    assert firm.sees("2026年12月1日起") and firm.axe() == []


def test_the_pages_of_declarations_read_well_everywhere(town: Town) -> None:
    town.it_is(MAY)
    for narrow in (False, True):
        firm = town.person("shenqing", narrow)
        for place in ("/declarations", "/declarations/new"):
            firm.goes_to(place)
            assert firm.axe() == []
            width = firm.page.evaluate("document.documentElement.scrollWidth")
            assert width <= firm.page.viewport_size["width"]  # type: ignore[index]  # every window has a size


def test_a_firm_on_the_blacklist_cannot_declare_again(town: Town) -> None:
    """B-22: for good; it reads so while it types, and again when it submits."""
    town.it_is(MAY)
    blacklisted(town.verbs, listed(town.verbs, code(1)))
    firm = town.person("shenqing")
    number = declares(firm)
    uploads(firm, "declaration_form", "enterprise_credit_report", "business_licence")
    firm.goes_to(f"/cases/{number}/application/review")
    firm.page.locator("#incomplete").check()
    answer = firm.submits("提交申请")
    assert answer is not None and answer.status == 422 and firm.sees("黑名单") and firm.axe() == []
    assert stored(number).status == CaseStatus.DRAFT and firm.faults == []
