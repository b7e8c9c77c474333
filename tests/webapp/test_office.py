"""Tests of the office's operations at the doors: pages, REST and command line."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.database import reading, transaction
from models.pause import PauseKind
from models.people import User
from models.task_review import ReviewKind, TaskSubmission
from models.workflow import DONE
from processes import pause, withdrawal, worklist
from tests.migrating import applied, planned, version_of
from tests.offices import Office
from tests.webapp.knock import SignIn, counted, number_of, typed
from tests.webapp.test_task_moved import asked_more
from tests.world import World, on
from webapp import review_door

BEFORE, AFTER = ReviewKind.BEFORE, ReviewKind.AFTER
SECRET = "符合条件，拟同意"


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    made = Office(world)
    made.does("renshe2", worklist.claim)
    return made


def hand_in(office: Office, client: FlaskClient, **over: Any) -> Any:
    return client.post(
        f"/tasks/{office.task_id}", data=typed("qualification_review", **{"opinion": SECRET, **over})
    )


def sealed(office: Office) -> bool:
    with reading() as session:
        is_kept = session.get(TaskSubmission, office.task_id) is not None
    assert is_kept == office.row().is_sealed
    return is_kept


def answer(office: Office, who: str, agrees: bool = True, opinion: str = "") -> review_door.Settled:
    with reading() as session:
        user = office.world.user(session, who)
        review_id = next(row.id for row in office.rows() if row.reviewer_id == user.id and row.is_waiting)
    return review_door.answer(review_id, agrees, opinion, user)


def test_nobody_submits_before_the_opinions_before_him_are_in(office: Office, sign_in: SignIn) -> None:
    clerk = sign_in("renshe2")
    sent = {
        "reviewer-reviewer": office.id("danbao1"),
        "reviewer-when": "before",
        "reviewer-question": "可否担保？",
    }
    refused = clerk.post(f"/tasks/{office.task_id}/reviewers", data=sent)
    assert refused.status_code == 422 and "可否担保？" in refused.text
    sent["reviewer-reviewer"] = office.id("renshe1")
    assert clerk.post(f"/tasks/{office.task_id}/reviewers", data=sent).status_code == 302
    assert clerk.post(f"/tasks/{office.task_id}/reviewers", data=sent).status_code == 409
    page = clerk.get(f"/cases/{number_of(office.case_id)}").text
    asking = page[page.index('name="reviewer-reviewer"') :]
    assert "提交前会签尚有 1 人没有答复" in page and "钱二" not in asking[: asking.index("</select>")]
    blocked = hand_in(office, clerk)
    assert blocked.status_code == 422 and SECRET in blocked.text and "会签意见没有办结" in blocked.text
    colleague = sign_in("renshe1")
    review_id = office.rows()[0].id
    asked = colleague.get(f"/cases/{number_of(office.case_id)}").text
    assert "请您会签：资格审核" in asked and "可否担保？" in asked
    prefix = f"answer-{review_id}-"
    no_reason = colleague.post(f"/reviews/{review_id}/answer", data={f"{prefix}decision": "disagreed"})
    assert no_reason.status_code == 422 and "不同意的，请填写理由" in no_reason.text
    assert clerk.post(f"/reviews/{review_id}/answer", data={f"{prefix}decision": "agreed"}).status_code == 404
    given = {f"{prefix}decision": "disagreed", f"{prefix}opinion": "社保断缴"}
    assert colleague.post(f"/reviews/{review_id}/answer", data=given).status_code == 302
    assert colleague.post(f"/reviews/{review_id}/answer", data=given).status_code == 409
    page = clerk.get(f"/cases/{number_of(office.case_id)}").text
    assert "社保断缴" in page and "钱二在提交前会签中不同意。提交后不能修改" in page
    assert hand_in(office, clerk).status_code == 302 and office.row().status == DONE
    office.holds()


def test_a_submission_waits_sealed_and_the_last_agreement_carries_it_out(
    office: Office, sign_in: SignIn
) -> None:
    clerk = sign_in("renshe2")
    for who in ("renshe1", "renshe0"):
        office.ask(who, AFTER)
    due = office.row().due_at
    assert hand_in(office, clerk).status_code == 302
    assert sealed(office) and "due_diligence" not in office.world.open_tasks(office.case_id)
    assert office.row().due_at == due and SECRET.encode() not in office.submitted()
    assert hand_in(office, clerk).status_code == 409
    for path, data in (
        ("draft", {}),
        ("set-aside", {"aside-until": "2026-03-05", "aside-reason": "无"}),
        ("reassign", {"reassign-assignee": office.id("renshe1"), "reassign-reason": "无"}),
    ):
        assert clerk.post(f"/tasks/{office.task_id}/{path}", data=data).status_code == 409, path
    asked = sign_in("renshe1").get(f"/cases/{number_of(office.case_id)}").text
    assert SECRET in asked and "办理中。</p>" not in asked
    assert not answer(office, "renshe1").is_carried and sealed(office)
    assert answer(office, "renshe0").is_carried and not sealed(office)
    row = office.row()
    assert row.status == DONE and row.done_by_id == office.id("renshe2") and row.open_reviews == 0
    assert "due_diligence" in office.world.open_tasks(office.case_id)
    assert office.log("task.submitted") == ["孙三提交“资格审核”，待 2 人会签后生效"]
    assert clerk.post(f"/tasks/{office.task_id}/recall").status_code == 302
    office.task_id = office.world.open_tasks(office.case_id)["qualification_review"]
    page = clerk.get(f"/cases/{number_of(office.case_id)}").text
    assert "提交会签</button>" in page and page.count("已撤回，不再作为依据") == 3
    assert "提交后重新送" in office.log("review.asked_again")[0]
    assert hand_in(office, clerk, opinion="重新核查，拟同意").status_code == 302 and sealed(office)
    assert "due_diligence" not in office.world.open_tasks(office.case_id)
    office.holds()


def test_a_disagreement_brings_it_back_and_all_are_asked_anew(office: Office, sign_in: SignIn) -> None:
    clerk = sign_in("renshe2")
    for who in ("renshe1", "renshe0"):
        office.ask(who, AFTER)
    hand_in(office, clerk)
    answer(office, "renshe1")
    answer(office, "renshe0", False, "材料存疑")
    assert not sealed(office) and office.draft("renshe2") is not None
    page = clerk.get(f"/cases/{number_of(office.case_id)}").text
    assert "上次提交的内容已退回修改：李四不同意：材料存疑" in page and SECRET in page
    assert [state for _kind, state in office.reviews()] == ["agreed", "disagreed", "planned", "planned"]
    # 减签, and 撤回提交 by himself.
    hand_in(office, clerk)
    assert clerk.post(f"/tasks/{office.task_id}/withdraw-submission").status_code == 302
    assert not sealed(office)
    hand_in(office, clerk)
    answer(office, "renshe1")
    last = next(row.id for row in office.rows() if row.is_waiting)
    assert sign_in("renshe1").post(f"/reviews/{last}/remove").status_code == 403
    assert clerk.post(f"/reviews/{last}/remove").status_code == 302
    assert office.row().status == DONE and not sealed(office)
    office.holds()


def test_what_no_longer_holds_goes_back_with_its_reason(office: Office, sign_in: SignIn) -> None:
    """Late, paused, another form, a submitter who has left: the reviewer's answer counts, and nothing is carried out."""
    clerk = sign_in("renshe2")
    office.ask("renshe1", AFTER)
    hand_in(office, clerk)
    with on(date(2026, 4, 1)):
        late = answer(office, "renshe1")
        assert "超期原因" in late.returned and not sealed(office)
        assert any("超期原因" in text for text in office.told("renshe2"))
        clerk = sign_in("renshe2")
        assert hand_in(office, clerk, late_reason="等待会签").status_code == 302
    with transaction() as session:
        session.get_one(User, office.id("renshe2")).is_active = False
    with on(date(2026, 4, 1)):
        assert "已停用" in answer(office, "renshe1").returned
    assert office.row().status == "open"
    with transaction() as session:
        session.get_one(User, office.id("renshe2")).is_active = True
    office.holds()


