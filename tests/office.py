"""Word and Excel files, good and bad, and a small program that stands in for LibreOffice."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from models.ooxml import DOCX, XLSX
from processes import converter

WORD_MAIN, EXCEL_MAIN = f"{DOCX}.main+xml", f"{XLSX}.main+xml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/{part}" ContentType="{kind}"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_EXCEL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def relation(kind: str, target: str, *, outside: bool = False) -> str:
    """A part with one relation."""
    mode = ' TargetMode="External"' if outside else ""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'
    )


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def docx(
    text: str = "小额担保贷款申请", more: Mapping[str, str | bytes] = {}, kind: str = WORD_MAIN
) -> bytes:
    """A Word file of one paragraph, with more parts, or others in their place."""
    body = (
        f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES.format(part="word/document.xml", kind=kind),
        "_rels/.rels": relation("officeDocument", "word/document.xml"),
        "word/document.xml": body,
    }
    return package({**parts, **more})


def xlsx(text: str = "应收账款明细", more: Mapping[str, str | bytes] = {}, kind: str = EXCEL_MAIN) -> bytes:
    """An Excel file of one cell."""
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    sheets = f'<sheets><sheet name="一" sheetId="1" xmlns:r="{_OFFICE}" r:id="rId1"/></sheets>'
    types = _TYPES.format(part="xl/workbook.xml", kind=kind)
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    override = f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet_type}"/></Types>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types.replace("</Types>", override),
        "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_EXCEL}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_EXCEL}"><sheetData>{cell}</sheetData></worksheet>',
    }
    return package({**parts, **more})


# What the stand-in does with its arguments; the real one takes the same.
_PROGRAM = """#!/bin/sh
for one in "$@"; do
  [ "$one" = --version ] && { echo "Stand-in 1.0"; exit 0; }
  [ "$before" = --outdir ] && out=$one
  before=$one
done
to="$out/material.pdf"
"""
GOOD = r"""printf '%%PDF-1.4\n%s\n%%%%EOF\n' "$one" > "$to" """
ACTS = {
    "good": GOOD,
    "slow": "sleep 60 & sleep 60",
    "failing": "echo broken >&2; exit 3",
    "silent": "exit 0",
    "rubbish": "echo '<html>' > $to",
    "empty": ": > $to",
    "scripted": r"""printf '%%PDF-1.4\n/JavaScript\n%%%%EOF\n' > "$to" """,
    "huge": "head -c 40000000 /dev/zero > $to",
    "hungry": f"exec {sys.executable} -c 'bytearray(3 << 30)'",
}


def stand_in(folder: Path, act: str) -> Path:
    """Bind a program that does this; where it lies."""
    path = folder / "converter"
    path.write_text(_PROGRAM + ACTS.get(act, act), "utf-8")
    path.chmod(0o755)
    converter.bind(str(path))
    return path
