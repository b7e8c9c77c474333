"""Room audit, export: long lists as CSV line by line, or as a workbook that is written beside the answer, not in memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from flask import Response, send_file
from openpyxl import Workbook

from models.refusal import Refusal
from webapp.register_export import XLSX
from webapp.screening_export import plain

# More rows than people read in a workbook; a CSV has no bound.
MOST_ROWS = 50_000
FORMATS = {"xlsx": "Excel", "csv": "CSV"}
_WIDTH = 20


def sent_table(
    kind: str, name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """The rows as the file that was asked for."""
    if kind == "csv":
        return sent_lines(csv_lines(head, rows), f"{name}.csv", "text/csv; charset=utf-8")
    if kind != "xlsx":
        raise Refusal("请选择导出格式。", "format")
    book = _workbook(title, head, rows)
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx", etag=False)


def sent_lines(lines: Iterator[str], name: str, media_type: str) -> Response:
    """Text that is made while it is sent."""
    response = Response((line.encode() for line in lines), mimetype=media_type.partition(";")[0])
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """RFC 4180, with the mark by which office programs know UTF-8; no text becomes a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow(head)
    for row in rows:
        writer.writerow([plain(value) if isinstance(value, str) else value for value in row])
        if buffer.tell() > 32_000:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> IO[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for number in range(len(head)):
        sheet.column_dimensions[chr(ord("A") + number)].width = _WIDTH
    sheet.freeze_panes = "A2"
    sheet.append(list(head))
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise Refusal(f"超过 {MOST_ROWS:,} 行，请缩小查询范围，或者导出CSV。", "format")
        sheet.append([plain(value) if isinstance(value, str) else value for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the answer that sends it
    book.save(file)
    file.seek(0)
    return file
