"""A round on its pages: opened, answered in bulk, undone, handed in, supervised, decided by the group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from models.database import reading
from models.screening import ScreeningRound
from tests import screening
from tests.credit import MAY, checked, code
from tests.screening import JUNE, all_pass, candidates, follow, opinion, passing, prepare, say
from tests.webapp.knock import SignIn
from tests.world import World, on

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def june(world: World) -> Iterator[None]:
    """The day on which rounds are opened."""
    with on(JUNE):
        yield


@pytest.fixture
def round_id(world: World, june: None) -> int:
    """A round of three candidates."""
    return screening.opened(world, 3)


def place(round_id: int, rest: str = "") -> str:
    with reading() as session:
        return f"/rounds/{session.get_one(ScreeningRound, round_id).number}{rest}"


def hidden(page: Any) -> dict[str, str]:
    """What the form of a preview carries."""
    return dict(HIDDEN.findall(page.text))


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))


def previewed(client: FlaskClient, at: str, ids: list[int], **over: Any) -> Any:
    sent = {"bulk_result": "pass", "bulk_basis": "金税系统", "bulk_reason": "", "candidate": ids}
    return client.post(f"{at}/batches/preview", data=sent | over)


def test_a_selection_is_previewed_applied_once_and_taken_back(
    world: World, sign_in: SignIn, round_id: int
) -> None:
    ids, at, tax = [row.id for row in candidates(round_id)], place(round_id), sign_in("shuiwu1")
    say(world, round_id, "shuiwu1", [screening.Answer(ids[0], "fail", "等级为C级", "金税系统")])
    for missing in ({"candidate": []}, {"bulk_result": ""}):
        answer = previewed(tax, at, ids, **missing)
        assert answer.status_code == 422
        assert "err-sum" in answer.text
    page = previewed(tax, at, [*ids, 999_999])
    assert page.status_code == 200
    assert "确认填写 3 户" in page.text
    assert "其中 1 户已有答复" in page.text
    assert "本部门在本轮甄别中没有该户" in page.text
    assert opinion(ids[1], "shuiwu1", world).result == "", "a preview writes nothing"
    # Between preview and click somebody else answers one of them.
    say(world, round_id, "shuiwu0", [screening.Answer(ids[2], "unverified", "系统维护", "金税系统")])
    carried = hidden(page)
    first = tax.post(f"{at}/batches", data=carried)
    again = tax.post(f"{at}/batches", data=carried)
    assert first.status_code == again.status_code == 302
    assert first.location == again.location, "a second click is the same batch"
    assert [opinion(one, "shuiwu1", world).result for one in ids] == ["pass", "pass", "unverified"]
    shown = tax.get(first.location)
    assert "撤销本批填写" in shown.text
    assert "未填的 1 户" in shown.text
    assert sign_in("fayuan1").get(first.location).status_code == 404
    assert sign_in("fayuan1").post(f"{first.location}/undo").status_code == 404
    assert tax.post(f"{first.location}/undo").status_code == 302
    assert tax.post(f"{first.location}/undo").status_code == 409
    assert [opinion(one, "shuiwu1", world).result for one in ids] == ["fail", "", "unverified"]
    assert "已撤销" in tax.get(f"{at}/batches").text


def test_all_that_match_are_meant_without_being_listed(world: World, sign_in: SignIn, round_id: int) -> None:
    ids, at, tax = [row.id for row in candidates(round_id)], place(round_id), sign_in("shuiwu1")
    say(world, round_id, "shuiwu1", passing(ids[:1]))
    page = previewed(tax, at, [], all="yes", state="unanswered")
    assert "确认填写 2 户" in page.text
    tax.post(f"{at}/batches", data=hidden(page))
    assert [opinion(one, "shuiwu1", world).version for one in ids] == [1, 1, 1]


def test_a_department_sends_what_it_has_decided_and_keeps_the_rest(
    world: World, sign_in: SignIn, round_id: int
) -> None:
    ids, at, tax = [row.id for row in candidates(round_id)], place(round_id, "/hand-in"), sign_in("shuiwu1")
    assert "没有可以提交的意见" in tax.get(at).text
    assert tax.post(at).status_code == 422
    say(world, round_id, "shuiwu1", [*passing(ids[:1]), screening.Answer(ids[1], "unverified", "无记录", "")])
    page = tax.get(at).text
    assert "将提交 1 户" in page
    assert "暂不提交的 2 户" in page
    assert "尚未填写" in page
    assert tax.post(at).status_code == 302
    waiting = tax.get(f"{at}/progress").text
    assert "0 / 1" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    follow(world, round_id)
    assert "1 / 1" in tax.get(f"{at}/progress").text
    assert tax.post(at).status_code == 422, "nothing is left to send"
    for who, expected in (("jinrong1", 404), ("lingdao", 403), ("renshe1", 404)):
        assert sign_in(who).post(at).status_code == expected


def test_the_center_opens_follows_and_supervises(world: World, sign_in: SignIn, june: None) -> None:
    center = sign_in("jinrong1")
    assert "现在不能开启" in center.get("/rounds/new").text
    assert center.post("/rounds/new").status_code == 422
    for number in (1, 2):
        checked(world, code(number), day=MAY)
    page = center.get("/rounds/new").text
    assert "将列入 2 户" in page
    assert "参加甄别的部门（9 个）" in page
    assert sign_in("shuiwu1").post("/rounds/new").status_code == 403
    assert sign_in("shuiwu1").get("/rounds/new").status_code == 302
    at = center.post("/rounds/new").location
    assert center.post("/rounds/new").status_code == 409
    assert 'hx-trigger="every 2s"' in center.get(f"{at}/progress").text
    with reading() as session:
        round_id = session.query(ScreeningRound).one().id
    prepare(world, round_id)
    assert "2 / 2" in center.get(f"{at}/progress").text
    assert "hx-get" not in center.get(at).text
    say(world, round_id, "shuiwu1", passing(row.id for row in candidates(round_id)))
    screening.hand_in(world, round_id, "shuiwu1")
    assert "2 / 2" in center.get(at).text
    everything = center.get(f"{at}/matrix").text
    assert everything.count("未答") >= 16
    tax_id = opinion(candidates(round_id)[0].id, "shuiwu1", world).department_id
    assert "没有符合条件" in center.get(f"{at}/matrix?department={tax_id}").text
    content = rows_of(center.get(f"{at}/matrix.xlsx").data)
    assert len(content) == 3
    assert content[0][4:13].count(None) == 0
    assert [cell for cell in content[1] if cell == "通过"] == ["通过"]
    _supervises(world, sign_in, at)


def _led_to(client: FlaskClient, places: dict[str, str]) -> None:
    """What a message asks for is one click away."""
    messages = client.get("/notifications").text
    for href, words in places.items():
        address = href[6:-1]
        assert f">{words}</a>" in messages
        assert href in messages
        assert client.get(address).status_code == 200


def _supervises(world: World, sign_in: SignIn, at: str) -> None:
    center, court = sign_in("jinrong1"), sign_in("fayuan1")
    place = f"{at}/supervision"
    assert (
        center.post(place, data={"department": "all", "text": "", "due_on": "2026-06-10"}).status_code == 422
    )
    sent = {"department": "all", "text": "请于期限内提交", "due_on": "2026-06-10"}
    assert court.post(place, data=sent).status_code == 403
    assert center.post(place, data=sent).status_code == 302
    assert center.post(f"{place}/remind").status_code == 302
    assert center.get(place).text.count("督办〔2026〕") == 8 * 2
    _led_to(court, {f'href="{at}/board"': "进入甄别名单", f'href="{place}"': "答复督办"})
    mine = court.get(place).text
    assert mine.count("督办〔2026〕") == 2, "a department sees its own"
    answer = re.search(r"/supervision/(\d+)/answer", mine)
    assert answer is not None
    assert sign_in("jiancha1").post(f"{place}/{answer[1]}/answer", data={"answer": "甲"}).status_code == 404
    assert court.post(f"{place}/{answer[1]}/answer", data={"answer": ""}).status_code == 422
    assert court.post(f"{place}/{answer[1]}/answer", data={"answer": "本周内完成"}).status_code == 302
    assert center.post(f"{place}/{answer[1]}/close", data={"closing": "已全部提交"}).status_code == 302
    assert court.post(f"{place}/{answer[1]}/answer", data={"answer": "再答"}).status_code == 409
    assert "已办结" in court.get(place).text


def test_the_group_decides_with_its_meeting(world: World, sign_in: SignIn, round_id: int) -> None:
    all_pass(world, round_id)
    group, at = sign_in("xiaozu1"), place(round_id, "/group")
    ids = [row.id for row in candidates(round_id)]
    assert "信用甄别（2026年上半年）：3 户待领导小组审核" in group.get("/tasks").text
    assert "9 个部门均通过" in group.get(at).text
    meeting = {"kind": "leading_group", "number": "〔2026〕1号", "held_on": "2026-06-08", "place": "三楼"}
    assert group.post("/meetings", data=meeting | {"held_on": "2026-06-09"}).status_code == 422
    assert group.post("/meetings", data=meeting).status_code == 302
    assert group.post("/meetings", data=meeting).status_code == 422, "its number is taken"
    assert sign_in("shuiwu1").post("/meetings", data=meeting).status_code == 403
    chosen = re.search(r'<option value="(\d+)">〔2026〕1号', group.get(at).text)
    assert chosen is not None
    sent = {"meeting": chosen[1], "decision": "approve", "reason": "", "candidate": ids[:2]}
    assert group.post(f"{at}/preview", data=sent | {"candidate": []}).status_code == 422
    assert group.post(f"{at}/preview", data=sent | {"meeting": "999"}).status_code == 422
    page = group.post(f"{at}/preview", data=sent)
    assert "确认决定 2 户" in page.text
    assert len(rows_of(group.get(f"{at}/agenda.xlsx").data)) == 4
    assert sign_in("jinrong1").post(at, data=hidden(page)).status_code == 403
    assert group.post(at, data=hidden(page)).status_code == 302
    again = group.post(at, data=hidden(page), follow_redirects=True)
    assert "已有相同决定" in again.text
    refuse = sent | {"decision": "refuse", "candidate": ids}
    assert "须写明理由" in group.post(f"{at}/preview", data=refuse).text
    page = group.post(f"{at}/preview", data=refuse | {"reason": "经营异常", "all": "yes", "state": "open"})
    assert group.post(at, data=hidden(page)).status_code == 302
    follow(world, round_id)
    assert [row.decision for row in candidates(round_id)] == ["approve", "approve", "refuse"]
    assert "共 0 户" in group.get(f"{at}/agenda").text
    assert "经营异常" in sign_in("jinrong1").get(f"{at}?state=all").text
