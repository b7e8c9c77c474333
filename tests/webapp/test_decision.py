"""The pages of decision tables: begun, kept, checked, renamed, removed; strangers, old windows and garbage are answered."""

from __future__ import annotations

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
from models.draft import ProcessDraft
from processes import draft as drafts
from processes.workflow import DEFINITIONS, newest_definition
from tests.processes.engine.table_files import dmn, one
from tests.webapp.api import Caller
from tests.world import World

pytestmark = pytest.mark.once
SignIn = Callable[[str], FlaskClient]
GUARANTEE = "counter_guarantee.dmn"


@pytest.fixture
def owner(sign_in: SignIn) -> FlaskClient:
    return sign_in("liucheng")


@pytest.fixture
def place(world: World, owner: FlaskClient) -> str:
    """Where the tables of a draft of 创业担保贷款 are."""
    with transaction() as session:
        version = newest_definition(session, "combined_review").id
        draft = drafts.create_draft(session, world.user(session, "liucheng"), based_on=version)
        return f"/admin/drafts/{draft.id}/tables"


def kept(place: str) -> ProcessDraft:
    with reading() as session:
        return session.get_one(ProcessDraft, int(place.split("/")[3]))


def sent(client: FlaskClient, address: str, **body: Any) -> Any:
    return client.post(address, json=body, headers={"Accept": "application/json"})


def test_a_draft_brings_the_examples_of_its_version(owner: FlaskClient, place: str) -> None:
    page = owner.get(f"{place}/{GUARANTEE}").text
    assert "决策表 反担保规则" in page
    examples = re.search("data-examples='([^']+)'", page)
    assert examples is not None
    assert json.loads(examples[1])[0]["name"] == "个人10万元整，免除反担保"
    assert "? != null" not in page
    assert all(f"<code>{cell}</code>" in unescape(page) for cell in ("[1..5]", '"甲", "乙"', "not([1..5])"))
    listed = owner.get(place).text
    assert "counter_guarantee.dmn" in listed
    assert "eligibility.dmn" in listed
    assert owner.get(f"{place}/{GUARANTEE}/file").data == (DEFINITIONS / GUARANTEE).read_bytes()


def test_a_table_is_begun_kept_renamed_and_removed(owner: FlaskClient, place: str) -> None:
    made = owner.post(place, data={"name": '档次<b>&"', "key": "level"})
    assert made.location.endswith("/level.dmn")
    assert "档次&lt;b&gt;&amp;" in owner.get(made.location).text
    rows = [{"name": "a", "inputs": {"amount": "5"}, "expected": {"level_result": "一般"}}]
    body = {"dmn": kept(place).decisions["level.dmn"], "examples": rows}
    answer = sent(owner, f"{place}/level.dmn/save", revision=kept(place).revision, **body)
    assert answer.status_code == 200, answer.text
    assert kept(place).tests["level"] == rows
    found = sent(owner, f"{place}/level.dmn/check", **body).json
    assert (found["findings"], found["results"][0]["is_right"]) == ([], True)
    assert owner.post(f"{place}/level.dmn/rename", data={"key": "grade"}).location.endswith("/grade.dmn")
    assert 'id="grade"' in kept(place).decisions["grade.dmn"]
    assert sorted(kept(place).tests) == ["counter_guarantee", "eligibility", "grade"]
    assert owner.post(f"{place}/grade.dmn/remove").status_code == 302
    assert sorted(kept(place).decisions) == [GUARANTEE, "eligibility.dmn"]
    assert owner.post(f"{place}/grade.dmn/remove").status_code == 404


