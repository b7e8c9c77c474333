"""The pages and the REST door of proposals: what an author and a reviewer see, and what nobody may press."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.database import bound, reading, transaction
from models.draft import ProcessDraft
from models.proposal import ProcessProposal
from models.refusal import Busy
from processes.engine import lint
from tests.processes.proposing import FIVE, SEVEN, WHY, decided, drafted, newest, put_forward, states
from tests.webapp.api import Caller
from tests.world import World

SignIn = Callable[[str], FlaskClient]
As = Callable[[str], Caller]


FOUND: dict[bytes, list[lint.Problem]] = {}


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The real check, without the second that a process of its own takes; how often it was asked."""
    asked: list[int] = []

    def check(bpmn: bytes, decisions: Any, form_keys: Any, tests: Any = None) -> list[lint.Problem]:
        if bound().is_sqlite:
            assert not bound()._write_lock.locked(), "a transaction is open while the drawing is checked"
        asked.append(len(bpmn))
        # The same drawing is found the same each time.
        if bpmn not in FOUND:
            FOUND[bpmn] = lint.check(bpmn, decisions, form_keys, tests)
        return FOUND[bpmn]

    monkeypatch.setattr(lint, "check_in_child", check)
    yield asked


def seen(page: str) -> str:
    found = re.search('name="seen" value="([0-9]*)"', page)
    assert found is not None
    return found[1]


def proposed(client: FlaskClient, draft_id: int, **over: str) -> Any:
    page = client.get(f"/admin/drafts/{draft_id}/propose")
    assert page.status_code == 200
    data = {"reason": WHY, "effective_on": "", "seen": seen(page.text), **over}
    return client.post(f"/admin/drafts/{draft_id}/propose", data=data)


def test_two_owners_publish_together(world: World, sign_in: SignIn, checked: list[int]) -> None:
    author, reviewer = sign_in("liucheng"), sign_in("liucheng2")
    made = drafted(world)
    page = author.get(f"/admin/drafts/{made}/propose").text
    assert "时限 7 → 5 个工作日" in page and "检查通过" in page and "2026-03-03（星期二，工作日）" in page
    answer = proposed(author, made, effective_on="2026-03-07")
    assert answer.status_code == 302
    path = answer.location
    asked = len(checked)
    own = author.get(path).text
    assert len(checked) == asked, "his own page starts no process"
    assert "不能审核自己" in own and "提交审核结论" not in own
    assert "非工作日，其后首个工作日为 2026-03-09" in own
    assert f'href="{path}"' in reviewer.get("/notifications").text
    agreed = {"decision": "agree", "comment": "", "seen": seen(reviewer.get(path).text)}
    refused = author.post(f"{path}/decide", data=agreed)
    assert refused.status_code == 403 and "不能审核自己" in refused.text
    assert reviewer.post(f"{path}/decide", data={**agreed, "seen": "77"}).status_code == 409
    before = len(checked)
    assert reviewer.post(f"{path}/decide", data=agreed).status_code == 302
    assert len(checked) == before + 1, "checked again before it is published"
    assert states() == [(2, "coming"), (1, "in_force")]
    assert reviewer.post(f"{path}/decide", data=agreed).status_code == 409
    assert author.post(f"{path}/withdraw").status_code == 409
    shown = reviewer.get("/admin/processes").text
    for words in ("待生效", "2026-03-07 00:00", WHY, "秦十八", "杨廿一", "现行"):
        assert words in shown
    assert "已发布" in author.get("/admin/proposals").text


def test_a_drawing_with_problems_cannot_be_put_forward(
    world: World, sign_in: SignIn, checked: list[int]
) -> None:
    client = sign_in("liucheng")
    made = drafted(world)
    with transaction() as session:
        row = session.get_one(ProcessDraft, made)
        row.bpmn = row.bpmn.replace('name="人社部门"', 'name="信访部门"')
    page = client.get(f"/admin/drafts/{made}/propose")
    assert page.status_code == 200 and "信访部门" in page.text and "更正前不能发布" in page.text
    assert 'name="seen"' not in page.text
    sent = client.post(f"/admin/drafts/{made}/propose", data={"reason": WHY, "seen": str(newest())})
    assert sent.status_code == 422 and states() == [(1, "in_force")]


def test_nothing_typed_is_lost(world: World, sign_in: SignIn, checked: list[int]) -> None:
    client = sign_in("liucheng")
    made = drafted(world)
    answer = proposed(client, made, reason="四个字吧"[:4], effective_on="2026-02-27")
    assert answer.status_code == 422
    assert "四个字吧" in answer.text and "2026-02-27" in answer.text
    assert proposed(client, made, effective_on="2026-02-30").status_code == 422
    assert proposed(client, made, seen="x").status_code == 409


def test_who_publishes_over_another_must_confirm_it(
    world: World, sign_in: SignIn, checked: list[int]
) -> None:
    mine = drafted(world, new="working_days(6, accepted_on)")
    decided(world, put_forward(world, drafted(world)))
    client = sign_in("liucheng")
    page = client.get(f"/admin/drafts/{mine}/propose").text
    assert "已有其他版本发布" in page and "时限 5 → 6 个工作日" in page and "时限 7 → 6 个工作日" in page
    assert proposed(client, mine).status_code == 422
    path = proposed(client, mine, confirmed="yes").location
    assert "已有其他版本发布" in sign_in("liucheng2").get(path).text


