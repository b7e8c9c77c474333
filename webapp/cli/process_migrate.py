"""Room cli, migration: running cases are tried on another version, and go over by a plan that was tried."""

from __future__ import annotations

import click

from models.database import DbSession, reading, transaction
from models.migration import PlanStatus, Verdict
from models.migration_board import all_lines, counts, plan_row
from models.migration_choice import Chosen
from models.people import User, user_named
from models.refusal import NotFound, Refusal
from processes import migration as verbs
from processes import version_files
from webapp import handlers_migration
from webapp.cli.process_files import group

__all__ = ["group"]
_ID = click.IntRange(1, 2**31 - 1)


@group.command("migrate")
@click.argument("key")
@click.option("--by", required=True, metavar="USER", help="流程负责人的登录名。")
@click.option("--to", type=_ID, metavar="N", help="目标版本号；须为现行版本。")
@click.option("--dry-run", is_flag=True, help="制定方案并在副本上试算，不改变任何案卷。")
@click.option("--reason", default="", help="迁移理由；试算时必填。")
@click.option(
    "--step", "steps", multiple=True, metavar="OLD=NEW", help="目标版本中没有的环节改为哪一环节；可多次。"
)
@click.option("--apply", "plan_id", type=_ID, metavar="PLAN", help="执行已试算的方案。")
@click.option("--overdue", is_flag=True, help="确认部分案卷迁移后即超期。")
def migrate(
    *,
    key: str,
    by: str,
    to: int | None,
    dry_run: bool,
    reason: str,
    steps: tuple[str, ...],
    plan_id: int | None,
    overdue: bool,
) -> None:
    """试算（--to N --dry-run）或者执行（--apply PLAN）流程 KEY 在办案卷的版本迁移。"""
    if plan_id is not None and to is None and not dry_run:
        _apply(key, plan_id, by, overdue)
    elif to is not None and dry_run and plan_id is None:
        plan_id = _try(key, to, by, reason, _pairs(steps))
    else:
        raise Refusal("请给出 --to N --dry-run 进行试算，或者 --apply PLAN 执行已试算的方案。")
    _tell(plan_id)


def _try(key: str, to: int, by: str, reason: str, steps: dict[str, str]) -> int:
    with transaction() as session:
        target = version_files.version_numbered(session, key, to)
        plan_id = verbs.create_plan(session, _user(session, by), target.id, reason, Chosen(), steps).id
    handlers_migration.check_plan(plan_id)
    return plan_id


def _apply(key: str, plan_id: int, by: str, overdue: bool) -> None:
    """One that was killed half-way goes on where it was."""
    with transaction() as session:
        actor, row = _user(session, by), plan_row(session, plan_id)
        if row.key != key:
            raise NotFound(f"流程 {key} 没有编号为 {plan_id} 的迁移方案。")
        if row.status != PlanStatus.APPLYING:
            verbs.begin(session, plan_id, actor, is_overdue_meant=overdue)
    handlers_migration.apply_plan(plan_id)


def _pairs(steps: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in steps:
        old, sign, new = pair.partition("=")
        if not (old and sign and new):
            raise Refusal(f"“{pair}”应写成 原环节=新环节。")
        found[old] = new
    return found


def _user(session: DbSession, username: str) -> User:
    found = user_named(session, username)
    if found is None or not found.is_active:
        raise NotFound(f"没有在用的账号 {username}。")
    return found


def _tell(plan_id: int) -> None:
    with reading() as session:
        row, counted = plan_row(session, plan_id), counts(session, plan_id)
        for line in all_lines(session, plan_id):
            dates = "；".join(
                f"{was['name']} {was['due'] or '无期限'} → {will.get('due') or '无期限'}"
                for was, will in line.tasks
                if will
            )
            over = "（迁移后即超期）" if line.is_overdue else ""
            click.echo(f"{line.number} 第 {line.version} 版 {line.label}{over} {line.why or dates}".rstrip())
    words = "，".join(f"{one.label} {counted.of(one)} 件" for one in Verdict if counted.of(one))
    click.echo(f"方案 {row.id}（{row.name}第 {row.version} 版）{row.label}：{words}。")
