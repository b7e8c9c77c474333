"""Room xml: reads a diagram or table as data: no document type, bounded size, depth and count."""

from __future__ import annotations

import re
from xml.parsers import expat

from lxml import etree

from processes.engine.lint_codes import words

MAX_BYTES = 1_000_000
MAX_ELEMENTS = 4_000
MAX_DEPTH = 40
MAX_ATTRIBUTE = 500
MAX_TEXT = 5_000
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>\s*")
_ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
DMN_NAMESPACES = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
)


class XmlRefused(ValueError):  # noqa: N818  a refusal, like models.refusal
    """The file cannot be used; the message is Chinese, for a process owner."""

    def __init__(self, message: str, code: str = "engine-refused") -> None:
        super().__init__(message)
        self.code = code


def refused(code: str, **values: object) -> XmlRefused:
    """A refusal of the check's one table."""
    return XmlRefused(words(code, **values), code)


def read_xml(content: bytes) -> etree._Element:
    """The root of a safe document. Raises XmlRefused."""
    if len(content) > MAX_BYTES:
        raise refused("xml-size")
    text = _decode(content)
    encoded = text.encode()
    _scan(encoded)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(encoded, parser)
    except etree.XMLSyntaxError as error:
        raise refused("xml-syntax", reason=error.msg) from error


def _decode(content: bytes) -> str:
    """UTF-8, UTF-16 or GB18030; the declaration is dropped because the bytes are UTF-8 from here on."""
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "<" in text:
            return _DECLARATION.sub("", text, count=1)
    raise refused("xml-encoding")


class _Proportions:
    """Expat handlers that refuse document types and anything out of proportion."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def start(self, _name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise refused("xml-proportion")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise refused("xml-attribute")

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, data: str) -> None:
        if len(data) > MAX_TEXT:
            raise refused("xml-text")

    def doctype(self, *_args: object) -> None:
        raise refused("xml-doctype")


def _scan(content: bytes) -> None:
    """One pass over the text before lxml sees it."""
    check = _Proportions()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = check.start, check.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = check.text, check.doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise refused("xml-syntax", reason=f"第 {error.lineno} 行") from error
