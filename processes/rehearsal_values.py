"""Room rehearsal, values: facts and answers between JSON and what expressions ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from models.drawn_field import DrawnField, FieldKind
from models.money import parse_amount
from models.refusal import Refusal
from processes.engine.drawing import Drawing
from processes.rehearsal_names import field_of, is_known
from processes.steps import ROUTING

MAX_VALUES, MAX_TEXT = 200, 1000
_YES_NO = {"yes": True, "no": False}
# As the fields of a form take them: digits that are written out, never an exponent, which a few letters make endless.
_WHOLE = re.compile(r"-?[0-9]{1,11}")
_PERCENT = re.compile(r"-?[0-9]{1,11}(\.[0-9]{1,4})?")


def read_values(raw: Mapping[str, Any], drawing: Drawing) -> dict[str, Any]:
    """What a script or a scenario says, by declared names. Raises Refusal at the name that is wrong."""
    if len(raw) > MAX_VALUES:
        raise Refusal(f"一次最多给出 {MAX_VALUES} 个值。")
    unknown = next((str(name) for name in raw if not is_known(str(name), drawing)), None)
    if unknown is not None:
        raise Refusal(f"“{unknown[:60]}”不是已声明的名称。", unknown[:60])
    return {name: read_value(field_of(name, drawing), value) for name, value in raw.items()}


def read_value(field: DrawnField, raw: Any) -> Any:
    """One value of JSON as the kind of its name; null is no value. Raises Refusal."""
    try:
        return None if raw is None or raw == "" else _read(field, raw)
    except (ValueError, ArithmeticError, TypeError, KeyError):
        raise Refusal(f"“{field.label}”的值不正确，应为{field.kind.label}。", field.name) from None


def plain(value: Any) -> Any:
    """For JSON: money and dates as text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else format(value, "f")


def shown(field: DrawnField, value: Any) -> str:
    """For people."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    titles = dict(field.choices)
    return "、".join(
        titles.get(str(one), str(plain(one))) for one in (value if isinstance(value, list) else [value])
    )


def parted(values: Mapping[str, Any], drawing: Drawing) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts, and what goes into the token for the gateways. Raises Refusal for routing that says nothing."""
    routing = {n: v for n, v in values.items() if n in ROUTING and n not in drawing.field_names}
    for name, value in routing.items():
        if value is None:
            raise Refusal(f"请选择“{field_of(name, drawing).label}”。", name)
    return {n: v for n, v in values.items() if n not in routing}, routing


def _read(field: DrawnField, raw: Any) -> Any:
    if field.kind is FieldKind.YES_NO:
        return raw if isinstance(raw, bool) else _YES_NO[str(raw)]
    if field.kind is FieldKind.INTEGER:
        return _bounded(int(_digits(_WHOLE, raw)))
    if field.kind is FieldKind.MONEY:
        return parse_amount(str(raw)) if isinstance(raw, str) or type(raw) is int else _no()
    if field.kind is FieldKind.PERCENT:
        return _bounded(Decimal(_digits(_PERCENT, raw)))
    if field.kind is FieldKind.DATE:
        return date.fromisoformat(raw) if isinstance(raw, str) else _no()
    if field.kind is FieldKind.CHOICES:
        return _chosen(field, raw) if isinstance(raw, list) else _no()
    if field.kind is FieldKind.CHOICE:
        return _chosen(field, [raw])[0]
    # What UTF-8 cannot carry raises here, and is no text.
    is_text = isinstance(raw, str) and len(raw.encode()) <= 4 * MAX_TEXT and "\0" not in raw
    return raw if is_text and len(raw) <= MAX_TEXT else _no()


def _chosen(field: DrawnField, raw: list[Any]) -> list[str]:
    offered = {value for value, _label in field.choices}
    return raw if raw and all(isinstance(one, str) and one in offered for one in raw) else _no()


def _digits(form: re.Pattern[str], raw: Any) -> str:
    text = raw.strip() if isinstance(raw, str) else str(raw) if type(raw) is int else ""
    return text if form.fullmatch(text) else _no()


def _bounded(number: Any) -> Any:
    return number if abs(number) <= 10**10 else _no()


def _no() -> Any:
    raise ValueError
