"""Laws of the expression language: exact like fractions, true like Python, and never any other exception."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from processes.engine.expression import FUNCTIONS, ExpressionError, compile_expression, evaluate

FACTS: dict[str, object] = {"a": 3, "b": Decimal("-2.50"), "c": 0, "甲": 0.15, "yes": True, "no": False}
LIMIT = 10**18


class Incomputable(Exception):  # noqa: N818  a verdict of the oracle, not an error
    """What the oracle says where the language must refuse."""


@dataclass(frozen=True)
class Node:
    """The oracle's own tree: how it is written, how tightly it binds, what it is worth."""

    text: str
    binds: int
    worth: Callable[[], Any]

    def inside(self, binds: int) -> str:
        return self.text if self.binds >= binds else f"({self.text})"


def _within(value: Fraction) -> Fraction:
    if abs(value) > LIMIT:
        raise Incomputable
    return value


def _fact(name: str) -> Node:
    value = FACTS[name]
    exact = Fraction(str(value)) if not isinstance(value, bool) else value
    return Node(name, 9, lambda: exact)


def _calculated(symbol: str, binds: int, work: Callable[[Any, Any], Any]) -> Callable[[Node, Node], Node]:
    def build(left: Node, right: Node) -> Node:
        def worth() -> Fraction:
            first, second = left.worth(), right.worth()
            if symbol in {"//", "%"} and second == 0:
                raise Incomputable
            return _within(Fraction(work(first, second)))

        return Node(f"{left.inside(binds)} {symbol} {right.inside(binds + 1)}", binds, worth)

    return build


def _compared(symbol: str, work: Callable[[Any, Any], bool]) -> Callable[[Node, Node], Node]:
    def build(left: Node, right: Node) -> Node:
        text = f"{left.inside(5)} {symbol} {right.inside(5)}"
        return Node(text, 4, lambda: work(left.worth(), right.worth()))

    return build


def _chained(a: Node, b: Node, c: Node) -> Node:
    text = f"{a.inside(5)} < {b.inside(5)} <= {c.inside(5)}"
    return Node(text, 4, lambda: a.worth() < b.worth() and b.worth() <= c.worth())


def _both(left: Node, right: Node) -> Node:
    return Node(f"{left.inside(2)} and {right.inside(3)}", 2, lambda: left.worth() and right.worth())


def _either(left: Node, right: Node) -> Node:
    return Node(f"{left.inside(1)} or {right.inside(2)}", 1, lambda: left.worth() or right.worth())


def _opposite(inner: Node) -> Node:
    return Node(f"not {inner.inside(3)}", 3, lambda: not inner.worth())


def _negative(inner: Node) -> Node:
    return Node(f"-{inner.inside(7)}", 7, lambda: -inner.worth())


def _chosen(test: Node, first: Node, second: Node) -> Node:
    text = f"{first.inside(1)} if {test.inside(1)} else {second.inside(0)}"
    return Node(text, 0, lambda: first.worth() if test.worth() else second.worth())


def _member(item: Node, items: list[Node]) -> Node:
    text = f"{item.inside(5)} in [{', '.join(other.text for other in items)}]"

    def worth() -> bool:
        value, values = item.worth(), [other.worth() for other in items]
        return value in values

    return Node(text, 4, worth)


