"""Room board, workbook: the columns of the list of the stalled board, for the background and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

from models.board_asked import Asked
from models.board_list import Line, every
from models.board_pace import pace
from models.calendar import local_date
from models.database import DbSession
from models.people import User
from models.working_days import Light
from processes.sheet_stream import stream_sheet
from webapp.pages import moment

TITLE = "督查清单"
HEAD = (
    "案卷编号", "申请人", "业务", "地区", "申请金额（元）", "案卷状态", "待办环节", "办理部门", "经办人", "到达日期",
    "到期日", "时限", "超期工作日", "日期暂定", "停留原因", "说明", "最近办理时间", "最近办理", "催办次数", "未办结督办",
)  # fmt: skip
# Of a case in which nobody has acted yet: the house opened it by itself.
OPENED = "系统自动立案，尚无人办理"
WIDTHS = (18, 16, 20, 14, 14, 16, 18, 24, 12, 12, 12, 12, 10, 8, 14, 36, 17, 40, 8, 8)


def write(
    session: DbSession, user: User, given: Asked, sink: IO[bytes], told: Callable[[int], object]
) -> int:
    """Write the whole list into a stream, chunk by chunk; `told` hears how many rows are written. How many there were."""
    written = 0

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal written
        for lines in every(session, user, given, pace(session)):
            yield from map(_cells, lines)
            written += len(lines)
            told(written)

    for piece in stream_sheet(TITLE, HEAD, WIDTHS, rows()):
        sink.write(piece)
    return written


def reason_of(line: Line) -> str:
    """Why a step stands, in full: the basis of a pause, the fault, until when it was set aside."""
    row, detail = line.row, line.detail
    if detail.fault:
        return detail.fault
    if detail.pause is not None:
        return f"{detail.pause.title}（{detail.pause.basis}），自 {detail.pause.since} 起"
    if row.set_aside_until is not None:
        return f"挂起至 {row.set_aside_until}"
    return f"由{row.owner}委派" if row.owner else ""


def _cells(line: Line) -> tuple[Any, ...]:
    row, detail = line.row, line.detail
    act = detail.act
    return (
        row.number, row.applicant_name, row.kind, row.region, row.amount, row.status_label,
        row.step, row.department, row.assignee,
        local_date(row.created_at) if row.created_at else None,
        None if row.light in (Light.PAUSED, Light.NONE) else row.due_on, row.words if row.task_id else "",
        row.late_days or None, "是" if row.provisional else "", row.why.label if row.why else "", reason_of(line),
        moment(act.at if act else row.opened_at), f"{act.who}：{act.what}" if act else OPENED,
        detail.urged or None, detail.orders or None,
    )  # fmt: skip
