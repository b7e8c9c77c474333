"""Room sheet: the rows of an Excel file from outside, read within bounds; what stands in a cell, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from models.money import parse_amount
from models.refusal import Refusal
from processes.sheet_guard import lines_of

MAX_ROWS, MAX_FILE, MAX_COLUMNS = 5000, 5_000_000, 30
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
Row = tuple[int, Mapping[str, Any]]


def read_sheet(content: bytes, head: Sequence[str]) -> list[Row]:
    """Row numbers, as Excel shows them, with the cells of the columns in `head`. Raises Refusal at `file`."""
    lines = list(_lines(content))
    columns = _columns(lines, head)
    return [
        (number, {title: cells[at] if at < len(cells) else None for title, at in columns.items()})
        for number, cells in lines[1:]
    ]


def _lines(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    kept = 0
    for number, cells in lines_of(content, MAX_FILE, MAX_ROWS, MAX_COLUMNS):
        if all(cell in (None, "") for cell in cells):
            continue
        kept += 1
        if kept > MAX_ROWS + 1:
            raise Refusal(f"一次最多导入 {MAX_ROWS} 行，请拆分后导入。", "file")
        yield number, cells


def _columns(lines: Sequence[tuple[int, Sequence[Any]]], head: Sequence[str]) -> dict[str, int]:
    titles = [text_of(cell) for cell in lines[0][1]] if lines else []
    missing = [title for title in head if title not in titles]
    if missing:
        raise Refusal(f"首行缺少列：{'、'.join(missing)}。请使用模板填写。", "file")
    return {title: titles.index(title) for title in head}


def text_of(cell: Any) -> str:
    """A cell as one line of printable text; a whole number without its “.0”."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    text = "" if cell is None else str(cell)
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())


def day_of(cell: Any) -> date:
    """A cell as a day. Raises Refusal."""
    day = day_in(cell)
    if day is None:
        raise Refusal("日期应写作“年-月-日”，例如 2026-03-09")
    return day


def day_in(cell: Any) -> date | None:
    """A cell as a day; None when it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in _DAYS:
        try:
            return datetime.strptime(text_of(cell), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def amount_of(cell: Any) -> Decimal:
    """A cell as an amount in 元. Raises Refusal."""
    # Excel keeps 2221.67 as a binary fraction: what it shows with two places is what was typed.
    text = f"{cell:.2f}" if isinstance(cell, float) and round(cell, 2) == cell else text_of(cell)
    return parse_amount(text)


def write_sheet(
    title: str, head: Sequence[str], widths: Sequence[int], rows: Iterator[Sequence[Any]]
) -> bytes:
    """A workbook of one sheet, written row by row; no text becomes a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(list(head))
    for row in rows:
        sheet.append([_safe(cell) for cell in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _safe(cell: Any) -> Any:
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@")
    return f"'{cell}" if is_formula else cell
