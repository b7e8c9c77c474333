"""Room tables: the shape that examples of a decision must have to be kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MAX_EXAMPLES, MAX_NAME, MAX_VALUE = 200, 100, 500
Example = Mapping[str, Any]


def misshapen(rows: Any) -> str:
    """Why these are no examples, or nothing."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return "应为若干行"
    if len(rows) > MAX_EXAMPLES:
        return f"最多 {MAX_EXAMPLES} 行"
    try:
        json.dumps(rows, ensure_ascii=False).encode()
    except (UnicodeError, ValueError):
        return "含有不能保存的字符"
    return next((reason for row in rows if (reason := _misshapen_row(row))), "")


def _misshapen_row(row: Mapping[str, Any]) -> str:
    if set(row) != {"name", "inputs", "expected"}:
        return "每行只有名称、条件和预期结果"
    if not isinstance(row.get("name"), str) or len(row["name"]) > MAX_NAME:
        return f"名称不得超过 {MAX_NAME} 字"
    expected = row.get("expected")
    wanted = expected if isinstance(expected, list) else [expected]
    if not all(_is_plain(values) for values in [row.get("inputs"), *wanted]):
        return f"条件和结果只能是文本、数字、是否值或空，文本不得超过 {MAX_VALUE} 字"
    return ""


def _is_plain(values: Any) -> bool:
    return (
        isinstance(values, dict)
        and len(values) <= MAX_NAME
        and all(
            value is None
            or (isinstance(value, str) and len(value) <= MAX_VALUE)
            or (isinstance(value, bool | int | float) and abs(value) <= 10**18)
            for value in values.values()
        )
    )
