"""业务发起 at the doors: the page, the dynamic form of a task, drafts, conflicts, masks, REST, and the word 急件."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.workflow import UserTask
from processes.publication import Publication, store
from tests.drawn import ending, field, process, step, unforeseen, with_a_question
from tests.processes.test_general import region_id
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted
from tests.world import World

As = Callable[[str], Caller]
FILL: dict[str, Any] = {
    "claimant": "赵一",
    "claimant_id": "150627199001010005",
    "claimant_phone": "13900000000",
    "claim_item": "rent",
    "premises": "示例镇三号",
    "claim_amount": "8,000.00",
    "incurred_on": "2026-02-01",
    "has_claimed": "no",
    "bank_account": "6222000000000001",
}


@pytest.fixture
def venue(world: World) -> World:
    with transaction() as session:
        store(session, unforeseen(), {}, world.user(session, "liucheng"), Publication())
    return world


def _begin(client: FlaskClient, key: str = "subsidy_claim", **over: str) -> str:
    """Start a case on the page; its number."""
    with reading() as session:
        where = str(region_id(session))
    answer = client.post(f"/start/{key}", data={"title": "赵一的租金补贴", "region": where, **over})
    assert answer.status_code == 302, answer.text
    return answer.location.split("/")[2].split("#")[0].split("?")[0]


def _task(number: str) -> int:
    with reading() as session:
        query = select(UserTask.id).join(CaseFile, CaseFile.id == UserTask.case_id)
        return session.scalars(query.where(CaseFile.number == number, UserTask.status == "open")).one()


def test_the_page_offers_what_one_may_start(venue: World, sign_in: SignIn) -> None:
    clerk, applicant, stranger = sign_in("renshe1"), sign_in("shenqing"), sign_in("caizheng1")
    page = clerk.get("/start").text
    assert "场地活动登记" in page and "补贴申领（示例）" in page and "无人预见的业务。" in page
    page = applicant.get("/start").text
    assert "场地活动登记" not in page and "补贴申领（示例）" in page
    assert "目前没有由您发起的业务" in stranger.get("/start").text
    assert stranger.get("/start/subsidy_claim").status_code == 404
    assert stranger.post("/start/subsidy_claim", data={"title": "x"}).status_code == 404
    assert sign_in("liucheng").get("/start").status_code == 403
    one = applicant.get("/start/subsidy_claim").text
    assert "所在地区" in one and "diagram.bpmn" in one and "初审时限 5 个工作日" in one
    assert "所在地区" not in clerk.get("/start/subsidy_claim").text


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"title": ""}, "请填写“事项名称”"),
        ({"title": "甲" * 61}, "60"),
        ({"title": "a\x00b"}, "控制字符"),
        ({"region": ""}, "请选择“所在地区”"),
        ({"region": "999999"}, "无效"),
        ({"region": "x"}, "无效"),
    ],
)
def test_a_bad_start_is_refused_at_its_field(sign_in: SignIn, sent: dict[str, str], word: str) -> None:
    with reading() as session:
        good = {"title": "示例", "region": str(region_id(session))}
    answer = sign_in("shenqing").post("/start/subsidy_claim", data={**good, **sent})
    assert answer.status_code == 422 and word in answer.text
    with reading() as session:
        assert session.scalars(select(CaseFile)).all() == []


def test_the_drawn_form_asks_checks_and_keeps(sign_in: SignIn) -> None:
    applicant = sign_in("shenqing")
    number = _begin(applicant)
    task, place = _task(number), f"/cases/{number}"
    page = applicant.get(place).text
    assert "补贴申领（示例）" in page and "申领项目" in page and 'data-visible-when="claim_item=rent"' in page
    saved = applicant.post(
        f"/tasks/{task}/draft", data={**FILL, "claim_amount": "很多"}, headers={"Accept": "application/json"}
    )
    assert saved.status_code == 200
    assert 'value="很多"' in applicant.get(place).text
    wrong = applicant.post(f"/tasks/{task}", data={**FILL, "claimant_id": "150627199001010004"})
    assert wrong.status_code == 422 and "claimant_id-err" in wrong.text and "示例镇三号" in wrong.text
    missing = applicant.post(f"/tasks/{task}", data={**FILL, "premises": "", "has_claimed": "yes"})
    assert "请填写“经营场所地址”" in missing.text and "请填写“已享受补贴的情况”" in missing.text
    assert applicant.post(f"/tasks/{task}", data=FILL).status_code == 302
    again = applicant.post(f"/tasks/{task}", data=FILL)
    assert again.status_code == 409 and "示例镇三号" in again.text


def test_what_was_answered_is_masked_until_somebody_works_on_it(world: World, sign_in: SignIn) -> None:
    applicant, clerk = sign_in("shenqing"), sign_in("renshe1")
    number = _begin(applicant)
    applicant.post(f"/tasks/{_task(number)}", data=FILL)
    task, place = _task(number), f"/cases/{number}?tab=materials"
    private = ("150627199001010005", "13900000000", "6222000000000001")
    page = clerk.get(place).text
    assert "8,000.00 元" in page and "创业场地租金补贴" in page
    assert not any(one in page for one in private)
    shown = clerk.post(f"/cases/{number}/reveal", data={"reason": "核对身份"})
    assert all(one in shown.text for one in private)
    assert clerk.post(f"/cases/{number}/reveal", data={"reason": ""}).status_code == 422
    clerk.post(f"/tasks/{task}/claim")
    assert all(one in clerk.get(place).text for one in private)
    clerk.post(
        f"/tasks/{task}",
        data={"review_result": "return", "review_checks": ["identity"], "review_reason": "内部意见：缺合同"},
    )
    mine = applicant.get(place).text
    assert all(one in mine for one in private) and "内部意见" not in mine
    assert "内部意见" in clerk.get(place).text
    form = applicant.get(f"/cases/{number}").text
    assert 'value="示例镇三号"' in form and 'value="8000.00"' in form  # what was last answered


def test_an_urgent_step_says_so_in_words(venue: World, sign_in: SignIn) -> None:
    clerk, police = sign_in("renshe1"), sign_in("jingzhen1")
    number = _begin(clerk, "venue_event")
    sent = {"topic": "创业市集", "guests": "80", "held_on": "2026-03-20", "is_open": "no"}
    assert "急件" not in clerk.get(f"/cases/{number}").text
    assert clerk.post(f"/tasks/{_task(number)}", data=sent).status_code == 302
    assert "急件" in police.get("/tasks?scope=department").text
    assert "急件" in police.get(f"/cases/{number}").text
    assert clerk.get(f"/cases?scheme={'general'}").text.count(number) >= 1


def test_a_task_asks_the_database_no_more_often_for_being_drawn(venue: World, sign_in: SignIn) -> None:
    clerk = sign_in("renshe1")
    number = _begin(clerk, "venue_event")
    with counted() as drawn:
        clerk.post(f"/tasks/{_task(number)}", data={"topic": ""})
    other = venue.submitted()
    task = venue.open_tasks(other)["acceptance"]
    clerk.post(f"/tasks/{task}/claim")
    with counted() as built_in:
        clerk.post(f"/tasks/{task}", data={"result": ""})
    assert len(drawn) <= len(built_in) + 2


def test_a_program_starts_and_finishes_a_case(venue: World, caller: As) -> None:
    clerk, police = caller("renshe1"), caller("jingzhen1")
    offered = {one["key"]: one for one in clerk.get("/businesses")["businesses"]}
    assert offered["venue_event"]["first_steps"] == ["活动登记"] and offered["venue_event"]["regions"] == []
    assert caller("shenqing").get("/businesses")["businesses"][0]["regions"][0]["name"] == "伊金霍洛旗"
    assert clerk.post("/businesses/venue_event/cases", {"title": ""}, 422)["errors"]
    assert clerk.post("/businesses/venue_event/cases", {"title": "x", "region": "1"}, 422)["errors"]
    clerk.post("/businesses/nothing/cases", {"title": "x"}, 404)
    number = clerk.post("/businesses/venue_event/cases", {"title": "创业市集"}, 201)["number"]
    task = clerk.task(number, "register")
    form = clerk.get(f"/tasks/{task}")["form"]
    assert form["properties"]["guests"]["type"] == "integer" and "sponsor" in form["properties"]
    body = {"topic": "创业市集", "guests": 80, "held_on": "2026-03-20", "is_open": True, "sponsor": "坏"}
    refused = clerk.post(f"/tasks/{task}/complete", {"answers": body}, 422)
    assert set(refused["errors"]) == {"sponsor"}
    assert set(clerk.post(f"/tasks/{task}/complete", {"answers": {**body, "extra": 1}}, 422)["errors"]) == {
        "extra"
    }
    body["sponsor"] = "91150627MA0N12345Q"
    clerk.post(f"/tasks/{task}/complete", {"answers": body})
    line = police.get("/tasks", scope="department")["tasks"][0]
    assert (line["case"], line["is_urgent"]) == (number, True)
    police.post(f"/tasks/{line['id']}/complete", {"answers": {"safety_result": "ok"}})
    finance = caller("caizheng1")
    finance.post(f"/tasks/{finance.task(number, 'approve')}/complete", {"answers": {"paid_fee": "0"}})
    case = clerk.get(f"/cases/{number}")
    assert (case["status"], case["is_final"]) == (CaseStatus.COMPLETED, True)
    assert [one["element"] for one in case["answers"]] == ["register", "safety", "approve"]
    assert case["answers"][1]["answers"] == [
        {"field": "safety_result", "label": "检查结论", "kind": "choice", "text": "合格"}
    ]


def test_a_built_in_form_shows_what_was_drawn_behind_it(world: World, sign_in: SignIn) -> None:
    """受理审查 of 创业担保贷款 with one more question, on the page, refused at its field and kept."""
    with transaction() as session:
        bpmn, tables = with_a_question(
            "acceptance", field("visited", "是否已电话核实", "yes_no", required=True)
        )
        store(session, bpmn, tables, world.user(session, "liucheng"), Publication())
    task = world.open_tasks(world.submitted())["acceptance"]
    clerk = sign_in("renshe2")
    clerk.post(f"/tasks/{task}/claim")
    page = clerk.get(f"/tasks/{task}", follow_redirects=True).text
    assert (
        page.index("补充事项") > page.index("受理意见" if "受理意见" in page else "材料")
        and "extra_visited" in page
    )
    answer = clerk.post(f"/tasks/{task}", data={"result": "complete", "opinion": "齐全"})
    assert answer.status_code == 422 and "请选择“是否已电话核实”" in answer.text
    done = clerk.post(
        f"/tasks/{task}", data={"result": "complete", "opinion": "齐全", "extra_visited": "yes"}
    )
    assert done.status_code == 302
    with reading() as session:
        number = session.scalars(select(CaseFile.number)).one()
    assert "是否已电话核实" in clerk.get(f"/cases/{number}?tab=materials").text


def test_what_an_owner_writes_is_text_on_every_page(world: World, sign_in: SignIn) -> None:
    """A label is no markup, nowhere: form, errors, answers, list of businesses."""
    evil = '"><script>alert(1)</script>'
    asked = step(
        "ask",
        escape(evil, {'"': "&quot;"}),
        field("one", evil, required=True, help=evil),
        field("two", evil, "choice", required=True, choices=[["a", evil]]),
        field("three", evil, "choice", choices=[[f"o{number}", evil] for number in range(5)]),
    )
    bpmn = process(
        "hostile",
        escape(evil, {'"': "&quot;"}),
        {"人社部门": ["begin", "ask", "later", "finish"]},
        ['<bpmn:startEvent id="begin" />', asked, step("later", "后", field("four")), ending("finish")],
        "begin > ask\nask > later\nlater > finish",
    )
    with transaction() as session:
        store(session, bpmn, {}, world.user(session, "liucheng"), Publication())
    clerk = sign_in("renshe1")
    pages = [clerk.get("/start").text, clerk.get("/start/hostile").text]
    number = _begin(clerk, "hostile", title=evil)
    pages += [
        clerk.get(f"/cases/{number}").text,
        clerk.post(f"/tasks/{_task(number)}", data={"three": evil}).text,
    ]
    assert "o1" in pages[-1]
    clerk.post(f"/tasks/{_task(number)}", data={"one": evil, "two": "a"})
    pages += [clerk.get(f"/cases/{number}?tab={tab}").text for tab in ("materials", "map", "log", "audit")]
    pages += [
        clerk.get("/tasks?scope=department").text,
        sign_in("shenji").get(f"/cases/{number}?tab=audit").text,
    ]
    assert [index for index, page in enumerate(pages) if "<script>alert" in page] == []
    assert [index for index, page in enumerate(pages) if "&lt;script&gt;alert" not in page] == []


def test_the_applicant_withdraws_on_the_page(sign_in: SignIn) -> None:
    applicant = sign_in("shenqing")
    number = _begin(applicant)
    assert "撤回申请" in applicant.get(f"/cases/{number}").text
    assert applicant.post(f"/cases/{number}/withdraw", data={"reason": "不再需要"}).status_code == 302
    page = applicant.get(f"/cases/{number}").text
    assert "已撤回" in page and "文书" not in page
