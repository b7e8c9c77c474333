"""The page of one case: who sees it, what of it, what it costs, and what may be done from it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from models import audit
from models.case_status import CaseStatus
from models.database import reading
from models.people import Permission, Role
from tests.examples import PERSON_ID, PHONE
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers, on

TOLD = {
    "result": "incomplete",
    "items": [{"material": "business_licence", "problem": "不清晰", "requirement": "原件扫描"}],
    "delivery_method": "direct",
    "delivered_on": date(2026, 3, 2),
}


def go(world: World, case_id: int, *elements: str) -> None:
    for element in elements:
        world.complete(case_id, element, answers(element))


@pytest.mark.parametrize("who", ["dlt_renshe1", "youchu1", "danbao1", "yinhang1", "shenqing"])
def test_strangers_do_not_find_the_case(world: World, sign_in: SignIn, who: str) -> None:
    case_id = world.submitted()
    client, place = sign_in(who), f"/cases/{number_of(case_id)}"
    assert client.get(place).status_code == 404
    assert client.get(f"{place}/diagram.json").status_code == 404
    assert client.post(f"{place}/withdraw", data={"reason": "x"}).status_code == 404
    assert client.post(f"{place}/reveal", data={"reason": "x"}).status_code == 404
    assert number_of(case_id) not in client.get("/cases").text
    assert world.status(case_id) == CaseStatus.SUBMITTED


@pytest.mark.parametrize("who", ["liucheng", "guanli"])
def test_people_without_cases_are_refused(world: World, sign_in: SignIn, who: str) -> None:
    assert sign_in(who).get(f"/cases/{number_of(world.submitted())}").status_code == 403


def test_the_next_office_sees_the_case_when_its_turn_comes(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance", "qualification_review")
    page = sign_in("danbao1").get(f"/cases/{number_of(case_id)}")
    assert page.status_code == 200
    assert "“尽职调查”尚未签收" in page.text
    assert sign_in("youchu1").get(f"/cases/{number_of(case_id)}").status_code == 404


def test_the_page_says_where_the_case_stands(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance")
    page = sign_in("renshe1").get(f"/cases/{number_of(case_id)}").text
    for words in ("资格审核中", "80,000.00 元 / 24 个月", "2026-03-02 起，7 个工作日，至 <b><a",
                  "内人社发〔2021〕22号第二条（资格审核，7个工作日）", "受理审查：材料齐全，予以受理"):  # fmt: skip
        assert words in page
    assert '<span class="light ok">资格审核时限 剩 7 日</span>' in page
    assert '<span class="light done">按时办结</span>' in page


def test_findings_have_words_and_clauses(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(
        other_loans=[{"kind": "operating", "bank": "示例银行", "amount": "1000.00", "balance": "1000.00"}]
    )
    go(world, case_id, "acceptance")
    page = sign_in("renshe2").get(f"/cases/{number_of(case_id)}").text
    assert re.search(r'light over">不符合</span> 本人及配偶没有豁免范围以外的其他贷款', page)
    assert re.search(r'light done">符合</span> 人群类别属于政策规定的重点就业群体', page)
    assert "财金〔2018〕22号" in page
    go(world, case_id, "qualification_review")
    assert "系统核对结果" not in sign_in("danbao1").get(f"/cases/{number_of(case_id)}").text


def test_personal_numbers_are_masked_except_to_who_works_on_the_case(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    client, place = sign_in("renshe1"), f"/cases/{number_of(case_id)}"
    page = client.get(f"{place}?tab=materials").text
    assert PERSON_ID not in page
    assert PHONE not in page
    assert "150627**********05" in page
    assert "139****0000" in page
    client.post(f"/tasks/{world.open_tasks(case_id)['acceptance']}/claim")
    page = client.get(place).text
    assert PERSON_ID in page
    assert PHONE in page
    assert PERSON_ID not in sign_in("renshe2").get(place).text


def test_showing_numbers_needs_a_reason_and_leaves_a_trace(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    client, place = sign_in("lingdao"), f"/cases/{number_of(case_id)}"
    answer = client.post(f"{place}/reveal", data={"reason": "  "})
    assert answer.status_code == 422
    assert "请填写查看原因" in answer.text
    assert PERSON_ID not in answer.text
    answer = client.post(f"{place}/reveal", data={"reason": "核对来信"})
    assert answer.status_code == 200
    assert PERSON_ID in answer.text
    assert PERSON_ID not in client.get(place).text
    trail = sign_in("shenji").get(f"{place}?tab=audit").text
    assert trail.count('data-label="事项">查看个人信息<') == 1
    assert "查看完整个人信息：核对来信" in trail
    with reading() as session:
        assert list(audit.verify(session)) == []


def test_only_auditors_read_the_whole_log(world: World, sign_in: SignIn) -> None:
    readers = {role for role in Role if Permission.AUDIT_READ in role.permissions}
    assert readers == {Role.AUDITOR}
    place = f"/cases/{number_of(world.submitted())}"
    assert 'id="t-audit"' in sign_in("shenji").get(place).text
    assert 'id="t-audit"' not in sign_in("renshe0").get(place).text
    assert 'id="t-audit"' not in sign_in("lingdao").get(place).text


def test_an_applicant_reads_offices_not_names_nor_opinions(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    go(world, case_id, "acceptance", "qualification_review")
    page = sign_in("shenqing").get(f"/cases/{number_of(case_id)}").text
    assert "伊金霍洛旗人力资源和社会保障局" in page
    assert "资格审核：已办理" in page
    for hidden in ("钱二", "孙三", "各环节意见", "资格审核：同意", "系统核对结果"):
        assert hidden not in page
    assert PERSON_ID in page
    states = sign_in("shenqing").get(f"/cases/{number_of(case_id)}/diagram.json").text
    assert "周五" not in states


def test_the_applicant_is_told_what_to_supplement(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    world.complete(case_id, "acceptance", answers("acceptance", **TOLD))
    client, place = sign_in("shenqing"), f"/cases/{number_of(case_id)}"
    page = client.get(place).text
    assert "营业执照：不清晰。要求：原件扫描" in page
    assert f'href="/cases/{number_of(case_id)}/' in page
    task_id = world.open_tasks(case_id)["supplement"]
    assert f'action="/tasks/{task_id}"' in page
    assert "等待申请人办理“补正材料”" in sign_in("renshe1").get(place).text
    done = client.post(f"/tasks/{task_id}", data={"statement": "已补", "confirmed": "yes"})
    assert done.status_code == 302


def test_withdrawing_needs_a_reason_and_a_right(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    go(world, case_id, "acceptance", "qualification_review")
    place = f"/cases/{number_of(case_id)}"
    assert "撤回申请" not in sign_in("danbao1").get(place).text
    assert sign_in("danbao1").post(f"{place}/withdraw", data={"reason": "x"}).status_code == 403
    client = sign_in("shenqing")
    answer = client.post(f"{place}/withdraw", data={"reason": ""})
    assert answer.status_code == 422
    assert "请填写“撤回原因”" in answer.text
    assert client.post(f"{place}/withdraw", data={"reason": "不再需要"}).location == place
    assert world.status(case_id) == CaseStatus.WITHDRAWN
    page = client.get(place).text
    assert "该案卷已办结：已撤回" in page
    assert "终止办理通知书" in page
    assert client.post(f"{place}/withdraw", data={"reason": "再次"}).status_code == 409


def test_the_window_withdraws_on_the_applicant_s_written_word(world: World, sign_in: SignIn) -> None:
    place = f"/cases/{number_of(world.submitted(actor='shenqing'))}"
    window, applicant = sign_in("renshe1").get(place).text, sign_in("shenqing").get(place).text
    assert window.count(">代申请人撤回<") == 2
    assert "须有申请人书面申请" in window
    assert applicant.count(">撤回申请<") == 2
    assert "代申请人撤回" not in applicant
    assert "须有申请人书面申请" not in applicant


def test_the_picture_and_its_words_agree(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance", "qualification_review")
    sign_in("danbao1").post(f"/tasks/{world.open_tasks(case_id)['due_diligence']}/claim")
    with on(date(2026, 3, 9)):
        client, place = sign_in("renshe1"), f"/cases/{number_of(case_id)}"
        states = client.get(f"{place}/diagram.json").json
        assert states is not None
        assert states["acceptance"] == {"level": "done"}
        assert states["due_diligence"] == {"level": "late", "label": "办理中 · 超期 2 日"}
        assert "supplement" not in states
        page = client.get(f"{place}?tab=map").text
        assert "人社部门：受理审查，已办" in page
        assert "担保机构：尽职调查，办理中 · 超期 2 日" in page
        assert "申请人：补正材料，未到" in page


def test_a_closed_case_says_so_once_and_reads_its_drawing_aloud(world: World, sign_in: SignIn) -> None:
    case_id, client = world.submitted(actor="shenqing"), sign_in("renshe1")
    place = f"/cases/{number_of(case_id)}"

    def head_and_words() -> tuple[str, bool]:
        page = client.get(place).text
        head = re.search(r'<div class="case-head">(.*?)</div>', page, re.DOTALL)
        assert head is not None
        return head[1], '<details class="mt-2" open><summary>流程图的文字说明' in page

    head, is_open = head_and_words()
    assert (head.count("受理审查"), head.count("已提交"), is_open) == (1, 1, False)
    client.post(f"{place}/withdraw", data={"reason": "不再需要"})
    head, is_open = head_and_words()
    assert (head.count("已撤回"), is_open) == (1, True)


def test_the_drawing_is_handed_out_to_signed_in_people(world: World, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    page = client.get(f"/cases/{number_of(world.submitted())}").text
    source = re.search(r'data-src="(/processes/\d+/diagram\.bpmn)"', page)
    assert source is not None
    answer = client.get(source[1])
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "bpmn:definitions" in answer.text
    assert client.get("/processes/999/diagram.bpmn").status_code == 404
    assert client.application.test_client().get(source[1]).status_code == 302


def test_the_page_asks_the_same_number_of_questions_however_long_the_story(
    world: World, sign_in: SignIn
) -> None:
    young, old = world.submitted(), world.submitted()
    for _ in range(3):
        world.complete(old, "acceptance", answers("acceptance", **TOLD))
        go(world, old, "supplement")
    go(world, old, "acceptance", "qualification_review", "due_diligence", "pre_loan_investigation")
    client = sign_in("lingdao")
    counts = []
    for case_id in (young, young, old):
        with counted() as asked:
            assert client.get(f"/cases/{number_of(case_id)}").status_code == 200
        counts.append(len(asked))
    assert counts[1] == counts[2]
    # 24 and: who else is here 1, opinions asked for 1, remarks, copies, urging and follow-up 4, orders 1.
    assert counts[1] <= 31


@pytest.mark.parametrize(
    "query", ["task=x", "task=99999999999999999999", "task=", "tab=nonsense", "task=-1&tab=map"]
)
def test_odd_addresses_show_the_case(world: World, sign_in: SignIn, query: str) -> None:
    place = f"/cases/{number_of(world.submitted())}"
    assert sign_in("renshe1").get(f"{place}?{query}").status_code == 200
