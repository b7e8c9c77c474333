"""Room sheet, guard: opens a workbook from outside only as far as it can be read in a moment.

What a packed file says about itself is asked before a byte of it is unpacked; a row numbered a milliard would else
be preceded by a milliard empty ones, and a megabyte of zeros unfolds to a thousand.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from models.ooxml import is_bomb, is_odd_zip
from models.refusal import Refusal

# Bytes a workbook may unfold to.
MAX_UNPACKED = 40_000_000
# What zip and openpyxl raise over a file that is no workbook, or a damaged one.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, InvalidFileException, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, SyntaxError, OSError, NotImplementedError, OverflowError,
)  # fmt: skip
# Rows beyond those that may be filled: titles, blank lines, formats.
SLACK = 1000


def lines_of(content: bytes, biggest: int, most: int, columns: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """The lines of a workbook's first sheet, of `biggest` bytes at most, as `rows_of`. Raises Refusal at `file`."""
    if len(content) > biggest:
        raise Refusal(f"文件超过 {biggest // 1_000_000} MB，请拆分后导入。", "file")
    try:
        yield from rows_of(first_sheet(content), most, columns)
    except _BROKEN as error:
        raise Refusal("文件不是可读取的 Excel 工作簿（.xlsx），请另存后重试。", "file") from error


def first_sheet(content: bytes) -> Any:
    """The first sheet of a workbook, to be read once. Raises Refusal, and what zip and openpyxl raise."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        parts = packed.infolist()
    if is_bomb(parts, MAX_UNPACKED):
        raise Refusal("文件展开后过大或内容过多，请拆分后导入。", "file")
    if is_odd_zip(parts):
        raise Refusal("文件的压缩方式不受支持，请用 Excel 或 WPS 另存为 .xlsx 后重试。", "file")
    sheet = load_workbook(BytesIO(content), read_only=True, data_only=True).worksheets[0]
    # What a sheet says about its own size need not be true.
    sheet.reset_dimensions()
    return sheet


def rows_of(sheet: Any, most: int, columns: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Row numbers, as Excel shows them, with at most `columns` cells. Raises Refusal beyond `most` rows."""
    last = most + SLACK
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_row=last + 1, max_col=columns), 1):
        if number > last:
            raise Refusal(f"第 {last} 行以后还有内容或格式，请删除多余的行，或拆分后导入。", "file")
        yield number, cells