def test_a_table_that_a_step_asks_for_stays_and_follows_its_new_name(owner: FlaskClient, place: str) -> None:
    refused = owner.post(f"{place}/{GUARANTEE}/remove")
    assert refused.status_code == 409
    assert "仍在使用这张决策表" in refused.text
    assert owner.post(f"{place}/{GUARANTEE}/rename", data={"key": "guarantee"}).status_code == 302
    draft = kept(place)
    asking = re.findall(r'calledDecisionId>(.*?)<|name="decision" value="(.*?)"', draft.bpmn)
    assert {name for pair in asking for name in pair if name} == {"guarantee", "eligibility"}
    assert len(draft.tests["guarantee"]) == 8


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "表", "key": "Level!"}, "决策标识由小写字母"),
        ({"name": "表", "key": "eligibility"}, "已有标识为 eligibility 的决策表"),
        ({"name": "", "key": "level"}, "决策表名称"),
        ({"name": "表\x07", "key": "level"}, "决策表名称"),
    ],
)
def test_what_cannot_begin_says_why(owner: FlaskClient, place: str, data: dict[str, str], words: str) -> None:
    answer = owner.post(place, data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert unescape(data["key"]) in answer.text


def test_an_old_window_keeps_nothing(owner: FlaskClient, place: str) -> None:
    body = {"dmn": one("[1..5]", "age").decode(), "examples": []}
    first = kept(place).revision
    assert sent(owner, f"{place}/{GUARANTEE}/save", revision=first, **body).status_code == 200
    late = sent(owner, f"{place}/{GUARANTEE}/save", revision=first, **body)
    assert late.status_code == 409
    assert "另一个窗口" in late.json["message"]
    assert "counter_guarantee" not in kept(place).tests


ROW = {"name": "a", "inputs": {}, "expected": {}}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dmn": 1},
        {"dmn": "<a/>", "examples": {}},
        {"dmn": "<!DOCTYPE a><a/>"},
        {"dmn": "x"},
        {"dmn": "\ud800"},
        {"dmn": "<a>\u0001</a>"},
        {"examples": [1]},
        {"examples": [{}]},
        {"examples": [{**ROW, "inputs": {"a": {"b": 1}}}]},
        {"examples": [{**ROW, "inputs": {"a": 1e300}}]},
        {"examples": [{**ROW, "inputs": {"a": "\ud800"}}]},
        {"examples": [{**ROW, "name": "x" * 101}]},
        {"examples": [{**ROW, "more": 1}]},
        {"examples": [ROW] * 201},
    ],
)
def test_garbage_is_refused_and_changes_nothing(owner: FlaskClient, place: str, body: Any) -> None:
    before = kept(place)
    whole = {"dmn": str(before.decisions[GUARANTEE]), "examples": [], **body} if body else {}
    for part in (whole, {**whole, "dmn": str(before.decisions[GUARANTEE])} if "examples" in body else whole):
        answer = sent(owner, f"{place}/{GUARANTEE}/save", revision=before.revision, **part)
        assert 400 <= answer.status_code < 500, answer.text
    assert (kept(place).decisions, kept(place).tests) == (before.decisions, before.tests)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE a><a/>", "table-file"),
        ("<definitions/>", "table-none"),
        (dmn([(("?" * 300,), ("1",))]).decode(), "cell-syntax"),
    ],
)
def test_a_hostile_table_is_answered(owner: FlaskClient, place: str, content: str, code: str) -> None:
    found = sent(owner, f"{place}/{GUARANTEE}/check", dmn=content, examples=[]).json
    assert [one["code"] for one in found["findings"]] == [code]


def test_strangers_find_nothing(sign_in: SignIn, place: str) -> None:
    other = sign_in("liucheng2")
    for path in (place, f"{place}/{GUARANTEE}", f"{place}/{GUARANTEE}/file"):
        assert other.get(path).status_code == 404
    assert sent(other, f"{place}/{GUARANTEE}/check", dmn="", examples=[]).status_code == 404
    assert other.post(f"{place}/{GUARANTEE}/remove").status_code == 404
    assert sign_in("renshe1").get(place).status_code == 403


@pytest.mark.parametrize("name", ["none.dmn", "a.b", "%00.dmn", "x" * 300])
def test_a_table_that_is_not_there(owner: FlaskClient, place: str, name: str) -> None:
    for path in (f"{place}/{name}", f"{place}/{name}/file", f"{place}/{name}/rename"):
        assert owner.get(path).status_code == 404


def test_the_same_check_by_rest_and_by_command(
    caller: Callable[[str], Caller], app: Flask, tmp_path: Path
) -> None:
    content = one("[1..5]", "age", policy="COLLECT").decode()
    rows = [{"name": "一", "inputs": {"age": 3}, "expected": [{"result": "yes"}]}]
    found = caller("liucheng").post(
        "/decision-tables/check", {"name": "small.dmn", "dmn": content, "examples": rows}
    )
    assert found["results"][0]["found"] == "result=yes"
    file = tmp_path / "small.dmn"
    file.write_text(content, "utf-8")
    run = app.test_cli_runner()
    assert "检查通过，0 个用例相符" in run.invoke(args=["process", "table", str(file)]).output
    (tmp_path / "small.tests.json").write_text(json.dumps(rows), "utf-8")
    assert "用例“一”：相符" in run.invoke(args=["process", "table", str(file)]).output
    rows[0]["expected"] = []
    (tmp_path / "small.tests.json").write_text(json.dumps({"small": rows}), "utf-8")
    failed = run.invoke(args=["process", "table", str(file)])
    assert failed.exit_code == 1
    assert "不符，应为 没有规则命中，实际为 result=yes" in failed.output
