"""Room cli, process subset: the document of what a drawing may say, and files of other tools adapted."""

from __future__ import annotations

from pathlib import Path

import click

from forms.registry import TASK_FORMS
from models.refusal import Refusal
from processes.engine.foreign import adapt as adapted
from processes.engine.lint_subset import as_markdown
from processes.engine.xml import XmlRefused
from webapp.cli.group import BareCommand
from webapp.cli.process_draft import group

__all__ = ["group"]

_PATH = click.Path(dir_okay=False, path_type=Path)


@group.command("subset", cls=BareCommand)
@click.option("--output", type=_PATH, default=Path("docs/bpmn-subset.md"), help="写入的文件。")
def subset(output: Path) -> None:
    """把流程图可以画什么、不能发布的每一条原因写成文档，内容取自检查本身。"""
    output.write_text(as_markdown(TASK_FORMS), encoding="utf-8")
    click.echo(f"已写入 {output}。")


@group.command("adapt", cls=BareCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=_PATH, help="写入清理后的流程图；不写则只列出。")
def adapt(file: Path, output: Path | None) -> None:
    """清理其他工具导出的流程图：能执行的保留，其余逐个元素列出。"""
    try:
        found = adapted(file.read_bytes())
    except XmlRefused as refusal:
        raise Refusal(str(refusal)) from refusal
    for element_id, what, why in found.dropped:
        click.echo(f"{file}: {element_id or '-'}: {what}：{why}")
    if output is not None:
        output.write_bytes(found.bpmn)
        click.echo(f"已写入 {output}。")
