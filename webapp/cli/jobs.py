"""Room cli, jobs: runs what is due once, or serves pages with the worker beside them."""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import closing, nullcontext
from typing import Any

import click
from flask import current_app
from waitress import create_server  # type: ignore[import-untyped]  # it ships no types

from webapp import jobs, repair
from webapp.cli.group import Group, Stop, command
from webapp.pages import moment

THREADS = 8
group = Group("jobs", help="到期事项。")


@group.command("run")
def run() -> None:
    """办理此刻已到期的全部计时事项，逐条列出后结束；每小时至多形成一个审计锚点。"""
    lines = jobs.run_due()
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo("没有到期的事项。")
    if sealed := jobs.anchor_if_due():
        click.echo(f"审计锚点：{sealed}")


@group.command("list")
def show() -> None:
    """列出停滞的计时器、未能发出的消息和失败的后台任务及其原因。"""
    look = repair.look()
    for kind, items in look.items.items():
        for item in items:
            about = f"{item.number} {item.what}".strip()
            click.echo(f"{kind.value}\t{item.id}\t{moment(item.since)}\t{about}\t{item.reason}")
    if not any(look.items.values()):
        click.echo("没有停滞或失败的事项。")


@group.command("retry")
@click.argument("kind", type=click.Choice([kind.value for kind in repair.Kind]))
@click.argument("ids", nargs=-1)
def retry(kind: str, ids: tuple[str, ...]) -> None:
    """重试 KIND 类的事项：timer 停滞的计时器，message 未能发出的消息，job 失败的后台任务；不给编号则全部重试。"""
    click.echo(f"已重试 {repair.retry(kind, ids or None, None)} 项。")


@command("serve")
@click.option("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1。")
@click.option(
    "--port", default=8000, type=click.IntRange(0, 65535), help="监听端口，默认 8000；0 为任意空闲端口。"
)
@click.option("--web-only", is_flag=True, help="只提供网页；到期事项和后台任务由另行启动的工作进程办理。")
@click.option("--id", "executor_id", default="", help="工作进程编号，默认为本机名。")
def serve(host: str, port: int, web_only: bool, executor_id: str) -> None:
    """启动网站，并在同一进程中办理到期事项和后台任务。"""
    from webapp.worker import default_id, working

    server = _listen(host, port)
    # A service manager ends a server with SIGTERM: finish what is in hand, as on Ctrl+C.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with closing(server), nullcontext() if web_only else working(executor_id or default_id()):
        click.echo(f"多审已启动：http://{host}:{server.effective_port}/  （按 Ctrl+C 停止）")
        server.run()


def _listen(host: str, port: int) -> Any:
    """The server on its port. Raises Stop when another program has it."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise Stop(f"无法监听 {host}:{port}（{error.strerror}），请用 --port 另选端口。") from error
    return create_server(
        current_app._get_current_object(),  # type: ignore[attr-defined]  # the proxy's own method
        sockets=[listening],
        threads=THREADS,
        ident=None,
        # Behind HTTPS the one proxy in front says who asks (webapp/__init__.py); otherwise nobody may.
        clear_untrusted_proxy_headers=not current_app.config["SESSION_COOKIE_SECURE"],
    )
