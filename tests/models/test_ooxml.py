"""Word and Excel files from outside: sound ones are taken; what fetches, runs, hides or swells is refused."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile

import pytest

from models.ooxml import DOCX, MAX_PARTS, XLSX, repacked
from models.refusal import Refusal
from models.upload import MATERIALS, SCANS, inspect
from tests.office import WORD_MAIN, docx, package, relation, xlsx

RELS = "word/_rels/document.xml.rels"
MANY = "<a>%s</a>"
DOCTYPE = '<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def lying() -> bytes:
    """A part that says it is shorter than it is."""
    content = docx(more={"word/media/image1.png": b"A" * 5000})
    return content.replace(struct.pack("<I", 5000), struct.pack("<I", 50))


def locked() -> bytes:
    """A part that is marked as encrypted."""
    content = bytearray(docx())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lzma(content: bytes) -> bytes:
    """The same packed by LZMA, one byte of it wrong."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
    made = bytearray(target.getvalue())
    made[len("[Content_Types].xml") + 30 + 20] ^= 0xFF
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("申请.docx", docx(), DOCX),
        ("申请.DOCX", docx(more={"word/media/image1.png": b"x"}), DOCX),
        ("链接.docx", docx(more={RELS: relation("hyperlink", "https://www.gov.cn", outside=True)}), DOCX),
        ("台账.xlsx", xlsx(), XLSX),
        ("台账.xlsx", xlsx(more={"xl/printerSettings/printerSettings1.bin": b"x"}), XLSX),
    ],
)
def test_sound_ones_are_taken(name: str, content: bytes, media_type: str) -> None:
    assert inspect(name, content) == (name, media_type)
    assert inspect(name, repacked(content)) == (name, media_type)


BAD = {
    "macros by type": ("a.docx", docx(kind=MACROS), "宏"),
    "macros by part": ("a.docx", docx(more={"word/vbaProject.bin": b"x"}), "宏"),
    "macro sheet": ("a.xlsx", xlsx(more={"xl/macrosheets/sheet1.xml": "<a/>"}), "宏"),
    "control": ("a.docx", docx(more={"word/activeX/activeX1.xml": "<a/>"}), "控件"),
    "embedded workbook": ("a.docx", docx(more={"word/embeddings/a.xlsx": b"x"}), "嵌入"),
    "embedded object": ("a.docx", docx(more={"word/embeddings/oleObject1.bin": b"x"}), "嵌入"),
    "program": ("a.docx", docx(more={"word/a.exe": b"MZ"}), "嵌入"),
    "linked picture": ("a.docx", docx(more={RELS: relation("image", "http://x/a.png", outside=True)}), "以外"),
    "linked template": (
        "a.docx", docx(more={RELS: relation("attachedTemplate", "file://x/a.dotm", outside=True)}), "以外",
    ),
    "external workbook": ("a.xlsx", xlsx(more={"xl/externalLinks/externalLink1.xml": "<a/>"}), "外部链接"),
    "data connection": ("a.xlsx", xlsx(more={"xl/connections.xml": "<a/>"}), "数据连接"),
    "document type": ("a.docx", docx(more={"word/document.xml": DOCTYPE}), "异常"),
    "document type in UTF-16": ("a.docx", docx(more={"word/document.xml": DOCTYPE.encode("utf-16")}), "异常"),
    "document type in the list of types": ("a.docx", package({"[Content_Types].xml": DOCTYPE}), "异常"),
    "deep": ("a.docx", docx(more={"word/document.xml": "<a>" * 300 + "</a>" * 300}), "异常"),
    "no xml": ("a.docx", docx(more={"word/document.xml": "<w>"}), "损坏"),
    "strange encoding": (
        "a.docx", docx(more={"word/document.xml": b'<?xml version="1.0" encoding="utf-7"?><w/>'}), "损坏",
    ),
    "too many relations": ("a.docx", docx(more={RELS: MANY % ('<a TargetMode="Internal"/>' * 5001)}), "过多"),
    "too many types": ("a.docx", package({"[Content_Types].xml": MANY % ('<a ContentType="b"/>' * 5001)}), "过多"),
    "path upwards": ("a.docx", docx(more={"../a.xml": "<a/>"}), "异常"),
    "absolute path": ("a.docx", docx(more={"/etc/a.xml": "<a/>"}), "异常"),
    "backslash": ("a.docx", docx(more={"word\\a.xml": "<a/>"}), "异常"),
    "the same name twice": ("a.docx", docx(more={"WORD/document.xml": "<a/>"}), "异常"),
    "bomb": ("a.docx", docx("A" * 15_000_000), "过大"),
    "many": ("a.docx", docx(more={f"word/p{n}.xml": "<a/>" for n in range(MAX_PARTS)}), "过多"),
    "lying about a length": ("a.docx", lying(), "损坏"),
    "locked part": ("a.docx", locked(), "加密"),
    "packed by LZMA, damaged": ("a.docx", lzma(docx()), "压缩方式"),
    "half": ("a.docx", docx()[:300], "损坏"),
    "old Word": ("a.doc", OLD, "另存为 .docx"),
    "old Excel": ("a.xls", OLD, "另存为 .docx、.xlsx 或 PDF"),
    "locked file": ("a.docx", OLD, "去掉密码"),
    "macro file": ("a.xlsm", xlsx(), "含宏"),
    "WPS": ("a.wps", OLD, "WPS"),
    "Word as Excel": ("a.xlsx", docx(), "扩展名一致"),
    "Word as PDF": ("a.pdf", docx(), "扩展名一致"),
    "PDF as Word": ("a.docx", b"%PDF-1.4 %%EOF", "扩展名一致"),
    "any archive": ("a.docx", package({"a.xml": "<a/>"}), "只接受"),
    "archive": ("a.zip", package({"a.xml": "<a/>"}), "只接受 PDF、JPG、PNG、DOCX、XLSX"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_anything_else_is_refused_with_what_to_do(case: str) -> None:
    name, content, message = BAD[case]
    started = time.thread_time()
    with pytest.raises(Refusal, match=message) as refusal:
        inspect(name, content)
    assert refusal.value.field == "file"
    assert time.thread_time() - started < 1


def test_what_only_looks_like_a_relation_costs_no_memory() -> None:
    """A part of elements that carry the attributes of another: read, never kept."""
    pretended = docx(more={"word/document.xml": MANY % ('<a TargetMode="b" ContentType="c"/>' * 20_000)})
    tracemalloc.start()
    assert inspect("a.docx", pretended) == ("a.docx", DOCX)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_only_pictures_of_paper_where_only_they_are_asked_for() -> None:
    for name, content in (("a.docx", docx()), ("a.doc", OLD)):
        with pytest.raises(Refusal, match="只接受 PDF、JPG、PNG 文件"):
            inspect(name, content, SCANS)
    assert MATERIALS.accept == ".pdf,.png,.jpg,.jpeg,.docx,.xlsx"
    assert all(suffix[1:].upper() in MATERIALS.told for suffix in (".pdf", ".png", ".jpg", ".docx", ".xlsx"))


def test_what_was_not_read_is_not_passed_on() -> None:
    hidden = b"#!/bin/sh\n" + docx() + b"<script>"
    with zipfile.ZipFile(io.BytesIO(repacked(hidden))) as archive:
        assert archive.namelist() == ["[Content_Types].xml", "_rels/.rels", "word/document.xml"]
    assert b"<script>" not in repacked(hidden)
    assert WORD_MAIN.encode() in zipfile.ZipFile(io.BytesIO(repacked(hidden))).read("[Content_Types].xml")
