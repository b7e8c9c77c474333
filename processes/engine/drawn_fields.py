"""Engine room: the fields that a process owner has drawn into a step, read from its properties."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from models.drawn_field import PREFIX, DrawnField, FieldKind
from models.refusal import Refusal

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST, MAX_LABEL, MAX_HELP, MAX_CHOICES = 500, 60, 200, 30
CHOSEN = (FieldKind.CHOICE, FieldKind.CHOICES)
# `=` and `|` have a meaning in visible_when.
_VALUE = re.compile(r"[\w.-]{1,40}")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_KEYS = {
    "label": str,
    "kind": str,
    "required": bool,
    "help": str,
    "visible_when": str,
    "choices": list,
}


def read_fields(properties: Mapping[str, str]) -> tuple[DrawnField, ...]:
    """The drawn fields of a step in their order; what cannot be read is left out, and refused by the check."""
    return tuple(_readable(properties))


def _readable(properties: Mapping[str, str]) -> Iterator[DrawnField]:
    for name, text in written(properties):
        try:
            yield read_field(name, text)
        except Refusal:
            continue


def written(properties: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and JSON text of each drawn field, read or not."""
    for key, text in properties.items():
        if key.startswith(PREFIX):
            yield key.removeprefix(PREFIX), text


def read_field(name: str, text: str) -> DrawnField:
    """One field from its name and its JSON. Raises Refusal in the words of the process owner."""
    if not NAME.fullmatch(name):
        raise Refusal(
            f"字段名称“{name[:60]}”应以小写英文字母开头，只用小写字母、数字和下划线，不超过40个字符。"
        )
    described = _object(name, text)
    kind = described.get("kind", "")
    if kind not in FieldKind.__members__.values():
        raise Refusal(f"字段“{name}”的类型“{kind[:40]}”不存在。")
    return DrawnField(
        name=name,
        label=_words(name, "名目（label）", described.get("label", ""), MAX_LABEL, is_needed=True),
        kind=FieldKind(kind),
        is_required=described.get("required", False),
        help=_words(name, "填写说明（help）", described.get("help", ""), MAX_HELP),
        visible_when=_words(name, "显示条件（visible_when）", described.get("visible_when", ""), MAX_HELP),
        choices=_choices(name, FieldKind(kind), described.get("choices", [])),
    )


def _object(name: str, text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise Refusal(f"字段“{name}”的定义不得超过{LONGEST}个字符。")
    try:
        described = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(f"字段“{name}”的定义不是正确的JSON。") from None
    if not isinstance(described, dict):
        raise Refusal(f"字段“{name}”的定义应当是一个JSON对象。")
    for key, value in described.items():
        if not isinstance(value, _KEYS.get(key, ())):
            raise Refusal(f"字段“{name}”的属性“{key[:40]}”不存在或内容不正确。")
    return described


def _words(name: str, what: str, text: str, longest: int, *, is_needed: bool = False) -> str:
    if is_needed and not text.strip():
        raise Refusal(f"字段“{name}”没有写明{what}。")
    if len(text) > longest or _UNPRINTABLE.search(text):
        raise Refusal(f"字段“{name}”的{what}不得超过{longest}个字，也不能含有控制字符。")
    return text.strip()


def _choices(name: str, kind: FieldKind, given: list[Any]) -> tuple[tuple[str, str], ...]:
    if kind not in CHOSEN:
        if given:
            raise Refusal(f"字段“{name}”不是单选或多选，不能写选项。")
        return ()
    if not 1 <= len(given) <= MAX_CHOICES:
        raise Refusal(f"字段“{name}”应有1至{MAX_CHOICES}个选项。")
    choices = tuple(_choice(name, pair) for pair in given)
    if len(dict(choices)) < len(choices):
        raise Refusal(f"字段“{name}”的选项值重复。")
    return choices


def _choice(name: str, pair: Any) -> tuple[str, str]:
    is_pair = isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
    if not is_pair or not _VALUE.fullmatch(pair[0]):
        raise Refusal(f"字段“{name}”的每个选项应写成 [值, 名称]，值只用字母、数字、下划线、点和短横线。")
    return pair[0], _words(name, "选项名称", pair[1], MAX_LABEL, is_needed=True)


def answers_to(field: DrawnField) -> set[str]:
    """The values on which another field's `visible_when` may depend; empty: on none."""
    if field.kind is FieldKind.YES_NO:
        return {"yes", "no"}
    return {value for value, _label in field.choices}
