"""Replays at every door: begun from a version or a draft, followed, filtered, exported, shown without any applicant."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from models.database import reading, transaction
from models.draft import ProcessDraft
from models.replay import ReplayLine
from processes import draft, replay
from tests.replays import LATE_ENOUGH, history, shorter, version
from tests.webapp.api import Caller
from tests.webapp.knock import counted, number_of
from tests.world import World, on
from webapp import handlers_replay

SignIn = Callable[[str], FlaskClient]
PERIOD = {"from_on": "2026-01-01", "to_on": "2026-12-01"}


@pytest.fixture
def drafted(world: World) -> int:
    """A draft with five days instead of seven."""
    row = version()
    with on(LATE_ENOUGH), transaction() as session:
        made: ProcessDraft = draft.create_draft(session, world.user(session, "liucheng"), based_on=row.id)
        draft.save(session, made.id, world.user(session, "liucheng"), made.revision, bpmn=shorter(row.bpmn))
        return made.id


def test_the_pages_from_the_draft_to_one_case(
    world: World, sign_in: SignIn, drafted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = history(world)
    with on(LATE_ENOUGH):
        client, new = sign_in("liucheng"), f"/admin/replays/new?draft_id={drafted}"
        assert "开始回放" in client.get(new).text
        for data in ({"from_on": "x"}, {**PERIOD, "to_on": "2025-01-01"}):
            assert client.post(new, data=data).status_code == 422
        begun = client.post(new, data=PERIOD)
        assert begun.status_code == 302, begun.text
        shown = begun.headers["Location"]
        monkeypatch.setattr(replay, "errors_of", lambda *_given: [])
        assert client.post(new, data=PERIOD).status_code == 409
        assert 'hx-trigger="every 2s"' in client.get(f"{shown}/progress").text
        handlers_replay.run_replay(1)
        ended = client.get(f"{shown}/progress")
        assert "hx-trigger" not in ended.text
        assert ended.headers["HX-Refresh"] == "true"
        _report(client, shown, cases)
        assert "历史回放" in client.get("/admin/replays").text
        _strangers(sign_in, shown, _one_case(client, shown, cases["slow"]), drafted)


def _report(client: FlaskClient, shown: str, cases: dict[str, int]) -> None:
    with counted() as few:
        page = client.get(shown).text
    assert len(few) <= 12
    assert '<b data-count="late">3</b> 新超期' in page
    assert f'<b data-count="same">{len(cases) - 3}</b> 无变化' in page
    late = client.get(f"{shown}?finding=late").text
    assert number_of(cases["slow"]) in late
    assert number_of(cases["quick"]) not in late
    assert "资格审核时限：应于 2026-03-09（含当日）前办结，超期 1 日" in late
    assert "赵一" not in page + late
    sheet = load_workbook(BytesIO(client.get(f"{shown}/cases.xlsx?finding=late").data)).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        number_of(cases[name]) for name in ("slow", "paused long", "holiday long")
    ]


def _one_case(client: FlaskClient, shown: str, case_id: int) -> int:
    with reading() as session:
        line_id = session.scalars(select(ReplayLine.id).where(ReplayLine.case_id == case_id)).one()
    one = client.get(f"{shown}/cases/{line_id}").text
    assert one.count("data-diagram") == 2
    assert "回放：" in one
    assert '<span class="light over">超期 1 日</span>' in one
    assert "赵一" not in one
    assert client.get(f"{shown}/diagram.bpmn").text == shorter(version().bpmn)
    return line_id


def _strangers(sign_in: SignIn, shown: str, line_id: int, drafted: int) -> None:
    other, clerk, owner = sign_in("liucheng2"), sign_in("renshe1"), sign_in("liucheng")
    paths = (
        shown,
        f"{shown}/progress",
        f"{shown}/cases.xlsx",
        f"{shown}/cases/{line_id}",
        f"{shown}/diagram.bpmn",
    )
    for path in (*paths, f"/admin/replays/new?draft_id={drafted}"):
        assert other.get(path).status_code == 404, path
        assert clerk.get(path).status_code == 403, path
    for path in (
        f"{shown}/cases/999",
        "/admin/replays/new?definition_id=999",
    ):
        assert owner.get(path).status_code == 404, path
    for number in ("", "99999999999999"):
        assert owner.get(f"/admin/replays/new?definition_id={number}").status_code == 302
    assert owner.get(f"{shown}?finding=%00&after=99999999999999999999").status_code == 200


def test_programs_and_the_command_line(
    world: World, app: Flask, caller: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(replay, "errors_of", lambda *_given: [])
    cases, row = history(world), version()
    with on(LATE_ENOUGH):
        program = caller("liucheng")
        for body in ({**PERIOD}, {**PERIOD, "draft": 1, "definition": 1}, {**PERIOD, "definition": 0}):
            program.post("/replays", body, 422)
        program.post("/replays", {**PERIOD, "definition": 999}, 404)
        program.post("/replays", {"definition": row.id, "from_on": "x", "to_on": "2026-01-01"}, 422)
        made = program.post("/replays", {**PERIOD, "definition": row.id}, 201)
        program.post("/replays", {**PERIOD, "definition": row.id}, 409)
        handlers_replay.run_replay(made["id"])
        done = program.get(f"/replays/{made['id']}")
        assert (done["status"], done["done"], done["counts"]["same"]) == ("done", len(cases), len(cases))
        found = program.get(f"/replays/{made['id']}/cases", finding="same")
        assert {line["number"] for line in found["cases"]} == {number_of(one) for one in cases.values()}
        assert "赵一" not in json.dumps(found, ensure_ascii=False)
        assert [run["id"] for run in program.get("/replays")["replays"]] == [made["id"]]
        caller("liucheng2").get(f"/replays/{made['id']}", 404)
        caller("renshe1").get("/replays", 403)
        _command_line(app, tmp_path, cases)


def _command_line(app: Flask, folder: Path, cases: dict[str, int]) -> None:
    row = version()
    files = {"drawing.bpmn": shorter(row.bpmn), **row.decisions}
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    words = ["process", "replay", *(str(folder / name) for name in files), "--from", "2026-01-01"]

    def run(*more: str) -> Any:
        return app.test_cli_runner().invoke(args=[*words, *more])

    told = run().output.splitlines()
    assert told[0].startswith(f"{number_of(cases['slow'])} 新超期：资格审核时限：应于 2026-03-09（含当日）")
    assert told[-1] == f"新超期 3 件，无变化 {len(cases) - 3} 件。"
    rows = [json.loads(line) for line in run("--json").output.splitlines()]
    assert rows[-1] == {"counts": {"late": 3, "same": len(cases) - 3}}
    assert len(rows) == len(cases) + 1
    assert run("--to", "2025-12-31").exit_code == 1
    # A cell as an owner types it means what the engine's own text meant.
    file = folder / "eligibility.dmn"
    typed = row.decisions[file.name].replace("<text>&gt; 0</text>", "<text>(0..999999999]</text>")
    assert typed != row.decisions[file.name]
    file.write_text(typed, "utf-8")
    assert run().output.splitlines() == told
