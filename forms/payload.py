"""Room payload: JSON bodies in and out of forms; a flat object, lists of objects for sub-tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from models.refusal import Refusal

MAX_ROWS, MAX_PAIRS = 400, 8000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LARGEST = 10**18

Pairs = Iterator[tuple[str, str]]


def formdata_from_json(fields: object) -> MultiDict[str, str]:
    """The form data of a JSON object; `Refusal` (422) when its shape is not a form's.

    Text, whole numbers, booleans, null, lists of those, and lists of flat objects (sub-tables) are accepted.
    Numbers with a fraction are refused: money travels as text or as whole 元.
    """
    data: MultiDict[str, str] = MultiDict()
    for count, (key, value) in enumerate(_pairs(_mapping(fields, None), ""), 1):
        if count > MAX_PAIRS:
            raise Refusal("提交的内容过多")
        data.add(key, value)
    return data


def _mapping(value: object, field: str | None) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise Refusal("请求内容应当是一个JSON对象" if field is None else "每一行应当是一个JSON对象", field)
    return value


def _pairs(fields: Mapping[object, object], prefix: str) -> Pairs:
    for name, value in fields.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Refusal(f"字段名“{str(name)[:64]!a}”不正确")
        yield from _values(f"{prefix}{name}", value, nested=bool(prefix))


def _values(key: str, value: object, nested: bool) -> Pairs:
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, Mapping) for item in items):
        yield from _rows(key, value, nested)
        return
    for item in items:
        if item is not None:
            yield key, _scalar(key, item)


def _rows(key: str, value: object, nested: bool) -> Pairs:
    if nested or not isinstance(value, list):
        raise Refusal("此处不能是JSON对象", key)
    if len(value) > MAX_ROWS:
        raise Refusal(f"最多{MAX_ROWS}行", key)
    for index, row in enumerate(value):
        yield from _pairs(_mapping(row, key), f"{key}-{index}-")


def _scalar(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < _LARGEST:
        return str(value)
    raise Refusal('数值应当是整数或文本，例如 "80000.00"', key)


def to_json(value: object) -> object:
    """Answers in the shape of a JSON body: amounts and percentages as text, days as YYYY-MM-DD."""
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
