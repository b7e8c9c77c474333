"""Room lint: every text that the engine will evaluate, composed as the engine composes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from processes.engine.drawing import Drawing
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_codes import problem
from processes.engine.lint_elements import Known
from processes.engine.lint_graph import Graph
from processes.engine.lint_tables import outputs_of
from processes.engine.lint_vocabulary import Problem


def check_texts(
    graph: Graph, drawing: Drawing, decisions: Mapping[str, etree._Element], known: Known
) -> Iterator[Problem]:
    """Conditions, timers and the drawing's own decision tables."""
    outputs = outputs_of(decisions)
    for flow in graph.flows:
        if flow.condition:
            yield from _expression(flow.element_id, flow.condition, known, outputs)
    for_timers = replace(known, functions=[*known.functions, "every"])
    for timer in drawing.timers.values():
        yield from _expression(timer.element_id, timer.expression, for_timers, set())


def _expression(element_id: str, text: str, known: Known, extra: set[str]) -> Iterator[Problem]:
    try:
        compiled = compile_expression(text)
    except ExpressionError as error:
        yield problem("expression-wrong", element_id, text=text[:60], reason=error.message)
        return
    for name in sorted(compiled.names - set(known.names) - extra):
        yield problem("expression-name", element_id, text=text[:60], name=name)
    for name in sorted(compiled.calls - set(known.functions)):
        yield problem("expression-function", element_id, text=text[:60], name=name)
