"""Every escape and bomb that the threat study names is refused or bounded, quickly and in Chinese."""

import gc
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from processes.engine.expression import ExpressionError, compile_expression, evaluate


class Case:
    """What an object of ours would be, had somebody put it in reach by mistake."""

    secret = "secret"

    def run(self) -> str:
        return "ran"


FACTS = {"x": "text", "n": 10**18, "d": {"a": 1}, "items": list(range(100)), "case": Case(), "s": "a" * 9000}

ESCAPES = [
    "().__class__.__base__.__subclasses__()",
    "''.__class__.__mro__[1].__subclasses__()",
    "d.__class__",
    "d['a'].__class__",
    "__builtins__",
    "__builtins__['eval']('1')",
    "__import__('os').system('id')",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "open('/etc/passwd')",
    "getattr(x, '__class__')",
    "globals()",
    "vars()",
    "type(x)",
    "breakpoint()",
    "exit()",
    "print(x)",
    "'{0.__class__}'.format(x)",
    "'{0.__class__}'.format_map(d)",
    "x.format",
    "'%s' % x",
    "f'{x.__class__}'",
    "len.__globals__",
    "len.__self__",
    "max.__code__",
    "(lambda: 1)()",
    "(lambda f: f(f))(lambda f: f(f))",
    "[c for c in ().__class__.__subclasses__()]",
    "(y := 1)",
    "d.get('a')",
    "d.clear()",
    "d.update(b=1)",
    "items.append(1)",
    "case.secret",
    "case.run()",
    "case",
    "case == 1",
    "case['secret']",
    "x.encode()",
    "(1).to_bytes",
    "datetime.sys",
    "json.codecs.open('/etc/passwd')",
    "re.enum.sys",
    "logging.os",
    "yield x",
    "await x",
    "(yield)",
    "x if (yield) else x",
    "len(*items)",
    "len(**d)",
    "[*items]",
    "{**d}",
    "max(items, key=__import__)",
    "max[0](1)",
    "len(x)(1)",
    "import os",
    "x; import os",
    "x\nimport os",
    "0) or eval('1') or (0",
    "a.b = 1",
    "del x",
    "print(*x)",
    "x @ x",
    "~n",
    "n & 1",
    "n | 1",
    "n ^ 1",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_an_escape_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate(text, FACTS)
    assert any("\u4e00" <= character <= "\u9fff" for character in raised.value.message)


BOMBS = [
    "9**9**9",
    "9**9**9**9",
    "1 << 10**10",
    "1 << 999999999",
    "'a' * 10**10",
    "'a' * 9999999999",
    "9999999999 * 'a'",
    "[0] * 9999999999",
    "items * 9999999999",
    "'%9999999999d' % 1",
    "x.ljust(9999999999)",
    "x.zfill(9999999999)",
    "x.replace('', s)",
    "n.to_bytes(9999999999)",
    "pow(9, 999999999)",
    "range(9999999999)",
    "sum(range(9999999999))",
    "sum([i for i in range(10**9)])",
    "[[[[1 for a in items] for b in items] for c in items] for d in items]",
    "[1 for a in items for b in items for c in items for d in items]",
    "n * n",
    "n * n * n * n",
    "s + s",
    "s + s + s + s + s + s",
    "1e999",
    "1e-999",
    "1e999999999999999999999",
    "1e99 // 1e-30",
    "9" * 900,
    "(" * 400 + ")" * 400,
    "(" * 150 + "1" + ")" * 1000,
    "[" * 150 + "]" * 150,
    "[" * 40 + "]" * 40,
    "-" * 900 + "1",
    "not " * 200 + "true",
    "1" + "+1" * 400,
    "1" + "+1" * 40,
    "[" + "1," * 300 + "]",
    "x" + "[0]" * 300,
    "x" + ".a" * 400,
    "max(" * 100 + "1" + ")" * 100,
    "1 if " * 150 + "1" + " else 1" * 150,
    "a" * 1001,
    "a" * 10_000_000,
    "(" * 10_000_000,
    "1\0",
    "\0",
    "'\0'",
    "\ufeff1",
    "'\u202e'",
    "'\ud800'",
    "x\x1b[2J",
    "round_to(1, 9999999999)",
    "round_to(1, -9999999999)",
    "1 // tiny",
    "1 % tiny",
    "1 / tiny",
    "text(tiny)",
    "huge + 1",
    "1 // huge",
    "huge * huge",
    "number(long)",
    "wide + 1",
    "sum_of(many)",
    "1 in many",
    "deep == deeper",
]


@pytest.fixture(autouse=True)
def _quickly() -> Iterator[None]:
    """Of this thread alone: neither other threads nor the garbage of thousands of earlier tests are its cost."""
    gc.disable()
    started = time.thread_time()
    yield
    taken = time.thread_time() - started
    gc.enable()
    assert taken < 1


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: ascii(text[:30]))
def test_a_bomb_is_refused(text: str) -> None:
    facts = {
        **FACTS,
        "tiny": Decimal("1E-999999"),
        "huge": Decimal("1E+999999"),
        "long": "1" * 1_000_000,
        "wide": 10**100_000,
        "many": [0] * 10_001,
        "deep": nested(5000),
        "deeper": nested(5000),
    }
    with pytest.raises(ExpressionError) as raised:
        evaluate(text, facts)
    assert len(raised.value.message) < 200


def test_the_limits_themselves_are_allowed() -> None:
    assert evaluate("1" + "+1" * 28, {}) == 29
    assert evaluate("[" * 30 + "]" * 30, {}) == nested(29)
    assert evaluate("[" + "1," * 199 + "]", {}) == [1] * 199
    assert evaluate("1" + " " * 998 + "", {}) == 1
    assert evaluate("a" * 1000, {"a" * 1000: 1}) == 1
    assert evaluate("n", {"n": 10**18}) == evaluate("1000000000000000000", {}) == 10**18


@pytest.mark.parametrize("text", ["1" + "+1" * 30, "[" * 31 + "]" * 31, "[" + "1," * 200 + "]", "a" * 1001])
def test_one_more_than_the_limits_is_not(text: str) -> None:
    with pytest.raises(ExpressionError, match="过"):
        compile_expression(text)


def test_nothing_can_be_changed_by_an_expression() -> None:
    facts = {"d": {"a": [1]}, "items": [3, 1]}
    evaluate("max(items) + sum_of(d.a) + len(d)", facts)
    assert facts == {"d": {"a": [1]}, "items": [3, 1]}
