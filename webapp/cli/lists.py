"""Room cli, lists: a person's day, a list as a workbook, kept conditions."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import click

from models.database import reading, transaction
from models.inbox_scope import Scope
from models.people import Permission
from models.refusal import Refusal
from models.saved_filter import filters_of
from processes import saved_filter
from webapp.cli.group import Group, acting
from webapp.cli.tasks import group as tasks
from webapp.inbox_export import sheet_of
from webapp.inbox_page import kept_query, meaning
from webapp.inbox_query import Wanted, wanted
from webapp.today_page import TodayPage

filters = Group("filters", help="列表的常用条件。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_SCOPE = click.option(
    "--scope", type=click.Choice([one.value for one in Scope]), default=Scope.MINE.value, help="哪一个列表。"
)
_QUERY = click.option("--query", default="", help="条件，写法同页面地址，例如 light=over&least=50000。")
_ID = click.argument("filter_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))


@tasks.command("today")
@_BY
def show_today(by: str) -> None:
    """按办理顺序列出该人员今天的事项：超期、今日到期、临近到期、代办、今日已办、跟进、会签、待答复督办、提到本人的留言。"""
    with reading() as session:
        actor = acting(session, by)
        actor.require(Permission.TASK_WORK)
        page = TodayPage(session, actor)
    listed = [*((part.title, part.items) for part in page.sections), ("代办事项", page.substitute)]
    for title, items in (*listed, ("今日已办", page.done)):
        for item in items:
            click.echo(
                f"{title}\t{item.task_id}\t{item.number}\t{item.applicant_name}\t{item.step}\t{item.words}"
            )
    for one in page.follow_ups:
        click.echo(f"今日跟进\t{one.task_id}\t{one.number}\t{one.applicant_name}\t{one.step}\t{one.note}")
    for asked in page.reviews:
        click.echo(
            f"待我会签\t{asked.task_id}\t{asked.number}\t{asked.applicant_name}\t{asked.step}\t{asked.question}"
        )
    for order in page.orders:
        click.echo(f"待答复督办\t{order.row.id}\t{order.number}\t{order.applicant_name}\t{order.row.number}")
    for message in page.mentions:
        click.echo(f"提到您的留言\t{message.id}\t{message.number}\t{message.text}")


@tasks.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_SCOPE
@_QUERY
@_BY
def export(file: Path, scope: str, query: str, by: str) -> None:
    """把该人员的列表导出为 Excel 文件 FILE。"""
    asked = _asked(scope, query)
    with reading() as session:
        actor = acting(session, by)
        actor.require(Permission.TASK_WORK)
    with file.open("wb") as sheet:
        for piece in sheet_of(actor, asked):
            sheet.write(piece)
    click.echo(f"已导出 {file}。")


@filters.command("list")
@_BY
def list_filters(by: str) -> None:
    """逐行列出本人保存的和本部门共享的条件：编号、名称、列表、使用范围。"""
    with reading() as session:
        rows = [row for row in filters_of(session, acting(session, by)) if row.name]
    for row in rows:
        click.echo(
            f"{row.id}\t{row.name}\t{meaning(row).scope.label}\t{'本部门' if row.is_shared else '本人'}"
        )


@filters.command("keep")
@click.argument("name")
@_SCOPE
@_QUERY
@click.option("--shared", is_flag=True, help="同时共享给本部门。")
@click.option("--replace", is_flag=True, help="已有同名条件的，以新条件替换。")
@_BY
def keep(name: str, scope: str, query: str, shared: bool, replace: bool, by: str) -> None:
    """以 NAME 为名保存条件。"""
    asked = _asked(scope, query)
    put = saved_filter.replace if replace else saved_filter.keep
    with transaction() as session:
        row = put(session, acting(session, by), name, scope, kept_query(asked), shared)
        click.echo(f"已保存，编号 {row.id}。")


@filters.command("share")
@_ID
@_BY
def share(filter_id: int, by: str) -> None:
    """把编号为 ID 的条件共享给本部门。"""
    with transaction() as session:
        saved_filter.share(session, filter_id, acting(session, by))
    click.echo("已共享。")


@filters.command("unshare")
@_ID
@_BY
def unshare(filter_id: int, by: str) -> None:
    """停止共享编号为 ID 的条件。"""
    with transaction() as session:
        saved_filter.unshare(session, filter_id, acting(session, by))
    click.echo("已停止共享。")


@filters.command("remove")
@_ID
@_BY
def remove(filter_id: int, by: str) -> None:
    """删除编号为 ID 的条件。"""
    with transaction() as session:
        saved_filter.remove(session, filter_id, acting(session, by))
    click.echo("已删除。")


def _asked(scope: str, query: str) -> Wanted:
    asked = wanted({**dict(parse_qsl(query[:2000])), "scope": scope})
    for name, message in asked.faults.items():
        raise Refusal(message, name)
    return asked
