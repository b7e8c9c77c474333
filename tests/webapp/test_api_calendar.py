"""The calendar behind the REST door and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Flask

from models.calendar_text import read_text
from tests.notices import notice
from tests.webapp.api import Caller
from tests.world import World, on

As = Callable[[str], Caller]
HALF_DATA = {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]}


def data() -> dict[str, object]:
    rows = read_text(notice(2027)).days
    days = [{"name": r.name, "date": r.day.isoformat(), "isOffDay": r.kind == "off"} for r in rows]
    return {"year": 2027, "papers": [], "days": days}


def test_a_program_reads_the_year_and_brings_a_notice(world: World, caller: As) -> None:
    with on(date(2027, 2, 3)):
        world.submitted()
        clerk, admin = caller("renshe1"), caller("guanli")
        year = clerk.get("/calendar/2026")
        assert (year["working_days"], year["provisional"]) == (248, False)
        assert {"date": "2026-10-10", "kind": "work"}.items() <= year["days"][-1].items()
        assert clerk.get("/calendar/2027")["provisional"]
        clerk.get("/calendar/1999", status=404)
        clerk.get("/calendar/2026", 404, region="nowhere")
        clerk.get("/calendar/notices", status=403)
        assert "缺少" in admin.post("/calendar/notices", {"data": HALF_DATA}, 422)["detail"]
        admin.post("/calendar/notices", {"text": "", "data": {}}, 422)
        admin.post("/calendar/notices", {}, 422)
        admin.post("/calendar/notices", {"data": {"days": [None] * 3, "year": 2027}}, 422)
        brought = admin.post("/calendar/notices", {"data": data()}, 201)
        assert brought["preview"]["moved"] == 1
        assert brought["preview"]["lines"][0]["new_due_on"] == "2027-02-18"
        office = brought["preview"]["offices"][0]
        assert str([office["moved"], office["settled"], office["late"]]) == "[1, 1, 0]", "numbers, not truths"
        where = f"/calendar/notices/{brought['id']}"
        seen = brought["preview"]["version"]
        assert "重新查看预览" in admin.post(f"{where}/apply", {"version": seen - 1}, 409)["detail"]
        for wrong in ({"version": True}, {"version": str(seen)}, {"seen": seen}):
            admin.post(f"{where}/apply", wrong, 422)
        assert admin.post(f"{where}/apply", {"version": seen})["state"] == "applied"
        admin.post(f"{where}/apply", status=409)
        assert admin.get(where)["preview"]["moved"] == 1
        assert not clerk.get("/calendar/2027")["provisional"]
        assert admin.post(f"{where}/undo", {})["state"] == "undone"
        assert admin.get("/calendar/notices")["notices"][0]["id"] == brought["id"]
        again = admin.post("/calendar/notices", {"text": notice(2027)}, 201)
        assert admin.post(f"/calendar/notices/{again['id']}/discard", {})["state"] == "discarded"


def test_the_operator_brings_a_notice_at_the_command_line(world: World, app: Flask, tmp_path: Path) -> None:
    def run(*arguments: str, expect: int = 0) -> str:
        result = app.test_cli_runner().invoke(args=["calendar", *arguments])
        assert result.exit_code == expect, result.output
        return result.output

    with on(date(2027, 2, 3)):
        world.submitted()
        paper = tmp_path / "notice.txt"
        paper.write_text(notice(2027), encoding="utf-8")
        told = run("import", str(paper))
        assert "1 个时限变化，1 个转为正式" in told
        number = told.split("：")[0].removeprefix("通知 ")
        version = told.split()[-1]
        assert "重新查看预览" in run("apply", number, "--version", "9999", expect=1)
        assert "已启用" in run("apply", number, "--version", version)
        assert "已经处理过" in run("apply", number, expect=1)
        assert "2027-10-09 班 国庆节调休上班" in run("show", "2027")
        assert run("due", "2027-02-03", "5", "--explain").splitlines()[-2:] == [
            "2027-02-18 5 工作日",
            "2027-02-18",
        ]
        assert "已撤销" in run("undo", number)
        assert "暂定" in run("show", "2027", "--region", "150627")
        paper.write_text(json.dumps(HALF_DATA), encoding="utf-8")
        assert "缺少" in run("import", str(paper), expect=1)
