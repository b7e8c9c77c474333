"""Steps by the command line: seen, claimed and completed by their person alone, by the form of the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson
from flask import Flask

from tests.arrears import arrears_case, good, lent, number_of, wake
from tests.webapp.test_arrears import DAY_ONE
from tests.world import World, on


def test_a_bank_reports_an_overdue_loan_by_the_command_line(app: Flask, world: World, tmp_path: Path) -> None:
    loan = lent(world, date(2026, 3, 30))
    runner, file = app.test_cli_runner(), tmp_path / "answers.json"

    def run(*arguments: str, by: str = "yinhang1", status: int = 0) -> str:
        with on(DAY_ONE):
            done = runner.invoke(args=[*arguments, "--by", by])
        assert done.exit_code == status, done.output
        return str(done.output)

    def fill(**answers: Any) -> None:
        file.write_bytes(orjson.dumps(answers))

    with on(DAY_ONE):
        wake(world)
    number = number_of(arrears_case(loan))
    assert run("cases", "list", "--scheme", "arrears").startswith(f"{number}\t")
    assert run("cases", "list", "--scheme", "arrears", by="youchu1") == ""
    assert "没有办理此事项的权限" in run("cases", "list", by="guanli", status=1)
    line = next(line for line in run("tasks", "list", "--scope", "department").splitlines() if number in line)
    task_id = line.split("\t")[0]
    assert "逾期清收" in line and number not in run("tasks", "list")
    assert '"cause"' in run("tasks", "show", task_id)
    assert "无权办理" in run("tasks", "show", task_id, by="danbao1", status=1)
    assert "已签收" in run("tasks", "claim", task_id)
    assert number in run("tasks", "list")
    for content in (b"", b"[]", b"{", b'{"a": NaN}', b" " * 1_000_002):
        file.write_bytes(content)
        assert "JSON" in run("tasks", "complete", task_id, str(file), status=1)
    fill(cause="turnover", nothing="x")
    assert "nothing：没有这一填报项" in run("tasks", "complete", task_id, str(file), status=1)
    answers = {name: value for name, value in good("day_one_collection", loan).items() if value}
    fill(**{**answers, "plan": ""})
    assert "plan：" in run("tasks", "complete", task_id, str(file), status=1)
    fill(**{name: value for name, value in answers.items() if name != "late_reason"})
    assert number in run("tasks", "complete", task_id, str(file))
    assert "已由他人办理或已终止" in run("tasks", "complete", task_id, str(file), status=1)
    assert "没有在用的账号" in run("tasks", "list", by="nobody", status=1)
