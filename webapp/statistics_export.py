"""Room statistics: the tables as a workbook: a sheet each, and one that says what every number means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from webapp.statistics_tables import ROLLING, Cell, Column, Table

_FORMATS = {"percent": '0.0"%"', "money": "#,##0.00"}
_WIDE, _NARROW = 30, 14


def workbook(title: str, facts: Sequence[tuple[str, str]], tables: Sequence[Table]) -> bytes:
    """The file; numbers stay numbers, no text becomes a formula."""
    book = Workbook(write_only=True)
    _definitions(book, title, facts, tables)
    for table in tables:
        sheet = book.create_sheet(table.title.replace("/", "、")[:31])
        for n, column in enumerate(table.columns):
            sheet.column_dimensions[chr(ord("A") + n)].width = _NARROW if column.is_number else _WIDE
        sheet.freeze_panes = "A2"
        sheet.append([column.title for column in table.columns])
        for row in table.rows:
            sheet.append([_cell(sheet, *pair) for pair in zip(table.columns, row, strict=True)])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _definitions(book: Any, title: str, facts: Sequence[tuple[str, str]], tables: Sequence[Table]) -> None:
    sheet = book.create_sheet("口径说明")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 110
    for line in (
        (title, ""),
        *facts,
        ("统计原则", ROLLING),
        *((table.title, table.told) for table in tables),
    ):
        sheet.append([_plain(part) for part in line])


def _cell(sheet: Any, column: Column, value: Cell) -> Any:
    if value is None or isinstance(value, str):
        return _plain(value or "")
    if column.kind not in _FORMATS:
        return value
    cell = WriteOnlyCell(sheet, float(value) if isinstance(value, Decimal) else value)
    cell.number_format = _FORMATS[column.kind]
    return cell


def _plain(text: str) -> str:
    """A name that begins like a formula is shown as the text it is."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
