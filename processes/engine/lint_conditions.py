"""Room lint: every condition is tried over sample answers: it can be computed, says yes or no, and can hold at all."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from lxml import etree

from models.refusal import Refusal
from processes.engine.drawing import Drawing
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.expression_syntax import CONSTANT_NAMES, parse, timer_literal
from processes.engine.expression_values import kind
from processes.engine.lint_codes import problem
from processes.engine.lint_elements import Known
from processes.engine.lint_graph import Graph
from processes.engine.lint_samples import Sample, Samples, constant, given, samples_of, written_in
from processes.engine.lint_trial import sample_case
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_cells import EXAMPLES
from processes.engine.tables_kinds import TITLES, word_of

# A code of the table, and the values of its words.
_Fault = tuple[str, dict[str, Any]]


def check_conditions(
    graph: Graph, drawing: Drawing, decisions: Mapping[str, etree._Element], known: Known
) -> Iterator[Problem]:
    """What only a sample can tell; names and functions that do not exist are said by the check of all texts."""
    samples, said = samples_of(drawing, decisions), dict[str, list[_Fault]]()
    for flow in graph.flows:
        text = flow.condition
        if text and text not in said:
            said[text] = list(_faults(text, samples, known.functions))
        for code, values in said.get(text, ()):
            yield problem(code, flow.element_id, text=text[:60], **values)


def _faults(text: str, samples: Samples, functions: Collection[str]) -> Iterator[_Fault]:
    try:
        compiled = compile_expression(text)
    except ExpressionError:
        return
    if not (compiled.names <= samples.keys() and compiled.calls <= set(functions)):
        return
    # A bare date or duration stands for itself, as a text.
    is_literal = timer_literal(compiled.text) is not None
    tree = ast.Constant(compiled.text) if is_literal else parse(compiled.text)
    tried = _Tried(compiled.text, tree, samples)
    stopping = [*tried.uncomputable(), *tried.mixed()] or [*tried.untrue()]
    yield from stopping or tried.stopped()


class _Tried:
    """One condition with the samples of its names."""

    def __init__(self, text: str, tree: ast.expr, samples: Samples) -> None:
        self.text, self.tree, self.samples = text, tree, samples
        self._written = written_in(text, tree)

    def uncomputable(self) -> Iterator[_Fault]:
        """The condition, or one side of an `and`, that no ordinary answer lets compute."""
        for part in dict.fromkeys((self.text, *_parts(self.text, self.tree))):
            reason = self._never(part)
            if reason:
                yield "condition-trial", {"part": part[:60], "reason": reason}
                return

    def untrue(self) -> Iterator[_Fault]:
        """A result that merely counts as yes, or as no."""
        results = [value for _facts, value, reason in self._runs(self.text) if not reason]
        others = [value for value in results if type(value) is not bool]
        if others and not (self._is_open() and len(others) < len(results)):
            yield "condition-truth", {"kind": kind(others[0])}

    def stopped(self) -> Iterator[_Fault]:
        """What only some answers stop."""
        for facts, _value, reason in self._runs(self.text, seldom=True):
            if reason and not self._is_open():
                told = "、".join(f"{name} 为{_shown(value)}" for name, value in facts.items())
                yield "condition-sometimes", {"example": told[:120], "reason": reason}
                return

    def mixed(self) -> Iterator[_Fault]:
        """A comparison of two kinds, or with what is no choice: it is never the same, and nobody would see why."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Compare):
                for (left, right), sign in zip(
                    pairwise([node.left, *node.comparators]), node.ops, strict=True
                ):
                    yield from self._compared(left, sign, right)

    def _compared(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Iterator[_Fault]:
        if isinstance(sign, ast.Eq | ast.NotEq):
            yield from self._same(left, right)
            yield from self._same(right, left)
        elif isinstance(sign, ast.In | ast.NotIn) and isinstance(right, ast.List | ast.Tuple):
            for item in right.elts:
                yield from self._same(left, item)
        elif isinstance(sign, ast.In | ast.NotIn) and isinstance(right, ast.Name):
            yield from self._chosen(right.id, self._constant(left))

    def _same(self, named: ast.expr, other: ast.expr) -> Iterator[_Fault]:
        sample = self._sample(named)
        if sample is None or not isinstance(named, ast.Name):
            return
        value, second = self._constant(other), self._sample(other)
        wrong = second.word if second else word_of(value)
        if sample.is_list and wrong:
            yield "condition-list", {"name": named.id}
        elif sample.word and wrong and wrong != sample.word:
            values = {"kind": TITLES[sample.word], "wrong": TITLES[wrong], "instead": EXAMPLES[sample.word]}
            yield "condition-kind", {"name": named.id, **values}
        elif second is None:
            yield from self._chosen(named.id, value)

    def _chosen(self, name: str, value: Any) -> Iterator[_Fault]:
        sample = self.samples.get(name)
        if sample and sample.choices and value is not None and value not in sample.choices:
            choices = "、".join(sorted(sample.choices))[:120]
            yield "condition-choice", {"name": name, "value": str(value)[:40], "choices": choices}

    def _sample(self, node: ast.expr) -> Sample | None:
        is_name = isinstance(node, ast.Name) and node.id not in CONSTANT_NAMES
        return self.samples.get(node.id) if is_name and isinstance(node, ast.Name) else None

    def _constant(self, node: ast.expr) -> Any:
        return constant(ast.get_source_segment(self.text, node) or "null")

    def _is_open(self) -> bool:
        """Whether it asks for something of which nobody can say what it is."""
        asked = (self.samples[name] for name in compile_expression(self.text).names)
        return any(not sample.word and not sample.is_list for sample in asked)

    def _never(self, part: str) -> str:
        """Why no sample lets a part compute; "" when one does."""
        reason = ""
        for _facts, _value, reason in self._runs(part):
            if not reason:
                return ""
        return reason

    def _runs(self, part: str, *, seldom: bool = False) -> Iterator[tuple[dict[str, Any], Any, str]]:
        """The facts of each sample, the result, and why there is none."""
        names = sorted(compile_expression(part).names)
        for facts in given(names, self.samples, self._written, seldom=seldom):
            try:
                yield facts, sample_case(facts).evaluate(part, {}), ""
            except (ExpressionError, Refusal) as error:
                yield facts, None, error.message.rpartition("无法计算：")[2].rstrip("。")


def _parts(text: str, node: ast.expr) -> Iterator[str]:
    """The sides of and, or, if and not: what an answer may keep from being computed at all."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.BoolOp):
        sides = node.values
    elif isinstance(node, ast.IfExp):
        sides = [node.test, node.body, node.orelse]
    elif isinstance(node, ast.UnaryOp):
        sides = [node.operand]
    for side in sides:
        yield ast.get_source_segment(text, side) or text
        yield from _parts(text, side)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"“{value}”" if isinstance(value, str) else str(value)
