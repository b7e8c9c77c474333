"""Room cli, bulk: one act on many tasks by a person's name: preview, do, look at, undo."""

from __future__ import annotations

import uuid
from typing import IO, Any

import click
import orjson

from models.bulk import run_of
from models.database import reading, transaction
from models.people import User
from models.refusal import Refusal
from processes.bulk import OPERATIONS
from processes.bulk_run import Pick, begin, known_run
from webapp import bulk_door
from webapp.bulk_page import Asked, asked_for, check_known, given, previewed, result, ticket_of, to_do, typed
from webapp.cli.group import Group, Stop, acting

group = Group("bulk", help="批量办理事项。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_ACT = click.argument("operation", type=click.Choice(sorted(OPERATIONS)))
_TASKS = click.argument("ids", nargs=-1, required=True, type=click.IntRange(1, 2**31 - 1))
_RUN = click.argument("run", type=click.IntRange(1, 2**31 - 1))


@group.command("preview")
@_ACT
@_TASKS
@_BY
def preview(operation: str, ids: tuple[int, ...], by: str) -> None:
    """逐件列出 OPERATION（claim、release、complete 等）将办和不能办的事项 IDS，说明原因，不作改动。"""
    with reading() as session:
        actor = acting(session, by)
        shown = previewed(session, actor, _asked(operation, ids, {}, "", actor), None, csrf=False)
    for line in shown.lines:
        number = line.candidate.task.case.number if line.candidate.task else "—"
        click.echo(f"{line.candidate.task_id}\t{number}\t{line.reason or '可以办理'}")


@group.command("run")
@_ACT
@_TASKS
@click.option("--answers", type=click.File("rb"), help="JSON 对象：理由、意见等填报项；- 为标准输入。")
@click.option("--key", default="", help="UUID；以同一键重复执行不再办理。")
@_BY
def run(operation: str, ids: tuple[int, ...], answers: IO[bytes] | None, key: str, by: str) -> None:
    """对事项 IDS 逐件执行 OPERATION，每件单独提交；逐件列出结果。"""
    told = _told(answers)
    with reading() as session:
        actor = acting(session, by)
        sent = _asked(operation, ids, told, key or str(uuid.uuid4()), actor)
        known = known_run(session, actor, sent.ticket)
        run_id = known.id if known else 0
    if not run_id:
        run_id = _begun(sent, told, actor)
    _work_off(run_id, actor)
    _list(run_id, actor)


@group.command("show")
@_RUN
@_BY
def show(run: int, by: str) -> None:
    """逐件列出批次 RUN 的结果。"""
    with reading() as session:
        actor = acting(session, by)
    _list(run, actor)


@group.command("undo")
@_RUN
@_BY
def undo(run: int, by: str) -> None:
    """撤销批次 RUN 中可以撤销的事项，逐件列出结果。"""
    with reading() as session:
        actor = acting(session, by)
        run_of(session, run, actor)
    while bulk_door.put_back(run, actor):
        pass
    _list(run, actor)


def _work_off(run_id: int, actor: User) -> None:
    while bulk_door.work_off(run_id, actor):
        pass


def _asked(operation: str, ids: tuple[int, ...], told: dict[str, Any], key: str, actor: User) -> Asked:
    picks = [Pick(one) for one in dict.fromkeys(ids)]
    return asked_for(operation, picks, ticket_of(operation, ids, told, key), actor)


def _told(answers: IO[bytes] | None) -> dict[str, Any]:
    content = answers.read(1_000_001) if answers else b"{}"
    try:
        found = orjson.loads(content) if len(content) <= 1_000_000 else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Refusal("文件应为不超过 1 MB 的 JSON 对象。")
    return found


def _begun(sent: Asked, told: dict[str, Any], actor: User) -> int:
    with reading() as session:
        shown = previewed(session, actor, sent, given(told), csrf=False)
        left = to_do(shown)
        check_known(shown.form, told)
        if not shown.form.validate():
            lines = [f"{name}：{'；'.join(faults)}" for name, faults in shown.form.faults().items()]
            raise Stop("\n".join(lines))
    with transaction() as session:
        return begin(session, actor, sent.operation, left, typed(shown.form), sent.ticket).id


def _list(run_id: int, actor: User) -> None:
    with reading() as session:
        found = result(session, run_id, actor)
    click.echo(f"批次 {run_id}")
    for one in found.outcomes:
        number = one.task.case.number if one.task else "—"
        click.echo(f"{one.item.task_id}\t{number}\t{one.state.label}\t{one.words}")
