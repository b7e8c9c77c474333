"""Room cli, credit: the eight fields of shared credit information out to a workbook and in from one (B-24)."""

from __future__ import annotations

from pathlib import Path

import click

from models.credit_info import current_info
from models.database import DbSession, reading, transaction
from models.people import User, user_named
from models.refusal import Refusal
from processes import info_sheet
from webapp.cli.group import Group, Stop
from webapp.register_export import info_book

group = Group("credit", help="信用企业（户）和共享信用信息。")
_USER = click.option("--user", "username", required=True, help="以谁的名义导入（用户名）。")


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export(file: Path) -> None:
    """把各主体八个领域的现行信用信息写入 FILE（.xlsx）。"""
    with reading() as session:
        content = info_book(current_info(session))
    file.write_bytes(content)
    click.echo(f"已导出到 {file}。")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_USER
@click.option("--check", "is_check", is_flag=True, help="只核对，不写入。")
def bring(file: Path, username: str, is_check: bool) -> None:
    """从 FILE（.xlsx）导入信用信息；有误的行列出行号和原因，其余的写入。"""
    with reading() as session:
        opened = info_sheet.opened(file.name, file.read_bytes(), _actor(session, username))
    with transaction() as session:
        actor = _actor(session, username)
        sheet = info_sheet.propose(session, opened, actor)
        for error in sheet.errors:
            click.echo(f"第 {error['row']} 行：{error['message']}")
        if not is_check:
            info_sheet.apply(session, sheet.id, actor)
        new = sum(not row["is_same"] for row in sheet.rows)
        done = f"已写入 {sheet.written} 条" if sheet.applied_at else f"可写入 {new} 条，尚未写入"
    click.echo(f"{done}，{len(sheet.errors)} 行有误。")
    if sheet.errors and not sheet.rows:
        raise Stop("没有可写入的行。")


def _actor(session: DbSession, username: str) -> User:
    found = user_named(session, username)
    if found is None or not found.is_active:
        raise Refusal(f"没有用户 {username}，或该用户已停用。")
    return found
