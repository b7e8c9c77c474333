"""Room lint: what a gateway reads has been said before: by the form of a step, by a table, by a drawn field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from processes.engine.drawing import Drawing
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_codes import problem
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_read import Table, tables_in
from processes.engine.xml import BPMN, SPIFF
from processes.steps import ROUTES, ROUTING

_Names = frozenset[str]


def check_order(
    root: etree._Element, graph: Graph, drawing: Drawing, decisions: Mapping[str, etree._Element]
) -> Iterator[Problem]:
    """The names that only the token holds are in it; a field is not read before everybody who is asked for it."""
    tables = {table.decision_id: table for file in decisions.values() for table in tables_in(file)}
    said = dict(_said(root, drawing, tables))
    kept = {*ROUTING, *(output.name for table in tables.values() for output in table.outputs)}
    kept -= drawing.field_names
    everywhere = _reached(graph, said, is_any=True)
    always = _reached(graph, said, is_any=False)
    for element_id, place, text in _texts(root, graph, drawing, tables):
        for name in sorted(_asked(text) & kept):
            if name not in everywhere.get(place, kept):
                yield problem("condition-unset", element_id, text=text[:60], name=name, forms=_forms(name))
            elif name not in always.get(place, kept):
                yield problem("condition-unset-ways", element_id, text=text[:60], name=name)
    yield from _early(graph, drawing)


def _said(
    root: etree._Element, drawing: Drawing, tables: Mapping[str, Table]
) -> Iterator[tuple[str, _Names]]:
    """Element → the names that it leaves in the token."""
    for step in drawing.steps.values():
        yield step.element_id, frozenset(ROUTES.get(step.form_key, ()))
    for task, table in _called(root, tables):
        yield task, frozenset(output.name for output in table.outputs)


def _called(root: etree._Element, tables: Mapping[str, Table]) -> Iterator[tuple[str, Table]]:
    for task in root.iter(f"{BPMN}businessRuleTask"):
        name = (task.findtext(f".//{SPIFF}calledDecisionId") or "").strip()
        if name in tables:
            yield task.get("id", ""), tables[name]


def _texts(
    root: etree._Element, graph: Graph, drawing: Drawing, tables: Mapping[str, Table]
) -> Iterator[tuple[str, str, str]]:
    """The element to mark, where the token stands when it is asked, and what it is asked."""
    for flow in graph.flows:
        yield flow.element_id, flow.source, flow.condition
    for timer in drawing.timers.values():
        yield timer.element_id, timer.element_id, timer.expression
    for task, table in _called(root, tables):
        yield from ((task, task, column.expression) for column in table.columns)


def _asked(text: str) -> _Names:
    try:
        return compile_expression(text).names if text else frozenset()
    except ExpressionError:
        return frozenset()  # said by the check of all texts


def _reached(graph: Graph, said: Mapping[str, _Names], *, is_any: bool) -> dict[str, _Names]:
    """Element → the names said before it, on any way to it or on every one."""
    none, every = frozenset[str](), frozenset[str]().union(*said.values())
    comes = _ways_into(graph)
    known = {node: none if is_any or not comes.get(node) else every for node in graph.kinds}
    is_settled = False
    while not is_settled:
        is_settled = True
        for node, ways in comes.items():
            brought = [
                known.get(one, none) | (said.get(one, none) if is_done else none) for one, is_done in ways
            ]
            # Branches that meet at a parallel gateway bring all that they have.
            is_joined = is_any or graph.kinds.get(node) == "parallelGateway"
            found = none.union(*brought) if is_joined else brought[0].intersection(*brought)
            if found != known.get(node):
                known[node], is_settled = found, False
    return known


def _ways_into(graph: Graph) -> dict[str, list[tuple[str, bool]]]:
    """Element → what comes before it, and whether that is done by then: the host of an event is not."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for flow in graph.flows:
        found.setdefault(flow.target, []).append((flow.source, True))
    for host, events in graph.attached.items():
        for event in events:
            found.setdefault(event, []).append((host, False))
    return found


def _forms(name: str) -> str:
    forms = [key for key, names in ROUTES.items() if name in names]
    return f"表单 {'、'.join(forms)}" if forms else "调用该决策表的业务规则任务"


def _early(graph: Graph, drawing: Drawing) -> Iterator[Problem]:
    """A field whose every step comes only behind the gateway."""
    asked: dict[str, set[str]] = {}
    for step in drawing.steps.values():
        for field in step.fields:
            asked.setdefault(field.name, set()).add(step.element_id)
    for flow in graph.flows:
        for name in sorted(_asked(flow.condition) & asked.keys()):
            if asked[name] <= _behind(graph, flow.source) and not any(
                flow.source in _behind(graph, step) for step in asked[name]
            ):
                yield problem("condition-unasked", flow.element_id, text=flow.condition[:60], name=name)


def _behind(graph: Graph, node: str) -> set[str]:
    """Every element that can come after one."""
    seen: set[str] = set()
    waiting = graph.after(node)
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting.extend(graph.after(other))
    return seen
