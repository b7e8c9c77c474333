"""The check behind REST, on the command line and as a page: hostile files are refused while the server stays healthy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms.registry import TASK_FORMS
from processes.blank import blank_drawing
from processes.engine.lint_codes import CODES
from processes.engine.lint_subset import as_markdown
from processes.workflow import DEFINITIONS
from tests.processes.engine.foreign_files import CAMUNDA_7
from tests.processes.engine.hostile import HOSTILE
from tests.webapp.api import Caller
from tests.world import World

SignIn = Callable[[str], FlaskClient]
As = Callable[[str], Caller]
ROOT = Path(__file__).parents[2]

DOZEN = (
    *("a billion laughs in utf-8", "a file of the server", "depth", "a crowd", "a long text", "half a tag"),
    *("900 steps", "a listener", "a fork for ever", "code in a cell", "dataObject with code"),
    "ten offices that stop one another",
)


def test_a_dozen_hostile_drawings_go_through_the_door_and_the_server_stays_healthy(
    world: World, caller: As
) -> None:
    owner = caller("liucheng")
    named = {one.name: one for one in HOSTILE}
    for name in DOZEN:
        tables = {table: content.decode() for table, content in named[name].decisions.items()}
        sent = {"bpmn": named[name].bpmn.decode(), "decisions": tables}
        answer = owner.post("/processes/check", sent)
        assert named[name].code in {found["code"] for found in answer["problems"]}, name
        assert not answer["is_publishable"]
    assert owner.post("/processes/check", {"bpmn": blank_drawing("visit", "走访")}) == {
        "problems": [],
        "is_publishable": True,
    }
    assert owner.get("/processes")["versions"]


def test_only_process_owners_check_and_only_good_bodies_are_read(world: World, caller: As) -> None:
    caller("renshe2").post("/processes/check", {"bpmn": "<a/>"}, status=403)
    owner = caller("liucheng")
    for body in ({}, {"bpmn": 1}, {"bpmn": "<a/>", "decisions": {"a": 1}}, {"bpmn": "<a/>", "odd": 1}):
        owner.post("/processes/check", body, status=422)
    owner.post("/processes/adapt", {"bpmn": "<!DOCTYPE a><a/>"}, status=422)


def test_a_drawing_of_another_tool_is_adapted(world: World, caller: As) -> None:
    answer = caller("liucheng").post("/processes/adapt", {"bpmn": CAMUNDA_7.decode()})
    assert "camunda" not in answer["bpmn"]
    assert {
        "element": "pay",
        "what": "连接器（camunda:connector）",
        "why": "其他工具的程序代码不会执行，已删除",
    } in answer["dropped"]


def test_the_rules_are_a_page_for_process_owners(world: World, sign_in: SignIn) -> None:
    page = sign_in("liucheng").get("/admin/processes/subset")
    assert page.status_code == 200
    assert all(code in page.text for code in CODES)
    assert "绘图规则" in sign_in("liucheng").get("/admin/processes").text


@pytest.mark.once
def test_the_document_is_what_the_check_says() -> None:
    told = (ROOT / "docs" / "bpmn-subset.md").read_text(encoding="utf-8")
    assert told == as_markdown(TASK_FORMS), "run: flask --app webapp process subset"


def test_the_command_names_code_element_and_words(app: Flask, tmp_path: Path) -> None:
    bad = tmp_path / "bad.bpmn"
    bad.write_bytes(next(one.bpmn for one in HOSTILE if one.code == "sound-dead-end"))
    run = app.test_cli_runner().invoke(args=["process", "check", str(bad)])
    assert run.exit_code == 1
    assert "bad.bpmn: join: " in run.output and "[sound-dead-end]" in run.output
    run = app.test_cli_runner().invoke(args=["process", "check", "--json", str(bad)])
    (line,) = [json.loads(line) for line in run.output.splitlines() if "sound-dead-end" in line]
    assert (run.exit_code, line["element_id"], line["path"][0]) == (1, "join", "begin")


def test_a_warning_alone_is_said_and_stops_nothing(app: Flask, tmp_path: Path) -> None:
    mild = tmp_path / "mild.bpmn"
    shipped = (DEFINITIONS / "public_notice.bpmn").read_text(encoding="utf-8")
    first = shipped.index('<bpmndi:BPMNShape id="approved_di"')
    end = shipped.index("</bpmndi:BPMNShape>", first) + len("</bpmndi:BPMNShape>")
    mild.write_text(shipped[:first] + shipped[end:], encoding="utf-8")
    run = app.test_cli_runner().invoke(args=["process", "check", str(mild)])
    assert (run.exit_code, "提示：" in run.output, "检查通过" in run.output) == (0, True, True), run.output


def test_the_command_adapts_and_writes(app: Flask, tmp_path: Path) -> None:
    source, target = tmp_path / "c7.bpmn", tmp_path / "ours.bpmn"
    source.write_bytes(CAMUNDA_7)
    run = app.test_cli_runner().invoke(args=["process", "adapt", str(source), "--output", str(target)])
    assert (run.exit_code, "approve: 任务监听器" in run.output) == (0, True)
    assert b"camunda" not in target.read_bytes()
    written = tmp_path / "subset.md"
    app.test_cli_runner().invoke(args=["process", "subset", "--output", str(written)])
    assert written.read_text(encoding="utf-8") == as_markdown(TASK_FORMS)
