"""Room replay, export: the cases of a run as a workbook, written row by row."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from openpyxl import Workbook

from models.calendar import local_date
from models.database import DbSession
from models.replay import ReplayLine, ReplayRun, lines_of
from webapp.replay_page import status_title, titles, told
from webapp.screening_export import plain

HEAD = ("案卷号", "业务", "地区", "提交日期", "办结日期", "回放结论", "说明", "原结果", "回放结果")
_WIDTHS = (18, 18, 14, 12, 12, 24, 80, 14, 14)
_CHUNK = 500


def workbook(session: DbSession, run: ReplayRun, finding: str) -> bytes:
    """Every case of a run, or those with one finding."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("历史回放")
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(65 + place)].width = width
    sheet.freeze_panes = "B2"
    sheet.append(list(HEAD))
    for line in _lines(session, run.id, finding):
        sheet.append(_row(line))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _lines(session: DbSession, run_id: int, finding: str) -> Iterator[ReplayLine]:
    after = 0
    while True:
        page = lines_of(session, run_id, finding, after, _CHUNK)
        yield from page.lines
        session.expunge_all()
        if not page.after:
            return
        after = page.after


def _row(line: ReplayLine) -> list[object]:
    case, details = line.case, line.details
    days = [local_date(at) if at else None for at in (case.submitted_at, case.closed_at)]
    ends = [status_title(details[side]["status"]) if side in details else "" for side in ("old", "new")]
    region = case.region.name if case.region else ""
    said = plain("；".join(told(line)))
    return [case.number, case.type_label, region, *days, "、".join(titles(line)), said, *ends]
