"""Engine room: the only evaluator of diagram and decision-table text; walks a tree, never runs code."""

import ast
from dataclasses import dataclass, field
from functools import lru_cache

from processes.engine.expression_functions import FUNCTIONS
from processes.engine.expression_steps import Functions, Names, Step, step
from processes.engine.expression_syntax import (
    CONSTANT_NAMES,
    ExpressionError,
    cleaned,
    failed,
    parse,
    timer_literal,
)

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "compile_expression", "evaluate"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: `names` are the facts it reads, `calls` the functions it calls."""

    text: str
    names: frozenset[str]
    calls: frozenset[str]
    _run: Step = field(repr=False, compare=False)

    def evaluate(self, names: Names, functions: Functions | None = None) -> object:
        """The value for these facts; `functions` come on top of FUNCTIONS, and no fact can hide a function.

        Raises ExpressionError. A Refusal raised inside one of `functions` passes through.
        """
        try:
            return self._run(names, FUNCTIONS if functions is None else functions)
        except RecursionError as error:
            raise failed(self.text, "数据嵌套过深") from error


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """The expression written in `text`; a bare ISO 8601 date, instant, duration or cycle stands for itself.

    Raises ExpressionError with a Chinese message for the process owner.
    """
    text = cleaned(text)
    literal = timer_literal(text)
    if literal is not None:
        return Expression(text, frozenset(), frozenset(), lambda _names, _functions: literal)
    tree = parse(text)
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    words = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in CONSTANT_NAMES]
    calls = frozenset(word.id for word in words if word in called)
    names = frozenset(word.id for word in words if word not in called)
    return Expression(text, names, calls, step(text, tree))


def evaluate(text: str, names: Names, functions: Functions | None = None) -> object:
    """Compile (cached) and evaluate at once. Raises ExpressionError."""
    return compile_expression(text).evaluate(names, functions)
