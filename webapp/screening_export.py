"""Room screening, export: the matrix and the agenda as workbooks, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook

from models.group_review import GroupRow
from models.screening import ScreeningRound
from models.screening_matrix import MatrixRow
from models.screening_rounds import OfficeProgress

AGENDA = (
    "序号",
    "企业（户）",
    "统一社会信用代码",
    "类别",
    "部门意见",
    "需说明的事项",
    "审核决定",
    "理由",
    "会议编号",
    "决定日期",
)


def matrix_workbook(
    round_: ScreeningRound, columns: Sequence[OfficeProgress], rows: Iterable[MatrixRow]
) -> bytes:
    """One line a candidate, one column a department."""
    head = ["序号", "企业（户）", "统一社会信用代码", "类别", *(office.name for office in columns), "进展"]
    lines = (
        [row.seq, plain(row.name), row.uscc, row.kind_label, *(cell.words for cell in row.cells), row.state]
        for row in rows
    )
    return _book(round_.label, head, lines, (6, 32, 22, 14, *([16] * len(columns)), 18))


def agenda_workbook(round_: ScreeningRound, rows: Iterable[GroupRow]) -> bytes:
    """The agenda of the leading group, with what it has decided so far."""
    lines = (
        [
            place,
            plain(row.name),
            row.uscc,
            row.kind_label,
            row.opinions,
            plain(row.remarks),
            row.decision_label,
            plain(row.decision_reason),
            plain(row.meeting),
            row.decided_on,
        ]
        for place, row in enumerate(rows, 1)
    )
    return _book(round_.label, AGENDA, lines, (6, 32, 22, 14, 18, 40, 14, 30, 18, 12))


def _book(title: str, head: Sequence[str], lines: Iterable[Sequence[object]], widths: Sequence[int]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for place, width in enumerate(widths):
        sheet.column_dimensions[_letter(place)].width = width
    sheet.freeze_panes = "C2"
    sheet.append(list(head))
    for line in lines:
        sheet.append(list(line))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _letter(place: int) -> str:
    """A … Z, then AA: more columns than departments of a county."""
    return chr(65 + place) if place < 26 else f"A{chr(65 + place - 26)}"


def plain(text: str) -> str:
    """A text that begins like a formula is shown as the text it is."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
