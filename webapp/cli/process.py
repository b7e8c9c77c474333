"""Room cli, process: checks and publishes drawings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from models.database import reading, transaction
from models.people import Permission
from models.refusal import Refusal
from processes import deployment
from processes.engine.lint import Problem
from processes.publication import problems_of
from processes.version_files import MANIFEST, MAX_FILE, TESTS, read_object
from webapp.cli.group import BareCommand, Group, Stop, acting

group = Group("process", help="流程定义。")
FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@group.command("check", cls=BareCommand)
@FILES
@click.option("--json", "is_json", is_flag=True, help="每条意见输出为一行 JSON。")
def check(files: tuple[Path, ...], is_json: bool) -> None:
    """检查流程图和决策表（一个 .bpmn，若干 .dmn，可附 tests.json）能否发布；有问题时逐条列出，退出码为 1。"""
    drawing, tables = drawing_and_tables(files)
    tests = _examples(files)
    if is_json:
        found = problems_of(drawing.read_bytes(), tables, tests)
        click.echo("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found), nl=False)
        click.get_current_context().exit(int(any(not one.is_warning for one in found)))
    _require_sound(drawing, tables, tests)
    click.echo(f"{drawing}：检查通过。")


@group.command("deploy")
@FILES
@click.option("--by", required=True, metavar="USER", help="流程负责人的登录名。")
@click.option("--reason", required=True, help="修改原因，5 至 500 个字。")
def deploy(files: tuple[Path, ...], by: str, reason: str) -> None:
    """检查并发布新版本；新案卷按新版本办理，在办案卷仍按原版本。没有给出 tests.json 的，沿用原版本的测试用例。"""
    drawing, tables = drawing_and_tables(files)
    bpmn, tests = drawing.read_bytes(), _examples(files)
    with reading() as session:
        # Said before the check, which takes seconds.
        acting(session, by).require(Permission.PROCESS_MANAGE)
        standing = deployment.standing_of(session, bpmn)
    if tests is None:
        tests = standing.tests if standing else {}
    _require_sound(drawing, tables, tests)
    seen = standing.id if standing else None
    with transaction() as session:
        actor = acting(session, by)
        row = deployment.deploy(session, bpmn, tables, actor, reason=reason, tests=tests, seen=seen)
        is_new = row.id != seen
    said = "已发布“{}”第 {} 版。" if is_new else "与“{}”第 {} 版内容相同，没有新版本。"
    click.echo(said.format(row.name, row.version))


def drawing_and_tables(files: tuple[Path, ...]) -> tuple[Path, dict[str, bytes]]:
    """The one drawing and its decision tables by file name, also of an exported folder. Raises Refusal."""
    drawings = [file for file in files if file.suffix == ".bpmn"]
    tables = [file for file in files if file.suffix == ".dmn"]
    beside = [file for file in files if file.name in (TESTS, MANIFEST)]
    if len(drawings) != 1 or len(drawings) + len(tables) + len(beside) != len(files):
        raise Refusal("请给出一个 .bpmn 文件和它用到的 .dmn 文件，可附 tests.json。")
    return drawings[0], {table.name: table.read_bytes() for table in tables}


def _examples(files: tuple[Path, ...]) -> dict[str, Any] | None:
    """What tests.json says; None where it is not among the files. Raises Refusal."""
    found = [file for file in files if file.name == TESTS]
    if len(found) > 1 or any(file.stat().st_size > MAX_FILE for file in found):
        raise Refusal(f"{TESTS} 只能有一个，不超过 1 MB。")
    return read_object(TESTS, found[0].read_bytes()) if found else None


def _require_sound(drawing: Path, tables: Mapping[str, bytes], tests: Mapping[str, Any] | None) -> None:
    """Says the warnings; raises Stop with the errors."""
    problems = problems_of(drawing.read_bytes(), tables, tests)
    for found in problems:
        if found.is_warning:
            click.echo(f"提示：{_line(drawing, found)}")
    errors = [_line(drawing, found) for found in problems if not found.is_warning]
    if errors:
        raise Stop("\n".join(errors))


def _line(drawing: Path, found: Problem) -> str:
    return f"{drawing}: {found.element_id or '-'}: {found.message} [{found.code}]"
