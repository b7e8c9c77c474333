"""Room draft, name: key and name of a drawing: as it says itself, else as somebody typed them, within the same bounds."""

from __future__ import annotations

import re

from lxml import etree

from models.refusal import Refusal
from processes.engine.xml import BPMN, read_xml

LONGEST_KEY, LONGEST_NAME = 60, 100
_KEY = re.compile("[a-z][a-z0-9_]{1,58}[a-z0-9]", re.ASCII)


def named(bpmn: str) -> tuple[str, str]:
    """Key and name as the drawing says; empty when it says none that can be kept."""
    found = [node for node in read_xml(bpmn.encode()).iter(f"{BPMN}process") if _is_executable(node)]
    process = found[0] if found else etree.Element("none")
    name = str(process.get("name") or process.get("id", ""))
    return str(process.get("id", ""))[:LONGEST_KEY], name[:LONGEST_NAME]


def called(bpmn: str, key: str, name: str) -> tuple[str, str]:
    """Key and name of a new draft; what is typed counts, and is checked, where the drawing says nothing."""
    read_key, read_name = named(bpmn)
    if key and not read_key:
        _check_key(key)
    if name and not read_name:
        _check_title(name)
    return read_key or key, read_name or name


def check_name(key: str, name: str) -> None:
    """Raises Refusal for a key or a name that no process may have."""
    _check_key(key)
    _check_title(name)


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise Refusal("流程标识由小写字母、数字和下划线组成，以字母开头，3 至 60 个字符。", "key")


def _check_title(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refusal(f"请填写流程名称，不超过 {LONGEST_NAME} 个字。", "name")


def _is_executable(process: etree._Element) -> bool:
    return process.get("isExecutable", "true") == "true"
