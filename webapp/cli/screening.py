"""Room cli, screening: rounds of 信保贷, how far they are, and a department's sheet out and in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from models.database import reading, transaction
from models.screening_rounds import offices, round_numbered, rounds_of
from processes import screening as verbs
from processes import screening_handin, screening_sheet
from processes.screening_answers import department_of
from processes.screening_check import RowResult
from processes.screening_sheet import Proposal
from processes.screening_workbook import MAX_FILE
from webapp.cli.group import Group, acting

group = Group("screening", help="信用甄别。")
_BY = click.option("--by", required=True, metavar="USER", help="经办人的登录名。")


@group.command("open")
@_BY
def start(by: str) -> None:
    """开始最近一个申报期的集中信用甄别；候选名单在后台生成。"""
    with transaction() as session:
        made = verbs.open_round(session, acting(session, by))
    click.echo(f"{made.number}：{made.label}已开始，申报 {made.expected} 户。")


@group.command("list")
@_BY
def show_all(by: str) -> None:
    """列出该人员可以查看的各轮甄别。"""
    with reading() as session:
        lines = rounds_of(session, acting(session, by))
    for line in lines:
        owed = "" if line.mine is None else f"，本部门未填 {line.mine} 户"
        click.echo(f"{line.number} {line.label} {line.state}{owed}")


@group.command("show")
@click.argument("number")
@_BY
def show(number: str, by: str) -> None:
    """显示编号为 NUMBER 的一轮甄别：名单生成进度和各部门进度。"""
    with reading() as session:
        found = round_numbered(session, number, acting(session, by))
        columns, carried = offices(session, found), screening_handin.remaining(session, found.id)
    state = "已完成" if found.is_ready else "生成中"
    click.echo(f"{found.number} {found.label}：候选 {found.prepared}/{found.expected}（{state}）")
    for one in columns:
        click.echo(f"{one.name}：共 {one.total}，已填 {one.answered}，已提交 {one.handed_in}（{one.words}）")
    if carried["waiting"]:
        click.echo(f"后台正在办理已提交的意见，尚余 {carried['waiting']} 条。")


@group.command("sheet")
@click.argument("number")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_BY
def sheet(number: str, file: Path, by: str) -> None:
    """把该人员所在部门的甄别表写入 FILE（.xlsx）。"""
    with reading() as session:
        actor = acting(session, by)
        round_id = round_numbered(session, number, actor).id
        with file.open("wb") as out:
            screening_sheet.write_sheet(session, round_id, department_of(actor), out)
    click.echo(f"已写入 {file.name}。")


@group.command("import")
@click.argument("number")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_BY
def bring(number: str, file: Path, by: str) -> None:
    """检查 FILE 中的甄别表，逐行显示将要改变的内容和错误；确认前不生效。"""
    with file.open("rb") as opened:
        content = opened.read(MAX_FILE + 1)
    read = screening_sheet.read_sheet(content)
    with transaction() as session:
        actor = acting(session, by)
        round_id = round_numbered(session, number, actor).id
        batch_id = screening_sheet.receive(session, round_id, file.name, content, actor)
        found = screening_sheet.propose(session, batch_id, read, actor)
        rows = [] if found.is_applied else screening_sheet.every_row(session, batch_id, actor)
        _tell(found, rows)


@group.command("apply")
@click.argument("batch_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_BY
def apply(batch_id: int, by: str) -> None:
    """使编号为 ID 的甄别表中无误的行生效，只生效一次。"""
    with transaction() as session:
        done = screening_sheet.apply_proposal(session, batch_id, acting(session, by))
    if done.is_repeated:
        click.echo("该表此前已经生效，没有再次改变。")
    else:
        click.echo(f"已填写 {done.changed} 户，未能填写 {done.refused} 户。")


@group.command("hand-in")
@click.argument("number")
@_BY
def hand_in(number: str, by: str) -> None:
    """提交该人员所在部门已确定的意见；未填写和“无法核实”的留在部门。"""
    with transaction() as session:
        actor = acting(session, by)
        done = screening_handin.hand_in(session, round_numbered(session, number, actor).id, actor)
    click.echo(f"已提交 {done.total} 户，尚余 {done.staying} 户。")


def _tell(found: Proposal, rows: Iterable[RowResult]) -> None:
    for row in rows:
        told = row.why or f"{row.old_label or '未填'} → {row.label}"
        click.echo(f"第 {row.line} 行 {row.name}：{told}")
    state = "此前已经生效" if found.is_applied else f"将改变 {found.changed} 户"
    click.echo(f"编号 {found.batch_id}：{state}，有错误 {found.refused} 行，空白 {found.blank} 行。")
