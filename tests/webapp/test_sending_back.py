"""Sending back, recall and repair at their doors: pages, REST, command line; strangers, second clicks, bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import reading
from models.fact_correction import FactCorrection
from models.token_move import TokenMove
from tests.moving_back import MANAGERS, at_step, counting, done_task, holders
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted, number_of, post
from tests.world import World, answers, on

MONDAY = date(2026, 3, 2)
OWNER, SECOND = "liucheng", "liucheng2"
BACK = {"target": "due_diligence", "mode": "in_order", "reason": "请核实反担保"}


def test_the_page_says_what_going_back_means_and_carries_it_out_once(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        number, task_id = number_of(case_id), world.open_tasks(case_id)["bank_acceptance"]
        client = sign_in("yinhang2")
        client.post(f"/tasks/{task_id}/claim")
        assert f'href="/tasks/{task_id}/send-back"' in client.get(f"/cases/{number}").text
        page = client.get(f"/tasks/{task_id}/send-back").text
        assert "已办结并保留意见的分支：贷前调查" in page and "不重新起算" in page
        assert "不能退回的环节" in page and "受理审查" in page
        bad = client.post(f"/tasks/{task_id}/send-back", data={**BACK, "reason": ""})
        assert bad.status_code == 422 and "退回理由" in bad.text and "checked" in bad.text
        assert (
            client.post(f"/tasks/{task_id}/send-back", data={**BACK, "target": "acceptance"}).status_code
            == 422
        )
        assert client.post(f"/tasks/{task_id}/send-back", data={**BACK, "mode": "x"}).status_code == 422
        done = client.post(f"/tasks/{task_id}/send-back", data=BACK, follow_redirects=True)
        assert "已退回“尽职调查”" in done.text and "已退回重办，不再作为依据" in done.text
        assert "退回和撤回记录（1）" in done.text
        assert client.post(f"/tasks/{task_id}/send-back", data=BACK).status_code == 409
        assert holders(case_id) == {"due_diligence": "danbao1"}
        assert "退回重新办理" in sign_in("danbao1").get(f"/cases/{number}").text
        assert "请核实反担保" in sign_in("danbao1").get("/notifications").text


def test_strangers_find_nothing_and_applicants_send_nothing_back(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        task_id = world.open_tasks(case_id)["bank_acceptance"]
        for who in ("renshe1", "shenqing", "danbao1"):
            client = sign_in(who)
            assert client.get(f"/tasks/{task_id}/send-back").status_code == 404
            assert client.post(f"/tasks/{task_id}/send-back", data=BACK).status_code in (403, 404)
            assert client.post(f"/tasks/{task_id}/recall").status_code in (403, 404)
        assert sign_in("lingdao").get(f"/tasks/{task_id}/send-back").status_code == 403
        assert sign_in("yinhang2").get("/tasks/99999/send-back").status_code == 404
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}


def test_recall_is_offered_while_nobody_has_looked(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        number, window = number_of(case_id), sign_in("renshe1")
        # 受理 has told the outside: not offered, and refused on the page of the case.
        assert "撤回“受理" not in window.get(f"/cases/{number}").text
        refused = window.post(f"/tasks/{done_task(case_id, 'acceptance')}/recall")
        assert refused.status_code == 422 and "不能撤回" in refused.text and number in refused.text
        post(sign_in, world, case_id, "qualification_review")
        client = sign_in("renshe2")
        task_id = done_task(case_id, "qualification_review")
        assert "撤回“资格审核”" in client.get(f"/cases/{number}").text
        assert client.get(f"/tasks/{task_id}/recall").status_code == 302
        done = client.post(f"/tasks/{task_id}/recall", follow_redirects=True)
        assert "已撤回“资格审核”" in done.text
        assert client.post(f"/tasks/{task_id}/recall").status_code == 409
        assert counting(case_id) == ["acceptance"]


def test_no_recall_once_the_next_office_has_read_the_case(
    world: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        number, mine = number_of(case_id), done_task(case_id, "pre_loan_investigation")
        for own in ("yinhang1", "danbao1"):
            sign_in(own).get(f"/cases/{number}", buffered=True)
        assert sign_in("yinhang1").post(f"/tasks/{mine}/recall").status_code == 302
        world.complete(case_id, "pre_loan_investigation", answers("pre_loan_investigation"))
        task_id, mine = (
            world.open_tasks(case_id)["bank_acceptance"],
            done_task(case_id, "pre_loan_investigation"),
        )
        caller("yinhang2").call("GET", f"/tasks/{task_id}", buffered=True)
        with counted() as statements:
            answer = sign_in("yinhang1").post(f"/tasks/{mine}/recall", follow_redirects=True)
        assert answer.status_code == 409 and "已被打开、签收或开始办理" in answer.text
        assert len([text for text in statements if "FROM access_record" in text]) == 1
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}


def test_whoever_is_barred_from_a_step_neither_sends_it_back_nor_begins_it(
    world: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        task_id, client = world.open_tasks(case_id)["bank_acceptance"], sign_in("yinhang1")
        assert client.get(f"/tasks/{task_id}/send-back").status_code == 403
        assert client.post(f"/tasks/{task_id}/send-back", data=BACK).status_code == 403
        assert client.post(f"/tasks/{task_id}/draft", data={"opinion": "拟"}).status_code == 403
        assert caller("yinhang1").call("POST", f"/tasks/{task_id}/send-back", json=BACK).status_code == 403
        page = client.post("/bulk/preview", data={"operation": "send_back", "task_id": task_id}).text
        assert "岗位分离" in page and 'name="task_id"' not in page
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}


def test_nothing_more_is_asked_of_the_database_where_nothing_went_back(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        number = number_of(at_step(world, "bank_acceptance"))
        client = sign_in("yinhang2")
        client.get(f"/cases/{number}")
        with counted() as statements:
            client.get(f"/cases/{number}")
    assert not [text for text in statements if "sending_back" in text or "token_move" in text]


def test_two_owners_move_a_token_without_seeing_whose_case_it_is(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        number, owner, second = number_of(case_id), sign_in(OWNER), sign_in(SECOND)
        page = owner.get(f"/repairs/cases/{number}").text
        assert "赵一" not in page and "资格审核" in page and "（现在）" in page
        assert owner.get("/repairs", query_string={"number": number}).location.endswith(number)
        wrong = owner.get("/repairs", query_string={"number": number[:-1]})
        assert (
            wrong.status_code == 422 and f'value="{number[:-1]}"' in wrong.text and "请核对编号" in wrong.text
        )
        places = _values(page, "申请人撤回（现在）", "资格审核")
        tried = owner.post(f"/repairs/cases/{number}/moves", data={"places": places, "preview": "1"})
        assert "试算结果" in tried.text and "已办结、将作废重办：资格审核" in tried.text
        assert "因此终止的时限：尽职调查时限" in tried.text and _rows(TokenMove) == 0
        bad = owner.post(f"/repairs/cases/{number}/moves", data={"places": places[:1], "reason": "误操作"})
        assert bad.status_code == 422 and "误操作" in bad.text and "请选择案卷应当处于的环节" in bad.text
        made = owner.post(f"/repairs/cases/{number}/moves", data={"places": places, "reason": "误操作"})
        assert second.post(made.location, data={"withdraw": "1"}).status_code == 403
        taken = owner.post(made.location, data={"withdraw": "1"}, follow_redirects=True)
        assert "提出人已收回" in taken.text and number not in second.get("/repairs").text
        assert owner.post(made.location, data={"withdraw": "1"}).status_code == 409
        made = owner.post(f"/repairs/cases/{number}/moves", data={"places": places, "reason": "误操作"})
        assert made.status_code == 302
        assert "须由另一名有权人员复核" in owner.get(made.location).text
        assert owner.post(made.location, data={"decision": "agree"}).status_code == 403
        assert "流程位置调整" in second.get("/repairs").text
        assert second.post(made.location, data={"decision": "refuse"}).status_code == 422
        done = second.post(made.location, data={"decision": "agree"}, follow_redirects=True)
        assert "已复核并执行" in done.text and set(world.open_tasks(case_id)) == {"qualification_review"}
        assert second.post(made.location, data={"decision": "agree"}).status_code == 409
        assert "期限至" not in page and "事实更正</h2>" not in page


def test_two_who_see_the_case_correct_a_fact_and_process_owners_see_no_day_of_it(
    world: World, sign_in: SignIn
) -> None:
    with on(MONDAY):
        number = number_of(world.submitted())
        owner, second = (sign_in(name) for name in MANAGERS)
        fact = {"fact": "received_on", "new_value": "2026-02-27", "reason": "收件登记有误"}
        tried = owner.post(f"/repairs/cases/{number}/corrections", data={**fact, "preview": "1"})
        assert "起算日由 2026-03-02 改为 2026-02-27" in tried.text and _rows(FactCorrection) == 0
        wrong = owner.post(f"/repairs/cases/{number}/corrections", data={**fact, "new_value": "明天"})
        assert wrong.status_code == 422 and "明天" in wrong.text and "请填写日期" in wrong.text
        made = owner.post(f"/repairs/cases/{number}/corrections", data=fact)
        blind = sign_in(OWNER)
        assert (
            blind.get(made.location).status_code == 404 and "收件登记有误" not in blind.get("/repairs").text
        )
        # Nothing is offered to choose from.
        assert blind.post(f"/repairs/cases/{number}/corrections", data=fact).status_code == 422
        assert blind.post(made.location, data={"decision": "agree"}).status_code == 404
        done = second.post(made.location, data={"decision": "agree"}, follow_redirects=True)
        assert "已复核并执行" in done.text and "提出和复核记录" in owner.get(f"/repairs/cases/{number}").text


def _values(page: str, *titles: str) -> list[str]:
    """The values of the boxes with these labels."""
    found = dict(
        (title, value)
        for value, title in re.findall(r'name="places" value="(\d+)"[^>]*><label[^>]*>([^<]+)</label>', page)
    )
    return [found[title] for title in titles]


def _rows(table: type) -> int:
    with reading() as session:
        return len(session.scalars(select(table)).all())


@pytest.mark.parametrize("who", ["renshe1", "renshe0", "shenqing", "shenji", "guanli"])
def test_only_managers_and_process_owners_repair(world: World, sign_in: SignIn, who: str) -> None:
    with on(MONDAY):
        number = number_of(at_step(world, "qualification_review"))
        client = sign_in(who)
        for path in ("/repairs", f"/repairs/cases/{number}", "/repairs/moves/1", "/repairs/corrections/1"):
            assert client.get(path).status_code == 403
        assert client.post("/repairs/timers/1/retry").status_code == 403


def test_bad_numbers_are_not_found(world: World, sign_in: SignIn) -> None:
    for who in (OWNER, "lingdao"):
        client = sign_in(who)
        for path in ("cases/XX", "cases/%00", "moves/9", "corrections/9", f"cases/{'9' * 300}"):
            assert client.get(f"/repairs/{path}").status_code == 404
        assert client.post("/repairs/timers/9/retry").status_code == 404
        assert client.get("/repairs").status_code == 200


def test_programs_send_back_recall_and_repair(world: World, caller: type[Caller]) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        number, task_id = number_of(case_id), world.open_tasks(case_id)["bank_acceptance"]
        bank = caller("yinhang2")
        found = {one["target"]: one for one in bank.get(f"/tasks/{task_id}/targets")["targets"]}
        assert found["due_diligence"]["kept"] == ["贷前调查"] and found["acceptance"]["refused"]
        sent = bank.post(f"/tasks/{task_id}/send-back", BACK)
        assert (sent["to_step"], sent["mode"]) == ("尽职调查", "in_order")
        bank.post(f"/tasks/{task_id}/send-back", BACK, 409)
        caller("danbao1").post(f"/tasks/{task_id}/recall", status=404)
        owner, second = caller(OWNER), caller(SECOND)
        shown = owner.get(f"/repairs/cases/{number}")
        assert next(one["key"] for one in shown["places"] if one["is_here"]) == "due_diligence"
        places = ["withdrawal_received", "qualification_review"]
        tried = owner.post(f"/repairs/cases/{number}/moves", {"places": places, "try": True})
        assert tried["after"]["steps"][0]["name"] == "资格审核"
        owner.post(f"/repairs/cases/{number}/moves", {"places": [1], "reason": "误"}, 422)
        made = owner.post(f"/repairs/cases/{number}/moves", {"places": places, "reason": "误"}, 201)
        owner.post(f"/repairs/moves/{made['id']}", {"decision": "agree"}, 403)
        second.post(f"/repairs/moves/{made['id']}", {"decision": "no"}, 422)
        assert second.get("/repairs")["waiting"][0]["number"] == number
        assert second.post(f"/repairs/moves/{made['id']}", {"decision": "agree"})["status"] == "applied"
        fact = {"fact": "received_on", "new_value": "2026-02-27", "reason": "误"}
        head = caller("lingdao")
        wrong = head.post(f"/repairs/cases/{number}/corrections", fact, 201)["id"]
        caller("lingdao2").post(f"/repairs/corrections/{wrong}", {"decision": "withdraw"}, 403)
        taken = head.post(f"/repairs/corrections/{wrong}", {"decision": "withdraw"})
        assert (taken["status"], head.get("/repairs")["waiting"]) == ("withdrawn", [])
        fact = {"fact": "accepted_on", "new_value": "2026-03-02", "reason": "误"}
        owner.post(f"/repairs/cases/{number}/corrections", fact, 404)
        caller("lingdao").post(f"/repairs/cases/{number}/corrections", fact, 422)
        assert shown["facts"] == [] and tried["after"]["steps"][0]["due"] == ""
        assert caller("lingdao").get(f"/repairs/cases/{number}")["facts"][0]["name"] == "received_on"
        assert set(world.open_tasks(case_id)) == {"qualification_review"}


def test_the_command_line_does_the_same(world: World, app: Flask) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        number, task_id = number_of(case_id), world.open_tasks(case_id)["bank_acceptance"]
        runner = app.test_cli_runner()

        def run(*words: str) -> str:
            return runner.invoke(args=list(words)).output

        assert "due_diligence\t尽职调查" in run("tasks", "targets", str(task_id), "--by", "yinhang2")
        back = ("tasks", "send-back", str(task_id), "due_diligence", "--reason", "核实")
        assert "已退回“尽职调查”" in run(*back, "--by", "yinhang2")
        assert "已由他人办理或已终止" in run(*back, "--by", "yinhang2")
        assert "*\tdue_diligence\t尽职调查" in run("repairs", "places", number, "--by", OWNER)
        places = ("withdrawal_received", "qualification_review")
        assert "待另一人复核" in run("repairs", "move", number, *places, "--reason", "误", "--by", OWNER)
        assert "待复核" in run("repairs", "list", "--by", SECOND)
        assert "只有提出人" in run("repairs", "withdraw", "move", "1", "--by", SECOND)
        assert "已执行" in run("repairs", "agree", "move", "1", "--by", SECOND)
        correct = ("repairs", "correct", number, "amount", "70000", "--reason", "误", "--by")
        assert "未找到该案卷" in run(*correct, OWNER)
        assert "待另一人复核" in run(*correct, "lingdao")
        assert "不同意" in run(
            "repairs", "refuse", "correction", "1", "--reason", "无据", "--by", MANAGERS[1]
        )
        assert "该计时器已不再停滞" in run("repairs", "retry", "1", "--by", OWNER)
        assert "不能撤回" in run("tasks", "recall", str(done_task(case_id, "acceptance")), "--by", "renshe1")
