"""Room cli, audit: is the log whole?"""

from __future__ import annotations

import click

from models import audit, audit_anchor
from models.database import reading
from webapp import jobs
from webapp.cli.group import Group, Stop

group = Group("audit", help="审计日志。")


@group.command("verify")
@click.option("--anchor", "kept", multiple=True, metavar="ROOT", help="系统之外保存的锚点值，可多次给出。")
def verify(kept: tuple[str, ...]) -> None:
    """逐链、逐锚点核对审计日志；有改动或缺失时逐条列出，退出码为 1。"""
    with reading() as session:
        broken = [*audit.verify(session), *audit_anchor.verify(session, kept)]
        total = audit.count(session)
    if broken:
        raise Stop("\n".join(broken))
    click.echo(f"审计日志完整，共 {total} 条。")


@group.command("anchor")
def anchor() -> None:
    """为当前审计日志形成锚点，输出一行（时间、末条记录、锚点值）；请保存在本系统之外。"""
    click.echo(jobs.anchor())
