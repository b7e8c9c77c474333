"""Room cli, replay: a drawing in files against the finished cases of a period; nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from models.calendar import local_date, now, today
from models.database import reading
from models.refusal import Refusal
from models.replay import SAME
from processes import replay
from processes.replay_case import Line, Period, Replay, habits_in, replay_all
from processes.replay_compare import Side
from webapp.cli.process import FILES, drawing_and_tables
from webapp.cli.process_migrate import group
from webapp.replay_page import FILTERS, titles_of, words_of

__all__ = ["group"]
_DAY = click.DateTime(["%Y-%m-%d"])


@group.command("replay")
@FILES
@click.option("--from", "from_on", type=_DAY, required=True, help="办结日期自（含当日）。")
@click.option("--to", "to_on", type=_DAY, help="办结日期至（含当日）；不填的，至今日。")
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
def run(files: tuple[Path, ...], from_on: datetime, to_on: datetime | None, is_json: bool) -> None:
    """用已办结案卷的办理记录在流程图（一个 .bpmn，若干 .dmn）上回放，列出有变化的案卷；不改动任何数据。"""
    drawing, tables = drawing_and_tables(files)
    try:
        texts = {name: content.decode("utf-8") for name, content in tables.items()}
        source = replay.Source(drawing.name, drawing.read_text("utf-8"), texts)
    except UnicodeDecodeError as error:
        raise Refusal("文件应为 UTF-8 编码。") from error
    definition = replay.checked(source)
    key = definition.drawing.key
    with reading() as session:
        first, last = replay.check_period(from_on.date(), to_on.date() if to_on else today())
        period = Period(first, last, now())
        replayer = Replay(Side(definition, source.bpmn), habits_in(session, key, period))
        _tell(replay_all(session, replayer, key, period), is_json)


def _tell(lines: Iterator[Line], is_json: bool) -> None:
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line.findings or [SAME])
        if is_json:
            click.echo(orjson.dumps(_plain(line)).decode())
        elif line.findings:
            words = "；".join(words_of(line.details))
            click.echo(f"{line.case.number} {'、'.join(titles_of(line.findings))}：{words}")
    if is_json:
        click.echo(orjson.dumps({"counts": dict(counts)}).decode())
        return
    told = [f"{label} {counts[code]} 件" for code, label in FILTERS if counts[code]]
    click.echo("，".join(told) + "。" if told else "该期间没有办结的案卷。")


def _plain(line: Line) -> dict[str, Any]:
    closed_at = line.case.closed_at
    closed_on = local_date(closed_at).isoformat() if closed_at else None
    return {"number": line.case.number, "closed_on": closed_on, "findings": line.findings, **line.details}
