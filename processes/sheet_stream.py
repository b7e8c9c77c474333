"""Room sheet, stream: a workbook of one sheet written while it is sent: a hundred thousand rows cost no more memory than ten."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Column number → its letters.
_COLUMNS = ("", *(get_column_letter(at) for at in range(1, 101)))
# So many rows are packed before the next piece is sent.
_CHUNK = 200
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{XLSX}.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


class _Pipe(io.RawIOBase):
    """What the archive writes, until it is taken; it cannot go back in it."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._kept += data
        return len(data)

    def taken(self) -> bytes:
        """What has been written since it was last asked."""
        data = bytes(self._kept)
        self._kept.clear()
        return data


def stream_sheet(
    title: str, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]
) -> Iterator[bytes]:
    """The workbook piece by piece; text stays text, also where it begins like a formula."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_PARTS, "xl/workbook.xml": _workbook(title)}.items():
            archive.writestr(name, _HEAD + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_opening(widths).encode())
            for piece in _packed(_with_head(head, rows)):
                sheet.write(piece)
                yield pipe.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.taken()


def _packed(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The rows as XML, some at a time."""
    waiting = list[str]()
    for number, row in enumerate(rows, 1):
        waiting.append(_row(number, row))
        if number % _CHUNK == 0:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _with_head(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield head
    yield from rows


def _workbook(title: str) -> str:
    name = escape(title[:31], {'"': "&quot;"})
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _opening(widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    views = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
    return f'{_HEAD}<worksheet xmlns="{_MAIN}">{views}<cols>{columns}</cols><sheetData>'


def _row(number: int, row: Sequence[Any]) -> str:
    cells = (_cell(f"{_COLUMNS[at]}{number}", value) for at, value in enumerate(row, 1))
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f'<c r="{place}"><v>{value}</v></c>'
    text = value.isoformat() if isinstance(value, date) else str(value)
    if not text.isprintable():
        text = "".join(char for char in text if char in "\t\n" or char.isprintable())
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