def test_another_form_brings_a_submission_back(office: Office, sign_in: SignIn) -> None:
    office.ask("renshe1", AFTER)
    hand_in(office, sign_in("renshe2"))
    applied(office.world, planned(office.world, asked_more()))
    assert version_of(office.case_id) == 2 and not sealed(office)
    assert office.row().open_reviews == 1 and any("表单已改变" in text for text in office.told("renshe2"))
    office.holds()


def test_a_withdrawn_case_leaves_nothing_hanging(office: Office, sign_in: SignIn) -> None:
    for who, when in (("renshe1", AFTER), ("renshe0", AFTER)):
        office.ask(who, when)
    hand_in(office, sign_in("renshe2"))
    with transaction() as session:
        withdrawal.withdraw(session, office.case_id, office.world.user(session, "renshe1"), "不再申请")
    assert not sealed(office) and [state for _kind, state in office.reviews()] == ["lapsed"] * 2
    assert any("无需再答复会签" in text for text in office.told("renshe0"))
    review_id = office.rows()[0].id
    gone = sign_in("renshe1").post(
        f"/reviews/{review_id}/answer", data={f"answer-{review_id}-decision": "agreed"}
    )
    assert gone.status_code == 409
    office.holds()


def test_the_pages_keep_what_was_typed_and_refuse_strangers(office: Office, sign_in: SignIn) -> None:
    clerk, task = sign_in("renshe2"), f"/tasks/{office.task_id}"
    bad = {
        "reassign": {"reassign-assignee": "999999", "reassign-reason": "因病休假"},
        "delegate": {"delegate-delegate": "²", "delegate-question": "因病休假"},
        "reviewers": {"reviewer-when": "never", "reviewer-question": "因病休假"},
        "set-aside": {"aside-until": "2026-13-45", "aside-reason": "因病休假"},
    }
    for path, data in bad.items():
        refused = clerk.post(f"{task}/{path}", data=data)
        assert refused.status_code == 422 and "因病休假" in refused.text, path
        assert clerk.get(f"{task}/{path}").status_code == 302
        assert sign_in("danbao1").post(f"{task}/{path}", data=data).status_code == 404
    for path in ("take-back", "take-up", "withdraw-submission", "hand-back"):
        sent = clerk.post(f"{task}/{path}", data={"back-opinion": "无"})
        assert sent.status_code == 409, path
    assert clerk.post("/reviews/999/answer").status_code == 404
    page = clerk.get(f"/cases/{number_of(office.case_id)}").text
    assert "办理操作" in page and "办理时限照常计算" in page
    assert "办理操作" not in sign_in("renshe1").get(f"/cases/{number_of(office.case_id)}").text
    good = {"delegate-delegate": office.id("renshe1"), "delegate-question": "请核实社保"}
    assert clerk.post(f"{task}/delegate", data=good).status_code == 302
    delegate = sign_in("renshe1")
    page = delegate.get(f"/cases/{number_of(office.case_id)}").text
    assert "交回孙三" in page and "由委派人提交" in page and "办理操作" not in page
    assert hand_in(office, delegate).status_code == 409
    # 交回 beside the form of the step: what stands there, never saved, goes along.
    beside = {"opinion": "社保已核实", "draft_revision": "0", "draft_tab": "tab1"}
    empty = delegate.post(f"{task}/hand-back", data=beside)
    assert empty.status_code == 422 and "社保已核实" in empty.text and office.draft("renshe1") is None
    assert delegate.post(f"{task}/hand-back", data={**beside, "back-opinion": "正常"}).status_code == 302
    assert (office.draft("renshe2") or {})["opinion"] == "社保已核实"
    aside = {"aside-until": "2026-03-05", "aside-reason": "等材料"}
    assert clerk.post(f"{task}/set-aside", data=aside).status_code == 302
    assert "已挂起" in clerk.get(f"/cases/{number_of(office.case_id)}").text
    assert hand_in(office, clerk).status_code == 422
    assert sign_in("renshe0").post(f"{task}/take-up").status_code == 302


