"""Room audit, export: long lists as CSV line by line, or as a workbook, both written while they are sent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from flask import Response

from models.refusal import Refusal
from processes.sheet_stream import XLSX, stream_sheet
from webapp.screening_export import plain

# As many rows as a workbook holds, nearly; a CSV has no bound.
MOST_ROWS = 1_000_000
FORMATS = {"xlsx": "Excel", "csv": "CSV"}
_WIDTH = 20


def sent_table(
    kind: str, name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """The rows as the file that was asked for."""
    if kind not in FORMATS:
        raise Refusal("请选择导出格式。", "format")
    made = _begun(iter(rows))
    if kind == "csv":
        return sent_lines(csv_lines(head, made), f"{name}.csv", "text/csv; charset=utf-8")
    answer = Response(_sheet(title, head, made), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


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


def _begun(rows: Iterator[Sequence[object]]) -> Iterator[Sequence[object]]:
    """The rows, the first of which is read now: what is refused is refused before anything is sent."""
    return chain(list(islice(rows, 1)), rows)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _sheet(title: str, head: Sequence[str], rows: Iterator[Sequence[object]]) -> Iterator[bytes]:
    """A workbook of as many rows as one holds; the last row says that there are more."""
    yield from stream_sheet(title, head, [_WIDTH] * len(head), chain(islice(rows, MOST_ROWS), _rest(rows)))


def _rest(rows: Iterator[Sequence[object]]) -> Iterator[Sequence[object]]:
    if next(rows, None) is not None:
        yield (f"超过 {MOST_ROWS:,} 行，以下未列出；请缩小查询范围，或者导出CSV。",)