def test_without_four_eyes_the_author_publishes_alone(
    world: World, sign_in: SignIn, checked: list[int]
) -> None:
    client = sign_in("liucheng")
    off = {"reason": "双岗不足，临时调整", "four_eyes": "no"}
    for owner in (client, sign_in("liucheng2")):
        assert owner.post("/admin/processes/settings/combined_review", data=off).status_code == 302
    made = drafted(world)
    assert "提交后立即发布" in client.get(f"/admin/drafts/{made}/propose").text
    clicked = {"reason": WHY, "effective_on": "", "seen": str(newest())}
    path = client.post(f"/admin/drafts/{made}/propose", data=clicked).location
    assert client.post(f"/admin/drafts/{made}/propose", data=clicked).status_code == 409
    assert states() == [(2, "in_force"), (1, "replaced")] and "第 2 版" in client.get(path).text


def test_returning_needs_words(world: World, sign_in: SignIn, checked: list[int]) -> None:
    number = put_forward(world, drafted(world))
    path, client = f"/admin/proposals/{number}", sign_in("liucheng2")
    for data in ({}, {"decision": "x"}, {"decision": "return"}, {"decision": "return", "comment": "改"}):
        answer = client.post(f"{path}/decide", data=data)
        assert answer.status_code == 422, data
    good = client.post(f"{path}/decide", data={"decision": "return", "comment": "请写明依据文件"})
    assert good.status_code == 302 and "请写明依据文件" in client.get(path).text


@pytest.mark.parametrize("door", ["page", "REST"])
def test_what_a_later_release_cannot_translate_is_still_returned(
    world: World, sign_in: SignIn, caller: As, checked: list[int], door: str
) -> None:
    """A cell that was right when it was put forward."""
    number = put_forward(world, drafted(world))
    with transaction() as session:
        row = session.get_one(ProcessProposal, number)
        broken = re.sub(r"(<inputEntry[^>]*>\s*<text>)", r"\1[1..", row.decisions["eligibility.dmn"], count=1)
        row.decisions = {**row.decisions, "eligibility.dmn": broken}
        # Another drawing for the check's memory in these tests.
        row.bpmn += "\n"
    said = {"decision": "return", "comment": "请按新规则改写单元格"}
    if door == "REST":
        reviewer = caller("liucheng2")
        reviewer.post(f"/proposals/{number}/decide", {"decision": "agree"}, 422)
        assert reviewer.post(f"/proposals/{number}/decide", said)["status"] == "returned"
        return
    client, path = sign_in("liucheng2"), f"/admin/proposals/{number}"
    assert client.get(path).status_code == 200
    assert client.post(f"{path}/decide", data={"decision": "agree"}).status_code == 422
    assert client.post(f"{path}/decide", data=said).status_code == 302


def test_others_find_nothing(world: World, sign_in: SignIn, checked: list[int]) -> None:
    made = drafted(world)
    number = put_forward(world, made)
    assert sign_in("renshe1").get(f"/admin/proposals/{number}").status_code == 403
    other = sign_in("liucheng2")
    assert other.get(f"/admin/drafts/{made}/propose").status_code == 404
    assert other.post(f"/admin/proposals/{number}/withdraw").status_code == 403
    assert other.get("/admin/proposals/4711").status_code == 404


def test_rest_puts_forward_and_decides(world: World, caller: As, checked: list[int]) -> None:
    author, reviewer = caller("liucheng"), caller("liucheng2")
    made = drafted(world)
    for body, field in (
        ({"draft": made, "reason": "短"}, "reason"),
        ({"draft": made, "reason": WHY, "effective_on": "morgen"}, "effective_on"),
        ({"draft": -1, "reason": WHY}, "draft"),
        ({"draft": made, "reason": WHY, "seen": "1"}, "seen"),
    ):
        assert field in author.post("/proposals", body, 422)["errors"], body
    reviewer.post("/proposals", {"draft": made, "reason": WHY}, 404)
    author.post("/proposals", {"draft": made, "reason": WHY, "seen": 4711}, 409)
    whole = author.post("/proposals", {"draft": made, "reason": WHY, "effective_on": "2026-03-09"}, 201)
    (compared,) = whole["comparisons"]
    assert [change["words"] for change in compared["changes"]] == ["时限 7 → 5 个工作日"]
    path = f"/proposals/{whole['id']}"
    author.post(f"{path}/decide", {"decision": "agree"}, 403)
    reviewer.post(f"{path}/decide", {"decision": "agree", "seen": 4711}, 409)
    reviewer.post(f"{path}/decide", {"decision": "perhaps"}, 422)
    assert reviewer.post(f"{path}/decide", {"decision": "agree"})["status"] == "published"
    reviewer.post(f"{path}/decide", {"decision": "agree"}, 409)
    author.post(f"{path}/withdraw", status=409)
    assert [row["status"] for row in author.get("/proposals")["proposals"]] == ["published"]
    assert states()[0] == (2, "coming")


def test_rest_names_every_problem_of_the_check(world: World, caller: As, checked: list[int]) -> None:
    made = drafted(world)
    with transaction() as session:
        row = session.get_one(ProcessDraft, made)
        row.bpmn = row.bpmn.replace('name="人社部门"', 'name="信访部门"').replace(FIVE, SEVEN)
    errors = caller("liucheng").post("/proposals", {"draft": made, "reason": WHY}, 422)["errors"]
    assert any("信访部门" in line for line in errors["bpmn"])
    with reading() as session:
        assert session.get_one(ProcessDraft, made).revision > 0


@pytest.mark.once
def test_a_busy_host_loses_nothing(world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: Any) -> None:
        raise Busy("检查正忙，请稍后再试。")

    monkeypatch.setattr(lint, "check_in_child", busy)
    author, made = sign_in("liucheng"), drafted(world)
    data = {"reason": WHY, "effective_on": "", "seen": str(newest())}
    answer = author.post(f"/admin/drafts/{made}/propose", data=data)
    assert answer.status_code == 422 and "检查正忙" in answer.text and WHY in answer.text
