"""Bulk work, kept conditions, the day and the workbook of a list, from the command line."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from openpyxl import load_workbook

from tests.webapp.knock import number_of
from tests.world import World


def test_many_tasks_and_lists_from_the_command_line(app: Flask, world: World, tmp_path: Path) -> None:
    case_id = world.submitted()
    task = str(world.open_tasks(case_id)["acceptance"])
    runner = app.test_cli_runner()

    def says(*words: str, code: int = 0) -> str:
        answer = runner.invoke(args=[*words, "--by", "renshe1"])
        assert answer.exit_code == code, answer.output
        return answer.output

    assert "可以办理" in says("bulk", "preview", "claim", task)
    assert "已办" in says("bulk", "run", "claim", task)
    # What is his already was not claimed by this batch: undoing it gives nothing back.
    assert "已由您签收" in says("bulk", "run", "claim", task)
    says("bulk", "undo", "2", code=1)
    wish = tmp_path / "wish.json"
    wish.write_text('{"text": 5}', encoding="utf-8")
    assert "本人的事项不能催办" in says("bulk", "preview", "urge", task)
    says("bulk", "run", "urge", task, "--answers", str(wish), code=1)
    assert number_of(case_id) in says("bulk", "show", "1")
    assert "已撤销" in says("bulk", "undo", "1")
    says("bulk", "undo", "1", code=1)
    assert "尚未签收" in says("bulk", "run", "release", task)
    says("filters", "keep", "急件", "--scope", "department", "--query", "urgent=1", "--shared")
    assert "急件" in says("filters", "list")
    says("filters", "unshare", "1")
    says("filters", "share", "1")
    says("filters", "remove", "1")
    says("filters", "keep", "错", "--query", "least=x", code=1)
    says("tasks", "today")
    sheet = tmp_path / "list.xlsx"
    says("tasks", "export", str(sheet), "--scope", "department")
    assert load_workbook(sheet).active["C2"].value == number_of(case_id)
