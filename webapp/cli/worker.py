"""Room cli, worker: processes that do background work, and what to do when one has died."""

from __future__ import annotations

import signal
import threading

import click

from models.calendar import real_now
from models.database import reading, transaction
from models.refusal import Refusal
from models.worker import Worker, workers
from processes import background
from processes import worker as verbs
from webapp.cli.group import Group, command
from webapp.pages import moment

group = Group("workers", help="工作进程。")
_ID = "工作进程编号，默认为本机名；同一编号只能有一个进程在运行。"


@command("worker")
@click.option("--id", "executor_id", default="", help=_ID)
def work(executor_id: str) -> None:
    """启动工作进程：办理到期事项和后台任务，不提供网页。"""
    from webapp.worker import default_id, working

    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ending.set())
    executor_id = executor_id or default_id()
    with working(executor_id):
        click.echo(f"工作进程 {executor_id} 已启动。（按 Ctrl+C 停止）")
        ending.wait()
        click.echo("正在办结手头任务……")
    click.echo(f"工作进程 {executor_id} 已停止。")


@group.command("list")
def show() -> None:
    """列出工作进程及其最近一次心跳。"""
    with reading() as session:
        found = workers(session)
    for row in found:
        click.echo(f"{row.executor_id}\t{row.host}\t{row.pid}\t{moment(row.beat_at)}\t{_state(row)}")
    if not found:
        click.echo("还没有工作进程运行过。")


@group.command("failover")
@click.argument("executor_id", metavar="ID")
def failover(executor_id: str) -> None:
    """把已失联的工作进程 ID 手头的任务转给其他进程。仍在运行的进程不予转移。"""
    with reading() as session:
        alive = {row.executor_id for row in workers(session) if row.is_alive(real_now())}
    if executor_id in alive:
        raise Refusal(f"工作进程 {executor_id} 仍在运行，未作转移；请先停止它。")
    moved = background.failover(executor_id)
    with transaction() as session:
        verbs.record_failover(session, executor_id, moved, None)
    click.echo(f"已转移 {moved} 项任务。")


def _state(row: Worker) -> str:
    if row.stopped_at is not None:
        return "已停止"
    return "运行中" if row.is_alive(real_now()) else "已失联"
