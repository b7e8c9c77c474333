"""Room cli, clock: moves the date of a training database, so that terms can be seen to end."""

from __future__ import annotations

from datetime import datetime

import click

from models import audit, calendar
from models.database import reading, transaction
from models.refusal import Refusal
from processes import clock
from webapp import jobs
from webapp.cli.demo import require_training
from webapp.cli.group import Group

group = Group("clock", help="培训时钟（仅限培训环境）。")


@group.command("show")
def show() -> None:
    """显示系统当前时间。"""
    require_training()
    with reading():
        if not calendar.is_training():
            raise Refusal("本系统为正式环境，不得调整日期。")
        click.echo(_words())


@group.command("set")
@click.argument("iso")
def move(iso: str) -> None:
    """把系统时间调到 ISO（北京时间，如 2026-12-01T09:00），之后照常走时。"""
    require_training()
    _move(_instant(iso))


@group.command("next")
def move_on() -> None:
    """把系统时间调到下一个到期或提醒的时刻，并办理到期事项。"""
    require_training()
    with transaction() as session:
        clock.move(session, clock.next_event(session), actor=None)
        click.echo(_words())
    for line in jobs.run_due():
        click.echo(line)


@group.command("reset")
def reset() -> None:
    """恢复为实际时间。"""
    require_training()
    _move(None)


def _move(instant: datetime | None) -> None:
    with transaction() as session:
        offset = calendar.set_clock(session, instant)
        text = f"培训时钟调整为 {_words()}"
        audit.record(session, "clock.set", text, actor=None, new={"seconds": int(offset.total_seconds())})
        click.echo(_words())


def _words() -> str:
    shown = calendar.now().astimezone(calendar.SHANGHAI)
    return f"{shown:%Y-%m-%d %H:%M}（{'培训时钟' if calendar.is_shifted() else '实际时间'}）"


def _instant(iso: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError as error:
        raise Refusal(f"“{iso}”不是日期时间，应写成 2026-12-01 或 2026-12-01T09:00。") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=calendar.SHANGHAI)
