"""Room cli, rehearsal: plays a scenario on files of a drawing; what became different ends it with exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from models.database import reading
from models.refusal import Refusal
from processes import rehearsal
from processes.rehearsal import Unsound
from processes.rehearsal_play import begun, checked, play
from webapp.cli.group import Stop
from webapp.cli.process import FILES, drawing_and_tables
from webapp.cli.process_table import group
from webapp.rehearsal_scenario import read_scenario

__all__ = ["group"]


@group.command("rehearse")
@FILES
@click.option(
    "--script",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="演练脚本（.json），可由演练页面“保存为脚本”得到。",
)
def rehearse(files: tuple[Path, ...], script: Path) -> None:
    """在沙箱中按脚本演练流程图，逐条列出经过；与脚本所记不同或不能办理时退出码为 1。不写入任何数据。"""
    drawing, tables = drawing_and_tables(files)
    opening, acts = checked(read_scenario(script.read_bytes()))
    try:
        source = rehearsal.of_files(
            drawing.read_text("utf-8"), {name: text.decode("utf-8") for name, text in tables.items()}
        )
    except UnicodeDecodeError as error:
        raise Refusal("文件应为 UTF-8 编码。") from error
    except Unsound as unsound:
        raise Stop(
            "\n".join(f"{drawing}: {one.element_id or '-'}: {one.message}" for one in unsound.problems)
        ) from unsound
    with reading() as session:
        run = begun(source.definition, source.bpmn, rehearsal.opening_of(session, source, opening))
        done, found = play(run, acts)
    for line in _lines(run.events):
        click.echo(line)
    if found:
        raise Stop("\n".join(found))
    click.echo(f"共 {len(done)} 步，与脚本所记一致。")


def _lines(events: list[dict[str, str]]) -> Iterator[str]:
    for event in events:
        told = f"（正式运行时通知：{event['told']}）" if event["told"] else ""
        yield f"{event['at'][:16].replace('T', ' ')} {event['text']}{told}"
