"""A round by the command line: opened, shown, a department's sheet out and in, handed in."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from openpyxl import load_workbook

from models.calendar import fixed_at
from tests.credit import MAY, checked, code
from tests.screening import JUNE
from tests.world import World, at
from webapp import handlers_credit


def test_a_department_answers_by_the_command_line(app: Flask, world: World, tmp_path: Path) -> None:
    checked(world, code(1), day=MAY)
    runner, file = app.test_cli_runner(), tmp_path / "甄别.xlsx"

    def run(*arguments: str, by: str = "shuiwu1", status: int = 0) -> str:
        with fixed_at(at(JUNE)):
            done = runner.invoke(args=["screening", *arguments, "--by", by])
        assert done.exit_code == status, done.output
        return str(done.output)

    assert "只有金融服务中心" in run("open", status=1)
    number = run("open", by="jinrong1").split("：")[0]
    with fixed_at(at(JUNE)):
        handlers_credit.prepare_round(1)
    assert f"{number} 2026年上半年信用甄别 部门意见收集中，本部门未填 1 户" in run("list")
    assert "没有在用的账号" in run("list", by="nobody", status=1)
    assert "未找到" in run("show", "ZL000", status=1)
    run("sheet", number, str(file))
    book = load_workbook(file)
    book.worksheets[0]["G2"] = "无法确定"
    book.save(file)
    assert "第 2 行" in run("import", number, str(file))
    book.worksheets[0]["G2"] = "通过"
    book.save(file)
    told = run("import", number, str(file))
    assert "未填 → 通过" in told
    batch = told.split("编号 ")[1].split("：")[0]
    assert "已填写 1 户" in run("apply", batch)
    assert "没有再次改变" in run("apply", batch)
    assert "已提交 1 户，尚余 0 户" in run("hand-in", number)
    shown = run("show", number, by="jinrong1")
    assert "候选 1/1（已完成）" in shown and "伊金霍洛旗税务局：共 1，已填 1，已提交 1" in shown
    assert "尚余 1 条" in shown
