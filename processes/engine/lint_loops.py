"""Room lint: loops: what would never rest, and side branches that come back to the step beside which they began."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from processes.engine.drawing import Drawing, DrawnTimer
from processes.engine.expression import ExpressionError
from processes.engine.expression_syntax import cleaned, parse, timer_literal
from processes.engine.lint_codes import problem
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import WAITING, Problem

_TERMS = ("working_days", "calendar_days")


def check_loops(graph: Graph, drawing: Drawing) -> Iterator[Problem]:
    """Every loop in which the case would run for ever or its work would pile up."""
    yield from _returning(graph, drawing)
    yield from _joining(graph)
    for node in _looping(graph, ())[:1]:
        yield problem("loop-automatic", node)
    fixed = {timer.element_id for timer in drawing.timers.values() if _is_fixed(timer)}
    for node in _looping(graph, fixed):
        if node in fixed:
            yield problem("loop-fixed", node, text=drawing.timers[node].expression[:60])


def _returning(graph: Graph, drawing: Drawing) -> Iterator[Problem]:
    """Each time such an event fires there is one more token at the step, with one more such event."""
    follows = {node: graph.after(node) for node in graph.kinds}
    for node, host in graph.besides.items():
        if host not in _behind(node, follows):
            continue
        name = drawing.timers[node].name if node in drawing.timers else node
        step = drawing.steps[host].name if host in drawing.steps else host
        yield problem("loop-piling", node, name=name, step=step)


def _joining(graph: Graph) -> Iterator[Problem]:
    """What came to a join in the first round counts for the engine in the second one, too."""
    follows = {node: graph.after(node) for node in graph.kinds}
    for node, kind in graph.kinds.items():
        if kind == "parallelGateway" and len(graph.incoming[node]) > 1 and node in _behind(node, follows):
            yield problem("loop-join", node, name=node)


def _looping(graph: Graph, fixed: Collection[str]) -> list[str]:
    """The nodes that come back to themselves although nobody is waited for; `fixed` ones do not wait either."""
    follows = {
        node: [flow.target for flow in graph.outgoing[node] if kind not in WAITING or node in fixed]
        + [event for event in graph.attached[node] if event in fixed]
        for node, kind in graph.kinds.items()
    }
    return sorted(node for node in follows if node in _behind(node, follows))


def _behind(node: str, follows: Mapping[str, list[str]]) -> set[str]:
    """All that a token can come to from a node; the node itself only by a loop."""
    seen: set[str] = set()
    waiting = list(follows[node])
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting.extend(follows.get(other, ()))
    return seen


def _is_fixed(timer: DrawnTimer) -> bool:
    """Whether the timer can mean a day that is the same however often it is waited for."""
    try:
        text = cleaned(timer.expression)
        literal = timer_literal(text)
        return _is_day(literal) if literal is not None else _means_a_day(parse(text))
    except ExpressionError:
        # Said by the check of all texts.
        return False


def _is_day(literal: str) -> bool:
    return "P" not in literal.upper()


def _means_a_day(node: ast.expr) -> bool:
    """Only what is written out: a fact may be another one the next time."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _is_day(node.value)
    if isinstance(node, ast.Attribute):
        return _means_a_day(node.value)
    if isinstance(node, ast.IfExp):
        return _means_a_day(node.body) or _means_a_day(node.orelse)
    if isinstance(node, ast.BoolOp):
        return any(_means_a_day(value) for value in node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _is_fixed_call(node.func.id, [_means_a_day(argument) for argument in node.args])
    return False


def _is_fixed_call(name: str, fixed: list[bool]) -> bool:
    if name in _TERMS:
        return fixed[1:] == [True]
    return any(fixed) if name == "min" else name in ("date", "max") and all(fixed)