CALCULATIONS = [
    _calculated("+", 5, operator.add),
    _calculated("-", 5, operator.sub),
    _calculated("*", 6, operator.mul),
    _calculated("//", 6, operator.floordiv),
    _calculated("%", 6, operator.mod),
]
COMPARISONS = [
    _compared(symbol, work)
    for symbol, work in {
        "==": operator.eq, "!=": operator.ne, "<": operator.lt,
        "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    }.items()
]  # fmt: skip

whole = st.integers(0, 10**6).map(str)
written = st.decimals(0, 1000, places=2, allow_nan=False).map(str)
literals = (whole | written).map(lambda text: Node(text, 9, lambda: Fraction(text)))
facts = st.sampled_from(["a", "b", "c", "甲"]).map(_fact)
truths = st.sampled_from(["yes", "no"]).map(_fact) | st.sampled_from(
    [Node("true", 9, lambda: True), Node("False", 9, lambda: False)]
)


def _larger_numbers(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = [st.builds(build, inner, inner) for build in CALCULATIONS]
    return st.one_of(*pairs, inner.map(_negative), st.builds(_chosen, truths, inner, inner))


numbers = st.recursive(literals | facts, _larger_numbers, max_leaves=8)
comparisons = (
    st.one_of(*(st.builds(build, numbers, numbers) for build in COMPARISONS))
    | st.builds(_chained, numbers, numbers, numbers)
    | st.builds(_member, numbers, st.lists(numbers, max_size=3))
)
conditions = st.recursive(
    truths | comparisons,
    lambda inner: (
        st.builds(_both, inner, inner)
        | st.builds(_either, inner, inner)
        | inner.map(_opposite)
        | st.builds(_chosen, inner, inner, inner)
    ),
    max_leaves=5,
)


def agrees(node: Node) -> None:
    assume(len(node.text) <= 1000)
    try:
        expression = compile_expression(node.text)
    except ExpressionError as error:
        assert "最多" in error.message  # too deep or too many parts: the only reason to refuse these
        return
    try:
        expected = node.worth()
    except Incomputable:
        try:
            value = expression.evaluate(FACTS)
        except ExpressionError:
            return
        raise AssertionError(f"{node.text} is {value!r}, but cannot be computed") from None
    value = expression.evaluate(FACTS)
    assert isinstance(value, bool) is isinstance(expected, bool)
    assert value == expected if isinstance(value, bool) else Fraction(str(value)) == expected


@given(numbers)
def test_arithmetic_is_exact(node: Node) -> None:
    agrees(node)


@given(conditions)
def test_conditions_agree_with_python(node: Node) -> None:
    agrees(node)


@given(st.decimals(-(10**6), 10**6, places=4), st.decimals(-(10**6), 10**6, places=4).filter(bool))
def test_a_quotient_has_28_digits(left: Decimal, right: Decimal) -> None:
    assume(abs(Fraction(left) / Fraction(right)) <= LIMIT)
    quotient = evaluate("left / right", {"left": left, "right": right})
    assert isinstance(quotient, Decimal)
    exact = Fraction(left) / Fraction(right)
    assert abs(Fraction(quotient) - exact) <= abs(exact) / 10**27


@given(st.floats(-(10**9), 10**9).map(lambda value: round(value, 4)))
def test_a_float_fact_is_worth_what_is_written(value: float) -> None:
    assert evaluate(f"x == {Decimal(repr(value)):f}", {"x": value}) is True


@given(st.integers(-(10**17), 10**17), st.integers(-(10**6), 10**6).filter(bool))
def test_whole_numbers_and_decimals_divide_alike(left: int, right: int) -> None:
    text = "a // b == x // y and a % b == x % y and a // b * b + a % b == a"
    assert evaluate(text, {"a": left, "b": right, "x": Decimal(left), "y": Decimal(right)}) is True


@given(st.dates(), st.dates())
def test_dates_are_in_order_and_apart(first: date, second: date) -> None:
    facts = {"a": first, "b": second.isoformat()}
    assert evaluate("a <= date(b)", facts) is (first <= second)
    assert evaluate("days_between(a, b)", facts) == (second - first).days


TOKENS = [
    "a", "b", "d", "s", "xs", "甲", "missing", "true", "null", "not", "and", "or", "in", "if", "else", "is",
    "lambda", "for", "f", "(", ")", "[", "]", "{", "}", ",", ".", ":", "=", "==", "!=", "<", ">=", "+", "-",
    "*", "**", "/", "//", "%", "<<", "@", "~", "'", '"', "'x'", "0", "1", "0.15", "1e9", "9" * 19, "1_0",
    "0x1", "1j", "\\", "#", "\n", "\t", ";", ":=", "f'{a}'", "b'x'", "__class__", "_", "。", "（", "，",
    "\0", "\u3000", "é", *FUNCTIONS,
]  # fmt: skip
soups = st.lists(st.sampled_from(TOKENS), max_size=14).flatmap(
    lambda tokens: st.sampled_from(["", " "]).map(lambda glue: glue.join(tokens))
)
data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=5)
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


def nothing_else_happens(text: str, names: Mapping[str, object]) -> None:
    try:
        evaluate(text, names)
    except ExpressionError as error:
        assert error.message
        assert error.position is None or 0 <= error.position < 1000


@given(st.text(max_size=60))
@example("\ud800")
@example("1" * 5000)
def test_any_text_is_a_value_or_refused(text: str) -> None:
    nothing_else_happens(text, FACTS)


@given(soups)
def test_any_soup_of_words_is_a_value_or_refused(text: str) -> None:
    nothing_else_happens(text, {"a": 1, "b": 0.5, "d": {"a": 1}, "s": "文", "xs": [1, 2], "甲": None})


@given(st.sampled_from([*COMPARISONS, *CALCULATIONS]), data, data)
def test_any_facts_are_computed_or_refused(build: Callable[[Node, Node], Node], a: object, b: object) -> None:
    text = build(Node("a", 9, lambda: None), Node("b", 9, lambda: None)).text
    nothing_else_happens(text, {"a": a, "b": b})
    nothing_else_happens("a in b", {"a": a, "b": b})
    nothing_else_happens("a[b]", {"a": a, "b": b})
    nothing_else_happens("-a and not b", {"a": a, "b": b})


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(data, max_size=3))
def test_any_arguments_are_computed_or_refused(function: str, arguments: list[object]) -> None:
    names = {f"v{index}": value for index, value in enumerate(arguments)}
    nothing_else_happens(f"{function}({', '.join(names)})", names)
