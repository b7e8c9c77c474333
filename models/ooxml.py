"""Room upload, packages: what lies in a packed Office file (OOXML) is asked before any program opens it.

A package is a ZIP of parts. Whoever opens it believes what it says about itself: how long a part unfolds to, which
other files to fetch, which code to run. So the parts are counted first, then read, then asked for what a material
never needs.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from xml.parsers import expat

from models.refusal import Refusal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFICE = (DOCX, XLSX)
# Parts of a package; bytes the parts of a material may unfold to together; how much more than its packed size a part
# above some size may (XML packs to a twentieth).
MAX_PARTS, MAX_UNPACKED, MAX_RATIO, RATIO_FROM = 200, 20_000_000, 60, 1_000_000
# Elements inside of one another; a document of an office has some thirty.
MAX_DEPTH = 256
# Relations of a part, or types of a package: a workbook of two hundred sheets has some six hundred.
MAX_LISTED = 5000
_TYPES = "[Content_Types].xml"
_MAIN = {f"{DOCX}.main+xml": DOCX, f"{XLSX}.main+xml": XLSX}
_XML = {".xml", ".rels", ".svg"}
# What may lie beside the XML: pictures, old drawings, and the settings of a printer.
_PLAIN = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".vml", ".wdp"}
_PRINTER = re.compile(r"(xl|word)/printerSettings/printerSettings\d+\.bin")
_NAME = re.compile(r"[\w\[\]. ()+%~-]+(/[\w\[\]. ()+%~-]+)*")
_CODE = re.compile(r"vba|macro|activex|ctrlprops|dialogsheets", re.IGNORECASE)
_FETCHES = re.compile(r"externallinks|connections\.xml|querytables", re.IGNORECASE)
# Kinds of relations (the end of their type) that may point outside: what a reader clicks, never what is fetched.
_CLICKED = "/hyperlink"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
)  # fmt: skip
# How the parts of an Office file may be packed; other ways of ZIP bring other faults and other ratios.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_bomb(parts: Sequence[zipfile.ZipInfo], most: int) -> bool:
    """Whether a package says of itself that it unfolds to more than `most` bytes, too steeply, or to too many parts."""
    steep = any(
        part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * part.compress_size for part in parts
    )
    return steep or len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > most


def is_odd_zip(parts: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether a part is packed in a way that no office program uses (LZMA, BZIP2)."""
    return any(part.compress_type not in _PACKED for part in parts)


def media_type_of(content: bytes) -> str:
    """DOCX or XLSX, or "" for another package. Raises Refusal at `file` for what a material must not bring."""
    parts = _read(content)
    if _TYPES not in parts:
        return ""
    types = [str(given.get("ContentType", "")) for given in _elements(parts[_TYPES])]
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in types):
        raise _refused("含有宏")
    found = next((_MAIN[kind] for kind in types if kind in _MAIN), "")
    if found:
        _check(parts)
    return found


def repacked(content: bytes) -> bytes:
    """The parts that were checked and nothing else: no two programs read another package out of the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _read(content).items():
            archive.writestr(name, part)
    return target.getvalue()


def _read(content: bytes) -> Mapping[str, bytes]:
    """Name → content of every part. Raises Refusal for a bomb, odd names, a damaged or locked package."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if is_bomb(infos, MAX_UNPACKED):
                raise Refusal("Office 文件展开后过大或内容过多，请拆分，或另存为 PDF 后上传。", "file")
            if is_odd_zip(infos):
                raise Refusal(
                    "Office 文件的压缩方式不受支持，请用 Word、Excel 或 WPS 重新另存后上传。", "file"
                )
            _check_names([info.filename for info in infos])
            # No part yields more than it has said, and its checksum must be right at the end.
            return {info.filename: archive.read(info) for info in infos if not info.is_dir()}
    except _BROKEN as error:
        raise Refusal("Office 文件已损坏或已加密，请去掉密码、重新另存后上传。", "file") from error


def _check_names(names: Sequence[str]) -> None:
    is_odd = any(not _NAME.fullmatch(name.removesuffix("/")) or ".." in name for name in names)
    if is_odd or len({name.lower() for name in names}) != len(names):
        raise _refused("内部结构异常")


def _check(parts: Mapping[str, bytes]) -> None:
    for name, content in parts.items():
        # A name may begin with its dot: _rels/.rels
        suffix = f".{name.rpartition('.')[2].lower()}"
        if _CODE.search(name):
            raise _refused("含有宏或控件")
        if _FETCHES.search(name):
            raise _refused("含有外部链接或数据连接")
        if suffix not in _XML | _PLAIN and not _PRINTER.fullmatch(name):
            raise _refused("嵌入了其他文件")
        if suffix == ".rels":
            _check_relations(_elements(content))
        elif suffix in _XML:
            _elements(content, is_listed=False)


def _check_relations(elements: Sequence[Mapping[str, str]]) -> None:
    for given in elements:
        is_outside = given.get("TargetMode", "").lower() == "external"
        if is_outside and not given.get("Type", "").endswith(_CLICKED):
            raise _refused("引用了文件以外的内容（链接的图片、模板或对象）")


def _elements(content: bytes, *, is_listed: bool = True) -> Sequence[Mapping[str, str]]:
    """The attributes of its relations or types, of a part that is such a list; of another it is only read.

    Raises Refusal for a document type, entities, too long a list, or XML that is none.
    """
    found, depth = list[Mapping[str, str]](), 0

    def begin(_tag: str, given: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _refused("内部结构异常")
        if is_listed and ("TargetMode" in given or "ContentType" in given):
            if len(found) >= MAX_LISTED:
                raise _refused("内部引用过多")
            found.append(given)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate()
    reader.StartElementHandler, reader.EndElementHandler = begin, end
    reader.StartDoctypeDeclHandler = _no_doctype
    try:
        reader.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refusal("Office 文件已损坏，请重新另存后上传。", "file") from error
    return found


def _no_doctype(*_given: Any) -> None:
    raise _refused("内部结构异常")


def _refused(what: str) -> Refusal:
    return Refusal(f"Office 文件{what}，不能上传。请去除后重新保存，或另存为 PDF 后上传。", "file")
