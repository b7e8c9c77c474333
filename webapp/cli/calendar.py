"""Room cli, calendar: the year, its notices, and how long a term runs by the calendar in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from models.calendar import calendar
from models.calendar_book import CalendarNotice
from models.calendar_draft import read_json
from models.calendar_text import read_text
from models.database import reading, transaction
from models.deadline import due_for
from models.term import explain
from processes import calendar as verbs
from processes.calendar_preview import shown
from webapp.calendar_page import Day, Year, year_of
from webapp.cli.group import Group

group = Group("calendar", help="工作日日历。")
_MAX_FILE = 400_000
_REGION = click.option("--region", default="", help="地区代码；不填为全国。")


@group.command("show")
@click.argument("year", type=click.IntRange(2008, 2100))
@_REGION
def show(year: int, region: str) -> None:
    """列出 YEAR 年的放假日和调休上班日；通知未公布时注明“暂定”。"""
    with reading():
        picture = year_of(year, calendar(region))
    mark = "" if picture.is_official else "（暂定，通知尚未公布）"
    click.echo(f"{year}年：工作日 {picture.working_days} 天{mark}")
    for day in _special(picture):
        click.echo(f"{day.date.isoformat()} {day.sign} {day.words}")


def _special(year: Year) -> Iterator[Day]:
    days = (day for month in year.months for week in month.weeks for day in week if day is not None)
    yield from (day for day in days if day.sign)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_REGION
def bring(file: Path, region: str) -> None:
    """导入 FILE 中的放假通知（通知全文，或公开数据集的 JSON），显示受影响的时限；批准前不生效。"""
    with file.open(encoding="utf-8-sig", errors="replace") as opened:
        text = opened.read(_MAX_FILE)
    draft = read_json(text) if text.lstrip().startswith("{") else read_text(text)
    with transaction() as session:
        notice_id = verbs.propose(session, draft, None, region).id
    _tell(notice_id)


@group.command("apply")
@click.argument("notice_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@click.option("--version", type=click.IntRange(1), help="预览时的日历版本；日历已有变化的，不予启用。")
def apply(notice_id: int, version: int | None) -> None:
    """启用编号为 ID 的通知，正在计算的时限随之调整。"""
    with transaction() as session:
        notice = verbs.apply(session, notice_id, None, version)
    click.echo(f"已启用“{notice.title}”，{notice.moved} 个时限已重新计算。")


@group.command("undo")
@click.argument("notice_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
def undo(notice_id: int) -> None:
    """撤销编号为 ID 的通知，有关时限恢复。"""
    with transaction() as session:
        notice = verbs.undo(session, notice_id, None)
    click.echo(f"已撤销“{notice.title}”，有关时限已恢复。")


def _tell(notice_id: int) -> None:
    with reading() as session:
        notice: CalendarNotice = verbs.notice_of(session, notice_id)
        preview, version = shown(session, notice_id), calendar().version
    click.echo(f"通知 {notice_id}：{notice.title}（{notice.source}），{len(notice.days)} 个日期，待批准。")
    click.echo(
        f"批准后：{preview.moved} 个时限变化，{preview.settled} 个转为正式，{preview.late} 个转为超期。"
    )
    for ending in preview.endings:
        click.echo(f"其中 {ending}。")
    for office in preview.offices:
        click.echo(f"  {office.name}：变化 {office.moved}，转为正式 {office.settled}，转为超期 {office.late}")
    click.echo(f"预览依据日历第 {version} 版；启用：calendar apply {notice_id} --version {version}")


@group.command("due")
@click.argument("start", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("days", type=click.IntRange(0, 10000))
@_REGION
@click.option("--explain", "is_explained", is_flag=True, help="逐日列出如何计算。")
def due(start: datetime, days: int, region: str, is_explained: bool) -> None:
    """START（如 2026-04-29）之后第 DAYS 个工作日；当年日历未公布时注明“暂定”。"""
    with reading():
        found = due_for(start.date(), days, region_code=region)
        lines = explain(start.date(), days, "working", calendar(region)) if is_explained else []
    for line in lines:
        click.echo(f"{line.date.isoformat()} {line.number or '—'} {line.reason}")
    click.echo(f"{found.due_on.isoformat()}{'（暂定）' if found.provisional else ''}")
