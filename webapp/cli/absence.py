"""Room cli, absence: who is away and who stands in (代办), by a person's name."""

from __future__ import annotations

from datetime import datetime

import click

from models.database import reading, transaction
from models.people import Permission
from models.substitute import absences_of
from processes import substitute
from webapp.cli.group import Group, acting

group = Group("absence", help="代办设置。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_DAY = click.DateTime(["%Y-%m-%d"])


@group.command("set")
@click.argument("absent", metavar="ABSENT")
@click.argument("substitute_name", metavar="SUBSTITUTE")
@click.option("--from", "from_on", type=_DAY, required=True, help="开始日期。")
@click.option("--until", "until_on", type=_DAY, required=True, help="结束日期，含当日。")
@click.option("--reason", default="", help="事由。")
@_BY
def set_up(
    absent: str, substitute_name: str, from_on: datetime, until_on: datetime, reason: str, by: str
) -> None:
    """ABSENT 不在岗期间由 SUBSTITUTE 代办（均为登录名）。"""
    with transaction() as session:
        who = acting(session, absent).id, acting(session, substitute_name).id
        wanted = substitute.Wanted(*who, from_on.date(), until_on.date(), reason)
        made = substitute.set_substitute(session, wanted, acting(session, by)).id
    click.echo(f"已设置代办（{made}）。")


@group.command("end")
@click.argument("substitute_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_BY
def end(substitute_id: int, by: str) -> None:
    """提前结束编号为 ID 的代办。"""
    with transaction() as session:
        substitute.end(session, substitute_id, acting(session, by))
    click.echo("代办已结束。")


@group.command("list")
@_BY
def list_all(by: str) -> None:
    """逐行列出代办：编号、不在岗人员、代办人、起止日期、状态。"""
    with reading() as session:
        actor = acting(session, by)
        for row in absences_of(session, actor, actor.may(Permission.TASK_ASSIGN)):
            days = f"{row.from_on}\t{row.until_on}"
            click.echo(f"{row.id}\t{row.absent.name}\t{row.stand_in.name}\t{days}\t{row.words}")
