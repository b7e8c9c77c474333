"""Room cli, desk: recent cases, who has a case open, a private draft of a step, by a person's name."""

from __future__ import annotations

from typing import IO

import click
import orjson

from forms.application import declared_fields
from models.case import case_numbered
from models.database import reading, transaction
from models.people import Permission
from models.presence import present
from models.recent_case import recent
from models.refusal import Refusal
from models.task_draft import DraftMark
from processes import worklist
from webapp import task_form
from webapp.cli.group import acting
from webapp.cli.tasks import cases, group

commands = group
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")


@cases.command("recent")
@_BY
def list_recent(by: str) -> None:
    """逐行列出该人员最近查看过的案卷：编号、名称、状态、查看时间。"""
    with reading() as session:
        actor = acting(session, by)
        actor.require(Permission.CASE_READ)
        for row in recent(session, actor):
            click.echo(f"{row.number}\t{row.applicant_name}\t{row.status.label}\t{row.at:%Y-%m-%d %H:%M}Z")


@cases.command("who")
@click.argument("number", metavar="NUMBER")
@_BY
def who(number: str, by: str) -> None:
    """列出正在查看或填写案卷 NUMBER 的其他人员。"""
    with reading() as session:
        actor = acting(session, by)
        for one in present(session, case_numbered(session, number, actor).id, actor):
            click.echo(one.words)


@group.command("draft")
@click.argument("task_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@click.argument("file", type=click.File("rb"))
@click.option(
    "--revision", type=click.IntRange(0, 10**8), default=None, help="已读取的暂存版次；有更新的则不覆盖。"
)
@_BY
def draft(task_id: int, file: IO[bytes], revision: int | None, by: str) -> None:
    """以 FILE（JSON 对象：填报项和值；- 为标准输入）暂存编号为 ID 的事项，不提交。"""
    answers = _answers(file.read(1_000_001))
    mark = None if revision is None else DraftMark(revision)
    with transaction() as session:
        actor = acting(session, by)
        task = worklist.task_for(session, task_id, actor)
        if unknown := sorted(set(answers) - declared_fields(task_form.form_of(session, task))):
            raise Refusal(f"没有这一填报项：{'、'.join(unknown)[:200]}")
        typed = task_form.of_draft(session, task, answers).typed()
        kept = worklist.save_draft(session, task_id, actor, typed, mark)
        click.echo(f"已暂存，第 {kept.revision} 版。")


def _answers(content: bytes) -> dict[str, object]:
    try:
        found = orjson.loads(content) if len(content) <= 1_000_000 else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Refusal("文件应为不超过 1 MB 的 JSON 对象。")
    return found
