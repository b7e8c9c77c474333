"""What a newcomer looked for on the pages of a case and of a list, and did not find where he looked."""

from __future__ import annotations

import re
from datetime import date, timedelta

from models import inbox
from models.database import reading, transaction
from models.inbox_scope import Scope
from processes import set_aside, urging, worklist
from tests.webapp.knock import SignIn, number_of
from tests.world import World, answers, on

MONDAY = date(2026, 3, 2)


def _section(page: str, name: str, end: str) -> str:
    return page.split(name, 1)[1].split(end, 1)[0]


def test_a_pool_offers_what_can_be_done_there(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        world.submitted()
        offered = {
            who: re.findall(
                r'name="operation" value="(\w+)"', sign_in(who).get("/tasks?scope=department").text
            )
            for who in ("renshe1", "renshe0")
        }
    assert offered == {"renshe1": ["claim"], "renshe0": ["claim", "reassign", "urge"]}


def test_a_step_of_the_applicant_is_marked_in_the_pool(world: World) -> None:
    with on(MONDAY):
        case_id = world.submitted()
        items = [{"material": "business_licence", "problem": "复印件不清晰", "requirement": "原件一份"}]
        asked = {"result": "incomplete", "items": items, "delivery_method": "direct", "delivered_on": MONDAY}
        world.complete(case_id, "acceptance", answers("acceptance", **asked))
        with transaction() as session:
            clerk = world.user(session, "renshe1")
            pool = inbox.page(session, clerk, Scope.DEPARTMENT, inbox.Filters()).items
            assert [item.marks for item in pool] == [("等待申请人（可代办）",)]
            worklist.claim(session, pool[0].task_id, clerk)
            session.flush()
            assert inbox.page(session, clerk, Scope.MINE, inbox.Filters()).items[0].marks == ()


def test_what_is_set_aside_leaves_the_strip(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        cases = [world.submitted() for _ in range(2)]
        with transaction() as session:
            clerk = world.user(session, "renshe1")
            for case_id in cases:
                worklist.claim(session, world.open_tasks(case_id)["acceptance"], clerk)
            later = MONDAY + timedelta(days=1)
            set_aside.set_aside(session, world.open_tasks(cases[0])["acceptance"], later, "等材料", clerk)
        page = sign_in("renshe1").get(f"/cases/{number_of(cases[0])}").text
        strip = _section(page, 'class="case-list"', "</nav>")
        assert number_of(cases[1]) in strip and number_of(cases[0]) not in strip


def test_talk_and_dossier_are_one_click_from_the_case(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = world.submitted()
        leader, place = sign_in("lingdao"), f"/cases/{number_of(case_id)}"
        page = leader.get(place).text
        acts = _section(page, 'id="more-h"', "</section>")
        for title, anchor in (("催办", "urge-h"), ("抄送", "copies-h"), ("留言", "comments-h")):
            link = re.search(rf'href="([^"]+)#{anchor}">{title}</a>', acts)
            assert link is not None and "tab=talk" in link[1] and f'id="{anchor}"' in page
        assert f'href="{place}/dossier"' in _section(page, 'class="desk-nav"', "</nav>")
        with transaction() as session:
            urging.urge(session, world.open_tasks(case_id)["acceptance"], "", world.user(session, "lingdao"))
        acts = _section(leader.get(place).text, 'id="more-h"', "</section>")
        assert "已催办，2026-03-03 起可以再次催办。" in acts and "#urge-h" in acts
        assert re.search(r'disabled aria-describedby="urge-wait">催办<', acts)


def test_a_page_without_a_way_back_says_what_to_do(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        case_id = world.submitted()
        world.complete(case_id, "acceptance", answers("acceptance"))
        task_id = world.open_tasks(case_id)["qualification_review"]
        clerk = sign_in("renshe2")
        clerk.post(f"/tasks/{task_id}/claim")
        page = clerk.get(f"/tasks/{task_id}/send-back").text
    assert "更早的 1 个环节均不能退回" in page and "经“案卷修复”双人办理" in page and "钱二联系" in page


def test_nobody_is_offered_to_himself(world: World, sign_in: SignIn) -> None:
    with reading() as session:
        own = world.user(session, "renshe1").id
    page = sign_in("renshe1").get("/absence").text
    assert f'value="{own}"' not in _section(page, 'name="stand_in"', "</select>")


def test_the_log_finds_acts_by_their_titles_and_leaves_logins_out(world: World, sign_in: SignIn) -> None:
    with on(MONDAY):
        world.submitted()
        client = sign_in("shenji")
        plain, whole = client.get("/audit").text, client.get("/audit?logins=yes").text
        assert "提交申请" in plain and "登录（" not in plain and "登录（" in whole
        assert 'name="logins" value="yes" checked' in whole and 'value="yes" checked' not in plain
        rows = [
            client.post("/audit/export", data={"format": "csv", "text": "提交申请", **more}).text.splitlines()
            for more in ({}, {"action": "case.submitted"}, {"action": "task.completed"})
        ]
    assert len(rows[0]) >= len(rows[1]) == 2 and len(rows[2]) == 1
