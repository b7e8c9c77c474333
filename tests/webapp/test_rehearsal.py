"""The pages of a rehearsal: what is typed stays, strangers see nothing, and no input is a fault of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.database import bound, reading, transaction
from models.rehearsal import Rehearsal
from models.workflow import ProcessDefinition
from processes.draft import create_draft
from processes.rehearsal_run import Run
from processes.workflow import DEFINITIONS, SHIPPED
from tests.webapp.api import Caller
from tests.world import World

SignIn = Callable[[str], FlaskClient]
BASE = "/admin/rehearsals"
WAY = (
    ("acceptance", "acceptance_complete"),
    ("qualification_review", "qualified"),
    ("due_diligence", "due_diligence_passed"),
    ("pre_loan_investigation", "pre_loan_passed"),
)


def version_id(key: str = "combined_review") -> int:
    """The shipped version of a process."""
    with reading() as session:
        return session.scalars(select(ProcessDefinition.id).where(ProcessDefinition.key == key)).one()


def newest() -> Rehearsal:
    """The rehearsal begun last."""
    with reading() as session:
        return session.scalars(select(Rehearsal).order_by(Rehearsal.id.desc()).limit(1)).one()


@pytest.fixture
def owner(world: World, sign_in: SignIn) -> FlaskClient:
    """liucheng with a rehearsal of the combined review that began on 2026-03-02."""
    client = sign_in("liucheng")
    answer = client.post(BASE, data={"source": f"version-{version_id()}", "at": "2026-03-02"})
    assert answer.status_code == 302, answer.text
    return client


def here() -> str:
    """The address of the newest rehearsal."""
    return f"{BASE}/{newest().id}"


def test_a_rehearsal_is_played_on_its_page(owner: FlaskClient) -> None:
    """Jump to the miss, see it; fill in the real form; the decision follows from it; go on to the end."""
    page = owner.get(here()).text
    assert "受理审查" in page and "2026-03-02 09:00" in page and "一次性告知时限" in page
    for _count in range(4):
        assert owner.post(f"{here()}/jump", data={"by": "next"}).status_code == 302
    page = owner.get(here()).text
    assert "超期" in page and "正式运行时通知" in page
    # The step is late, so its real form asks for the reason.
    sent = {"element": "acceptance", "result": "complete", "opinion": "齐全"}
    refused = owner.post(f"{here()}/complete", data=sent)
    assert refused.status_code == 422 and "超期原因" in refused.text and "齐全" in refused.text
    assert owner.post(f"{here()}/complete", data={**sent, "late_reason": "人手不足"}).status_code == 302
    assert newest().acts[-1]["do"]["values"] == {"acceptance_complete": True}
    for element, name in (*WAY[1:], ("bank_acceptance", "bank_approved"), ("disbursement", "paid")):
        shown = owner.get(f"{here()}?step={element}")
        assert f'value="{element}"' in shown.text
        fields = {"element": element, f"value-{name}": "yes", "value-is_registration_needed": "no"}
        answer = owner.post(f"{here()}/complete", data=fields)
        assert answer.status_code == 302, answer.text
    page = owner.get(here()).text
    assert "演练已到达结束" in page and "取最先命中的一行" in page
    late = owner.post(f"{here()}/complete", data={"element": "disbursement", "value-paid": "yes"})
    assert late.status_code == 409 and "您填写的内容没有提交" in late.text


def test_what_is_wrong_stays_in_the_form(owner: FlaskClient) -> None:
    nothing = owner.post(f"{here()}/complete", data={"element": "acceptance"})
    assert nothing.status_code == 422 and "或在正式表单中填写结论" in nothing.text
    other = {"element": "acceptance", "value-acceptance_complete": "no", "result": "complete"}
    contradiction = owner.post(f"{here()}/complete", data=other)
    assert contradiction.status_code == 422 and "不一致" in contradiction.text
    row = owner.post(
        f"{here()}/complete", data={"element": "acceptance", "result": "incomplete", "add_row": "items"}
    )
    assert row.status_code == 200 and "items-0-material" in row.text
    bad = owner.post(f"{here()}/facts", data={"fact-amount": "八万", "fact-age": "40"})
    assert bad.status_code == 422 and "八万" in bad.text and "40" in bad.text
    assert owner.post(f"{here()}/facts", data={"fact-age": "40"}).status_code == 302
    assert newest().facts["age"] == 40
    wrong = owner.post(f"{here()}/jump", data={"by": "date", "day": "2026-13-01", "hour": "25:00"})
    assert wrong.status_code == 422 and "2026-13-01" in wrong.text
    past = owner.post(f"{here()}/jump", data={"by": "date", "day": "2026-02-01", "hour": "09:00"})
    assert past.status_code == 422 and "只能向前" in past.text


def test_a_fault_is_said_on_the_picture(owner: FlaskClient, app: Flask) -> None:
    """The table compares an amount that nobody has given: words at the step, and nothing has changed."""
    opening = {"at": "2026-03-02", "facts": {"loan_amount": None, "amount": None}}
    program = Caller(app, "liucheng")
    number = program.post("/rehearsals", {"definition": version_id(), "opening": opening}, 201)["id"]
    for element, name in (*WAY, ("bank_acceptance", "bank_approved")):
        sent = {"element": element, f"value-{name}": "yes"}
        answer = owner.post(f"{BASE}/{number}/complete", data=sent)
    assert answer.status_code == 422 and "不能继续：" in answer.text
    assert owner.get(f"{BASE}/{number}").text.count("不能继续：") == 0


def test_an_old_page_is_a_conflict_and_a_step_back_undoes(owner: FlaskClient) -> None:
    old = newest().revision
    assert owner.post(f"{here()}/jump", data={"by": "1", "revision": old}).status_code == 302
    again = owner.post(
        f"{here()}/complete",
        data={"element": "acceptance", "value-acceptance_complete": "yes", "revision": old},
    )
    assert again.status_code == 409 and "另一个窗口" in again.text
    assert owner.post(f"{here()}/back").status_code == 302 and newest().acts == []
    assert owner.post(f"{here()}/back").status_code == 409
    assert owner.post(f"{here()}/restart", data={"at": "2026-09-24"}).status_code == 302
    assert "2026-09-24" in newest().opening["at"]
    assert owner.post(f"{here()}/restart", data={"at": "1900-01-01"}).status_code == 422
    assert owner.post(f"{here()}/delete").status_code == 302
    assert owner.get(f"{BASE}/1").status_code == 404


def test_a_saved_scenario_is_played_again_and_compared(owner: FlaskClient) -> None:
    for act in ({"by": "1"}, {"by": "next"}):
        owner.post(f"{here()}/jump", data=act)
    owner.post(f"{here()}/complete", data={"element": "acceptance", "value-acceptance_complete": "yes"})
    saved = json.loads(owner.get(f"{here()}/scenario.json").text)
    same = _upload(owner, saved)
    assert same.status_code == 302 and "与脚本所记一致（3 步）" in newest().events[-1]["text"]
    saved["acts"][2]["after"]["open"] = ["supplement"]
    assert _upload(owner, saved).status_code == 302
    assert "第 3 步起不同：待办环节：原为“补正材料”" in newest().events[-1]["text"]
    assert owner.post(f"{here()}/again").status_code == 302


def _upload(client: FlaskClient, scenario: Any) -> Any:
    content = scenario if isinstance(scenario, bytes) else json.dumps(scenario).encode()
    fields = {"source": f"version-{version_id()}", "scenario": (BytesIO(content), "s.json")}
    return client.post(BASE, data=fields, content_type="multipart/form-data")


BAD_SCENARIOS = [
    b"\xff", b"[", b'{"format": "duoshen-rehearsal-1", "opening": {"facts": {"\\ud800": 1}}, "acts": []}',
    b'{"format": "duoshen-rehearsal-1", "opening": {"region": "\\u0000"}, "acts": []}',
    b'{"format": "duoshen-rehearsal-1", "opening": {"region": "1506279"}, "acts": []}',
    b"[]", b"{}", b"[" * 60_000, b'{"format": "duoshen-rehearsal-1", "opening": 1, "acts": []}',
    b'{"format": "duoshen-rehearsal-1", "opening": {"at": "x"}, "acts": []}',
    b'{"format": "duoshen-rehearsal-1", "opening": {"facts": {"evil": 1}}, "acts": []}',
    b'{"format": "duoshen-rehearsal-1", "opening": {"facts": []}, "acts": [1]}',
]  # fmt: skip


@pytest.mark.once
def test_a_bad_scenario_is_refused(owner: FlaskClient) -> None:
    for content in BAD_SCENARIOS:
        assert _upload(owner, content).status_code == 422, content[:80]


def test_a_draft_is_checked_before_it_is_rehearsed(world: World, sign_in: SignIn) -> None:
    """A sound one begins; a broken one is listed problem by problem, and is not somebody else's business."""
    with transaction() as session:
        me = world.user(session, "liucheng")
        good = create_draft(session, me, based_on=version_id()).id
        bpmn = create_draft(session, me, based_on=version_id("objection")).bpmn
        broken = bpmn.replace(
            "working_days(objection_days, objection_received_on)", "working_days(__import__)"
        )
        bad = create_draft(session, me, bpmn=broken).id
    client = sign_in("liucheng")
    assert client.post(f"{BASE}/drafts/{good}").status_code == 302 and newest().draft_id == good
    refused = client.post(f"{BASE}/drafts/{bad}")
    assert refused.status_code == 422 and "没有通过发布检查" in refused.text
    assert f'href="/admin/drafts/{bad}"' in refused.text and "返回草稿" in refused.text
    assert sign_in("liucheng2").post(f"{BASE}/drafts/{good}").status_code == 404