def test_heads_hand_over_and_administrators_read_numbers(office: Office, sign_in: SignIn) -> None:
    head, admin, leaver = sign_in("renshe0"), sign_in("guanli"), office.id("renshe2")
    number, department = number_of(office.case_id), office.row().department_id
    assert "孙三" in head.get("/handover").text and number in head.get(f"/handover/{leaver}").text
    numbers = f"/admin/handover/{leaver}/{department}"
    assert "孙三" in admin.get("/admin/handover?q=孙").text and number not in admin.get(numbers).text
    assert head.get("/admin/handover").status_code == 403 and admin.get("/handover").status_code == 403
    assert sign_in("danbao0").get(f"/handover/{leaver}").status_code == 404
    refused = head.post(
        f"/handover/{leaver}", data={"successor": office.id("danbao1"), "reason": "调离本单位"}
    )
    assert refused.status_code == 422 and "调离本单位" in refused.text
    done = admin.post(numbers, data={"successor": office.id("renshe1"), "reason": "调离"})
    assert done.status_code == 200 and number not in done.text and "已移交 <b>1</b> 项" in done.text
    again = head.post(f"/handover/{leaver}", data={"successor": "", "reason": "调离"})
    assert again.status_code == 409
    back = head.post(f"/handover/{office.id('renshe1')}", data={"successor": "", "reason": "调离"})
    assert number in back.text and "已退回部门待签收" in back.text and office.row().assignee_id is None
    office.holds()


