"""Room cli, board: the stalled board, its rows and workbook, orders of supervision, screens of halls."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app

from models.board import Why, Window
from models.board_asked import Asked, State, asked
from models.board_list import count, page
from models.board_pace import pace
from models.board_totals import DIMENSIONS, rows_of, totals
from models.case import case_numbered
from models.database import reading, transaction
from models.hall import screens
from models.people import all_regions
from models.refusal import NotFound, Refusal
from models.supervision import OrderState, in_state, orders
from processes import hall
from processes.supervision import close_supervision
from processes.supervision_order import Demand, answer_supervision
from processes.supervision_target import order_target, targets
from webapp import board_book
from webapp.cli.group import Group, acting
from webapp.pages import moment

group = Group("board", help="督查看板。")
supervisions = Group("supervisions", help="督办。")
halls = Group("halls", help="大厅公示屏。")
_BY = click.option("--by", required=True, metavar="USER", help="经办人的登录名。")
_FILTER = click.option("--filter", "filters", multiple=True, metavar="名称=值", help="筛选条件，可多次给出。")
_ID = click.argument("supervision_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_TEXT = click.option("--text", required=True, help="内容。")


@group.command("show")
@_BY
def show(by: str) -> None:
    """显示该人员的督查看板：各时限、各停留原因、各部门的数量。"""
    with reading() as session:
        found = totals(session, acting(session, by), pace(session))
    click.echo(f"待办环节 {found.total} 项，其中超期 {found.late} 项；统计至 {moment(found.at)}")
    for one in Window:
        click.echo(f"{one.label}\t{found.windows.get(one.value, 0)}")
    for why in Why:
        click.echo(f"{why.label}\t{found.whys.get(why.value, 0)}")
    for state in State:
        click.echo(f"{state.label}\t{found.states[state.value]}")
    click.echo(f"预计超期\t{found.states['forecast']}")
    for name, title in DIMENSIONS.items():
        for line in found.groups[name]:
            click.echo(f"{title}\t{line.label}\t超期 {line.late}\t共 {line.total}")


@group.command("list")
@_FILTER
@_BY
def show_rows(filters: tuple[str, ...], by: str) -> None:
    """列出一页督查清单，最急的在前；筛选条件与网页地址中的相同，如 window=over。"""
    with reading() as session:
        user, given, known = acting(session, by), _asked(filters), pace(session)
        found, total = page(session, user, given, known), rows_of(session, user, given, known)
    for line in found.lines:
        row = line.row
        why = row.why.label if row.why else "无待办环节"
        click.echo(f"{row.number}\t{row.words}\t{row.step}\t{row.department}\t{row.assignee}\t{why}")
    more = f"，下一页：after={found.after}" if found.after else ""
    click.echo(f"共 {total} 行，本页 {len(found.lines)} 行{more}")


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_FILTER
@_BY
def export(file: Path, filters: tuple[str, ...], by: str) -> None:
    """把督查清单写入 FILE（.xlsx），逐行写出，不限行数。"""
    with reading() as session:
        user, given = acting(session, by), _asked(filters)
        total = count(session, user, given, pace(session))
        with file.open("wb") as sink, click.progressbar(length=total, label="写入") as bar:
            written = board_book.write(session, user, given, sink, lambda done: bar.update(done - bar.pos))
    click.echo(f"已写入 {file.name}，共 {written} 行。")


@supervisions.command("list")
@click.option("--state", type=click.Choice([one.value for one in OrderState]), help="状态；不填的列出全部。")
@_BY
def list_orders(state: str | None, by: str) -> None:
    """列出该人员可以查看的督办，最新的在前，最多 50 件。"""
    with reading() as session:
        criteria = [in_state(OrderState(state))] if state else []
        found = orders(session, acting(session, by), *criteria)
    for line in found.lines:
        row = line.row
        about = f"{line.number} {line.step}".strip()
        click.echo(f"{row.id}\t{row.number}\t{line.department}\t{about}\t{row.due_on}\t{row.words}")


@supervisions.command("issue")
@click.argument("number")
@click.option("--target", help="督办事项，如 step:12、office:3；不填的列出可选的事项。")
@click.option("--due", "due_on", type=click.DateTime(["%Y-%m-%d"]), help="办结期限。")
@click.option("--text", default="", help="督办要求。")
@_BY
def issue(number: str, target: str | None, due_on: datetime | None, text: str, by: str) -> None:
    """对编号为 NUMBER 的案卷下达督办。"""
    with transaction() as session:
        actor = acting(session, by)
        case = case_numbered(session, number, actor)
        if target is None:
            for value, label in targets(session, case, actor):
                click.echo(f"{value}\t{label}")
            return
        if due_on is None:
            raise Refusal("请用 --due 给出办结期限。")
        made = order_target(session, case.id, target, Demand(text, due_on.date()), actor)
        click.echo(f"已下达{made.number}（编号 {made.id}）。")


@supervisions.command("answer")
@_ID
@_TEXT
@_BY
def answer(supervision_id: int, text: str, by: str) -> None:
    """答复编号为 ID 的督办。"""
    with transaction() as session:
        row = answer_supervision(session, supervision_id, text, acting(session, by))
    click.echo(f"已答复{row.number}。")


@supervisions.command("close")
@_ID
@_TEXT
@_BY
def close(supervision_id: int, text: str, by: str) -> None:
    """办结编号为 ID 的督办。"""
    with transaction() as session:
        row = close_supervision(session, supervision_id, text, acting(session, by))
    click.echo(f"已办结{row.number}。")


@halls.command("list")
def list_screens() -> None:
    """列出公示屏。"""
    with reading() as session:
        rows = screens(session)
    for row in rows:
        click.echo(f"{row.id}\t{row.name}\t{row.region.name}\t{'已停用' if row.revoked_at else '使用中'}")


@halls.command("open")
@click.argument("name")
@click.argument("region")
@_BY
def open_screen(name: str, region: str, by: str) -> None:
    """为行政区划代码 REGION 开通名为 NAME 的公示屏，地址只显示一次。"""
    with transaction() as session:
        found = next((one for one in all_regions(session) if one.code == region), None)
        if found is None:
            raise NotFound(f"没有代码为 {region} 的地区。")
        _row, secret = hall.open_screen(session, name, found.id, acting(session, by))
    with current_app.test_request_context():
        click.echo(f"已开通，地址：{current_app.url_for('hall.show', secret=secret)}（前面加本系统的网址）")


@halls.command("revoke")
@click.argument("screen_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_BY
def revoke(screen_id: int, by: str) -> None:
    """停用编号为 ID 的公示屏，原地址不能再打开。"""
    with transaction() as session:
        row = hall.revoke_screen(session, screen_id, acting(session, by))
    click.echo(f"已停用{row.name}。")


def _asked(filters: tuple[str, ...]) -> Asked:
    given: dict[str, Any] = dict(one.partition("=")[::2] for one in filters)
    if unknown := set(given) - {*Asked.__dataclass_fields__}:
        raise Refusal(f"没有这个筛选条件：{'、'.join(sorted(unknown))}。")
    return asked(given)
