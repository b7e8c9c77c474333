"""Room cli, process: checks and publishes drawings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from forms.registry import TASK_FORMS
from models.database import transaction
from models.refusal import Refusal
from processes.engine.lint import check_in_child
from processes.workflow import publish
from webapp.cli.group import BareCommand, Group, Stop

group = Group("process", help="流程定义。")
FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@group.command("check", cls=BareCommand)
@FILES
def check(files: tuple[Path, ...]) -> None:
    """检查流程图和决策表（一个 .bpmn，若干 .dmn）能否发布；有问题时逐条列出，退出码为 1。"""
    drawing, tables = _read(files)
    _require_sound(drawing, tables)
    click.echo(f"{drawing}：检查通过。")


@group.command("deploy")
@FILES
def deploy(files: tuple[Path, ...]) -> None:
    """检查并发布新版本；新案卷按新版本办理，在办案卷仍按原版本。"""
    drawing, tables = _read(files)
    _require_sound(drawing, tables)
    with transaction() as session:
        row = publish(session, drawing.read_bytes(), tables, None)
        click.echo(f"已发布“{row.name}”第 {row.version} 版。")


def _read(files: tuple[Path, ...]) -> tuple[Path, dict[str, bytes]]:
    """The one drawing and its decision tables by file name. Raises Refusal."""
    drawings = [file for file in files if file.suffix == ".bpmn"]
    tables = [file for file in files if file.suffix == ".dmn"]
    if len(drawings) != 1 or len(drawings) + len(tables) != len(files):
        raise Refusal("请给出一个 .bpmn 文件和它用到的 .dmn 文件。")
    return drawings[0], {table.name: table.read_bytes() for table in tables}


def _require_sound(drawing: Path, tables: Mapping[str, bytes]) -> None:

    problems = check_in_child(drawing.read_bytes(), tables, frozenset(TASK_FORMS))
    if problems:
        raise Stop("\n".join(f"{drawing}: {found.element_id or '-'}: {found.message}" for found in problems))
