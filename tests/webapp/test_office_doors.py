"""Tests of the office's operations for programs and on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from flask import Flask

from processes import worklist
from tests.offices import Office
from tests.webapp.api import Caller
from tests.webapp.knock import number_of
from tests.world import World, answers


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    made = Office(world)
    made.does("renshe2", worklist.claim)
    return made


def test_programs_do_the_same(office: Office, caller: Callable[[str], Caller]) -> None:
    clerk, colleague, head = caller("renshe2"), caller("renshe1"), caller("renshe0")
    task, other = f"/tasks/{office.task_id}", office.id("renshe1")
    clerk.post(f"{task}/delegate", {"delegate": other, "question": "核实"})
    shown = colleague.post(f"{task}/hand-back", {"opinion": "正常"})
    assert shown["owner"] is None and shown["reviews"][0]["state"] == "handed_back"
    clerk.post(f"{task}/delegate", {"delegate": other, "question": "核实"})
    clerk.post(f"{task}/take-back")
    clerk.post(f"{task}/set-aside", {"until": "明天", "reason": "等"}, 422)
    assert clerk.post(f"{task}/set-aside", {"until": "2026-03-05", "reason": "等"})["set_aside_until"]
    clerk.post(f"{task}/take-up")
    clerk.post(f"{task}/reviewers", {"reviewer": 2**70, "when": "after", "question": "可否？"}, 422)
    clerk.post(f"{task}/reviewers", {"reviewer": other, "when": "later", "question": "可否？"}, 422)
    asked = clerk.post(f"{task}/reviewers", {"reviewer": other, "when": "after", "question": "可否？"}, 201)
    given = orjson.loads(orjson.dumps(answers("qualification_review")))
    clerk.post(f"{task}/complete", {"answers": given})
    clerk.post(f"{task}/withdraw-submission")
    clerk.post(f"{task}/complete", {"answers": given})
    assert clerk.get(f"{task}/reviews")["is_submitted"]
    (line,) = colleague.get("/reviews")["reviews"]
    assert line["id"] == asked["id"] and line["kind"] == "after"
    clerk.post(f"/reviews/{line['id']}/answer", {"agrees": True, "opinion": ""}, 404)
    assert colleague.post(f"/reviews/{line['id']}/answer", {"agrees": True, "opinion": ""})["is_carried_out"]
    clerk.post(f"/reviews/{line['id']}/remove", None, 409)
    second = Office(office.world)
    second.does("renshe1", worklist.claim)
    colleague.post(f"/tasks/{second.task_id}/reassign", {"assignee": office.id("renshe2"), "reason": "休假"})
    clerk.post(f"/handover/{other}", {"reason": "调离"}, 403)
    found = head.post(f"/handover/{office.id('renshe2')}", {"successor": other, "reason": "调离"})["results"]
    assert [row["is_handed_over"] for row in found] == [True]
    for one in (office, second):
        one.holds()


@pytest.mark.once
def test_the_command_line_does_the_same(app: Flask, office: Office, tmp_path: Path) -> None:
    run = app.test_cli_runner()

    def tasks(*words: str, code: int = 0) -> str:
        done = run.invoke(args=["tasks", *words])
        assert done.exit_code == code, done.output
        return done.output

    task = str(office.task_id)
    tasks("delegate", task, "renshe1", "--question", "核实", "--by", "renshe2")
    tasks("hand-back", task, "--opinion", "正常", "--by", "renshe1")
    tasks("delegate", task, "renshe1", "--question", "核实", "--by", "renshe2")
    tasks("take-back", task, "--by", "renshe0")
    tasks("set-aside", task, "2026-03-05", "--reason", "等", "--by", "renshe2")
    tasks("take-up", task, "--by", "renshe2")
    tasks("take-up", task, "--by", "renshe2", code=1)
    tasks("ask", task, "renshe0", "--when", "before", "--question", "可否？", "--by", "renshe2")
    tasks("ask", task, "renshe1", "--when", "after", "--question", "可否？", "--by", "renshe2")
    (before, after) = [str(row.id) for row in office.rows() if row.kind != "delegated"]
    assert f"{before}\t" in tasks("reviews", "--by", "renshe0")
    tasks("unask", before, "--by", "renshe2")
    file = tmp_path / "answers.json"
    file.write_bytes(orjson.dumps(answers("qualification_review")))
    assert "待 1 人会签后生效" in tasks("complete", task, str(file), "--by", "renshe2")
    tasks("unsubmit", task, "--by", "renshe2")
    tasks("complete", task, str(file), "--by", "renshe2")
    assert "已生效" in tasks("answer", after, "agree", "--by", "renshe1")
    second = Office(office.world)
    second.does("renshe1", worklist.claim)
    tasks("reassign", str(second.task_id), "renshe2", "--reason", "休假", "--by", "renshe1")
    told = tasks("hand-over", "renshe2", "--to", "renshe1", "--reason", "调离", "--by", "renshe0")
    assert "已移交钱二" in told and "已移交 1 项" in told
    told = tasks("hand-over", "renshe1", "--reason", "调离", "--by", "guanli")
    assert number_of(second.case_id) not in told and "已移交 1 项" in told
