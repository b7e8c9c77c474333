"""Room lint: sample values of every name that a condition may ask for, by the kind of what is drawn or declared."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from models.drawn_field import DrawnField, FieldKind
from processes.engine.drawing import Drawing
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.tables_kinds import Kind, Word, declared_kinds, word_of
from processes.engine.tables_read import tables_in

_DAYS = (date(2026, 1, 5), date(2026, 6, 30))
_ORDINARY: Mapping[Word, tuple[Any, ...]] = {
    "boolean": (True, False),
    "number": (5, 1, 12, 1000),
    # A text that is also a number, and one that is also a day.
    "text": ("5", "2026-05-12", "甲"),
    "date": _DAYS,
    "": (True, 5, "5", _DAYS[0], ["甲"]),
}
# What is seldom and can be all the same: a condition that it stops is told, not refused.
_SELDOM: Mapping[Word, tuple[Any, ...]] = {"number": (0,), "text": ("",)}
_MOST = 40


@dataclass(frozen=True)
class Sample:
    """The kind of a name, the values that it ordinarily has, and the ones that it seldom has."""

    word: Word
    ordinary: tuple[Any, ...]
    seldom: tuple[Any, ...] = ()
    # The closed list of its answers, if there is one.
    choices: frozenset[str] = frozenset()
    is_list: bool = False


Samples = Mapping[str, Sample]


def samples_of(drawing: Drawing, decisions: Mapping[str, etree._Element]) -> Samples:
    """Every name that conditions may ask for: facts and routing answers, drawn fields, results of tables."""
    found = {name: _declared(kind) for name, kind in declared_kinds().items()}
    found |= {name: sample for name, sample in _results(decisions).items() if name not in found}
    drawn = {name: _drawn(field) for name, field in drawing.drawn_fields.items()}
    return {**drawn, **found}


def _declared(kind: Kind) -> Sample:
    missing = (None,) if kind.word == "date" and kind.can_be_missing else ()
    return Sample(kind.word, _ORDINARY[kind.word], _SELDOM.get(kind.word, ()) + missing)


def _drawn(field: DrawnField) -> Sample:
    missing = () if field.is_required and not field.visible_when else (None,)
    values = tuple(value for value, _label in field.choices)
    if field.kind is FieldKind.CHOICE:
        return Sample("text", values, missing, frozenset(values))
    if field.kind is FieldKind.CHOICES:
        return Sample("", (list(values[:1]), list(values)), missing, frozenset(values), is_list=True)
    word = declared_kinds({"_": field.kind.value})["_"].word
    more = (Decimal("0.5"),) if field.kind in (FieldKind.MONEY, FieldKind.PERCENT) else ()
    return Sample(word, (*_ORDINARY[word], *more), _SELDOM.get(word, ()) + missing)


def _results(decisions: Mapping[str, etree._Element]) -> dict[str, Sample]:
    """What the rows of the tables say; anything, where a row computes its result."""
    values: dict[str, list[Any]] = {}
    for table in itertools.chain.from_iterable(map(tables_in, decisions.values())):
        for place, output in enumerate(table.outputs):
            rows = [rule.outputs[place] for rule in table.rules if place < len(rule.outputs)]
            values.setdefault(output.name, []).extend(map(constant, rows))
    return {name: _result(found) for name, found in values.items()}


def _result(found: list[Any]) -> Sample:
    words = {word_of(value) for value in found}
    if not found or len(words) > 1 or "" in words:
        return Sample("", _ORDINARY[""])
    return Sample(words.pop(), tuple(dict.fromkeys(found)))


def constant(text: str) -> Any:
    """The value of a text that asks nobody anything; None otherwise."""
    try:
        compiled = compile_expression(text)
        return None if compiled.names or compiled.calls - {"date"} else compiled.evaluate({})
    except ExpressionError:
        return None


def written_in(text: str, tree: ast.expr) -> dict[Word, tuple[Any, ...]]:
    """The constants that a condition itself names, and what lies beside its numbers, by kind."""
    found: dict[Word, tuple[Any, ...]] = {}
    for node in ast.walk(tree):
        value = (
            constant(ast.get_source_segment(text, node) or "")
            if isinstance(node, ast.Constant | ast.Call)
            else None
        )
        word = word_of(value)
        if word in ("number", "text", "date"):
            beside = (value + 1,) if isinstance(value, int | Decimal) and value < 10**17 else ()
            found[word] = (*found.get(word, ()), value, *beside)
    return found


def given(
    names: list[str], samples: Samples, written: Mapping[Word, tuple[Any, ...]], *, seldom: bool = False
) -> Iterator[dict[str, Any]]:
    """So many combinations of values for these names that chance plays no part in a short condition."""
    values = [_values(samples[name], written, seldom) for name in names]
    longest = max(map(len, values), default=1)
    for turn in range(longest):
        yield {name: each[turn % len(each)] for name, each in zip(names, values, strict=True)}
    together = 1
    for each in values:
        together = min(together * len(each), _MOST + 1)
    if together <= _MOST:
        yield from (dict(zip(names, each, strict=True)) for each in itertools.product(*values))
        return
    chance = random.Random(0)  # noqa: S311  samples, no secret
    for _turn in range(_MOST):
        yield {name: chance.choice(each) for name, each in zip(names, values, strict=True)}


def _values(sample: Sample, written: Mapping[Word, tuple[Any, ...]], seldom: bool) -> tuple[Any, ...]:
    more = () if sample.choices else written.get(sample.word, ())[:6]
    return (*sample.ordinary, *more, *(sample.seldom if seldom else ()))