def test_a_rehearsal_is_private(owner: FlaskClient, sign_in: SignIn) -> None:
    other, clerk = sign_in("liucheng2"), sign_in("renshe1")
    for path in ("", "/drawing.bpmn", "/scenario.json"):
        assert other.get(f"{here()}{path}").status_code == 404
        assert clerk.get(f"{here()}{path}").status_code == 403
    for path in ("complete", "facts", "jump", "send", "release", "back", "restart", "again", "delete"):
        assert other.post(f"{here()}/{path}", data={"by": "1"}).status_code == 404, path
        assert clerk.post(f"{here()}/{path}").status_code == 403, path
    assert here().rsplit("/", 1)[1] not in other.get(BASE).text.split("我的演练")[1]


GARBAGE: list[tuple[str, dict[str, Any]]] = [
    ("complete", {}), ("complete", {"element": "x\0"}), ("complete", {"element": "acceptance", "value-acceptance_complete": "💩"}),
    ("jump", {}), ("jump", {"by": "-1"}), ("jump", {"by": "9" * 50}), ("send", {}), ("send", {"message": "\0"}),
    ("send", {"message": "listed"}), ("release", {"element": "acceptance_due"}), ("facts", {"fact-amount": "9" * 500}),
    ("facts", {"fact-received_on": "\0"}), ("restart", {"at": "x"}), ("restart", {"at": "９９９９-01-01"}), ("restart", {"revision": "²"}),
    ("jump", {"by": "date", "day": "2035-12-31", "hour": "23:59"}),
]  # fmt: skip


