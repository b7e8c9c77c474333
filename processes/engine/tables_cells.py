"""Room tables: one typed condition, as FEEL or as our interpreter reads it, becomes what the engine composes rightly."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from processes.engine.expression import Expression, ExpressionError, compile_expression
from processes.engine.tables_kinds import TITLES, Kind, binds_tightly
from processes.engine.tables_scan import QUESTION, STEM, asks_itself, interval, negated, parts, substituted
from processes.engine.tables_tree import Tree, read_tree

MAX_CELL = 300
_OPERATOR = re.compile(r"(<=|>=|!=|==|<|>|=)\s*(?![<>=])(.*)", re.DOTALL)
_GLUED = re.compile(r"(not\s+)?in\b")
_INSIDE = {"[": ">=", "(": ">", "]": ">"}, {"]": "<=", ")": "<", "[": "<"}

# What may stand in a cell: (typed, what it means, what the engine is given). The manual is made of these rows.
GRAMMAR: tuple[tuple[str, str, str], ...] = (
    ("-", "任意值；也可以留空", "-"),
    ("5", "等于5", "5"),
    ('"一般"', "等于文本“一般”", '"一般"'),
    ("true", "是；false 为否", "true"),
    ('date("2026-01-01")', "等于这一天", 'date("2026-01-01")'),
    ("null", "没有填写（缺失）", "? == null"),
    ("> 5", "大于5；还可以写 <、<=、>=", "? != null and ? > 5"),
    ("!= 5", "不等于5", "? != 5"),
    ("[1..5]", "1至5，含两端", "? != null and 1 <= ? <= 5"),
    ("(1..5]", "大于1、不超过5；圆括号表示不含该端", "? != null and 1 < ? <= 5"),
    ("3, 20", "等于其中之一", "? in (3, 20)"),
    ('"甲", "乙"', "等于其中之一", '? in ("甲", "乙")'),
    ("< 3, [10..20]", "符合其中之一", "(? != null and ? < 3) or (? != null and 10 <= ? <= 20)"),
    ('not("甲", "乙")', "不等于其中任何一个", '? not in ("甲", "乙")'),
    ("not([1..5])", "不在1至5之间", "? != null and not (1 <= ? <= 5)"),
    ("? in (3, 20)", "? 代表本列的值；本系统表达式的写法都可以用", "? in (3, 20)"),
    ("1 <= ? <= 5", "1至5，含两端", "? != null and (1 <= ? <= 5)"),
    ("<= minimum_age", "与另一项案卷情况比较（不能证明表是否完整）", "? != null and ? <= minimum_age"),
)


class CellRefused(ValueError):  # noqa: N818  a refusal, like models.refusal
    """A cell that cannot be translated: a code of lint_codes_tables, and what its words need."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Cell:
    """A condition: as typed, as the engine gets it, and as one expression over the column's value (`STEM`)."""

    typed: str
    engine: str
    # None: any value will do.
    test: Expression | None
    tree: Tree


@dataclass(frozen=True)
class _Test:
    """One part of a list of tests: over `?`, or a value to be equal to."""

    text: str
    is_value: bool


@lru_cache(maxsize=4096)
def read_cell(typed: str, column: str, kind: Kind) -> Cell:
    """The meaning of a cell below a column. Raises CellRefused."""
    text = " ".join(typed.replace("\t", "\n").split("\n")).strip()
    if text in ("", "-"):
        return Cell(typed, text, None, Tree())
    _bounded(text, column)
    engine = text if asks_itself(text) else _feel(text, column, kind)
    return _checked(engine, typed, kind)


def _bounded(text: str, column: str) -> None:
    if len(text) > MAX_CELL:
        raise CellRefused("table-cell", limit=MAX_CELL)
    if STEM in text:
        raise CellRefused("cell-reserved", name=STEM)
    if _GLUED.match(text):
        raise CellRefused("cell-glued", text=(column + text)[:60])


def _feel(text: str, column: str, kind: Kind) -> str:
    """What the engine gets for a cell without a question mark."""
    inner = negated(text)
    tests = [_test(part) for part in parts(text if inner is None else inner)]
    if inner is not None:
        return _none_of(tests, kind)
    if len(tests) > 1:
        return _any_of(tests, kind)
    if tests[0].is_value:
        return "? == null" if text == "null" else text
    # What the engine composes rightly as it stands stays as it stands.
    if _OPERATOR.match(text) and not kind.can_be_missing and binds_tightly(column) and text[0] in "<>":
        return text
    return _guarded(tests[0], kind)


def _any_of(tests: list[_Test], kind: Kind) -> str:
    if all(test.is_value for test in tests):
        return f"? in ({', '.join(test.text for test in tests)})"
    return " or ".join(f"({_guarded(test, kind)})" for test in tests)


def _none_of(tests: list[_Test], kind: Kind) -> str:
    if all(test.is_value for test in tests):
        return (
            f"? not in ({', '.join(test.text for test in tests)})"
            if len(tests) > 1
            else f"? != {_bracketed(tests[0].text)}"
        )
    wrong = " or ".join(f"({_plain(test)})" if len(tests) > 1 else _plain(test) for test in tests)
    return f"? != null and not ({wrong})" if kind.can_be_missing else f"not ({wrong})"


