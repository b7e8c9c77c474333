"""A step that is done again starts with the last answers, at every door; what one vouches for is stated anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import orjson
import pytest
from flask import Flask

from forms.registry import TASK_FORMS
from models.calendar import now
from models.database import transaction
from models.drawn_field import DRAWN_FORM
from models.workflow import DONE, UserTask
from processes import worklist
from processes.given_before import CARRIED, last_done
from processes.publication import Publication, store
from processes.undoing import REDOABLE
from tests.drawn import field, with_a_question
from tests.moving_back import at_step, done_task, recalled, sent_back
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, number_of
from tests.world import World, answers, on

MONDAY, TUESDAY, LATE = date(2026, 3, 2), date(2026, 3, 3), date(2026, 4, 20)
MARK = "已带入上次填写的内容，请核对后提交"
# Questions of forms that may be done again whose answers are not carried (decision 0031).
ANEW = {
    "late_reason", "accepted_on", "extension_days", "extension_reason", "items", "delivery_method", "delivered_on",
}  # fmt: skip


@pytest.mark.once
def test_what_another_office_answered_is_not_carried() -> None:
    kept = {"element_id": "bank_acceptance", "form_key": "bank_acceptance", "status": DONE}
    before = UserTask(id=1, department_id=7, superseded_at=now(), **kept)
    for department, expected in ((7, before), (8, None)):
        assert last_done([before], UserTask(id=2, department_id=department, **kept)) is expected


@pytest.mark.once
def test_every_question_that_may_be_asked_again_is_decided() -> None:
    assert set(CARRIED) == REDOABLE - {DRAWN_FORM}
    for key, carried in CARRIED.items():
        form = TASK_FORMS[key](None, csrf=False)
        asked = {question.short_name for question in form.questions()}
        assert set(carried) == asked - ANEW, key
        assert not [name for name in carried if getattr(form[name], "kind", "") == "checkbox"]


def test_the_form_starts_with_the_last_answers_and_a_draft_goes_before(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
    with on(TUESDAY):
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2")
        number, again = number_of(case_id), world.open_tasks(case_id)["qualification_review"]
        page = sign_in("renshe2").get(f"/cases/{number}?task={again}").text
        assert (
            MARK in page and re.search("退回理由（[^）]*王捌，", page) and page.count("材料有误，请核实") >= 2
        )
        assert re.search(r"checked[^>]*value=\"pass\"", page) and re.search(r">\s*符合条件</textarea>", page)
        sign_in("renshe2").post(f"/tasks/{again}/draft", data={"opinion": "我的草稿"})
        page = sign_in("renshe2").get(f"/cases/{number}?task={again}").text
        assert MARK not in page and "我的草稿" in page and "暂存的内容" in page


def test_what_comes_after_it_starts_with_its_own_answers_at_every_door(
    world: World, caller: Callable[[str], Caller], app: Flask
) -> None:
    queried = {"opinion": "同意贷款", "credit_queried_on": MONDAY}
    with on(MONDAY):
        case_id = at_step(world, "pre_loan_investigation")
        world.complete(case_id, "due_diligence", answers("due_diligence", opinion="经核实，同意担保"))
        world.complete(case_id, "pre_loan_investigation", answers("pre_loan_investigation", **queried))
    with on(TUESDAY):
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2")
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        # Here by a colleague of whoever did it first.
        tasks = world.open_tasks(case_id)
        shown = caller("danbao0").get(f"/tasks/{tasks['due_diligence']}")["given_before"]
        assert shown["answers"]["opinion"] == "经核实，同意担保" and shown["answers"]["method"] == "site"
        assert (shown["reason"], shown["person"] != "") == ("材料有误，请核实", True)
        bank = caller("yinhang1").get(f"/tasks/{tasks['pre_loan_investigation']}")["given_before"]
        # The day of the doing is of that doing.
        assert bank["answers"]["opinion"] == "同意贷款" and "credit_queried_on" not in bank["answers"]
        said = (
            app.test_cli_runner()
            .invoke(args=["tasks", "show", str(tasks["due_diligence"]), "--by", "danbao1"])
            .output
        )
        before, _, reason = said.partition("请核对后提交：\n")[2].partition("退回理由：")
        assert orjson.loads(before)["opinion"] == "经核实，同意担保" and "材料有误" in reason
        world.complete(case_id, "due_diligence", answers("due_diligence"))
        world.complete(case_id, "pre_loan_investigation", answers("pre_loan_investigation"))
        assert (
            caller("yinhang2").get(f"/tasks/{world.open_tasks(case_id)['bank_acceptance']}")["given_before"]
            is None
        )


def test_after_a_recall_too_and_one_lateness_is_explained_once(
    world: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        recalled(world, case_id, "qualification_review", "renshe2")
        number, mine = number_of(case_id), world.open_tasks(case_id)["qualification_review"]
        page = sign_in("renshe2").get(f"/cases/{number}?task={mine}").text
        assert MARK in page and "退回理由" not in page and "超期原因" not in page
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    with on(LATE):
        late, bank = world.open_tasks(case_id)["due_diligence"], sign_in("danbao1")
        bank.post(f"/tasks/{late}/claim")
        back = {"target": "qualification_review", "mode": "direct", "reason": "请核实身份"}
        assert "超期原因" in bank.get(f"/tasks/{late}/send-back").text
        refused = bank.post(f"/tasks/{late}/send-back", data=back)
        assert (
            refused.status_code == 422 and "请填写“超期原因”" in refused.text and "请核实身份" in refused.text
        )
        listed = bank.post("/bulk/preview", data={"operation": "send_back", "task_id": late}).text
        assert "已超期，须逐件写明超期原因" in listed and 'name="task_id"' not in listed
        program = caller("danbao1")
        assert program.get(f"/tasks/{late}/targets")["is_late"] is True
        faults = program.post(f"/tasks/{late}/send-back", back, 422)["errors"]
        assert faults.keys() == {"late_reason"}
        program.post(f"/tasks/{late}/send-back", {**back, "late_reason": "申请人外出"})
        said = {"late_reason": "等待补充证明"}
        world.complete(case_id, "qualification_review", answers("qualification_review", **said))
        late = world.open_tasks(case_id)["due_diligence"]
        bank.post(f"/tasks/{late}/claim")
        page = bank.get(f"/cases/{number}?task={late}").text
        assert re.search(r">\s*申请人外出</textarea>", page) and MARK not in page
        events = sign_in("shenji").get(f"/cases/{number}?tab=audit").text
        assert "申请人外出" in events and "等待补充证明" in events


def test_personal_answers_reach_only_who_may_read_them_and_signatures_nobody(
    world: World, caller: Callable[[str], Caller]
) -> None:
    asked = (
        field("guardian", "联系人电话", "phone"), field("signed", "经办人签名"), field("stated", "是否承诺属实", "yes_no"),
        field("seen_on", "走访日期", "date"), field("told_on", "告知日期", "date"), field("note", "走访情况"),
    )  # fmt: skip
    bpmn, tables = with_a_question("qualification_review", *asked)
    with transaction() as session:
        store(session, bpmn, tables, world.user(session, "liucheng"), Publication())
    given = {
        "extra_guardian": "13900000000", "extra_signed": "孙三", "extra_stated": True,
        "extra_seen_on": date(2026, 2, 27), "extra_told_on": MONDAY, "extra_note": "经营正常",
    }  # fmt: skip
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        world.complete(case_id, "qualification_review", answers("qualification_review", **given))
        assert done_task(case_id, "qualification_review")
        sent_back(world, case_id, "due_diligence", "qualification_review", "danbao1")
        task_id = world.open_tasks(case_id)["qualification_review"]

        def sees(who: str) -> dict[str, object]:
            found = caller(who).get(f"/tasks/{task_id}")["given_before"]["answers"]
            return {name: value for name, value in found.items() if name.startswith("extra_")}

        public = {"extra_seen_on": "2026-02-27", "extra_note": "经营正常"}
        assert sees("renshe2") == {**public, "extra_guardian": "13900000000"}
        assert sees("renshe1") == sees("renshe0") == public
        with transaction() as session:
            worklist.assign(
                session, task_id, world.user(session, "renshe1").id, world.user(session, "renshe0")
            )
        # He works on it now, and may read such numbers of the case.
        assert sees("renshe1")["extra_guardian"] == "13900000000" and sees("renshe0") == public
