"""The one view that completes every task: what it accepts, what it refuses, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from models import audit
from models.case_status import CaseStatus
from models.database import reading
from tests.webapp.knock import SignIn, number_of, paused, post, typed
from tests.world import World, answers, on

NORMAL = (
    "acceptance", "qualification_review", "due_diligence", "pre_loan_investigation", "bank_acceptance",
    "disbursement",
)  # fmt: skip
INCOMPLETE: dict[str, Any] = {
    "result": "incomplete",
    "items": [{"material": "business_licence", "problem": "不清晰", "requirement": "原件"}],
    "delivery_method": "direct",
    "delivered_on": date(2026, 3, 2),
}


def go(world: World, case_id: int, *elements: str) -> None:
    for element in elements:
        world.complete(case_id, element, answers(element))


def test_every_step_of_a_case_goes_through_the_one_view(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    for element in NORMAL:
        answer = post(sign_in, world, case_id, element)
        assert answer.status_code == 302, f"{element}: {answer.text}"
    assert world.status(case_id) == CaseStatus.DISBURSED
    with reading() as session:
        assert list(audit.verify(session)) == []


def test_the_other_ways_too(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(amount="200000.00", total_amount="200000.00", waiver_claimed=False)
    assert post(sign_in, world, case_id, "acceptance", **INCOMPLETE).status_code == 302
    assert post(sign_in, world, case_id, "supplement").status_code == 302
    go(world, case_id, *NORMAL[:4])
    secured = {"guarantee_type": "mortgage", "approved_amount": "200000"}
    assert post(sign_in, world, case_id, "bank_acceptance", **secured).status_code == 302
    extend = {
        "outcome": "extend", "procedure": "mortgage", "extension_days": 3, "extension_reason": "登记排期",
    }  # fmt: skip
    client, task_id = sign_in("yinhang1"), world.open_tasks(case_id)["counter_guarantee"]
    alone = sign_in("yinhang0").post(f"/tasks/{task_id}", data=extend)
    assert alone.status_code == 422 and "没有其他有审批权限的人员" in alone.text, (
        "her own request is a dead end"
    )
    answer = client.post(f"/tasks/{task_id}", data=extend)
    assert "延期申请已报部门负责人审批（" in client.get(answer.location).text
    page = sign_in("yinhang0").get(f"/cases/{number_of(case_id)}").text
    assert "登记排期" in page
    assert "3 个工作日" in page
    assert post(sign_in, world, case_id, "extension_approval").status_code == 302
    assert post(sign_in, world, case_id, "counter_guarantee").status_code == 302
    refused = {
        "outcome": "refused",
        "licence_status": "cancelled",
        "reason_codes": ["B04"],
        "reason_text": "注销",
    }
    task_id = world.open_tasks(case_id)["disbursement"]
    assert sign_in("yinhang2").post(f"/tasks/{task_id}", data=refused).status_code == 302
    (notice,) = world.open_tasks(case_id)
    answer = post(sign_in, world, case_id, notice, "yinhang1", reason_codes=["B04"])
    assert answer.status_code == 302, answer.text
    assert world.status(case_id) == CaseStatus.REFUSED


def test_after_a_task_comes_the_next_of_mine(world: World, sign_in: SignIn) -> None:
    first, second = world.submitted(), world.submitted()
    client = sign_in("renshe1")
    for case_id in (first, second):
        client.post(f"/tasks/{world.open_tasks(case_id)['acceptance']}/claim")
    other = world.open_tasks(second)["acceptance"]
    answer = client.post(f"/tasks/{world.open_tasks(first)['acceptance']}", data=typed("acceptance"))
    assert answer.location == f"/cases/{number_of(second)}?task={other}#form"
    assert "“受理审查”已办理" in client.get(answer.location).text
    assert client.post(f"/tasks/{other}", data=typed("acceptance")).location == "/tasks"


def test_a_faulty_form_comes_back_as_typed(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance")
    task_id = world.open_tasks(case_id)["qualification_review"]
    data = {"decision": "fail", "opinion": "意见已写<b>", "reason_text": ""}
    answer = sign_in("renshe2").post(f"/tasks/{task_id}", data=data)
    assert answer.status_code == 422
    assert "意见已写&lt;b&gt;" in answer.text
    assert 'id="err-sum"' in answer.text
    assert re.search(r'href="#reason_text"', answer.text)
    assert re.search(r'<textarea[^>]*aria-invalid="true"[^>]*id="reason_text"', answer.text)
    assert re.search(r'<input[^>]* checked[^>]*value="fail"', answer.text)
    assert world.status(case_id) == CaseStatus.QUALIFYING


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"{}", b""])
def test_a_body_that_is_no_form_is_a_faulty_form(world: World, sign_in: SignIn, body: bytes) -> None:
    task_id = world.open_tasks(world.submitted())["acceptance"]
    answer = sign_in("renshe1").post(f"/tasks/{task_id}", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert "请选择“受理结论”" in answer.text


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"rate": "4.51"}, "rate"),
        ({"approved_amount": "80000.01"}, "approved_amount"),
        ({"accepted_on": "2026-02-27"}, "accepted_on"),
        ({"counter_guarantee": "surety"}, "counter_guarantee"),
    ],
)
def test_what_a_rule_refuses_stands_at_its_question(
    world: World, sign_in: SignIn, over: dict[str, str], field: str
) -> None:
    case_id = world.submitted()
    go(world, case_id, *NORMAL[:4])
    answer = post(sign_in, world, case_id, "bank_acceptance", **over)
    assert answer.status_code == 422
    assert re.search(rf'id="err-sum".*href="#{field}"', answer.text, re.DOTALL)
    assert world.status(case_id) == CaseStatus.BANK_PENDING


def test_the_second_of_two_loses_nothing(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    go(world, case_id, "acceptance")
    mine = typed("acceptance", opinion="我已经写了很久")
    answer = sign_in("renshe2").post(f"/tasks/{task_id}", data=mine)
    assert answer.status_code == 409
    assert "我已经写了很久" in answer.text
    assert "钱二于 2026-03-02 09:00 办结" in answer.text
    again = sign_in("renshe1").post(f"/tasks/{task_id}", data=mine)
    assert again.status_code == 409
    assert "无需重复提交" in again.text


def test_a_task_that_another_holds(world: World, sign_in: SignIn) -> None:
    task_id = world.open_tasks(world.submitted())["acceptance"]
    sign_in("renshe1").post(f"/tasks/{task_id}/claim")
    other = sign_in("renshe2")
    assert other.post(f"/tasks/{task_id}/claim").status_code == 409
    answer = other.post(f"/tasks/{task_id}", data=typed("acceptance", opinion="写好的"))
    assert answer.status_code == 409
    assert "写好的" in answer.text
    assert "现由伊金霍洛旗人力资源和社会保障局 钱二办理" in answer.text
    draft = other.post(f"/tasks/{task_id}/draft", data={}, headers={"Accept": "application/json"})
    assert draft.status_code == 409
    assert draft.json is not None
    assert "已由他人签收" in draft.json["message"]


def test_the_investigator_does_not_approve_and_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, *NORMAL[:4])
    answer = post(sign_in, world, case_id, "bank_acceptance", "yinhang1", opinion="同意的意见")
    assert answer.status_code == 403
    assert "岗位分离" in answer.text
    assert "同意的意见" in answer.text
    assert world.status(case_id) == CaseStatus.BANK_PENDING


@pytest.mark.parametrize("who", ["dlt_renshe1", "youchu1", "danbao1", "shenqing", "yinhang1"])
@pytest.mark.parametrize("path", ["", "/draft", "/claim", "/release"])
def test_strangers_do_not_find_the_task(world: World, sign_in: SignIn, who: str, path: str) -> None:
    task_id = world.open_tasks(world.submitted())["acceptance"]
    client = sign_in(who)
    assert client.get(f"/tasks/{task_id}").status_code == 404
    assert client.post(f"/tasks/{task_id}{path}", data=typed("acceptance")).status_code == 404
    assert world.open_tasks(1) == {"acceptance": task_id}


@pytest.mark.parametrize("task", ["0", "999", "2147483647", "2147483648", "99999999999999999999", "x", "-1"])
def test_a_task_that_is_not_there(world: World, sign_in: SignIn, task: str) -> None:
    client = sign_in("renshe1")
    assert client.get(f"/tasks/{task}").status_code == 404
    # A number no database has does not even reach the view.
    assert client.post(f"/tasks/{task}", data={}).status_code in (404, 405)


def test_a_late_step_asks_for_the_reason(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance")
    with on(date(2026, 3, 13)):
        answer = post(sign_in, world, case_id, "qualification_review")
        assert answer.status_code == 422
        assert 'href="#late_reason"' in answer.text
        answer = post(sign_in, world, case_id, "qualification_review", late_reason="补充核查")
        assert answer.status_code == 302
        assert world.deadlines(case_id)["qualification"].late_reason == "补充核查"


def test_who_did_the_other_half_is_not_offered_the_step_and_reads_why(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, *NORMAL[:4])
    number, task_id = number_of(case_id), world.open_tasks(case_id)["bank_acceptance"]
    barred, why = sign_in("yinhang1"), "您已办理“贷前调查”，按岗位分离要求不能再办理本环节"
    page = barred.get(f"/cases/{number}?task={task_id}").text
    assert why in page and "签收并办理" not in page
    answer = barred.post(f"/tasks/{task_id}/claim")
    assert answer.status_code == 403 and why in answer.text
    head = sign_in("yinhang0").get(f"/cases/{number}?task={task_id}").text
    with reading() as session:
        ids = {name: world.user(session, name).id for name in ("yinhang1", "yinhang2")}
    assert f'<option value="{ids["yinhang2"]}"' in head and f'<option value="{ids["yinhang1"]}"' not in head
    assert "签收并办理" in sign_in("yinhang2").get(f"/cases/{number}").text


def test_sending_back_stands_among_the_other_acts_under_the_form(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance")
    number, client = number_of(case_id), sign_in("renshe2")
    client.post(f"/tasks/{world.open_tasks(case_id)['qualification_review']}/claim")
    for is_standing_still in (False, True):
        if is_standing_still:
            paused(world, case_id)
        page = client.get(f"/cases/{number}").text
        form, _line, acts = page.partition('id="more-h">更多操作')
        assert "提交并转下一步" in form and "退回…" not in form
        assert "退回…" in acts.partition("</section>\n</section>")[0]
