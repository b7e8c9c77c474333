"""Room cli, process draft: whose drafts there are, and one written as files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from models.database import reading
from models.people import user_named
from models.refusal import NotFound
from processes import draft as verbs
from webapp.cli.process_rehearse import group
from webapp.pages import moment

__all__ = ["group"]


@group.command("drafts")
@click.argument("user")
@click.option("--write", "draft_id", type=click.IntRange(1, 2**31 - 1), help="把这份草稿写成文件。")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=".", help="写入哪个文件夹。"
)
def drafts(user: str, draft_id: int | None, folder: Path) -> None:
    """列出流程负责人 USER 的草稿；加 --write 的，把一份草稿写成文件。"""
    with reading() as session:
        owner = user_named(session, user)
        if owner is None:
            raise NotFound(f"没有用户“{user}”。")
        if draft_id is not None:
            row = verbs.draft_for(session, draft_id, owner)
            named = {f"{row.key}.bpmn": row.bpmn, **row.decisions, "tests.json": _json(row.tests)}
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in named.items():
                (folder / name).write_text(text, "utf-8")
            click.echo(f"已写出草稿“{row.name}”：{len(named)} 个文件。")
            return
        for row in verbs.drafts_of(session, owner):
            click.echo(f"{row.id}  {row.key}  {row.name}  第 {row.revision} 次保存  {moment(row.saved_at)}")


def _json(tests: object) -> str:
    return json.dumps(tests, ensure_ascii=False, indent=2) + "\n"
