"""Room tables: what kind of value a fact is, whether it can be missing, and which is the least it can be."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Word = Literal["boolean", "number", "text", "date", ""]

TITLES: dict[str, str] = {"boolean": "是否值", "number": "数字", "text": "文本", "date": "日期", "": "任意值"}
_TEXTS = frozenset({"applicant_type", "tax_grade"})
_MONEY = frozenset({"amount", "amount_limit", "loan_amount", "counter_guarantee_free"})
_WHOLE = frozenset(
    {"loan_ordinal", "age", "minimum_age", "term_limit", "subsidised_loans", "calendar_version"}
)
_WHOLE_ENDINGS = ("_days", "_months", "_counted", "_contracts")
_TYPES: dict[str, Word] = {
    "boolean": "boolean", "number": "number", "integer": "number", "long": "number", "double": "number",
    "string": "text", "date": "date",
}  # fmt: skip
_DRAWN: dict[str, Word] = {
    "integer": "number", "money": "number", "percent": "number", "date": "date", "yes_no": "boolean", "choices": "",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """The values that a column can have; an empty word: any."""

    word: Word = ""
    is_whole: bool = False
    can_be_missing: bool = True
    minimum: int | None = None


def kind_of_fact(name: str) -> Kind:
    """By the house's names: `…_on` is a day that may not have come, `…_days` a whole number, the rest yes or no."""
    if name.endswith("_on"):
        return Kind("date", is_whole=True)
    if name in _TEXTS:
        return Kind("text", can_be_missing=False)
    if name == "report_age_days":
        return Kind("number", is_whole=True, can_be_missing=False)
    if name in _MONEY:
        return Kind("number", can_be_missing=False, minimum=0)
    if name in _WHOLE or name.endswith(_WHOLE_ENDINGS):
        return Kind("number", is_whole=True, can_be_missing=False, minimum=0)
    return Kind("boolean", can_be_missing=False)


def kind_of_drawn(field_kind: str) -> Kind:
    """The kind of a field that was drawn into a step: empty until it has been answered."""
    return Kind(_DRAWN.get(field_kind, "text"), is_whole=field_kind in ("integer", "date"))


def kind_of_column(expression: str, type_ref: str, facts: Mapping[str, Kind]) -> Kind:
    """A plain name is what the fact is; anything else what the file declares."""
    if expression in facts:
        return facts[expression]
    word = _TYPES.get(type_ref, "")
    return Kind(word, type_ref in ("integer", "long") or word == "date", expression.isidentifier())


def word_of(value: Any) -> Word:
    """The kind of a constant."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    return "date" if isinstance(value, date) else "text" if isinstance(value, str) else ""


def binds_tightly(expression: str) -> bool:
    """Whether an operator written behind the expression applies to the whole of it."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return not isinstance(tree, ast.Compare | ast.BoolOp | ast.IfExp | ast.UnaryOp | ast.Tuple)


def declared_kinds(drawn: Mapping[str, str] | None = None) -> dict[str, Kind]:
    """The kind of every fact and routing answer, and of the fields that the drawing adds (name → field kind)."""
    # Here, because the rooms that declare facts know the engine.
    import processes.catalogue  # noqa: F401  registers them all
    from processes.facts import FACTS
    from processes.steps import ROUTING

    known = {name: kind_of_fact(name) for name in [*FACTS, *ROUTING]}
    return known | {name: kind_of_drawn(kind) for name, kind in (drawn or {}).items() if name not in known}
