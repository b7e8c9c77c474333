"""Room cli, talk: remarks, copies, urging and days to look again, by a person's name."""

from __future__ import annotations

from datetime import datetime

import click

from models.case import CaseFile, case_numbered
from models.comment import comments_of
from models.copying import copies_of, copies_to
from models.database import DbSession, reading, transaction
from models.follow_up import follow_ups_of
from models.people import Permission, User
from processes import comment, copying, follow_up, urging
from webapp.cli.group import Group, acting
from webapp.pages import moment

group = Group("talk", help="案卷留言、抄送、催办、跟进日期。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_NUMBER = click.argument("number")
_ID = click.argument("task_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_TO = click.option("--to", multiple=True, metavar="USER", help="同事的登录名，可多次给出。")


@group.command("say")
@_NUMBER
@click.argument("text")
@_TO
@_BY
def say(number: str, text: str, to: tuple[str, ...], by: str) -> None:
    """在案卷 NUMBER 上留言 TEXT；“@姓名”和 --to 指定的同事收到提醒。"""
    with transaction() as session:
        case, actor = _case(session, number, by)
        made = comment.say(session, case, text, _ids(session, to), actor)
        said = made.id
    click.echo(f"已留言（{said}）。")


@group.command("withdraw")
@click.argument("comment_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_BY
def withdraw(comment_id: int, by: str) -> None:
    """十分钟内撤回编号为 ID 的留言。"""
    with transaction() as session:
        comment.withdraw(session, comment_id, acting(session, by))
    click.echo("留言已撤回。")


@group.command("list")
@_NUMBER
@_BY
def list_comments(number: str, by: str) -> None:
    """逐行列出案卷 NUMBER 的留言和抄送，最近的在前。"""
    with reading() as session:
        case, actor = _case(session, number, by)
        actor.require(Permission.CASE_TALK)
        for row in comments_of(session, case, limit=None):
            text = "（已撤回）" if row.is_withdrawn else row.text
            click.echo(f"{row.id}\t{moment(row.said_at)}\t{row.author.display_name}\t{text}")
        for copy in copies_of(session, case):
            read = moment(copy.read_at) or "未阅"
            click.echo(f"抄送\t{moment(copy.sent_at)}\t{copy.user.display_name}\t{read}")


@group.command("copy")
@_NUMBER
@_TO
@click.option("--note", default="", help="附言。")
@_BY
def copy(number: str, to: tuple[str, ...], note: str, by: str) -> None:
    """将案卷 NUMBER 抄送给 --to 指定的同事。"""
    with transaction() as session:
        case, actor = _case(session, number, by)
        made = copying.copy_to(session, case.id, _ids(session, to), note, actor)
    click.echo(f"已抄送 {len(made.told)} 人，{len(made.had_it)} 人此前已收到。")


@group.command("copies")
@_BY
def copies(by: str) -> None:
    """逐行列出抄送我的案卷（编号、案卷、抄送人、时间、已阅）；最近 20 件。"""
    with reading() as session:
        for line in copies_to(session, acting(session, by)).lines:
            read = moment(line.read_at) or "未阅"
            click.echo(f"{line.id}\t{line.number}\t{line.person}\t{moment(line.sent_at)}\t{read}")


@group.command("read")
@click.argument("copy_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_BY
def read(copy_id: int, by: str) -> None:
    """将编号为 ID 的抄送标为已阅。"""
    with transaction() as session:
        copying.read_copy(session, copy_id, acting(session, by))
    click.echo("已阅。")


@group.command("urge")
@_ID
@click.option("--text", default="", help="催办内容。")
@_BY
def urge(task_id: int, text: str, by: str) -> None:
    """催办编号为 ID 的事项。"""
    with transaction() as session:
        told = urging.urge(session, task_id, text, acting(session, by)).told
    click.echo(f"已催办，通知 {told} 人。")


@group.command("follow-up")
@_ID
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="日期；不给出的，取消跟进。")
@click.option("--note", default="", help="备注。")
@_BY
def remember(task_id: int, on: datetime | None, note: str, by: str) -> None:
    """为编号为 ID 的事项设置本人的跟进日期。"""
    with transaction() as session:
        follow_up.follow_up(session, task_id, on.date() if on else None, note, acting(session, by))
    click.echo("已设置。" if on else "已取消。")


@group.command("follow-ups")
@_BY
def list_follow_ups(by: str) -> None:
    """逐行列出本人的跟进日期：日期、事项编号、案卷、环节、备注。"""
    with reading() as session:
        for line in follow_ups_of(session, acting(session, by)):
            click.echo(f"{line.on_day}\t{line.task_id}\t{line.number}\t{line.step}\t{line.note}")


def _case(session: DbSession, number: str, by: str) -> tuple[CaseFile, User]:
    actor = acting(session, by)
    return case_numbered(session, number, actor), actor


def _ids(session: DbSession, usernames: tuple[str, ...]) -> list[int]:
    return [acting(session, one).id for one in usernames]
