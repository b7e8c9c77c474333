"""代办 on its page and behind the REST door: by oneself or the head, faults at their field, ended once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from models.database import reading, transaction
from models.substitute import Substitute
from models.task_review import ReviewKind
from processes import worklist
from processes.substitute import Wanted, set_substitute
from tests.offices import Office
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, number_of
from tests.world import World

As = Callable[[str], Caller]
DAYS = {"from_on": "2026-03-02", "until_on": "2026-03-06"}


def ids(world: World, *names: str) -> list[int]:
    with reading() as session:
        return [world.user(session, name).id for name in names]


def test_an_absence_is_set_on_the_page_and_ended_once(world: World, sign_in: SignIn) -> None:
    away, stand_in, stranger = ids(world, "renshe2", "renshe1", "danbao1")
    clerk, head, other = sign_in("renshe2"), sign_in("renshe0"), sign_in("danbao0")
    good = {"absent": away, "stand_in": stand_in, **DAYS}
    for wrong, words in (
        ({"stand_in": stranger}, "“代办人”的选项无效"),
        ({"stand_in": away}, "代办人应为本部门在岗的其他人员"),
        ({"absent": stand_in}, "“不在岗人员”的选项无效"),
        ({"until_on": "2026-03-01"}, "结束日期不能早于开始日期"),
        ({"from_on": "昨天"}, "日期应当写作"),
        ({"reason": "长" * 201}, "不能超过200个字"),
    ):
        answer = clerk.post("/absence", data={**good, **wrong})
        assert (answer.status_code, words in answer.text) == (422, True), wrong
        assert 'value="2026-03-02"' in answer.text or "from_on" in wrong
    assert clerk.post("/absence", data=good).status_code == 302
    page = head.get("/absence").text
    end = re.findall(r'action="(/absence/\d+/end)"', page)
    assert (len(end), "孙三</td>" in page, "代办中" in page) == (1, True, True)
    assert 'action="/absence/' not in sign_in("renshe1").get("/absence").text.replace('action="/absence"', "")
    assert "孙三" not in other.get("/absence").text
    assert other.post(end[0]).status_code == 404
    assert [head.post(end[0]).status_code for _twice in range(2)] == [302, 409]
    assert head.post("/absence", data=good).status_code == 302
    for who in ("shenqing", "lingdao", "shenji", "guanli"):
        assert sign_in(who).get("/absence").status_code == 403
        assert sign_in(who).post("/absence", data=good).status_code == 403
    with reading() as session:
        assert session.query(Substitute).count() == 2


def test_who_stands_in_answers_for_the_one_who_is_asked(world: World, sign_in: SignIn, caller: As) -> None:
    office = Office(world)
    office.does("renshe2", worklist.claim)
    first = office.ask("renshe0", ReviewKind.BEFORE)
    away, stand_in = ids(world, "renshe0", "renshe1")
    with transaction() as session:
        wanted = Wanted(away, stand_in, date(2026, 3, 2), date(2026, 3, 6))
        set_substitute(session, wanted, world.user(session, "renshe0"))
    page = f"/cases/{number_of(office.case_id)}?task={office.task_id}"
    assert [row["absent"] for row in caller("renshe1").get("/reviews")["reviews"]] == ["李四"]
    assert [row["absent"] for row in caller("renshe0").get("/reviews")["reviews"]] == [None]
    client, path = sign_in("renshe1"), f"/reviews/{first}/answer"
    assert "请您代李四会签" in client.get(page).text and "代李四" in client.get("/today").text
    form = f"answer-{first}-"
    assert client.post(path, data={f"{form}decision": "disagreed"}).status_code == 422
    assert sign_in("danbao1").post(path, data={f"{form}decision": "agreed"}).status_code == 404
    done = client.post(path, data={f"{form}decision": "agreed"}, follow_redirects=True)
    assert "会签意见已送出" in done.text and "钱二（代李四）" in done.text and "已由代办人答复" in done.text
    assert client.post(path, data={f"{form}decision": "agreed"}).status_code == 409


def test_the_rest_door_does_the_same(world: World, caller: As) -> None:
    away, stand_in, head = ids(world, "renshe2", "renshe1", "renshe0")
    clerk = caller("renshe2")
    made = clerk.post("/absences", {"stand_in": stand_in, **DAYS}, 201)
    assert (made["absent"]["id"], made["stand_in"]["name"], made["state"]) == (away, "钱二", "代办中")
    assert clerk.post("/absences", {"stand_in": head, **DAYS}, 422)["errors"].keys() == {"from_on"}
    for body in ({"stand_in": 10**20, **DAYS}, {"stand_in": stand_in, "from_on": "x", "until_on": "y"}):
        clerk.post("/absences", body, 422)
    assert [row["id"] for row in caller("renshe0").get("/absences")["absences"]] == [made["id"]]
    assert caller("danbao1").get("/absences")["absences"] == []
    caller("renshe1").post(f"/absences/{made['id']}/end", status=404)
    assert clerk.post(f"/absences/{made['id']}/end")["state"] == "提前结束"
    clerk.post(f"/absences/{made['id']}/end", status=409)


def test_a_leaver_gives_nothing_to_who_is_away_and_stands_in_for_nobody(
    world: World, sign_in: SignIn
) -> None:
    """He would have his work again: the successor who is away has him for a stand-in."""
    office = Office(world)
    office.does("renshe2", worklist.claim)
    away, leaver = ids(world, "renshe1", "renshe2")
    with transaction() as session:
        week = date(2026, 3, 2), date(2026, 3, 6)
        set_substitute(session, Wanted(away, leaver, *week), world.user(session, "renshe1"))
    head, given = sign_in("renshe0"), {"successor": away, "reason": "调离本单位"}
    refused = head.post(f"/handover/{leaver}", data=given)
    assert refused.status_code == 422 and "不在岗（已设置代办），请另选人员" in refused.text
    assert head.post(f"/handover/{leaver}", data={**given, "successor": ""}).status_code == 200
    with reading() as session:
        assert session.query(Substitute).one().is_over
    assert any("请另行安排代办" in text for text in office.told("renshe1"))
