"""Room cli, statistics: the figures on a terminal and as workbooks; months, digests and taking over by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from models import audit
from models.database import DbSession, reading, transaction
from models.people import User
from models.refusal import Refusal
from models.statistics_asked import NAMES
from models.statistics_classes import classes
from models.statistics_list import page
from models.statistics_period import Preset
from models.statistics_sum import summary
from webapp import figures as door
from webapp import statistics_export_job as export_job
from webapp.cli.group import Group, acting
from webapp.statistics_beside import told
from webapp.statistics_export import workbook
from webapp.statistics_page import NAMES as PERIOD_NAMES
from webapp.statistics_page import Asked, asked
from webapp.statistics_tables import Table, classes_tables

group = Group("statistics", help="统计分析。")
_BY = click.option("--by", required=True, metavar="USER", help="查阅人的登录名。")
_PERIOD = click.option("--period", default="", help=f"期间：{'、'.join(one.value for one in Preset)}。")
_FROM = click.option("--from", "first", default="", metavar="DATE", help="开始日期。")
_TO = click.option("--to", "last", default="", metavar="DATE", help="结束日期。")
_FILTER = click.option("--filter", "filters", multiple=True, metavar="名称=值", help="筛选条件，可多次给出。")
_FILE = click.option(
    "--file", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="写入的 Excel 文件。"
)
_CLASSES = click.option("--classes", "is_classified", is_flag=True, help="创业担保贷款分类统计。")


@group.command("show")
@_BY
@_PERIOD
@_FROM
@_TO
@_CLASSES
def show(by: str, period: str, first: str, last: str, is_classified: bool) -> None:
    """显示该人员可查阅的统计表。"""
    with reading() as session:
        given, tables = _made(session, acting(session, by), _words(period, first, last), is_classified)
    click.echo(f"统计期间：{given.wanted.period.words}")
    for table in tables:
        click.echo(f"\n{table.title}（{table.told}）")
        click.echo("\t".join(column.title for column in table.columns))
        for line in table.lines:
            click.echo("\t".join(words for _column, words, _asked in line))


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_BY
@_PERIOD
@_FROM
@_TO
@_CLASSES
def export(file: Path, by: str, period: str, first: str, last: str, is_classified: bool) -> None:
    """把统计表写入 Excel 文件 FILE，并记入审计日志。"""
    title = "创业担保贷款分类统计" if is_classified else "统计分析"
    with transaction() as session:
        user = acting(session, by)
        given, tables = _made(session, user, _words(period, first, last), is_classified)
        facts = [("统计期间", given.wanted.period.words), ("导出人", user.display_name)]
        content = workbook(title, facts, tables)
        action = "statistics.classes_exported" if is_classified else "statistics.exported"
        said = f"导出{title}（{given.wanted.period.words}）"
        audit.record(session, action, said, actor=user, new={"asked": given.as_values})
    file.write_bytes(content)
    click.echo(f"已写入 {file.name}。")


@group.command("records")
@_FILTER
@_BY
@_FILE
def records(filters: tuple[str, ...], by: str, file: Path | None) -> None:
    """列出一页统计数字背后的逐件记录；给出 --file 的写入全部记录并记入审计日志。筛选条件与网页地址中的相同。"""
    given: dict[str, str] = dict(one.partition("=")[::2] for one in filters)
    if unknown := set(given) - {*NAMES, *PERIOD_NAMES}:
        raise Refusal(f"没有这个筛选条件：{'、'.join(sorted(unknown))}。")
    if file is None:
        _list(given, by)
        return
    with reading() as session:
        user, (wanted, asked_for) = acting(session, by), export_job.read(given)
        summary(session, user, wanted, asked_for)  # refuses before the file is touched
        with file.open("wb") as sink:
            written = export_job.write(session, user, given, sink, lambda _done: None)
    with transaction() as session:
        said = f"导出统计明细 {written} 行"
        audit.record(session, "board.exported", said, actor=acting(session, by), new=given)
    click.echo(f"已写入 {file.name}，共 {written} 行。")


def _list(given: dict[str, str], by: str) -> None:
    with reading() as session:
        user, (wanted, asked_for) = acting(session, by), export_job.read(given)
        found, said = page(session, user, wanted, asked_for), summary(session, user, wanted, asked_for)
    for row in found.rows:
        used = "" if row.used_days is None else f"{row.used_days} 日"
        click.echo(f"{row.on_day}\t{row.number}\t{row.what}\t{row.step}\t{row.department}\t{used}")
    more = f"，下一页：after={found.after}" if found.after else ""
    click.echo(f"共 {said.number} 行，本页 {len(found.rows)} 行{more}")


@group.command("close")
def close() -> None:
    """对已结束的月份做统计月结；平时由后台自动完成。"""
    for line in door.close_months() or ["没有需要月结的月份。"]:
        click.echo(line)


@group.command("digest")
def digest() -> None:
    """发送本周应发而未发的每周办理情况；平时由后台自动完成。"""
    for line in door.send_digests() or ["没有应发送的每周办理情况。"]:
        click.echo(line)


@group.command("take-over")
def take_over() -> None:
    """为旧版本留下的案卷补写统计记录；db upgrade 时自动完成。"""
    click.echo(f"已接续历史案卷 {door.take_over()} 件。")


def _words(period: str, first: str, last: str) -> dict[str, str]:
    return {"period": period, "from": first, "to": last}


def _made(
    session: DbSession, user: User, words: Mapping[str, str], is_classified: bool
) -> tuple[Asked, Sequence[Table]]:
    given = asked(words)
    if given.errors:
        raise given.refusal
    if is_classified:
        return given, classes_tables(classes(session, user, given.wanted))
    return given, told(session, user, given.wanted)[1]
