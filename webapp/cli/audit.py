"""Room cli, audit: is the log whole?"""

from __future__ import annotations

import click

from models import audit
from models.database import reading
from webapp.cli.group import Group, Stop

group = Group("audit", help="审计日志。")


@group.command("verify")
def verify() -> None:
    """逐链核对审计日志；有改动或缺失时逐条列出，退出码为 1。"""
    with reading() as session:
        broken = list(audit.verify(session))
        total = audit.count(session)
    if broken:
        raise Stop("\n".join(broken))
    click.echo(f"审计日志完整，共 {total} 条。")
