"""A workbook from outside is refused in a moment when reading it would take an office's time or memory."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from models.ooxml import MAX_PARTS
from models.refusal import Refusal
from processes.sheet import read_sheet

HEAD = ("编号", "金额")


def _good() -> bytes:
    book, content = Workbook(), BytesIO()
    book.active.append(list(HEAD))
    book.active.append(["甲", 1.5])
    book.save(content)
    return content.getvalue()


def _lzma() -> bytes:
    """The good workbook packed in a way that no office program uses, and damaged."""
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(_good())) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part))
    return content.getvalue().replace(b"]\x00\x00", b"\xff\x00\x00")


def _with(rows: str) -> bytes:
    """The good workbook with more rows written into its sheet."""
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(_good())) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                text = text.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            new.writestr(part.filename, text)
    return content.getvalue()


def _cell(number: int, text: str = "1", column: str = "A") -> str:
    return f'<row r="{number}"><c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


BOMBS = {
    "a row numbered a hundred milliard": _cell(99_999_999_999),
    "a row numbered a hundred million": _cell(100_000_000),
    "one cell in the last corner": _cell(1_048_576, column="XFD"),
    "a million empty rows": "".join(f'<row r="{number}"/>' for number in range(3, 1_000_000)),
    "one cell of thirty megabytes": _cell(3, "A" * 30_000_000),
    "two million cells in a row": f'<row r="3">{"<c><v>1</v></c>" * 2_000_000}</row>',
}


@pytest.fixture
def _at_once() -> Iterator[None]:
    started = time.thread_time()
    yield
    assert time.thread_time() - started < 1


@pytest.fixture(params=BOMBS)
def bomb(request: pytest.FixtureRequest) -> bytes:
    return _with(BOMBS[request.param])


def test_a_bomb_is_refused_at_once(bomb: bytes, _at_once: None) -> None:
    with pytest.raises(Refusal, match=r"展开后过大|以后还有内容或格式"):
        read_sheet(bomb, HEAD)


def test_what_an_office_sends_is_read() -> None:
    assert read_sheet(_good(), HEAD) == [(2, {"编号": "甲", "金额": 1.5})]
    assert [row for row, _cells in read_sheet(_with(_cell(900)), HEAD)] == [2, 900]
    assert load_workbook(BytesIO(_good())).active.max_row == 2
    with pytest.raises(Refusal, match="压缩方式"):
        read_sheet(_lzma(), HEAD)
    many = BytesIO(_good())
    with zipfile.ZipFile(many, "a") as more:
        for number in range(MAX_PARTS):
            more.writestr(f"xl/media/{number}.png", b"")
    with pytest.raises(Refusal, match="过大或内容过多"):
        read_sheet(many.getvalue(), HEAD)
