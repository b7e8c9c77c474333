"""Room cli, audit: is the log whole; search, looks, dossiers and the event log by a person's name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO

import click

from models import access_list, audit, audit_anchor
from models.access_log import Door, LookKind
from models.database import reading, transaction
from models.event_log import Scope
from models.people import Permission, User
from processes import dossier as dossiers
from processes.access_log import look_at, looked
from processes.dossier_check import check
from webapp import dossier_file, jobs
from webapp.audit_export import LOOKS, event_rows, look_rows
from webapp.audit_query import Query
from webapp.cli.group import Group, Stop, acting
from webapp.event_log_file import FORMATS, written
from webapp.log_export import csv_lines
from webapp.views import access as looks_page
from webapp.views import audit as audit_page
from webapp.views import event_log as event_log_page

group = Group("audit", help="审计日志、查阅记录、卷宗和流程事件日志。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_CASE = click.option("--case", "case", default="", help="案卷号。")
_PERSON = click.option("--person", default="", help="人员姓名中的文字。")
_FROM = click.option("--from", "from_on", default="", metavar="DAY", help="起始日期。")
_TO = click.option("--to", "to_on", default="", metavar="DAY", help="截止日期。")
_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


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


@group.command("search")
@click.option("--action", default="", help="事项代码，如 task.completed。")
@_PERSON
@click.option("--office", default="", help="机构名称中的文字。")
@_CASE
@_FROM
@_TO
@click.option("--text", default="", help="事项、内容和新旧数值中的文字；未指定案卷和期间的，查最近一年。")
@_BY
def search(by: str, **given: str) -> None:
    """逐行列出符合条件的审计日志，新的在前：记录号、时间、人员、事项、案卷、内容、变更。"""
    query = Query(given)
    asked = audit_page.asked_of(query)
    query.check()
    _reader(by, Permission.AUDIT_READ)
    for row in event_rows(asked):
        click.echo("\t".join(str(value) for value in row[:7]))


@group.command("looks")
@_PERSON
@_CASE
@click.option("--kind", type=click.Choice([one.value for one in LookKind]), default=None, help="查阅内容。")
@_FROM
@_TO
@_BY
def looks(by: str, kind: str | None, **given: str) -> None:
    """以CSV列出查阅记录，新的在前；部门负责人只见本部门人员的。"""
    query = Query({**given, "kind": kind or ""})
    asked: access_list.Asked = looks_page.asked_of(query)
    query.check()
    for text in csv_lines(LOOKS, look_rows(_reader(by, Permission.ACCESS_READ), asked)):
        click.echo(text, nl=False)


@group.command("dossier")
@click.argument("number", metavar="NUMBER")
@_FILE
@click.option("--reason", required=True, help="制作原因。")
@click.option("--full", "is_full", is_flag=True, help="号码、电话和账号不作遮挡。")
@_BY
def dossier(number: str, file: Path, reason: str, is_full: bool, by: str) -> None:
    """制作案卷 NUMBER 的卷宗（ZIP），写入 FILE。"""
    actor = _reader(by, Permission.DOSSIER_MAKE)
    made = dossier_file.ask(number, reason, is_full, actor)
    dossier_file.make(made)
    with reading() as session:
        found, blocks = dossiers.content(session, made, actor)
    with file.open("wb") as out:
        out.writelines(blocks)
    with transaction() as session:
        looked(session, [look_at(actor, found.case_id, LookKind.DOSSIER, found.id, Door.CLI)])
    click.echo(f"{found.case.number}：{found.size} 字节，SHA-256 {found.sha256}。")


@group.command("check-dossier")
@_FILE
def check_dossier(file: Path) -> None:
    """核对卷宗文件 FILE：签章、每个文件的校验值、日志与本系统是否一致；不一致时逐条列出，退出码为 1。"""
    with reading() as session:
        told, faults = check(session, file)
    if faults:
        raise Stop("\n".join(faults))
    made = f"{told.get('made_by', '')}，{told.get('made_at', '')}"
    click.echo(f"卷宗完整：案卷 {told['case']}，{len(told['files'])} 个文件（{made}）。")


@group.command("event-log")
@click.argument("file", type=click.File("wb", lazy=True))
@click.option("--process", default="", metavar="KEY", help="流程代码；不写为全部流程。")
@click.option("--from", "from_on", required=True, metavar="DAY", help="提交日期自。")
@click.option("--to", "to_on", required=True, metavar="DAY", help="提交日期至。")
@click.option("--scope", type=click.Choice([one.value for one in Scope]), default="steps", help="内容。")
@click.option("--format", "format", type=click.Choice(list(FORMATS)), default="xes", help="格式。")
@click.option("--names", is_flag=True, help="写明工作人员姓名。")
@_BY
def event_log(file: IO[bytes], by: str, names: bool, **given: str) -> None:
    """把一段时期内提交的案卷写成事件日志 FILE（- 为标准输出），供流程挖掘工具使用。"""
    query = Query({**given, "names": "yes" if names else ""})
    actor = _reader(by, Permission.AUDIT_READ)
    with reading() as session:
        asked = event_log_page.asked_of(session, query)
    query.check()
    assert asked is not None
    _note_export(actor, query.given)
    for text in written(given["format"], actor, asked):
        file.write(text.encode())


def _reader(by: str, permission: Permission) -> User:
    """The person in whose name it is read. Raises NotFound, Forbidden."""
    with reading() as session:
        actor = acting(session, by)
        actor.require(permission)
        return actor


def _note_export(actor: User, asked: Mapping[str, str]) -> None:
    with transaction() as session:
        new = {"asked": {name: value for name, value in asked.items() if value}}
        audit.record(session, "event_log.exported", "导出流程事件日志", actor=actor, new=new)
