"""Remarks, copies, urging, days to look again on the pages, behind the REST door and on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from models.comment import CaseComment
from models.copying import CaseCopy
from models.database import reading
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers, on

As = Callable[[str], Caller]
STEP = "qualification_review"


@pytest.fixture
def reviewing(world: World) -> int:
    """A case in qualification review, with 人社 alone."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def person(world: World, who: str) -> int:
    with reading() as session:
        return world.user(session, who).id


def test_officials_talk_on_the_page_and_an_applicant_sees_none_of_it(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    number = number_of(case_id)
    clerk, place = sign_in("renshe1"), f"/cases/{number}/talk"
    said = {
        "comment-text": "请<b>核对</b> @孙三",
        "comment-mentions": person(world, "renshe0"),
        "from": "case",
    }
    answer = clerk.post(f"/cases/{number}/comments", data=said)
    assert (answer.status_code, answer.location) == (302, f"/cases/{number}?tab=talk")
    for page in (clerk.get(f"/cases/{number}").text, clerk.get(place).text):
        assert "请&lt;b&gt;核对&lt;/b&gt; @孙三" in page and "已提醒：孙三、李四" in page
    assert "在案卷留言中提到您" in sign_in("renshe2").get("/notifications").text
    assert f'href="{place}"' in sign_in("renshe2").get("/notifications").text
    applicant = sign_in("shenqing")
    for path in (f"/cases/{number}", "/notifications"):
        shown = applicant.get(path).text
        assert "核对" not in shown and "留言与抄送" not in shown
    assert applicant.get(place).status_code == 404
    assert applicant.post(f"/cases/{number}/comments", data=said).status_code == 403
    assert sign_in("danbao1").get(place).status_code == 404
    auditor = sign_in("shenji").get(place).text
    assert "@孙三" in auditor and 'name="comment-text"' not in auditor


def test_what_is_wrong_stays_on_the_page(world: World, sign_in: SignIn, reviewing: int) -> None:
    number, clerk = number_of(reviewing), sign_in("renshe1")
    long = clerk.post(f"/cases/{number}/comments", data={"comment-text": "长" * 1001})
    assert re.search(r'id="t-talk"[^>]*aria-selected="true"', long.text)
    assert (long.status_code, "不能超过1000个字" in long.text, "长" * 1001 in long.text) == (422, True, True)
    stranger = {"comment-text": "好", "comment-mentions": person(world, "danbao1")}
    assert clerk.post(f"/cases/{number}/comments", data=stranger).status_code == 422
    nobody = clerk.post(f"/cases/{number}/copies", data={"copy-note": "请阅"})
    assert (nobody.status_code, "请选择“抄送给”" in nobody.text, "请阅</textarea>" in nobody.text) == (
        422,
        True,
        True,
    )
    task_id = world.open_tasks(reviewing)[STEP]
    for data, words in (
        ({"on": "昨天", "note": "问"}, "日期应当"),
        ({"on": "2026-03-01"}, "今日至一年"),
        ({}, "请填写"),
    ):
        answer = clerk.post(f"/tasks/{task_id}/follow-up", data=data)
        assert (answer.status_code, words in answer.text) == (422, True), data
    assert clerk.post(f"/tasks/{task_id}/urge", data={"text": "长" * 201}).status_code == 422
    assert clerk.post("/tasks/2147483647/urge").status_code == 404
    assert sign_in("danbao1").post(f"/tasks/{task_id}/urge").status_code == 404
    assert sign_in("shenji").post(f"/tasks/{task_id}/urge").status_code == 403
    for odd in ("before=x", "before=99999999999999999999", "before=-1", "before=0"):
        assert clerk.get(f"/cases/{number}/talk?{odd}").status_code == 200
    with reading() as session:
        assert session.get(CaseComment, 1) is None and session.get(CaseCopy, 1) is None


def test_copies_are_listed_and_marked_read_once(world: World, sign_in: SignIn, reviewing: int) -> None:
    number, leader = number_of(reviewing), sign_in("lingdao")
    data = {"copy-people": [person(world, who) for who in ("lingdao", "renshe2")], "copy-note": "请阅"}
    sender = sign_in("renshe1")
    assert sender.post(f"/cases/{number}/copies", data=data).status_code == 302
    assert sender.post(f"/cases/{number}/copies", data=data).status_code == 409
    assert "向您抄送本案卷：请阅" in leader.get(f"/cases/{number}").text
    page = leader.get("/copies?box=unread").text
    found = re.search(r'action="(/copies/\d+/read)"', page)
    assert found is not None and number in page
    read = found[1]
    assert sign_in("renshe2").post(read).status_code == 404
    for _twice in range(2):
        assert leader.post(read, data={"number": number}).location == f"/cases/{number}"
    assert leader.post(read, data={"number": "//evil"}).location == "/copies"
    assert "没有抄送给您的案卷" in leader.get("/copies?box=unread").text
    assert sender.get("/copies?box=sent").text.count("未阅") == 2  # the tab, and renshe2
    assert leader.get("/copies?after=x").status_code == 422
    assert sign_in("guanli").get("/copies").status_code == 403


def test_a_step_is_urged_on_the_page_and_the_page_says_when_again(
    world: World, sign_in: SignIn, reviewing: int
) -> None:
    number, task_id = number_of(reviewing), world.open_tasks(reviewing)[STEP]
    head = sign_in("renshe0")
    with on(date(2026, 3, 6)):
        assert (
            head.post(f"/tasks/{task_id}/urge", data={"text": "请抓紧"}).location
            == f"/cases/{number}?tab=talk"
        )
        page = head.get(f"/cases/{number}/talk").text
        assert "已催办 1 次：2026-03-06 李四“请抓紧”" in page and "2026-03-09 起可以再次催办" in page
        again = head.post(f"/tasks/{task_id}/urge")
        assert (again.status_code, "已于 2026-03-06 催办" in again.text) == (409, True)
    day = {"on": "2026-03-10", "note": "问银行"}
    assert head.post(f"/tasks/{task_id}/follow-up", data=day).status_code == 302
    assert 'value="2026-03-10"' in head.get(f"/cases/{number}/talk").text
    assert "问银行" not in sign_in("renshe1").get(f"/cases/{number}/talk").text
    head.post(f"/tasks/{task_id}/follow-up", data={"remove": "yes"})
    assert 'value="2026-03-10"' not in head.get(f"/cases/{number}/talk").text


def test_the_page_asks_as_often_however_much_was_said(world: World, sign_in: SignIn, reviewing: int) -> None:
    number, clerk = number_of(reviewing), sign_in("renshe1")
    place, said = f"/cases/{number}/talk", {"comment-text": "好 @孙三"}

    def asked() -> int:
        with counted() as statements:
            assert clerk.get(place).status_code == 200
        return len(statements)

    clerk.post(f"/cases/{number}/comments", data=said)
    few = asked()
    for _ in range(21):
        clerk.post(f"/cases/{number}/comments", data=said)
    assert few == asked() <= 16
    page = clerk.get(place).text
    older = re.search(r'href="([^"]+before=\d+)"', page)
    assert (page.count("message-text"), older is not None) == (20, True)
    assert older is not None and clerk.get(older[1]).text.count("message-text") == 2
    withdrawn = re.findall(r'action="(/comments/\d+/withdraw)"', page)[0]
    assert clerk.post(withdrawn).status_code == 302
    assert clerk.post(withdrawn).status_code == 409
    assert "撤回。</p>" in clerk.get(place).text


def test_the_rest_door_does_the_same(world: World, caller: As, reviewing: int) -> None:
    number, task_id = number_of(reviewing), world.open_tasks(reviewing)[STEP]
    clerk, leader, case = caller("renshe1"), caller("lingdao"), f"/cases/{number_of(reviewing)}"
    made = clerk.post(f"{case}/comments", {"text": "请看 @孙三", "mentions": [person(world, "lingdao")]}, 201)
    assert {one["name"] for one in made["mentions"]} == {"孙三", "朱十七"}
    assert [one["text"] for one in clerk.get(f"{case}/comments")["comments"]] == ["请看 @孙三"]
    assert clerk.post(f"/comments/{made['id']}/withdraw")["text"] == ""
    for body in ({"text": ""}, {"text": "好", "mentions": ["1"]}, {"text": "好", "mentions": [10**30]}):
        clerk.post(f"{case}/comments", body, 422)
    copied = clerk.post(f"{case}/copies", {"people": [person(world, "lingdao")]}, 201)["copies"][0]
    assert leader.get("/copies")["copies"][0]["case"] == number
    assert leader.post(f"/copies/{copied['id']}/read")["read_at"]
    assert clerk.get(f"{case}/copies")["copies"][0]["read_at"]
    assert leader.post(f"/tasks/{task_id}/urge", {"text": "请抓紧"}, 201)["told"] == 3
    leader.post(f"/tasks/{task_id}/urge", {}, 409)
    assert clerk.get(f"{case}/urgings")["urgings"][0]["by"] == "朱十七"
    days = expect_put(leader, f"/tasks/{task_id}/follow-up", {"on": "2026-03-10"})
    assert days == leader.get("/follow-ups")["follow_ups"] != []
    assert clerk.get("/follow-ups")["follow_ups"] == []
    caller("danbao1").get(f"{case}/comments", 404)
    caller("shenji").get(f"{case}/comments")
    caller("shenji").post(f"{case}/comments", {"text": "好"}, 403)


def expect_put(who: Caller, path: str, body: dict[str, str]) -> object:
    answer = who.call("PUT", path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())["follow_ups"]


def test_the_command_line_does_the_same(world: World, app: Flask, reviewing: int) -> None:
    number, task_id = number_of(reviewing), str(world.open_tasks(reviewing)[STEP])
    run = app.test_cli_runner().invoke
    for args, word in (
        (["talk", "say", number, "请看", "--to", "renshe2", "--by", "renshe1"], "已留言（1）"),
        (["talk", "copy", number, "--to", "lingdao", "--by", "renshe1"], "已抄送 1 人"),
        (["talk", "copies", "--by", "lingdao"], number),
        (["talk", "read", "1", "--by", "lingdao"], "已阅"),
        (["talk", "list", number, "--by", "renshe0"], "请看"),
        (["talk", "withdraw", "1", "--by", "renshe1"], "已撤回"),
        (["talk", "urge", task_id, "--by", "lingdao"], "通知 3 人"),
        (["talk", "follow-up", task_id, "--on", "2026-03-10", "--by", "lingdao"], "已设置"),
        (["talk", "follow-ups", "--by", "lingdao"], "2026-03-10"),
        (["absence", "set", "renshe2", "renshe1", "--from", "2026-03-02", "--until", "2026-03-06", "--by", "renshe0"], "（1）"),
        (["absence", "list", "--by", "renshe1"], "孙三\t钱二"),
        (["absence", "end", "1", "--by", "renshe2"], "已结束"),
    ):  # fmt: skip
        done = run(args=args)
        assert (done.exit_code, word in done.output) == (0, True), (args, done.output)
    refused = run(args=["talk", "urge", task_id, "--by", "lingdao"])
    assert (refused.exit_code, "可以再次催办" in refused.output) == (1, True)
