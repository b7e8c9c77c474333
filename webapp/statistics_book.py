"""Room statistics, book: the records behind a figure as a workbook, for the background and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from models.database import DbSession
from models.people import User
from models.process_name import process_names
from models.statistics_asked import Asked
from models.statistics_list import Row, every
from models.statistics_scope import Wanted
from processes.sheet_stream import stream_sheet

TITLE = "统计明细"
HEAD = (
    "日期", "事项", "流程", "环节或时限", "部门", "办理人", "案卷编号", "申请人", "业务", "地区", "用时（日）", "规定（日）",
    "超期", "结果", "金额（元）", "目前状态", "目前环节", "目前部门", "目前办理人",
)  # fmt: skip
WIDTHS = (12, 14, 24, 24, 24, 12, 18, 16, 20, 14, 10, 10, 8, 18, 14, 18, 20, 24, 12)


def write(
    session: DbSession,
    user: User,
    asked: tuple[Wanted, Asked],
    sink: IO[bytes],
    told: Callable[[int], object],
) -> int:
    """Write the whole list into a stream, chunk by chunk; `told` hears how many rows are written. How many there were."""
    written, names = 0, process_names(session)

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal written
        for found in every(session, user, *asked):
            yield from (_cells(row, names) for row in found)
            written += len(found)
            told(written)

    for piece in stream_sheet(TITLE, HEAD, WIDTHS, rows()):
        sink.write(piece)
    return written


def _cells(row: Row, names: Mapping[str, str]) -> tuple[Any, ...]:
    return (
        row.on_day, row.what, names.get(row.process_key, row.process_key), row.step, row.department, row.person,
        row.number, row.name, row.about, row.region, row.used_days, row.allowed_days, "是" if row.is_late else "",
        row.ended, row.amount, row.status_label, row.task, row.task_department, row.task_assignee,
    )  # fmt: skip
