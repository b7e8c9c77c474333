"""Room body: reads a JSON body as a flat object of declared parts; everything else is refused in Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from models.refusal import Refusal

MAX_BODY = 1024 * 1024
Body = dict[str, Any]
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_KINDS: dict[type, str] = {
    str: "文本",
    bool: "true 或 false",
    int: "整数",
    dict: "JSON 对象",
    list: "JSON 数组",
}


class BadBody(Refusal):
    """The body is not JSON of the announced kind (400)."""

    status = 400


class FieldFaults(Refusal):
    """Several fields are wrong at once (422)."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("填报内容有误，请更正后重新提交。")
        self._faults = {name: list(messages) for name, messages in errors.items()}

    @property
    def errors(self) -> dict[str, list[str]]:
        """The sentences of the form, by field."""
        return self._faults


def read_body(parts: Mapping[str, type], optional: tuple[str, ...] = (), limit: int = MAX_BODY) -> Body:
    """The body's parts, each of its declared type; `optional` ones may be missing.

    Raises BadBody (400), FieldFaults (422), and the HTTP errors 413 and 415.
    """
    body = _parsed(limit)
    faults = {name: ["没有这一项。"] for name in body if name not in parts}
    for name, kind in parts.items():
        if name not in body:
            if name not in optional:
                faults[name] = ["此项必须填写。"]
        elif type(body[name]) is not kind:
            faults[name] = [f"应当是{_KINDS[kind]}。"]
    if faults:
        raise FieldFaults(faults)
    _check_storable(body)
    return body


def read_optional_body(parts: Mapping[str, type]) -> Body:
    """As read_body, but all parts, and the body itself, may be missing."""
    is_sent = request.content_length or "Transfer-Encoding" in request.headers
    return read_body(parts, optional=tuple(parts)) if is_sent else {}


def _parsed(limit: int) -> Body:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    request.max_content_length = limit
    try:
        body = json.loads(
            request.get_data().decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except BadBody:
        raise
    except RecursionError as error:
        raise BadBody("请求内容嵌套过深。") from error
    except ValueError as error:
        raise BadBody("请求内容不是有效的 JSON（UTF-8 编码）。") from error
    if not isinstance(body, dict):
        raise BadBody("请求内容应当是一个 JSON 对象。")
    return body


def _unique(pairs: list[tuple[str, Any]]) -> Body:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise BadBody("请求内容中有重复的字段名。")
    return body


def _refuse_constant(name: str) -> None:
    raise BadBody(f"请求内容中含有 {name}，不是有效的 JSON 数值。")


def _check_storable(body: Body) -> None:
    """No database keeps NUL, and half a surrogate pair is no character."""
    parts = {name: part for name, part in body.items() if not isinstance(part, dict)}
    for part in (part for part in body.values() if isinstance(part, dict)):
        parts |= part
    if faults := {
        str(name): ["含有不能保存的字符。"] for name, part in parts.items() if _is_unstorable([name, part])
    }:
        raise FieldFaults({_shown(name): messages for name, messages in faults.items()})


def _is_unstorable(part: object) -> bool:
    text = json.dumps(part, ensure_ascii=False)
    return _NUL.search(text) is not None or any("\ud800" <= char <= "\udfff" for char in text)


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")[:64]
