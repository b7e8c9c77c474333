"""The pages of drafts: who may, what a stranger, an old window or garbage is answered; what the editor is given."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.database import reading, transaction
from models.process_version import versions
from processes import draft as verbs
from processes.blank import blank_drawing
from tests.webapp.api import Caller
from tests.world import World
from webapp.security import EDITOR_POLICY

SignIn = Callable[[str], FlaskClient]
BLANK = blank_drawing("visit", "走访")


@pytest.fixture
def owner(sign_in: SignIn) -> FlaskClient:
    return sign_in("liucheng")


@pytest.fixture
def draft_id(world: World, owner: FlaskClient) -> int:
    with transaction() as session:
        return verbs.create_draft(session, world.user(session, "liucheng"), bpmn=BLANK).id


def sent(client: FlaskClient, address: str, body: Any) -> Any:
    return client.post(address, json=body, headers={"Accept": "application/json"})


def test_an_owner_begins_a_draft_in_three_ways(owner: FlaskClient) -> None:
    assert "您还没有草稿" in owner.get("/admin/drafts").text
    with reading() as session:
        version = next(found for found in versions(session) if found.key == "combined_review")
    assert f'value="{version.id}"' in owner.get("/admin/drafts/new").text
    made = [
        owner.post("/admin/drafts/copy", data={"definition_id": version.id}),
        owner.post("/admin/drafts/new", data={"name": "走访慰问", "key": "visit"}),
        owner.post("/admin/drafts/import", data={"files": (io.BytesIO(BLANK.encode()), "走访.bpmn")}),
    ]
    assert [answer.status_code for answer in made] == [302, 302, 302], made[1].text
    listed = owner.get("/admin/drafts").text
    assert all(name in listed for name in (version.name, "走访慰问", "走访"))
    for answer in made:
        assert owner.get(answer.location).status_code == 200


def test_what_another_tool_put_in_is_listed_by_element(owner: FlaskClient) -> None:
    foreign = BLANK.replace(
        '<bpmn:userTask id="first_step"',
        '<bpmn:userTask xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:assignee="${x}" id="first_step"',
    )
    page = owner.post("/admin/drafts/import", data={"files": (io.BytesIO(foreign.encode()), "a.bpmn")})
    assert page.status_code == 200
    assert "first_step" in page.text
    assert (
        "camunda"
        not in owner.get(re.findall('href="(/admin/drafts/[0-9]+)"', page.text)[0] + "/drawing").text
    )


def test_what_cannot_begin_says_why_and_keeps_what_was_typed(owner: FlaskClient) -> None:
    page = owner.post("/admin/drafts/new", data={"name": "走访慰问", "key": "Visit!"})
    assert page.status_code == 422
    assert 'value="走访慰问"' in page.text
    assert "小写字母" in page.text
    for name, content in (("a.bpmn", b"<a"), ("a.dmn", b""), ("a.bpmn", b"\xff\xfe\x00")):
        page = owner.post("/admin/drafts/import", data={"files": (io.BytesIO(content), name)})
        assert page.status_code == 422
    for wrong in ("", "x", "-1", "0", "99999999999999999999"):
        assert owner.post("/admin/drafts/copy", data={"definition_id": wrong}).status_code == 404


def test_the_editor_gets_what_its_panel_offers_and_a_policy_of_its_own(
    owner: FlaskClient, draft_id: int
) -> None:
    page = owner.get(f"/admin/drafts/{draft_id}")
    assert page.headers["Content-Security-Policy"] == EDITOR_POLICY
    assert EDITOR_POLICY.count("unsafe-inline") == 1
    assert "style-src-attr 'unsafe-inline'" in EDITOR_POLICY
    assert "unsafe" not in owner.get("/admin/drafts").headers["Content-Security-Policy"]
    given = re.search("data-options='([^']*)'", page.text)
    assert given
    options = json.loads(unescape(given[1]))
    assert {"value": "财政部门", "label": "财政部门"} in options["lanes"]
    assert all(options.values()) is False  # a blank process has no decisions, everything else has something
    assert [name for name, offered in options.items() if not offered] == ["decisions"]
    drawing = owner.get(f"/admin/drafts/{draft_id}/drawing")
    assert drawing.text == BLANK
    assert "attachment" in drawing.headers["Content-Disposition"]


def test_nobody_else_reads_or_changes_a_draft(sign_in: SignIn, draft_id: int) -> None:
    another, clerk = sign_in("liucheng2"), sign_in("renshe1")
    for client, status in ((another, 404), (clerk, 403)):
        for path in ("", "/drawing"):
            assert client.get(f"/admin/drafts/{draft_id}{path}").status_code == status
        for path, body in (("save", {"revision": 1}), ("back", {"revision": 1}), ("stay", {}), ("check", {})):
            assert sent(client, f"/admin/drafts/{draft_id}/{path}", body).status_code == status
        assert client.post(f"/admin/drafts/{draft_id}/discard").status_code == status
    for number in (0, 2**31 - 1, 2**63):
        assert another.get(f"/admin/drafts/{number}").status_code == 404


def test_the_editor_saves_steps_back_and_an_old_window_is_told(owner: FlaskClient, draft_id: int) -> None:
    address = f"/admin/drafts/{draft_id}"
    changed = blank_drawing("visit", "走访二")
    kept = sent(owner, f"{address}/save", {"revision": 1, "bpmn": changed}).json
    assert (kept["revision"], kept["name"], kept["steps"], kept["neighbours"]) == (2, "走访二", 1, [])
    assert re.fullmatch("[0-9]{2}:[0-9]{2}", kept["saved_at"])
    old = sent(owner, f"{address}/save", {"revision": 1, "bpmn": BLANK})
    assert (old.status_code, "另一个窗口" in old.json["message"]) == (409, True)
    assert sent(owner, f"{address}/back", {"revision": 1}).status_code == 409
    back = sent(owner, f"{address}/back", {"revision": 2}).json
    assert (back["bpmn"], back["steps"]) == (BLANK, 0)
    assert sent(owner, f"{address}/back", {"revision": back["revision"]}).status_code == 409
    assert owner.post(f"{address}/discard").status_code == 302
    assert owner.post(f"{address}/discard").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"revision": NaN}', 400),
        (b'{"revision": 1, "revision": 1}', 400),
        (b"[" * 100_000, 400),
        (b"{}", 422),
        (b'{"revision": "1"}', 422),
        (b'{"revision": true}', 422),
        (b'{"revision": 1, "owner_id": 5}', 422),
        (b'{"revision": 1, "bpmn": 5}', 422),
        (b'{"revision": 1, "bpmn": "\\u0000"}', 422),
        (b'{"revision": 1, "bpmn": "\\ud800"}', 422),
        (b'{"revision": 1, "bpmn": "<a>"}', 422),
        (b'{"revision": 1, "decisions": {"a.dmn": {"b": 1}}}', 422),
        (b'{"revision": 1, "decisions": {"..": "<a/>"}}', 422),
        (b'{"revision": 1, "tests": {"a": "\\u0000"}}', 422),
        (b'{"revision": 1, "tests": {"a": "\\ud800"}}', 422),
        (b'{"revision": 1, "tests": {"a": [{"b": "\\ud800"}]}}', 422),
        (b'{"revision": 1, "tests": {"a": 99999999999999999999999}}', 422),
        (b'{"revision": 1, "tests": {"a": 1e999}}', 422),
        (b'{"revision": 1, "tests": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}", 422),
        (b'{"revision": 99999999999999999999999}', 409),
        (b'{"revision": 1, "bpmn": "' + b"x" * (9 * 1024 * 1024) + b'"}', 413),
    ],
)
def test_garbage_is_refused_and_changes_nothing(
    owner: FlaskClient, draft_id: int, body: bytes, status: int
) -> None:
    address = f"/admin/drafts/{draft_id}"
    headers = {"Accept": "application/json"}
    answer = owner.post(f"{address}/save", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.text
    assert owner.get(f"{address}/drawing").text == BLANK
    assert owner.post(f"{address}/save", data={"revision": 1}).status_code == 415


def test_the_check_names_the_element(owner: FlaskClient, draft_id: int) -> None:
    address = f"/admin/drafts/{draft_id}/check"
    broken = BLANK.replace('name="form" value="drawn"', 'name="form" value="nowhere"')
    problems = sent(owner, address, {"bpmn": broken}).json["problems"]
    assert {problem["element"] for problem in problems} == {"first_step"}
    assert any("nowhere" in problem["message"] for problem in problems)
    assert set(problems[0]) == {"code", "element", "message", "path", "severity"}


def test_a_neighbour_is_named(owner: FlaskClient, draft_id: int, world: World) -> None:
    with transaction() as session:
        other = world.user(session, "liucheng2")
        verbs.create_draft(session, other, bpmn=BLANK)
    (warning,) = sent(owner, f"/admin/drafts/{draft_id}/stay", {}).json["neighbours"]
    assert warning == f"{other.name}正在修改同一流程的另一份草稿，请先与其商量。"
    assert other.name in owner.get("/admin/drafts").text


def test_rest_begins_saves_checks_and_discards(caller: Callable[[str], Caller]) -> None:
    owner, other = caller("liucheng"), caller("liucheng2")
    draft = owner.post("/drafts", {"key": "visit", "name": "走访"}, 201)
    assert draft["bpmn"] == BLANK
    address = f"/drafts/{draft['id']}"
    assert owner.post(f"{address}/check") == {"problems": []}
    saved = owner.put(address, {"revision": 1, "bpmn": blank_drawing("visit", "二")})
    assert (saved["revision"], saved["name"], saved["steps_kept"]) == (2, "二", 1)
    owner.put(address, {"revision": 1, "bpmn": BLANK}, 409)
    assert [line["id"] for line in owner.get("/drafts")["drafts"]] == [draft["id"]]
    other.get(address, 404)
    caller("renshe1").get("/drafts", 403)
    owner.post("/drafts", {"based_on": 2**40}, 404)
    owner.post("/drafts", {"key": "visit"}, 422)
    assert owner.post(f"{address}/discard") == {"name": "二"}
    owner.get(address, 404)


def test_the_command_line_lists_and_writes_drafts(app: Flask, draft_id: int, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    assert "走访" in runner.invoke(args=["process", "drafts", "liucheng"]).output
    asked = ["process", "drafts", "liucheng", "--write", str(draft_id), "--folder", str(tmp_path)]
    assert "2 个文件" in runner.invoke(args=asked).output
    assert (tmp_path / "visit.bpmn").read_text("utf-8") == BLANK
    for who, number in (("liucheng2", draft_id), ("nobody", draft_id)):
        answer = runner.invoke(args=["process", "drafts", who, "--write", str(number)])
        assert answer.exit_code == 1
        assert "Traceback" not in answer.output
