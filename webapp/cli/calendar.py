"""Room cli, calendar: how long a term runs by the calendar in force."""

from __future__ import annotations

from datetime import datetime

import click

from models.database import reading
from models.deadline import due_for
from webapp.cli.group import Group

group = Group("calendar", help="工作日日历。")


@group.command("due")
@click.argument("start", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("days", type=click.IntRange(0, 10000))
def due(start: datetime, days: int) -> None:
    """START（如 2026-04-29）之后第 DAYS 个工作日；当年日历未公布时注明“暂定”。"""
    with reading():
        found = due_for(start.date(), days)
    click.echo(f"{found.due_on.isoformat()}{'（暂定）' if found.provisional else ''}")
