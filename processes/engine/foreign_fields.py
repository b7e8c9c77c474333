"""Room foreign: generated forms of other tools (formField, formProperty) as drawn fields of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree

from models.drawn_field import PREFIX, FieldKind
from models.refusal import Refusal
from processes.engine.drawn_fields import MAX_CHOICES, MAX_LABEL, NAME, read_field

_KINDS = {
    "string": FieldKind.TEXT,
    "text": FieldKind.TEXT,
    "textarea": FieldKind.PARAGRAPH,
    "long": FieldKind.INTEGER,
    "integer": FieldKind.INTEGER,
    "int": FieldKind.INTEGER,
    "double": FieldKind.MONEY,
    "number": FieldKind.MONEY,
    "boolean": FieldKind.YES_NO,
    "date": FieldKind.DATE,
    "enum": FieldKind.CHOICE,
}
_FIELDS = ("formField", "formProperty")
# With what other tools put around them.
FIELDS = (*_FIELDS, "formData")
_UNFIT = re.compile("[^a-z0-9_]+")
_UNFIT_VALUE = re.compile(r"[^\w.-]+")


def fields_of(node: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Property name and value of each field of a step, and what is to be said of it ("": nothing)."""
    for field in node.iter():
        if etree.QName(field).localname in _FIELDS and field.get("id"):
            yield _field(field)


def _field(field: etree._Element) -> tuple[str, str, str]:
    wanted, kind = field.get("id", ""), _KINDS.get(field.get("type", "string"))
    name = wanted if NAME.fullmatch(wanted) else _named(wanted)
    label = (field.get("label") or field.get("name") or wanted)[:MAX_LABEL]
    described: dict[str, object] = {"label": label, "kind": (kind or FieldKind.TEXT).value}
    if _is_required(field):
        described["required"] = True
    if kind is FieldKind.CHOICE:
        described["choices"] = _choices(field)
    value = json.dumps(described, ensure_ascii=False)
    said = [] if name == wanted else [f"字段“{wanted[:40]}”改名为“{name}”"]
    said += [] if kind else [f"字段“{wanted[:40]}”的类型“{field.get('type', '')[:40]}”改为单行文字"]
    try:
        read_field(name, value)
    except Refusal as refusal:
        return "", "", f"字段“{wanted[:40]}”没有导入：{refusal.message}"
    return PREFIX + name, value, "；".join(said)


def _named(wanted: str) -> str:
    return f"f_{_UNFIT.sub('_', wanted.lower()).strip('_')}"[:40]


def _is_required(field: etree._Element) -> bool:
    rules = [node.get("name") for node in field.iter() if etree.QName(node).localname == "constraint"]
    return field.get("required") == "true" or "required" in rules


def _choices(field: etree._Element) -> list[list[str]]:
    values = [node for node in field.iter() if etree.QName(node).localname == "value" and node.get("id")]
    pairs = [(_UNFIT_VALUE.sub("_", node.get("id", ""))[:40], node.get("name", "")) for node in values]
    return [[value, label or value] for value, label in pairs[:MAX_CHOICES]]
