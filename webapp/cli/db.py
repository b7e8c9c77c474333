"""Room cli, db: the tables of the database."""

from __future__ import annotations

import click
from flask import current_app

from models.database import bound, transaction
from processes import installation
from processes.shipped import publish_shipped
from webapp import figures
from webapp.cli.group import BareGroup

group = BareGroup("db", help="数据库。")


@group.command("upgrade")
def upgrade() -> None:
    """把数据库升级到当前版本；新库同时写入日历、政策参数和流程。"""
    bring_up_to_date(is_training=current_app.config["TRAINING"])
    click.echo("数据库已是最新版本。")


@group.command("revision")
@click.argument("message")
def revision(message: str) -> None:
    """开发用：按 models 的改动生成一份新的迁移。MESSAGE 为说明。"""
    click.echo(f"已生成 {installation.write_revision(message)}，请检查后提交。")


def bring_up_to_date(is_training: bool) -> None:
    """Migrate; seed a database that is new, and bring this release's drawings into any other."""
    installation.upgrade(bound().url)
    installation.install_engine(bound().url)
    with transaction() as session:
        if installation.prepare(session, is_training):
            click.echo("新数据库：已写入法定节假日日历、政策参数和流程。")
            return
        for row in publish_shipped(session):
            is_offered = row.withdrawn_at is not None
            click.echo(
                f"随软件更新流程“{row.name}”第 {row.version} 版，"
                f"{'未启用（本单位的版本继续有效）' if is_offered else '已启用'}。"
            )
    if cases := figures.take_over():
        click.echo(f"统计记录：已接续历史案卷 {cases} 件。")
    for line in figures.close_months():
        click.echo(line)
