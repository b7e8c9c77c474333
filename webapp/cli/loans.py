"""Room cli, loans: a bank's Excel of repayments of 信保贷, looked at and entered."""

from __future__ import annotations

from pathlib import Path

import click

from models.database import reading, transaction
from models.money import format_amount, parse_amount
from models.repayment import RepaymentBatch
from processes import repayment
from processes.sheet import MAX_FILE, write_sheet
from webapp.cli.group import Group, acting

group = Group("loans", help="信保贷贷款。")
_BY = click.option("--by", required=True, metavar="USER", help="登记人的登录名（合作金融机构人员）。")


@group.command("template")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_BY
def template(file: Path, by: str) -> None:
    """把该机构的还款明细模板写入 FILE。"""
    with reading() as session:
        rows = repayment.template_rows(session, acting(session, by))
        content = write_sheet("还款明细", repayment.HEAD, (16, 20, 12, 16, 12, 22, 30), rows)
    file.write_bytes(content)
    click.echo(f"已写入 {file.name}。")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_BY
def bring(file: Path, by: str) -> None:
    """读取 FILE 中的还款明细，逐行显示结果；入账前不生效。"""
    with file.open("rb") as opened:
        content = opened.read(MAX_FILE + 1)
    with reading() as session:
        user = acting(session, by)
        rows = repayment.read(content, user)
    with transaction() as session:
        batch = repayment.propose(session, file.name, rows, acting(session, by))
    _tell(batch)


@group.command("apply")
@click.argument("batch_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_BY
def apply(batch_id: int, by: str) -> None:
    """把编号为 ID 的还款明细中无误的行入账，只入账一次。"""
    with transaction() as session:
        batch = repayment.apply(session, batch_id, acting(session, by))
    _tell(batch)


def _tell(batch: RepaymentBatch) -> None:
    for line in batch.lines:
        words = line["error"] or (
            f"本金 {format_amount(parse_amount(line['principal']))} 元，"
            f"利息 {format_amount(parse_amount(line['interest']))} 元，"
            f"余额 {format_amount(parse_amount(line['balance']))} 元"
        )
        click.echo(f"第 {line['row']} 行 {line['number']}：{words}")
    good = sum(not line["error"] for line in batch.lines)
    state = "已入账" if batch.applied_at else "可入账"
    click.echo(f"编号 {batch.id}：{state} {good} 行，有错误 {len(batch.lines) - good} 行。")