def test_garbage_is_refused(owner: FlaskClient) -> None:
    for path, fields in GARBAGE:
        answer = owner.post(f"{here()}/{path}", data=fields)
        assert answer.status_code in (302, 404, 409, 422), (path, fields, answer.status_code)
        assert owner.get(here()).status_code == 200
    for source in ("", "x", "version-²", "draft--1", "version-1 ", "version-" + "9" * 20):
        assert owner.post(BASE, data={"source": source}).status_code == 422, source
    bad = owner.post(BASE, data={"source": f"version-{version_id()}", "at": "x\0"})
    assert bad.status_code == 422
    assert owner.post(BASE, data={"source": "version-999999"}).status_code == 404
    assert owner.post(BASE, data={"source": "draft-999999"}).status_code == 404


def test_a_program_rehearses(owner: FlaskClient, app: Flask) -> None:
    """Begin, act, step back, save, play again; what does not fit is a problem with its status."""
    program, other = Caller(app, "liucheng"), Caller(app, "liucheng2")
    begun = program.post("/rehearsals", {"definition": version_id(), "opening": {"at": "2026-03-02"}}, 201)
    path = f"/rehearsals/{begun['id']}"
    assert [step["element"] for step in begun["open"]] == ["acceptance"] and begun["differences"] == []
    assert [asked["name"] for asked in begun["open"][0]["asks"]] == ["acceptance_complete"]
    program.post(f"{path}/acts", {"act": {"jump": 8}})
    values = {"complete": "acceptance", "values": {"acceptance_complete": True}}
    done = program.post(f"{path}/acts", {"act": values})
    assert [step["element"] for step in done["open"]] == ["qualification_review"]
    assert {clock["key"] for clock in done["clocks"] if clock["missed_at"]} == {"notification"}
    program.post(f"{path}/acts", {"act": values}, 409)
    for act in ({}, {"jump": "x"}, {"complete": 1}, {"facts": {"nobody": 1}}, {"jump": [1]}, {"other": 1}):
        program.post(f"{path}/acts", {"act": act}, 422)
    program.post(f"{path}/acts", [], 400)
    for body in (
        {},
        {"definition": 1, "draft": 1},
        {"definition": 2**40},
        {"definition": 1, "opening": {"x": 1}},
    ):
        program.post("/rehearsals", body, 422)
    scenario = program.get(f"{path}/scenario")
    again = program.post("/rehearsals", {"definition": version_id(), "scenario": scenario}, 201)
    assert again["differences"] == [] and again["acts"] == 2
    assert program.post(f"{path}/back")["acts"] == 1
    other.get(path, 404)
    assert len(program.get("/rehearsals")["rehearsals"]) == 3 and other.get("/rehearsals")["rehearsals"] == []
    program.post(f"{path}/delete")
    program.get(path, 404)


