"""Pausing a clock on the page of its case: who may, what is told, what comes back as it was typed."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest

from models.database import reading
from models.deadline import PROMISE
from models.document import Document
from models.notification import Notification
from models.pause import Pause, PauseKind
from tests.webapp.knock import SignIn, number_of, paused
from tests.world import World, answers, on

PDF = b"%PDF-1.4\n%%EOF\n"
ASK = {
    "pause-kind": "supplement",
    "pause-reason": "营业场所证明已过期",
    "pause-limit_days": "10",
    "pause-items-0-material": "premises_proof",
    "pause-items-0-problem": "租赁合同已过期",
    "pause-items-0-requirement": "有效期内的合同1份",
    "pause-delivery_method": "direct",
}
INSPECT = {"pause-kind": "inspection", "pause-reason": "需实地核查"}
AGREE = {"decide-decision": "approve", "decide-decision_text": "同意核查"}
RESUME = {"resume-resumed_on": "2026-03-06", "resume-result": "材料已补齐"}


def accepted(world: World, **over: Any) -> int:
    case_id = world.submitted(**over)
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def claimed(world: World, sign_in: SignIn, case_id: int) -> tuple[Any, str]:
    """The clerk who has the review, and where he pauses it."""
    client, task_id = sign_in("renshe2"), world.open_tasks(case_id)["qualification_review"]
    client.post(f"/tasks/{task_id}/claim")
    return client, f"/tasks/{task_id}/pause"


def test_a_clerk_pauses_and_resumes(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    with on(date(2026, 3, 4)):
        client, place = claimed(world, sign_in, case_id)
        before = client.get(f"/cases/{number_of(case_id)}").text
        assert "暂停后办理时限停止计算；恢复后顺延相同的工作日数" in before
        assert "现截止日 2026-03-11（剩 5 日）" in before
        answer = client.post(place, data=ASK, follow_redirects=True)
        assert "已暂停计时，告知书已制发" in answer.text
        strip = re.sub(
            "<.*?>", "", re.findall(r'<section class="pause-strip".*?</section>', answer.text, re.S)[0]
        )
        assert "暂停计时（受理后补正材料）" in strip
        assert re.search(
            r"自 2026-03-04 的次日起停止计算，暂停期限至 2026-03-18.*；恢复后尚余 5 个工作日", strip
        )
        assert re.search(r'<button type="submit" class="btn btn-primary" disabled', answer.text)
        assert "资格审核时限 暂停计时" in answer.text
        assert client.post(place, data=ASK).status_code == 409, "the second click"
        refused = client.post(place.removesuffix("/pause"), data={"decision": "pass", "opinion": "意见已写"})
        assert (refused.status_code, "先恢复计时" in refused.text, "意见已写" in refused.text) == (
            422,
            True,
            True,
        )
    pause_id = world_pause(case_id).id
    with on(date(2026, 3, 6)):
        answer = client.post(f"/pauses/{pause_id}/resume", data=RESUME, follow_redirects=True)
        assert "已恢复计时" in answer.text
        twice = client.post(f"/pauses/{pause_id}/resume", data=RESUME)
        assert (twice.status_code, f'href="/cases/{number_of(case_id)}"' in twice.text) == (409, True)
    assert world.deadlines(case_id)["qualification"].due_on == date(2026, 3, 13)


def world_pause(case_id: int) -> Pause:
    with reading() as session:
        return (
            session.query(Pause).filter_by(case_id=case_id).order_by(Pause.id.desc()).first() or pytest.fail()
        )


FAULTS: list[tuple[dict[str, str], str, str]] = [
    ({"pause-kind": ""}, "pause-kind", "请选择"),
    ({"pause-kind": "holiday"}, "pause-kind", "选项无效"),
    ({"pause-reason": " "}, "pause-reason", "请填写"),
    ({"pause-limit_days": "21"}, "pause-limit_days", "1到20"),
    ({"pause-limit_days": "１e9"}, "pause-limit_days", "整数"),
    ({"pause-kind": "inspection", "pause-limit_days": "15"}, "pause-limit_days", "1 至 10"),
    ({"pause-items-0-problem": ""}, "pause-items-0-problem", "请填写"),
    ({"pause-delivery_method": ""}, "pause-delivery_method", "请选择"),
]


def test_a_faulty_request_comes_back_as_typed(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    client, place = claimed(world, sign_in, case_id)
    for over, at, message in FAULTS:
        answer = client.post(place, data={**ASK, "pause-reason": "事由<b>已写", **over})
        assert answer.status_code == 422, over
        assert re.search(f'href="#{at}">[^<]*{message}', answer.text), over
        assert "租赁合同已过期" in answer.text or "items-0-problem" in at
        assert "pause-reason" in at or "事由&lt;b&gt;已写" in answer.text
        assert re.search(r'<details class="mt-3" open', answer.text)
    assert not world.deadlines(case_id)["qualification"].is_paused


def test_rows_are_added_and_removed_without_a_script(world: World, sign_in: SignIn) -> None:
    client, place = claimed(world, sign_in, accepted(world))
    more = client.post(place, data={**ASK, "add_row": "pause-items"})
    assert (more.status_code, 'name="pause-items-1-problem"' in more.text) == (200, True)
    less = client.post(place, data={**ASK, "remove_row": "pause-items-0"})
    assert (less.status_code, "租赁合同已过期" in less.text) == (200, False)
    assert "营业场所证明已过期" in less.text


def test_the_head_of_the_department_decides_from_his_message(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    client, place = claimed(world, sign_in, case_id)
    assert "已报部门负责人审批" in client.post(place, data=INSPECT, follow_redirects=True).text
    assert client.post(place, data=INSPECT).status_code == 409
    assert not world.deadlines(case_id)["qualification"].is_paused
    number, decide = number_of(case_id), f"/pauses/{world_pause(case_id).id}/decide"
    assert client.post(decide, data=AGREE).status_code == 403
    head = sign_in("renshe0")
    assert "申请因现场核查暂停“资格审核”的计时，请审批" in head.get("/notifications").text
    page = head.get(f"/cases/{number}").text
    assert "暂停计时申请：资格审核" in page
    assert "需实地核查" in page
    faulty = head.post(decide, data={"decide-decision": "approve", "decide-decision_text": " "})
    assert (faulty.status_code, "请填写“审批意见”" in faulty.text) == (422, True)
    assert head.post(decide, data=AGREE).status_code == 302
    assert head.post(decide, data=AGREE).status_code == 409
    assert world.deadlines(case_id)["qualification"].is_paused
    assert world.deadlines(case_id)[PROMISE].is_paused
    place = re.findall(r'href="(/letters/\d+)">暂停计时告知书', head.get(f"/cases/{number}").text)[0]
    assert "办理人：孙三" in client.get(place).text, "who asked, not who agreed"


def test_a_refusal_leaves_the_clock_running(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    pause_id = paused(world, case_id, PauseKind.INSPECTION)
    data = {"decide-decision": "refuse", "decide-decision_text": "材料足以判断"}
    assert sign_in("renshe0").post(f"/pauses/{pause_id}/decide", data=data).status_code == 302
    page = sign_in("renshe2").get(f"/cases/{number_of(case_id)}").text
    assert "pause-strip" not in page
    assert "不同意现场核查暂停计时" in page
    assert 'aria-label="暂停计时"' in page, "he may ask again"


def test_the_address_of_a_refused_form_leads_to_the_case(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world)
    pause_id = paused(world, case_id)
    task_id = world.open_tasks(case_id)["qualification_review"]
    places = f"/tasks/{task_id}/pause", *(f"/pauses/{pause_id}/{verb}" for verb in ("resume", "documents"))
    client, stranger = sign_in("renshe2"), sign_in("shenqing")
    for place in places:
        assert client.get(place).location == f"/cases/{number_of(case_id)}"
    assert stranger.get(places[-1]).status_code == 404, "a case of others"
    assert client.get(f"/pauses/{pause_id}/decide").status_code == 403
    assert sign_in("renshe0").get(f"/pauses/{pause_id}/decide").status_code == 302
    assert client.get("/pauses/99999/resume").status_code == 404


@pytest.mark.parametrize("who", ["renshe1", "danbao1", "yinhang0", "shenqing"])
def test_nobody_else_pauses_or_resumes(world: World, sign_in: SignIn, who: str) -> None:
    case_id = accepted(world)
    _client, place = claimed(world, sign_in, case_id)
    other = sign_in(who)
    assert other.post(place, data=ASK).status_code == (409 if who == "renshe1" else 404)
    assert other.get(f"/cases/{number_of(case_id)}").text.count('aria-label="暂停计时"') == 0
    pause_id = paused(world, case_id)
    today = {**RESUME, "resume-resumed_on": "2026-03-02"}
    status = other.post(f"/pauses/{pause_id}/resume", data=today).status_code
    assert status == (403 if who == "renshe1" else 404)
    assert world.deadlines(case_id)["qualification"].is_paused


def test_a_wrong_day_comes_back_at_its_field(world: World, sign_in: SignIn) -> None:
    pause_id = paused(world, accepted(world))
    with on(date(2026, 3, 6)):
        client = sign_in("renshe2")
        for day in ("2026-03-01", "2026-03-07", "2026-02-30", ""):
            data = {"resume-resumed_on": day, "resume-result": "结果已写"}
            answer = client.post(f"/pauses/{pause_id}/resume", data=data)
            assert answer.status_code == 422, day
            assert 'href="#resume-resumed_on"' in answer.text
            assert "结果已写" in answer.text


def sent(kind: str = "premises_proof", content: bytes = PDF) -> dict[str, Any]:
    return {"data": {"kind": kind, "file": (io.BytesIO(content), "合同.pdf")}}


def test_the_applicant_sees_what_is_missing_and_brings_it(world: World, sign_in: SignIn) -> None:
    case_id = accepted(world, actor="shenqing")
    pause_id = paused(world, case_id)
    applicant, place = sign_in("shenqing"), f"/pauses/{pause_id}/documents"
    page = applicant.get(f"/cases/{number_of(case_id)}").text
    assert "请于 <b>2026-03-16</b>（含当日）前补齐下列材料" in page
    assert "租赁合同已过期" in page
    assert "恢复计时</button>" not in page
    for data, message in ((sent("id_card"), "告知书所列"), (sent(content=b"MZ"), "合同.pdf")):
        answer = applicant.post(place, **data)
        assert answer.status_code == 422
        assert message in answer.text
    with on(date(2026, 3, 5)):
        assert applicant.post(place, **sent()).status_code == 302
        assert applicant.post(place, **sent()).status_code == 302
    with reading() as session:
        assert session.query(Document).filter_by(case_id=case_id).count() == 2
        told = session.query(Notification).filter(Notification.text.contains("已补交“经营场所证明”")).all()
        assert [row.user_id for row in told] == [world.user(session, "renshe2").id], (
            "once, to who has the step"
        )
    with on(date(2026, 3, 6)):
        clerk = sign_in("renshe2")
        page = clerk.get(f"/cases/{number_of(case_id)}").text
        assert re.search(r'name="resume-resumed_on"[^>]*value="2026-03-05"', page), "the day of receipt"
        clerk.post(f"/pauses/{pause_id}/resume", data={**RESUME, "resume-resumed_on": "2026-03-05"})
        assert applicant.post(place, **sent()).status_code == 409
        page = applicant.get(f"/cases/{number_of(case_id)}").text
    assert "资格审核时限恢复计时，至 2026-03-16" in page
    assert "材料已补齐" not in page, "what the office wrote stays inside"


@pytest.mark.parametrize(("who", "status"), [("renshe1", 409), ("danbao1", 404), ("renshe2", 302)])
def test_who_else_brings_materials(world: World, sign_in: SignIn, who: str, status: int) -> None:
    pause_id = paused(world, accepted(world))
    assert sign_in(who).post(f"/pauses/{pause_id}/documents", **sent()).status_code == status


def test_the_letter_tells_what_is_missing_and_until_when(world: World, sign_in: SignIn) -> None:
    with on(date(2026, 12, 22)):
        case_id = accepted(world)
        paused(world, case_id)
        client = sign_in("renshe2")
        place = re.findall(
            r'href="(/letters/\d+)">暂停计时告知书', client.get(f"/cases/{number_of(case_id)}").text
        )
        letter = client.get(place[0]).text
    for words in ("暂停计时告知书", "创贷停〔2026〕00001号", "因需补正材料，自2026年12月22日的次日起",
                  "租赁合同已过期", "需补充完善的手续和资料）</p>", "10个工作日内，即2027年1月", "日（含当日）前（暂定",
                  "签收日期</th><td>　年　月　日", "（暂定，以国务院办公厅公布的节假日安排为准）", "送达回执"):  # fmt: skip
        assert words in letter


def test_a_paused_task_is_grey_in_the_lists_and_on_the_drawing(world: World, sign_in: SignIn) -> None:
    case_id, running = accepted(world), accepted(world)
    paused(world, case_id)
    client = sign_in("renshe2")
    client.post(f"/tasks/{world.open_tasks(running)['qualification_review']}/claim")
    page = client.get("/tasks").text
    assert re.search(r'class="light paused"[^>]*>暂停计时 1</a>', page)
    assert page.index(f">{number_of(running)}</a>") < page.index(f">{number_of(case_id)}</a>"), (
        "last in due order"
    )
    only = client.get("/tasks?light=paused").text
    assert f">{number_of(case_id)}</a>" in only
    assert f">{number_of(running)}</a>" not in only
    assert f"/cases/{number_of(running)}/deadlines/" in page
    states = client.get(f"/cases/{number_of(case_id)}/diagram.json").json
    assert states["qualification_review"] == {"level": "paused", "label": "暂停计时"}
