"""The desk: who else has a case open, drafts of two tabs, materials beside the form, print, recent cases, found names."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from models.calendar import real_now
from models.case import CaseFile
from models.database import reading, transaction
from models.document import documents_of
from models.login import LoginSession
from models.presence import GONE, Presence
from models.task_review import ReviewKind
from models.workflow import UserTask
from processes import presence, task_review, worklist
from processes.document import keep
from tests.webapp.api import Caller, expect
from tests.webapp.knock import SignIn, counted, number_of, typed
from tests.world import World, answers

MARK = re.compile(r'name="draft_revision" value="(\d+)"><input type="hidden" name="draft_tab" value="(\w+)"')
JSON = {"Accept": "application/json"}


def claimed(world: World) -> tuple[int, str, int]:
    """A case that renshe1 has to accept: its id, number and task."""
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    with transaction() as session:
        worklist.claim(session, task_id, world.user(session, "renshe1"))
    return case_id, number_of(case_id), task_id


def picture() -> bytes:
    """A small one."""
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    return content.getvalue()


def others(client: Any, number: str, **sent: Any) -> list[str]:
    """What a page that beats is told of who else is there."""
    answer = client.post(f"/cases/{number}/presence", data=sent)
    assert answer.status_code == 200
    return [one["words"] for one in answer.get_json()["others"]]


def test_who_else_has_the_case_open_is_shown_and_goes_with_the_page(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    number, task = number_of(case_id), world.open_tasks(case_id)["acceptance"]
    one, two, owner = sign_in("renshe1"), sign_in("renshe2"), sign_in("shenqing")
    assert others(one, number, task=task) == []
    seen = others(two, number, task=task, is_writing="yes")
    assert len(seen) == 1 and seen[0].endswith("正在查看")
    assert [words[-4:] for words in others(one, number, task=task)] == ["正在填写"]
    assert "desk-other is-writing" in one.get(f"/cases/{number}").text
    # Nobody of the offices is named to an applicant, nor he to them.
    assert others(owner, number) == [] and 'class="desk-other"' not in owner.get(f"/cases/{number}").text
    assert len(others(one, number)) == 1
    assert sign_in("dlt_renshe1").post(f"/cases/{number}/presence").status_code == 404
    assert others(one, number, task="9" * 30) and others(one, number, task="x")
    others(two, number, leaving="yes")
    assert others(one, number) == []
    others(two, number)
    with transaction() as session:
        session.execute(update(Presence).values(seen_at=real_now() - GONE - timedelta(seconds=1)))
    assert others(one, number) == []
    with reading() as session:
        rows = session.scalars(select(Presence.user_id)).all()
        assert rows == [world.user(session, "renshe1").id]


def test_looking_at_a_step_is_noted_but_not_of_who_did_the_last_one(world: World) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    task_id = world.open_tasks(case_id)["qualification_review"]
    for who, is_noted in (("renshe1", False), ("yinhang1", False), ("renshe2", True)):
        with transaction() as session:
            case, user = session.get_one(CaseFile, case_id), world.user(session, who)
            presence.beat(session, case, task_id, False, user)
        with reading() as session:
            assert (session.get_one(UserTask, task_id).opened_at is not None) is is_noted, who


def test_a_beat_keeps_no_login_alive(world: World, sign_in: SignIn) -> None:
    number, client = number_of(world.submitted()), sign_in("renshe1")
    client.get("/tasks")
    old = real_now() - timedelta(minutes=5)
    with transaction() as session:
        session.execute(update(LoginSession).values(last_seen_at=old))
    others(client, number)
    token = client.get("/presence/token").get_json()
    assert token["csrf_token"] and token["user"]
    with reading() as session:
        assert set(session.scalars(select(LoginSession.last_seen_at))) == {old}
    client.get("/tasks")
    with reading() as session:
        assert set(session.scalars(select(LoginSession.last_seen_at))) != {old}


def test_an_older_tab_neither_overwrites_nor_submits_over_a_newer_draft(
    world: World, sign_in: SignIn
) -> None:
    case_id, number, task_id = claimed(world)
    client, place = sign_in("renshe1"), f"/tasks/{task_id}/draft"
    tabs = [MARK.findall(client.get(f"/cases/{number}?task={task_id}").text)[0] for _ in range(2)]
    (_, old), (_, new) = tabs
    sent = [{"opinion": f"甲{tab}", "draft_revision": "0", "draft_tab": tab} for tab in (old, new)]
    assert client.post(place, data=sent[1], headers=JSON).get_json()["revision"] == 1
    # The same tab whose answer was lost on the way is not behind itself.
    assert client.post(place, data=sent[1], headers=JSON).get_json()["revision"] == 2
    refused = client.post(place, data=sent[0], headers=JSON)
    assert refused.status_code == 409 and "另一窗口" in refused.get_json()["message"]
    whole = {**typed("acceptance"), "opinion": f"甲{old}", "draft_revision": "0", "draft_tab": old}
    for address in (place, f"/tasks/{task_id}"):
        page = client.post(address, data=whole)
        assert page.status_code == 409 and f"甲{old}" in page.text and f"甲{new}" in page.text
    assert "acceptance" in world.open_tasks(case_id)
    # He chooses what stands in this tab: the page sends it on the newest revision.
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page.text))
    assert hidden["draft_revision"] == "2" and hidden["opinion"] == f"甲{old}"
    assert client.post(place, data=hidden, headers=JSON).get_json()["revision"] == 3
    again = client.get(f"/cases/{number}?task={task_id}").text
    assert f"甲{old}" in again and MARK.findall(again)[0][0] == "3"
    # A wrong mark is as none; and a form that comes back with faults stays the tab it was.
    assert client.post(place, data={**sent[0], "draft_tab": "<"}, headers=JSON).status_code == 200
    wrong = client.post(f"/tasks/{task_id}", data={"draft_revision": "4", "draft_tab": old})
    assert wrong.status_code == 422 and MARK.findall(wrong.text)[0] == ("4", old)
    assert sign_in("renshe2").post(place, data=sent[0], headers=JSON).status_code == 409


def test_a_material_is_shown_beside_the_form_in_its_own_sandbox(world: World, sign_in: SignIn) -> None:
    case_id, number, task_id = claimed(world)
    client = sign_in("renshe1")
    with transaction() as session:
        case = session.get_one(CaseFile, case_id)
        keep(session, case, "id_card", "身份证.png", picture(), world.user(session, "renshe1"))
    with reading() as session:
        rows = documents_of(session, session.get_one(CaseFile, case_id))
    page = client.get(f"/cases/{number}?task={task_id}&doc={rows[0].id}").text
    assert f'<iframe src="/documents/{rows[0].id}"' in page and "sandbox=" not in page
    file = client.get(f"/documents/{rows[0].id}")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    for odd in ("x", "0", "-1", "9" * 30, str(rows[-1].id + 99)):
        answer = client.get(f"/cases/{number}?doc={odd}")
        assert answer.status_code == 200 and "<iframe" not in answer.text
    # Who is asked for an opinion compares as whoever has the form does.
    beside = 'id="beside-h"'
    assert beside not in sign_in("renshe0").get(f"/cases/{number}").text
    with transaction() as session:
        head, clerk = world.user(session, "renshe0"), world.user(session, "renshe1")
        task_review.add_reviewer(session, task_id, head.id, ReviewKind.BEFORE, "可否？", clerk)
    assert beside in sign_in("renshe0").get(f"/cases/{number}").text


def test_a_case_is_printed_as_its_reader_may_see_it(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    world.complete(case_id, "acceptance", answers("acceptance"))
    number = number_of(case_id)
    with reading() as session:
        whole = str(session.get_one(CaseFile, case_id).application["id_number"])
    boss, owner = (sign_in(who).get(f"/cases/{number}/print") for who in ("lingdao", "shenqing"))
    assert boss.status_code == owner.status_code == 200
    assert whole not in boss.text and "已隐去" in boss.text and "各环节意见" in boss.text
    assert "各环节意见" not in owner.text
    assert sign_in("dlt_renshe1").get(f"/cases/{number}/print").status_code == 404


def test_recent_cases_are_those_looked_at_newest_first(world: World, sign_in: SignIn) -> None:
    numbers = [number_of(world.submitted()) for _ in range(3)]
    client = sign_in("renshe1")
    assert "还没有查看过案卷" in client.get("/recent").text
    for number in (*numbers, numbers[0]):
        client.get(f"/cases/{number}").close()
    shown = re.findall(r'<a data-open href="/cases/(\w+)"', client.get("/recent").text)
    # Within ten minutes a second look is the same look.
    assert shown == numbers[::-1]
    assert "还没有查看过案卷" in sign_in("renshe2").get("/recent").text
    with counted() as asked:
        client.get("/recent")
    assert len([line for line in asked if "access_record" in line and "SELECT" in line]) == 1


def test_programs_find_cases_and_keep_drafts(world: World, app: Flask) -> None:
    _case_id, number, task_id = claimed(world)
    one, two = Caller(app, "renshe1"), Caller(app, "renshe2")
    assert [line["number"] for line in one.get("/cases", q=number[-3:])["cases"]] == [number]
    assert one.get("/cases", q="无此人")["cases"] == [] and one.get("/recent-cases") == {"cases": []}
    assert "status" in expect(one.call("GET", "/cases", query_string={"status": "nonsense"}), 422)["errors"]
    draft = f"/tasks/{task_id}/draft"
    one.get(draft, 404)
    assert one.put(draft, {"answers": {"opinion": "甲"}})["revision"] == 1
    assert one.put(draft, {"answers": {"opinion": "乙"}, "revision": 1})["revision"] == 2
    one.put(draft, {"answers": {"opinion": "丙"}, "revision": 1}, 409)
    assert "没有这一填报项。" in one.put(draft, {"answers": {"fremd": "1"}}, 422)["errors"]["fremd"]
    kept = one.get(draft)
    assert kept["answers"]["opinion"] == "乙" and kept["revision"] == 2
    two.get(draft, 404)
    assert one.post(f"/cases/{number}/presence", {"task": task_id, "is_writing": True}) == {"others": []}
    assert [other["is_writing"] for other in two.get(f"/cases/{number}/presence")["others"]] == [True]
    Caller(app, "dlt_renshe1").get(f"/cases/{number}/presence", 404)


def test_the_command_line_knows_the_desk(world: World, app: Flask) -> None:
    _case_id, number, task_id = claimed(world)
    run = app.test_cli_runner().invoke
    with transaction() as session:
        case = session.scalars(select(CaseFile).where(CaseFile.number == number)).one()
        presence.beat(session, case, task_id, True, world.user(session, "renshe1"))
    assert "正在填写" in run(args=["cases", "who", number, "--by", "renshe2"]).output
    assert run(args=["cases", "recent", "--by", "renshe2"]).output == ""
    draft = ["tasks", "draft", str(task_id), "-", "--by", "renshe1"]
    assert "第 1 版" in run(args=draft, input=b'{"opinion": "x"}').output
    assert run(args=[*draft, "--revision", "0"], input=b'{"opinion": "y"}').exit_code == 1
    assert "没有这一填报项" in run(args=draft, input=b'{"fremd": 1}').output
    assert run(args=draft, input=b"[]").exit_code == 1
