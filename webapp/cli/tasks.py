"""Room cli, tasks: the steps of every kind of case by a person's name: list, look at, claim, complete."""

from __future__ import annotations

from typing import IO, Any

import click
import orjson

from forms.schema import json_schema
from models import inbox
from models.case_search import Wanted, search
from models.database import reading, transaction
from models.people import Permission
from models.refusal import Conflict, Refusal
from models.scheme import Scheme
from models.workflow import OPEN
from processes import worklist
from webapp.api.answers import checked
from webapp.api.body import FieldFaults
from webapp.api.task import before_json
from webapp.cli.group import Group, Stop, acting
from webapp.context import task_context
from webapp.task_form import form_of, hand_in

group = Group("tasks", help="待办事项（各类案卷的环节）。")
cases = Group("cases", help="案卷。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_ID = click.argument("task_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_SCOPES = click.Choice([scope.value for scope in inbox.Scope])


@group.command("list")
@click.option(
    "--scope",
    type=_SCOPES,
    default=inbox.Scope.MINE.value,
    help="哪一个列表：本人的、部门待签收的、代办的、待会签的等。",
)
@_BY
def list_tasks(scope: str, by: str) -> None:
    """逐行列出待办事项：编号、案卷、环节、时限。"""
    after = ""
    while True:
        with reading() as session:
            page = inbox.page(session, acting(session, by), inbox.Scope(scope), inbox.Filters(after=after))
        for line in page.items:
            click.echo(
                f"{line.task_id}\t{line.number}\t{line.applicant_name}\t{line.step}\t{line.words or '无时限'}"
            )
        after = page.after
        if not after:
            return


@group.command("show")
@_ID
@_BY
def show(task_id: int, by: str) -> None:
    """显示事项及其表单（JSON Schema），供填写 complete 的文件。"""
    with reading() as session:
        actor = acting(session, by)
        task = worklist.task_for(session, task_id, actor)
        click.echo(f"{task.case.number} {task.case.applicant_name}：{task.name}")
        if task.status == OPEN:
            form = form_of(session, task)(None, csrf=False).bind(task_context(session, task, task.case))
            click.echo(orjson.dumps(json_schema(form), option=orjson.OPT_INDENT_2).decode())
            _show_before(before_json(session, task, actor))


def _show_before(before: dict[str, Any] | None) -> None:
    """Of a step that is done again: what was answered the last time, and what its sender-back wrote."""
    if before is None:
        return
    click.echo(f"上次填写的内容（{before['person']}，{before['at']}），请核对后提交：")
    click.echo(orjson.dumps(before["answers"], option=orjson.OPT_INDENT_2).decode())
    if before["reason"]:
        click.echo(f"退回理由：{before['reason']}")


@group.command("claim")
@_ID
@_BY
def claim(task_id: int, by: str) -> None:
    """签收编号为 ID 的事项。"""
    with transaction() as session:
        worklist.claim(session, task_id, acting(session, by))
    click.echo("已签收。")


@group.command("complete")
@_ID
@click.argument("file", type=click.File("rb"))
@_BY
def complete(task_id: int, file: IO[bytes], by: str) -> None:
    """以 FILE（JSON 对象：填报项和值；- 为标准输入）办理编号为 ID 的事项。"""
    answers = _answers(file.read(1_000_001))
    try:
        with transaction() as session:
            actor = acting(session, by)
            task = worklist.task_for(session, task_id, actor)
            if task.status != OPEN:
                raise Conflict("该事项已由他人办理或已终止。")
            given = checked(form_of(session, task), answers, task_context(session, task, task.case))
            done = hand_in(session, task_id, actor, given, worklist.drawn_step(session, task))
    except FieldFaults as faults:
        lines = [f"{name}：{'；'.join(told)}" for name, told in faults.errors.items()]
        raise Stop("\n".join(lines)) from faults
    waiting = f"已提交，待 {done.waiting} 人会签后生效" if done.waiting else done.case.state.label
    click.echo(f"{done.case.number}：{waiting}。")


@cases.command("list")
@click.option("--scheme", type=click.Choice([one.value for one in Scheme]), default=None, help="案卷种类。")
@click.option("--find", "text", default="", help="案卷号、名称或统一社会信用代码中的文字。")
@_BY
def list_cases(scheme: str | None, text: str, by: str) -> None:
    """逐行列出该人员可见的案卷（申报、公示、异议、贷款、逾期处置等）：编号、名称、状态。"""
    after = ""
    while True:
        with reading() as session:
            actor = acting(session, by)
            actor.require(Permission.CASE_READ)
            page = search(session, actor, Wanted(text[:100], "", after, scheme or ""))
        for line in page.items:
            click.echo(f"{line.number}\t{line.applicant_name}\t{line.status.label}")
        after = page.after
        if not after:
            return


def _answers(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content) if len(content) <= 1_000_000 else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Refusal("文件应为不超过 1 MB 的 JSON 对象。")
    return found
