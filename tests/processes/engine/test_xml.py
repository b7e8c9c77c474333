"""What our reader of diagrams and tables refuses before the engine or lxml sees it, and what stays inert."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from processes.engine.xml import (
    MAX_ATTRIBUTE,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_TEXT,
    XmlRefused,
    read_xml,
)

TYPED = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    for declaration in ("", f'<?xml version="1.0" encoding="{encoding}"?>'):
        with pytest.raises(XmlRefused, match="DOCTYPE"):
            read_xml((declaration + TYPED).encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-7", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
def test_an_encoding_that_hides_the_document_type_is_not_read_at_all(encoding: str) -> None:
    """`<!DOCTYPE` in UTF-7 is `+ADw-!DOCTYPE`: a search for bytes does not see it, libxml2 does."""
    for declaration in ("", f'<?xml version="1.0" encoding="{encoding}"?>'):
        with pytest.raises(XmlRefused):
            read_xml((declaration + TYPED).encode(encoding))


def test_a_declared_encoding_does_not_change_how_the_bytes_are_read() -> None:
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>' + b"<a>+ADwAIQ-DOCTYPE x+AD4-</a>"
    assert read_xml(hidden).text == "+ADwAIQ-DOCTYPE x+AD4-"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_names_are_read_in_every_accepted_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<a name="受理审查"/>'
    assert read_xml(text.encode(encoding)).get("name") == "受理审查"


def _deep(levels: int) -> bytes:
    return b"<a>" * levels + b"</a>" * levels


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"<a>" + b" " * (MAX_TEXT - 1) + b"</a>", b"<a>" + b" " * MAX_BYTES + b"</a>"),
        (_deep(MAX_DEPTH), _deep(MAX_DEPTH + 1)),
        (b"<a>" + b"<b/>" * (MAX_ELEMENTS - 1) + b"</a>", b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>"),
        (b'<a b="%s"/>' % (b"x" * MAX_ATTRIBUTE), b'<a b="%s"/>' % (b"x" * (MAX_ATTRIBUTE + 1))),
        (b"<a>%s</a>" % (b"x" * MAX_TEXT), b"<a>%s</a>" % (b"x" * (MAX_TEXT + 1))),
    ],
)
def test_size_depth_number_and_length_are_bounded(good: bytes, bad: bytes) -> None:
    assert read_xml(good).tag == "a"
    with pytest.raises(XmlRefused):
        read_xml(bad)


@pytest.mark.parametrize(
    "content", [b"", b"no xml", b"<a>", b"<a></b>", b"\xff\xfe\xff", b"<a b=1/>", b"<a>&b;</a>"]
)
def test_what_is_no_xml_is_refused_in_chinese(content: bytes) -> None:
    with pytest.raises(XmlRefused) as refused:
        read_xml(content)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(refused.value))


def test_comments_and_instructions_are_dropped() -> None:
    """A comment inside a script or a table makes the engine's parser fail."""
    root = read_xml(b"<?xml-stylesheet href='http://x/y.xsl'?><a>1<!-- note --><?php x ?><b/></a>")
    assert etree.tostring(root) == b"<a>1<b/></a>"


def test_inclusions_and_schema_hints_are_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密", encoding="utf-8")
    root = read_xml(
        f'<a xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="n {secret.as_uri()}"><xi:include href="{secret.as_uri()}" parse="text"/></a>'.encode()
    )
    assert "秘密" not in etree.tostring(root, encoding="unicode")
    assert len(root) == 1
