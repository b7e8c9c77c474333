"""Room draft: what a draft may hold: readable files within bounds, the tables together too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from models.refusal import Refusal
from processes.engine.xml import XmlRefused, read_xml

# Characters of all tables of a draft together.
MAX_TABLES_SIZE: Final = 4_000_000
_MAX_TABLES, _MAX_TESTS = 20, 200_000
_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,58}\.dmn", re.ASCII)
Texts = Mapping[str, str]


def sound(
    bpmn: str, decisions: Texts, tests: Mapping[str, Any]
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """What may be kept: readable files within bounds. A drawing with faults of its own may be kept too."""
    _readable(bpmn, "bpmn")
    if len(decisions) > _MAX_TABLES:
        raise Refusal(f"一个流程最多有 {_MAX_TABLES} 个决策表文件。", "decisions")
    for name, text in decisions.items():
        if not _TABLE.fullmatch(name):
            raise Refusal("决策表文件名应由字母、数字和下划线组成，以 .dmn 结尾。", "decisions")
        _readable(text, "decisions")
    if sum(len(text) for text in decisions.values()) > MAX_TABLES_SIZE:
        raise Refusal(f"一个流程的决策表文件合计不得超过 {MAX_TABLES_SIZE // 10_000} 万字符。", "decisions")
    if len(written := _written(tests)) > _MAX_TESTS or "\\u0000" in written:
        raise Refusal("决策表的测试用例过多，或者含有不能保存的字符。", "tests")
    return bpmn, dict(decisions), dict(tests)


def _written(tests: Mapping[str, Any]) -> str:
    try:
        # As the database writes it: no half of a character, no number beyond its digits, no depth without end.
        orjson.dumps(tests)
        return json.dumps(tests, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refusal("决策表的测试用例含有不能保存的字符或数值，或者层次过多。", "tests") from error


def _readable(text: object, field: str) -> None:
    if not isinstance(text, str):
        raise Refusal("文件内容应当是文本。", field)
    try:
        read_xml(text.encode())
    except (XmlRefused, UnicodeError) as error:
        why = str(error) if isinstance(error, XmlRefused) else "文件含有不能保存的字符。"
        raise Refusal(why, field) from error
