"""Room inbox, export: a list as a workbook, read by its keyset while it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from models import inbox
from models.calendar import SHANGHAI, local_date
from models.database import reading
from models.people import User
from processes.sheet_stream import stream_sheet
from webapp.inbox_query import Wanted

_HEAD = (
    "时限", "最后一日", "案卷号", "案卷种类", "申请人", "金额（元）", "环节", "部门", "办理人", "到达时间", "办结日期", "备注",
)  # fmt: skip
_WIDTHS = (16, 12, 16, 20, 24, 14, 20, 24, 12, 18, 12, 30)


def sheet_of(user: User, asked: Wanted) -> Iterator[bytes]:
    """Every line that the person's list has, in its order; one short page of it is in memory at a time."""
    return stream_sheet(asked.scope.label, _HEAD, _WIDTHS, _rows(user, asked))


def _rows(user: User, asked: Wanted) -> Iterator[tuple[Any, ...]]:
    with reading() as session:
        whole = replace(asked.filters, after="")
        for item in inbox.every(session, user, asked.scope, whole, asked.order):
            yield _row(item)


def _row(item: inbox.Item) -> tuple[Any, ...]:
    marks = (*(("急件",) if item.is_urgent else ()), *item.marks)
    return (
        item.words or "无时限",
        item.due_on if item.done_at is None else None,
        item.number,
        item.kind,
        item.applicant_name,
        item.amount,
        item.step,
        item.department,
        item.assignee or ("待签收" if item.done_at is None else ""),
        f"{item.created_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        local_date(item.done_at) if item.done_at else None,
        "；".join(marks),
    )
