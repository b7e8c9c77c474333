"""Room lint: every text that the engine will evaluate, composed as the engine composes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from processes.engine.drawing import Drawing
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_elements import Known
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import Problem
from processes.engine.xml import BPMN, SPIFF, XmlRefused, read_xml

_MAX_CELL = 300
# The engine's own pattern for a question mark outside quotes.
_QUESTION = re.compile(r"(\?)(?=(?:[^'\"]|['\"][^'\"]*['\"])*$)")
_STEM = "dmninputexpr"


def check_texts(
    graph: Graph, drawing: Drawing, decisions: Mapping[str, etree._Element], known: Known
) -> Iterator[Problem]:
    """Conditions, timers and the drawing's own decision tables."""
    outputs = {name for table in decisions.values() for name in _outputs(table)}
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
        yield Problem(element_id, f"表达式“{text[:60]}”不正确：{error.message}")
        return
    for name in sorted(compiled.names - set(known.names) - extra):
        yield Problem(element_id, f"表达式“{text[:60]}”中的“{name}”不是已声明的名称。")
    for name in sorted(compiled.calls - set(known.functions)):
        yield Problem(element_id, f"表达式“{text[:60]}”中的函数“{name}”不存在。")


def read_tables(decisions: Mapping[str, bytes]) -> tuple[dict[str, etree._Element], list[Problem]]:
    """The safe tables by file name, and a problem for each that is not."""
    tables, problems = {}, []
    for name, content in decisions.items():
        try:
            tables[name] = read_xml(content)
        except XmlRefused as error:
            problems.append(Problem(name, f"决策表 {name}：{error}"))
    return tables, problems


def check_tables(
    root: etree._Element, drawing: Drawing, decisions: Mapping[str, etree._Element], known: Known
) -> Iterator[Problem]:
    """Called tables are present, decide for one row, and every cell compiles with its input."""
    policies = {}
    for name, table in decisions.items():
        for decision in _children(table, "decision"):
            found = next(iter(_children(decision, "decisionTable")), None)
            if found is None:
                yield Problem(decision.get("id", name), f"{name} 中没有决策表。")
                continue
            policies[decision.get("id", "")] = found.get("hitPolicy", "UNIQUE")
            yield from _table(decision.get("id", name), found, known)
    yield from _called(root, drawing, policies)


def _called(root: etree._Element, drawing: Drawing, policies: Mapping[str, str]) -> Iterator[Problem]:
    for task in root.iter(f"{BPMN}businessRuleTask"):
        name = task.findtext(f".//{SPIFF}calledDecisionId") or ""
        if name not in policies:
            yield Problem(task.get("id", ""), f"决策表“{name}”没有随流程一起提供。")
        elif policies[name] != "FIRST":
            yield Problem(task.get("id", ""), f"决策表“{name}”的命中策略应为 FIRST。")
    for step in drawing.steps.values():
        wanted = step.properties.get("decision", "")
        if wanted and wanted not in policies:
            yield Problem(step.element_id, f"决策表“{wanted}”没有随流程一起提供。")


def _table(decision: str, table: etree._Element, known: Known) -> Iterator[Problem]:
    if table.get("hitPolicy", "UNIQUE") not in ("FIRST", "COLLECT"):
        yield Problem(decision, "命中策略只能是 FIRST 或 COLLECT，其他策略引擎不会遵守。")
    inputs = [_text(column) for column in _children(table, "input")]
    for text in inputs:
        yield from _expression(decision, text, known, set())
    for row, rule in enumerate(_children(table, "rule"), start=1):
        cells = [_text(cell) for cell in _children(rule, "inputEntry")]
        if len(cells) != len(inputs):
            yield Problem(decision, f"第 {row} 行的条件数与列数不一致。")
        for column, cell in zip(inputs, cells, strict=False):
            yield from _cell(f"{decision} 第 {row} 行", column, cell, known)
        for output in _children(rule, "outputEntry"):
            yield from _expression(decision, _text(output), known, set())


def _cell(where: str, column: str, cell: str, known: Known) -> Iterator[Problem]:
    if cell in ("", "-"):
        return
    if len(cell) > _MAX_CELL:
        yield Problem(where, f"单元格不得超过 {_MAX_CELL} 个字符。")
        return
    replaced = _QUESTION.sub(_STEM, cell)
    if _STEM in replaced:
        yield from _expression(where, replaced, known, {_STEM})
    else:
        composed = f"({column}) == ({cell})" if _stands_alone(cell) else column + cell
        yield from _expression(where, composed, known, set())


def _stands_alone(cell: str) -> bool:
    try:
        compile_expression(cell)
    except ExpressionError:
        return False
    return True


def _outputs(table: etree._Element) -> list[str]:
    return [node.get("name", "") for node in table.iter() if etree.QName(node).localname == "output"]


def _children(node: etree._Element, name: str) -> list[etree._Element]:
    """Children of that name in whichever DMN namespace the file uses."""
    return [child for child in node if etree.QName(child).localname == name]


def _text(node: etree._Element) -> str:
    found = next((child for child in node.iter() if etree.QName(child).localname == "text"), None)
    return "" if found is None else (found.text or "").strip()
