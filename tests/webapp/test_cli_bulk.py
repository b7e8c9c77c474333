"""Bulk work, kept conditions, the day and the workbook of a list, from the command line."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from openpyxl import load_workbook

from models.bulk import items_of
from models.database import reading, transaction
from processes import bulk_run
from processes.bulk import operation_named
from tests.webapp.knock import number_of
from tests.world import World
from webapp import bulk_door


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
    wish = tmp_path / "wish.json"
    wish.write_text('{"text": 5}', encoding="utf-8")
    assert "本人的事项不能催办" in says("bulk", "preview", "urge", task)
    says("bulk", "run", "urge", task, "--answers", str(wish), code=1)
    assert number_of(case_id) in says("bulk", "show", "1")
    assert "已撤销" in says("bulk", "undo", "1")
    says("bulk", "undo", "1", code=1)
    says("filters", "keep", "急件", "--scope", "department", "--query", "urgent=1", "--shared")
    says("filters", "keep", "急件", code=1)
    assert "编号 1。" in says("filters", "keep", "急件", "--replace")
    assert "急件" in says("filters", "list")
    says("filters", "unshare", "1")
    says("filters", "share", "1")
    says("filters", "remove", "1")
    says("filters", "keep", "错", "--query", "least=x", code=1)
    says("tasks", "today")
    sheet = tmp_path / "list.xlsx"
    says("tasks", "export", str(sheet), "--scope", "department")
    assert load_workbook(sheet).active["C2"].value == number_of(case_id)


def test_what_a_batch_has_not_changed_it_does_not_give_back(world: World) -> None:
    """Claimed already when its turn came, after a preview without a revision: not done, and not undone."""
    task_id = world.open_tasks(world.submitted())["acceptance"]

    def said(key: str, number: int) -> str:
        with transaction() as session:
            clerk, sent = world.user(session, "renshe1"), bulk_run.ticket(f"page-{number}", [])
            run = bulk_run.begin(session, clerk, operation_named(key), [bulk_run.Pick(task_id)], {}, sent).id
        assert bulk_door.work_off(run, clerk) == 0
        with reading() as session:
            return f"{items_of(session, run)[0].state}{items_of(session, run)[0].message}"

    acts = ("release", "claim", "claim", "release")
    found = [said(key, number) for number, key in enumerate(acts)]
    assert found == ["refused尚未签收。", "done", "refused已由您签收。", "done"]
