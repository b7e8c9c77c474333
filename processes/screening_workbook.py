"""Room screening, workbook: a department's sheet as it leaves the house, and any sheet read row by row.

Written and read as a stream: what is in memory does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from models.refusal import Refusal
from models.screening import Result
from processes.sheet import text_of
from processes.sheet_guard import lines_of

MAX_ROWS, MAX_FILE, MAX_COLUMNS = 20_000, 10_000_000, 40
# Field → title in our own sheet, then what other sheets call it.
TITLES: dict[str, tuple[str, ...]] = {
    "number": ("编号", "案卷号", "候选编号"),
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "税号"),
    "result": ("甄别结果", "结果", "甄别意见", "意见"),
    "basis": ("查询系统/依据", "依据", "查询系统", "查询依据"),
    "reason": ("说明", "理由", "原因", "情况说明"),
    "queried_on": ("查询日期", "日期"),
}
HEAD = ("序号", "编号", "企业（户）名称", "统一社会信用代码", "类别", "比对提示")
TYPED = tuple(TITLES[name][0] for name in ("result", "basis", "reason", "queried_on"))
_WIDTHS = (6, 16, 32, 22, 14, 30, 12, 30, 40, 12, 10)
_HEAD_WITHIN = 10


@dataclass(frozen=True)
class SheetRow:
    """One candidate as the sheet shows it; what is typed stands in the last four."""

    keys: tuple[Any, ...]
    typed: tuple[Any, ...]
    is_open: bool


def write(rows: Iterable[SheetRow], out: IO[bytes]) -> None:
    """A protected sheet: keys are locked, answers are open with a drop-down; nothing becomes a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("甄别意见")
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJK"[place]].width = width
    sheet.freeze_panes = "D2"
    sheet.protection.sheet = True
    choices = ",".join(label for _value, label in Result.choices())
    drop_down = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True)
    drop_down.error, drop_down.errorTitle = "请从下拉列表中选择：通过、不通过、无法核实", "甄别结果"
    drop_down.add(f"G2:G{MAX_ROWS + 1}")
    sheet.data_validations.append(drop_down)
    sheet.append([_cell(sheet, title, is_title=True) for title in (*HEAD, *TYPED, "状态")])
    for row in rows:
        keys = [_cell(sheet, value) for value in row.keys]
        typed = [_cell(sheet, value, is_open=row.is_open) for value in row.typed]
        sheet.append([*keys, *typed, _cell(sheet, "" if row.is_open else "已提交")])
    book.save(out)


_OPEN, _LOCKED = Protection(locked=False), Protection(locked=True)
_BOLD, _SHADE = Font(bold=True), PatternFill("solid", fgColor="E9ECEF")


def _cell(sheet: Any, value: Any, *, is_open: bool = False, is_title: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # A name that begins like a formula is the text it is.
        cell.data_type = "s"
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if is_open:
        cell.protection = _OPEN
    if is_title:
        cell.font, cell.fill = _BOLD, _SHADE
    return cell


@dataclass(frozen=True)
class Head:
    """The line with the titles (as Excel numbers it), its columns, and which field each title is taken for."""

    line: int
    titles: list[tuple[int, str]]
    guess: dict[str, int]

    @property
    def is_clear(self) -> bool:
        """Whether no one has to say which column is which."""
        return "result" in self.guess and bool({"number", "uscc"} & self.guess.keys())


def read_head(content: bytes) -> Head:
    """The titles of a sheet. Raises Refusal for what is no workbook, or has no line of titles."""
    for line, cells in _lines(content, _HEAD_WITHIN):
        titles = [(at, text_of(cell)) for at, cell in enumerate(cells) if text_of(cell)]
        guess = _guess(titles)
        if {"number", "uscc"} & guess.keys() or len(titles) >= 2:
            return Head(line, titles, guess)
    raise Refusal("前 10 行中没有表头，请使用下载的表格填写。", "file")


def _guess(titles: Sequence[tuple[int, str]]) -> dict[str, int]:
    at = {title.replace(" ", "").replace("／", "/"): place for place, title in reversed(titles)}
    found = ((name, next((at[word] for word in words if word in at), None)) for name, words in TITLES.items())
    return {name: place for name, place in found if place is not None}


def rows_below(
    content: bytes, head: Head, columns: Mapping[str, int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Row number and the cells of the mapped columns; empty rows are left out. Raises Refusal."""
    kept = 0
    for number, cells in _lines(content):
        if number <= head.line:
            continue
        found = {name: cells[at] if at < len(cells) else None for name, at in columns.items()}
        if all(cell in (None, "") for cell in found.values()):
            continue
        kept += 1
        if kept > MAX_ROWS:
            raise Refusal(f"一次最多导入 {MAX_ROWS} 行，请拆分后导入。", "file")
        yield number, found


def _lines(content: bytes, limit: int | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
    return islice(lines_of(content, MAX_FILE, MAX_ROWS + _HEAD_WITHIN, MAX_COLUMNS), limit)