def test_reviewers_of_other_offices_and_the_applicant(office: Office, sign_in: SignIn) -> None:
    """Who takes part in the case may be asked; an applicant reads nothing of it."""
    hand_in(office, sign_in("renshe2"))
    office.task_id = office.world.open_tasks(office.case_id)["due_diligence"]
    office.does("danbao1", worklist.claim)
    office.ask("renshe1", BEFORE, "danbao1")
    number = number_of(office.case_id)
    with counted() as seen:
        page = sign_in("renshe1").get(f"/cases/{number}").text
    assert "请您会签：尽职调查" in page and seen
    assert sign_in("yinhang1").get(f"/cases/{number}").status_code == 200
    assert "会签" in sign_in("yinhang1").get(f"/cases/{number}").text


def test_a_pause_and_a_submission_do_not_mix(office: Office, sign_in: SignIn) -> None:
    office.ask("renshe1", AFTER)
    hand_in(office, sign_in("renshe2"))
    with transaction() as session:
        clerk = office.world.user(session, "renshe2")
        missing = [{"material": "premises_proof", "problem": "过期", "requirement": "1份"}]
        pause.ask(session, office.task_id, pause.Asked(PauseKind.SUPPLEMENT, "缺材料", 5, missing), clerk)
    assert "暂停计时" in answer(office, "renshe1").returned
    assert not sealed(office)
    office.holds()


def test_two_who_agree_at_once_carry_it_out_once(office: Office, sign_in: SignIn) -> None:
    for who in ("renshe1", "renshe0"):
        office.ask(who, AFTER)
    hand_in(office, sign_in("renshe2"))
    together, settled = Barrier(2), list[review_door.Settled]()

    def agree(who: str) -> None:
        with on(date(2026, 3, 2)):
            together.wait()
            settled.append(answer(office, who))

    threads = [Thread(target=agree, args=(who,)) for who in ("renshe1", "renshe0")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.is_carried for one in settled) == [False, True]
    assert office.row().status == DONE and len(office.log("task.completed")) == 2
    office.holds()
