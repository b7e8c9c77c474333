"""Room calendar: the clocks that a notice moves as a workbook, written row by row."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook

from models.calendar_book import CalendarNotice
from models.database import DbSession
from processes.calendar_preview import all_lines

HEAD = (
    "案卷号",
    "时限",
    "部门",
    "原到期日",
    "新到期日",
    "变化",
    "原为暂定",
    "现为暂定",
    "计时暂停中",
    "转为超期",
    "启用后果",
)


def moves_workbook(session: DbSession, notice: CalendarNotice) -> bytes:
    """The file; no text becomes a formula. Raises as the preview does, before the file is begun."""
    lines = all_lines(session, notice.id)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("时限变化")
    for column, width in zip("ABCDEFGHIJK", (20, 24, 30, 12, 12, 12, 10, 10, 12, 10, 40), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    sheet.append(HEAD)
    for line in lines:
        move = line.move
        flags = move.was_provisional, move.provisional, move.is_paused, line.turns_late
        dates = move.old_due_on, move.new_due_on
        told = ("是" if flag else "" for flag in flags)
        names = line.number, _plain(line.clock), _plain(line.departments)
        sheet.append([*names, *dates, line.words, *told, line.ending])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _plain(text: str) -> str:
    """A name that begins like a formula is shown as the text it is."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
