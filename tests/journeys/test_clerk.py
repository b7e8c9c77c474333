"""The clerks' journeys: the whole normal case, 补正, refusal, lateness, and two clerks on one task."""

from __future__ import annotations

from datetime import date

import pytest

from models.case_status import CaseStatus
from models.database import reading
from models.deadline import Deadline
from processes.seed import SAMPLE_PASSWORD
from tests.journeys.application import fills_application
from tests.journeys.conftest import Town
from tests.journeys.office import does, opens_task, typed
from tests.journeys.person import Person
from tests.world import answers

pytestmark = pytest.mark.browser


def test_from_the_first_form_to_the_payout(town: Town) -> None:
    window = town.stranger()
    window.sign_in("renshe1", SAMPLE_PASSWORD)
    case_id = fills_application(window, town)
    for element in ("acceptance", "qualification_review"):
        does(town, case_id, element, typed(element)).sees("已办理")
    does(town, case_id, "due_diligence", typed("due_diligence"))
    does(town, case_id, "pre_loan_investigation", typed("pre_loan_investigation"))
    does(town, case_id, "bank_acceptance", typed("bank_acceptance"))
    cashier = does(town, case_id, "disbursement", typed("disbursement"))
    assert town.verbs.status(case_id) == CaseStatus.DISBURSED
    assert cashier.faults == []


def test_the_missing_list_goes_out_once_and_comes_back(town: Town) -> None:
    case_id = town.verbs.submitted()
    clerk = town.person("renshe1")
    opens_task(clerk, town, case_id, "acceptance")
    clerk.fills(
        {"result": "incomplete", "delivery_method": "direct", "delivered_on": "2026-03-02"}, "#p-form form"
    )
    clerk.presses("增加一行") if not clerk.page.locator("[name='items-0-problem']:visible").count() else None
    clerk.page.locator("[name='items-0-material']").first.select_option(index=1)
    clerk.fills({"items-0-problem": "复印件不清晰", "items-0-requirement": "重新提交一份"}, "#p-form form")
    clerk.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.SUPPLEMENTING
    town.it_is(date(2026, 3, 9))
    does(town, case_id, "supplement", typed("supplement"))
    does(town, case_id, "acceptance", typed("acceptance"))
    assert town.verbs.deadlines(case_id)["qualification"].start_on == date(2026, 3, 9)


def test_a_refusal_needs_reasons_and_ends_with_a_notice(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    clerk = does(town, case_id, "qualification_review", typed("qualification_review", decision="fail"))
    clerk.page.locator("#err-sum").wait_for()
    assert clerk.page.locator("#err-sum li").count() >= 1
    assert clerk.page.locator("[name='opinion']").input_value() == "符合条件"
    clerk.fills({"reason_codes": ["H01"], "reason_text": "不属于重点就业群体"}, "#p-form form")
    clerk.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.REFUSING
    notice = {"clause": "财金〔2023〕75号", "remedy": "可向本部门申诉", "delivery_method": "direct"}
    does(town, case_id, "refusal_notice_hrss", notice)
    assert town.verbs.status(case_id) == CaseStatus.REFUSED
    clerk.goes_to("/cases")
    assert clerk.sees("不符合条件（已通知）")


def test_a_late_review_is_red_and_asks_why(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    town.it_is(date(2026, 3, 13))
    clerk = town.person("renshe2")
    clerk.goes_to("/tasks?scope=department")
    assert clerk.sees("超期 2 日")
    opens_task(clerk, town, case_id, "qualification_review")
    clerk.fills(typed("qualification_review"), "#p-form form")
    with clerk.page.expect_navigation(
        timeout=5000
    ):  # what is missing is listed at once, nothing is to be confirmed
        clerk.button("提交并转下一步").click(no_wait_after=True)
    assert clerk.page.locator("#err-sum").inner_text().count("超期原因")
    clerk.fills({"late_reason": "需要实地核实经营情况"}, "#p-form form")
    clerk.submits("提交并转下一步")
    assert town.verbs.status(case_id) == CaseStatus.INVESTIGATING
    with reading() as session:
        clock = session.query(Deadline).filter_by(case_id=case_id, key="qualification").one()
    assert clock.late_reason == "需要实地核实经营情况"


def test_two_clerks_on_one_task(town: Town) -> None:
    """The second is told who was faster, and what he typed is still there."""
    case_id = town.verbs.submitted()
    first, second = town.person("renshe1"), town.person("renshe2")
    task_id = town.verbs.open_tasks(case_id)["acceptance"]
    opens_task(first, town, case_id, "acceptance")
    second.goes_to(f"/tasks/{task_id}")
    assert second.sees("办理中")
    first.fills(typed("acceptance"), "#p-form form")
    copy = Person(first.page.context.new_page())
    copy.goes_to(first.page.url)
    first.submits("提交并转下一步")
    copy.fills({"result": "complete", "opinion": "第二次提交的意见"}, "#p-form form")
    answer = copy.submits("提交并转下一步")
    assert answer is not None
    assert answer.status == 409
    assert copy.sees("第二次提交的意见")


def test_a_stranger_finds_nothing(town: Town) -> None:
    case_id = town.verbs.submitted()
    task_id = town.verbs.open_tasks(case_id)["acceptance"]
    stranger = town.person("dlt_renshe1")
    answer = stranger.goes_to(f"/tasks/{task_id}")
    assert answer is not None
    assert answer.status == 404
    assert stranger.sees("未找到")


def test_the_applicant_withdraws_and_everything_stops(town: Town) -> None:
    case_id = town.verbs.submitted(actor="shenqing")
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    applicant = town.person("shenqing")
    applicant.goes_to("/cases")
    applicant.page.locator("main a[href*='/cases/CD']").first.click()
    applicant.page.get_by_text("撤回申请").first.click()
    applicant.fills({"reason": "暂不需要贷款"}, "main")
    applicant.submits("撤回申请")
    assert town.verbs.status(case_id) == CaseStatus.WITHDRAWN
    assert town.verbs.open_tasks(case_id) == {}