def test_a_scenario_on_the_command_line(owner: FlaskClient, app: Flask, tmp_path: Path) -> None:
    """7 → 5 working days: the saved rehearsal says at which step the change shows, and ends with 1."""
    owner.post(f"{here()}/complete", data={"element": "acceptance", "value-acceptance_complete": "yes"})
    script = tmp_path / "s.json"
    script.write_text(owner.get(f"{here()}/scenario.json").text, "utf-8")
    tables = [DEFINITIONS / name for name in SHIPPED["combined_review"]]
    changed = tmp_path / "changed.bpmn"
    text = (DEFINITIONS / "combined_review.bpmn").read_text("utf-8")
    changed.write_text(text.replace("working_days(7, accepted_on)", "working_days(5, accepted_on)"), "utf-8")
    same = _command(app, DEFINITIONS / "combined_review.bpmn", *tables, "--script", script)
    assert same.exit_code == 0 and "办理“受理审查”" in same.output and "一致" in same.output
    other = _command(app, changed, *tables, "--script", script)
    assert other.exit_code == 1 and "第 1 步起不同：到期日" in other.output
    script.write_text("{}", "utf-8")
    assert _command(app, changed, *tables, "--script", script).exit_code == 1


def _command(app: Flask, *arguments: object) -> Any:
    return app.test_cli_runner().invoke(args=["process", "rehearse", *map(str, arguments)])


@pytest.mark.once
def test_nobody_waits_while_a_rehearsal_plays(owner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite one process has one writer: playing is done before its lock is taken."""
    held: list[bool] = []
    jump = Run.jump

    def looked(run: Run, to: Any) -> None:
        held.append(bound()._write_lock.locked())
        jump(run, to)

    monkeypatch.setattr(Run, "jump", looked)
    for path in ("jump", "jump", "back", "again"):
        assert owner.post(f"{here()}/{path}", data={"by": "1"}).status_code == 302, path
    assert held == [False] * 4
