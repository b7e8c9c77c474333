"""Room tables: what a condition compares its column with; only a condition of constants can be proved anything about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from processes.engine.expression_syntax import CONSTANT_NAMES, literal_value
from processes.engine.tables_kinds import Word, word_of
from processes.engine.tables_scan import STEM

_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_NONE = object()
_TRUTH_CALLS = ("any_of", "all_of")


@dataclass(frozen=True)
class Tree:
    """`constants` None: a free expression; only the case itself knows whether it holds."""

    constants: frozenset[Any] | None = frozenset()
    words: frozenset[Word] = field(default_factory=frozenset)
    is_list: bool = False
    is_yes_or_no: bool = True
    compares_truth: bool = False
    orders_unordered: bool = False
    orders_column: bool = False


@lru_cache(maxsize=4096)
def read_tree(test: str) -> Tree:
    """Of a text that the interpreter has accepted."""
    text = test.replace("\n", " ").strip()
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        # A bare date or duration, which the interpreter reads as a text of its own.
        return Tree(constants=None)
    compared = [(node, _sides(node)) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    of_column = [value for _node, sides in compared if _has_stem(sides) for value in _values(text, sides)]
    known = frozenset(value for value in of_column if value is not _NONE)
    return Tree(
        known if _is_closed(text, tree) else None,
        frozenset(word for word in map(word_of, known) if word),
        isinstance(tree, ast.Tuple | ast.List),
        _answers(tree),
        any(_compares_truth(node) for node, _ in compared),
        any(_orders_unordered(text, node) for node, _ in compared),
        any(_has_order(node) and _has_stem(sides) for node, sides in compared),
    )


def _sides(node: ast.Compare) -> list[ast.expr]:
    return [node.left, *node.comparators]


def _is_stem(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == STEM


def _has_stem(sides: list[ast.expr]) -> bool:
    return any(map(_is_stem, sides))


def _values(text: str, sides: list[ast.expr]) -> Iterator[Any]:
    for side in sides:
        if isinstance(side, ast.Tuple | ast.List):
            yield from (_constant(text, item) for item in side.elts)
        elif not _is_stem(side):
            yield _constant(text, side)


def _constant(text: str, node: ast.expr) -> Any:
    """The value of a literal, or _NONE for anything that must be asked of the case."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(text, node.operand)
        return -value if word_of(value) == "number" else _NONE
    if isinstance(node, ast.Name):
        return CONSTANT_NAMES.get(node.id, _NONE)
    if isinstance(node, ast.Call):
        return _day(node)
    if not isinstance(node, ast.Constant):
        return _NONE
    number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return literal_value(text, node) if number else node.value


def _day(node: ast.Call) -> Any:
    given = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if not isinstance(node.func, ast.Name) or node.func.id != "date" or not isinstance(given, ast.Constant):
        return _NONE
    try:
        return date.fromisoformat(str(given.value))
    except ValueError:
        return _NONE


def _is_closed(text: str, node: ast.expr) -> bool:
    """Whether only the column's value decides, and nothing but equality and order is asked of it."""
    if isinstance(node, ast.BoolOp):
        return all(_is_closed(text, value) for value in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_closed(text, node.operand)
    if not isinstance(node, ast.Compare):
        return False
    sides = _sides(node)
    values = list(_values(text, sides))
    if not _has_stem(sides) or any(value is _NONE for value in values) or _is_stem_twice(sides):
        return False
    return _in_is_plain(node) and not (_has_order(node) and any(isinstance(value, str) for value in values))


def _is_stem_twice(sides: list[ast.expr]) -> bool:
    return sum(map(_is_stem, sides)) > 1


def _in_is_plain(node: ast.Compare) -> bool:
    """`? in (1, 2)` alone; a text in a text is another question."""
    if not any(isinstance(sign, ast.In | ast.NotIn) for sign in node.ops):
        return not any(isinstance(side, ast.Tuple | ast.List) for side in node.comparators)
    return (
        len(node.ops) == 1 and _is_stem(node.left) and isinstance(node.comparators[0], ast.Tuple | ast.List)
    )


def _has_order(node: ast.Compare) -> bool:
    return any(isinstance(sign, _ORDER) for sign in node.ops)


def _answers(node: ast.expr) -> bool:
    """Whether the result is yes or no, and not something that merely counts as yes."""
    if isinstance(node, ast.BoolOp):
        return all(map(_answers, node.values))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) and _answers(node.operand)
    if isinstance(node, ast.IfExp):
        return _answers(node.body) and _answers(node.orelse)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _TRUTH_CALLS
    return isinstance(node, ast.Compare)


def _compares_truth(node: ast.Compare) -> bool:
    """`column == (a > b)`: a comparison in the place of a value."""
    return any(isinstance(side, ast.Compare | ast.BoolOp) for side in _sides(node)) and _has_stem(
        _sides(node)
    )


def _orders_unordered(text: str, node: ast.Compare) -> bool:
    values = [value for value in _values(text, _sides(node)) if value is not _NONE]
    return _has_order(node) and any(value is None or isinstance(value, bool) for value in values)
