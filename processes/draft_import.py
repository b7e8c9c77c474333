"""Room draft: files of this program or of another tool become the content of a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.refusal import Refusal
from processes.engine.foreign import Adapted, Dropped, adapt
from processes.engine.xml import BPMN, DMN_NAMESPACES, XmlRefused, read_xml
from processes.picture import with_picture

_NO_PICTURE = ("", "图形")
_UNSAFE = re.compile("[^A-Za-z0-9_]+")


@dataclass(frozen=True)
class Imported:
    """A drawing with its tables, and what had to be left out: (element, what, why)."""

    bpmn: str
    decisions: Mapping[str, str]
    dropped: Sequence[Dropped] = ()


def read_files(files: Sequence[tuple[str, bytes]]) -> Imported:
    """One drawing and any number of tables, told apart by their content. Raises Refusal at field `files`."""
    if not any(content for _name, content in files):
        raise Refusal("请选择要导入的文件。", "files")
    drawings: list[str] = []
    decisions: dict[str, str] = {}
    for name, content in files:
        text = _text(name, content)
        if _kind(name, text) == "bpmn":
            drawings.append(text)
        else:
            decisions[_table_name(name)] = text
    if len(drawings) != 1:
        raise Refusal(f"应有且只有一个流程图文件（.bpmn），现有 {len(drawings)} 个。", "files")
    return _cleaned(drawings[0], decisions)


def _text(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "<" in text:
            # The text is kept as UTF-8 from here on, whatever it said of itself.
            return re.sub(r"^\s*<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-8"?>', text)
    raise Refusal(f"文件“{name[:60]}”的编码不是 UTF-8、UTF-16 或 GB18030。", "files")


def _kind(name: str, text: str) -> str:
    try:
        root = read_xml(text.encode())
    except XmlRefused as error:
        raise Refusal(f"文件“{name[:60]}”：{error}", "files") from error
    if root.tag == f"{BPMN}definitions":
        return "bpmn"
    if root.tag in {f"{{{namespace}}}definitions" for namespace in DMN_NAMESPACES}:
        return "dmn"
    raise Refusal(f"文件“{name[:60]}”不是 BPMN 流程图，也不是 DMN 决策表。", "files")


def _table_name(name: str) -> str:
    stem = _UNSAFE.sub("_", name.rsplit("/", 1)[-1].removesuffix(".dmn")).strip("_")
    return f"{stem if stem[:1].isalpha() else f'table_{stem}'}"[:58].rstrip("_") + ".dmn"


def _cleaned(bpmn: str, decisions: Mapping[str, str]) -> Imported:
    try:
        found = adapt(bpmn.encode())
    except XmlRefused as error:
        raise Refusal(str(error), "files") from error
    return Imported(with_picture(found.bpmn).decode(), decisions, list(_told(found)))


def _told(found: Adapted) -> Iterator[Dropped]:
    """What was left out; that there was no picture is said as what was done about it."""
    yield from (line for line in found.dropped if line[:2] != _NO_PICTURE)
    if not found.has_picture:
        yield *_NO_PICTURE, "文件中没有图形的位置，已自动排列，请在编辑页面调整"