def _plain(test: _Test) -> str:
    return f"? == {_bracketed(test.text)}" if test.is_value else test.text


def _guarded(test: _Test, kind: Kind) -> str:
    """A missing value is neither greater nor smaller than anything; only equality may ask about it."""
    if test.is_value or test.text.startswith(("? == ", "? != ")):
        return _plain(test)
    return f"? != null and {test.text}" if kind.can_be_missing else test.text


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+|\"[^\"]*\"|'[^']*'|date\([^()]*\)", text) else f"({text})"


def _test(part: str) -> _Test:
    """A part that is empty, an interval, a comparison or a value."""
    if not part:
        raise CellRefused("cell-comma")
    bounds = interval(part)
    if bounds is not None:
        opening, low, high, closing = bounds
        less, most = _turned(_INSIDE[0][opening]), _INSIDE[1][closing]
        return _Test(f"{_bracketed(_value(low))} {less} ? {most} {_bracketed(_value(high))}", False)
    compared = _OPERATOR.fullmatch(part)
    if compared is None:
        return _Test(_value(part), True)
    sign = {"=": "=="}.get(compared[1], compared[1])
    return _Test(f"? {sign} {_bracketed(_value(compared[2].strip()))}", False)


def _turned(sign: str) -> str:
    return {">=": "<=", ">": "<"}[sign]


def _value(text: str) -> str:
    """A value must stand alone: nothing can break out of its place."""
    if not text:
        raise CellRefused("cell-value")
    if _PLAIN.fullmatch(text):
        # It is read again with the whole cell.
        return text
    compiled = compiled_text(text)
    if read_tree(compiled.text).is_list:
        raise CellRefused("cell-list", text=text[:60])
    return text


_PLAIN = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?|\"[^\"'\\?]*\"")
_DATED = re.compile(r"[0-9]{4}-[0-9]{1,2}-|date and time")
_HINTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda text: ".." in text, "区间请写成“[1..5]”，不含端点的一侧用圆括号。"),
    (lambda text: "date and time" in text, '只能比较日期，请写 date("2026-01-01")。'),
    (lambda text: bool(_DATED.match(text)), '日期请写成 date("2026-01-01")。'),
    (lambda text: text.startswith(("between", "in ")), "请写“[1..5]”或“3, 20”。"),
)


def compiled_text(text: str) -> Expression:
    """The compiled expression. Raises CellRefused with the interpreter's reason and what to write instead."""
    hint = next((words for fits, words in _HINTS if fits(text)), "")
    if hint and _DATED.match(text):
        raise CellRefused("cell-syntax", reason=f"表达式“{text[:60]}”有误：{hint}")
    try:
        return compile_expression(text)
    except ExpressionError as error:
        raise CellRefused("cell-syntax", reason=f"{error.message}{hint and '；' + hint}") from error


def _checked(engine: str, typed: str, kind: Kind) -> Cell:
    """As the engine will compose it: the very same replacement, and a result that is yes or no."""
    if QUESTION.sub(STEM, engine) != substituted(engine):
        raise CellRefused("cell-quotes")
    test = _composed(engine)
    tree = read_tree(compiled_text(test).text)
    _require_kind(tree, kind, engine)
    if tree.orders_column and kind.can_be_missing and None not in (tree.constants or ()):
        # Typed with its own question mark: a missing value would stop the case instead of passing the row.
        engine = engine if "null" in engine else f"? != null and ({engine})"
    compiled = compiled_text(_composed(engine))
    return Cell(typed, engine, compiled, read_tree(compiled.text))


def _composed(engine: str) -> str:
    """One expression over the column's value that is true where the engine's own composition is."""
    replaced = substituted(engine)
    if STEM in replaced:
        return replaced
    return f"{STEM} {engine}" if _OPERATOR.fullmatch(engine) else f"{STEM} == ({engine})"


def _require_kind(tree: Tree, kind: Kind, engine: str) -> None:
    if not tree.is_yes_or_no:
        raise CellRefused("cell-truth", text=engine[:60])
    if tree.compares_truth:
        raise CellRefused("cell-compares")
    if tree.orders_unordered:
        raise CellRefused("cell-order")
    wrong = next((word for word in sorted(tree.words) if kind.word and word != kind.word), None)
    if wrong is not None:
        values = {"text": engine[:60], "kind": TITLES[kind.word], "wrong": TITLES[wrong]}
        raise CellRefused("cell-kind", **values, instead=EXAMPLES[kind.word])
    if len(tree.words) > 1:
        raise CellRefused("cell-mixed")


EXAMPLES = {
    "boolean": "请写 true 或 false",
    "number": "请写数字，如 5，不加引号",
    "text": '请写文本，如 "一般"，加英文双引号',
    "date": '请写日期，如 date("2026-01-01")',
}
