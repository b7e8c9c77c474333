"""Room cli, demo: the sample county with its invented cases, in training databases only."""

from __future__ import annotations

import click
from flask import current_app

from models.database import bound, reading
from models.refusal import Refusal
from processes import document, installation
from webapp import demo
from webapp.cli.db import bring_up_to_date
from webapp.cli.group import BareGroup

group = BareGroup("demo", help="演示数据（仅限培训环境）。")


@group.command("load")
@click.option("--if-empty", is_flag=True, help="已有数据时不提示错误，直接结束。")
def load(if_empty: bool) -> None:
    """载入示例旗县、用户和约 40 件虚构案卷；已有数据时不作任何改动。"""
    require_training()
    bring_up_to_date(is_training=True)
    with reading() as session:
        if not installation.is_training(session):
            raise Refusal("本系统为正式环境，不得载入演示数据。")
        is_empty = installation.is_empty(session)
    if not is_empty:
        if not if_empty:
            raise Refusal("数据库中已有数据，未作改动。如需重新开始，请运行 demo reset。")
        click.echo("数据库中已有数据，保留不变。")
        return
    demo.load(click.echo)


@group.command("reset")
def reset() -> None:
    """清空培训数据库，重新载入演示数据。"""
    require_training()
    bound().dispose()
    installation.wipe(bound().url)
    document.clear_folder()
    bring_up_to_date(is_training=True)
    demo.load(click.echo)


def require_training() -> None:
    """Raises Refusal unless the server was started for training."""
    if not current_app.config["TRAINING"]:
        raise Refusal("本命令只能在培训环境中使用（须设置环境变量 DUOSHEN_TRAINING=1）。")
