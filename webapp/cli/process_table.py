"""Room cli, process table: what is wrong with a decision table, and how its examples come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from models.refusal import Refusal
from processes.engine.tables_report import report_in_child
from webapp.cli.group import BareCommand, Stop
from webapp.cli.process_replay import group

__all__ = ["group"]


@group.command("table", cls=BareCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--drawing",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="用到这张表的流程图；表中可以使用图上表单字段的名称。",
)
def table(file: Path, drawing: Path | None) -> None:
    """检查一张决策表（.dmn）：单元格、缺口、重叠、不会命中的行；运行旁边 .tests.json 中的用例。有错误时退出码为 1。"""
    found = report_in_child(file.name, _text(file), _examples(file), _text(drawing) if drawing else "")
    for one in found["findings"]:
        click.echo(f"{file}: {'错误' if one['severity'] == 'error' else '提示'}：{one['message']}")
    for outcome in found["results"]:
        click.echo(f"用例“{outcome['name']}”：{_word(outcome)}")
    if any(one["severity"] == "error" for one in found["findings"]) or not _all_right(found):
        raise Stop(f"{file}：检查未通过。")
    click.echo(f"{file}：检查通过，{len(found['results'])} 个用例相符。")


def _all_right(found: dict[str, Any]) -> bool:
    return all(outcome["is_right"] for outcome in found["results"])


def _word(outcome: dict[str, Any]) -> str:
    if outcome["is_right"]:
        return "相符"
    return outcome["reason"] or f"不符，应为 {outcome['expected']}，实际为 {outcome['found']}"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(f"{file.name} 不是 UTF-8 编码。") from error


def _examples(file: Path) -> list[Any]:
    """Those of a file of the same name that ends in .tests.json: a list, or decision id → list."""
    beside = file.with_suffix(".tests.json")
    if not beside.exists():
        return []
    try:
        found = json.loads(_text(beside))
    except ValueError as error:
        raise Refusal(f"{beside.name} 不是有效的 JSON 文件。") from error
    rows = found.get(file.stem, []) if isinstance(found, dict) else found
    return rows if isinstance(rows, list) else []
