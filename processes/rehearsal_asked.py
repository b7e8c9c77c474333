"""Room rehearsal, asked: which values a step has to bring so that gateways, timers and tables can go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from models.drawn_field import DrawnField
from processes.engine.definition import Definition
from processes.engine.drawing import Step
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_graph import Graph, read_graph
from processes.engine.lint_vocabulary import WAITING
from processes.engine.xml import BPMN, SPIFF, read_xml
from processes.facts import FACTS
from processes.rehearsal_names import DECIDES, dates_of, field_of
from processes.steps import ROUTING

# Nobody is asked for it: the sandbox knows.
_KNOWN = frozenset(("calendar_version",))


@dataclass(frozen=True)
class Table:
    """A decision of the drawing's tables: the names that it reads, and those that it brings."""

    file_name: str
    title: str
    reads: frozenset[str]
    # Name of an output → its title.
    brings: dict[str, str]
    is_first: bool


class Questions:
    """What a definition reads, and where; the drawing has passed the check."""

    def __init__(self, definition: Definition, bpmn: str) -> None:
        self.definition, self._root = definition, read_xml(bpmn.encode())

    @cached_property
    def graph(self) -> Graph:
        """How the elements are connected."""
        return read_graph(self._root)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Element id → what is written on it."""
        return {
            node.get("id", ""): " ".join(node.get("name", "").split())
            for node in self._root.iter(f"{BPMN}*")
            if node.get("name")
        }

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Decision id → its table."""
        found = {}
        for file_name, text in self.definition.decisions.items():
            for decision in read_xml(text.encode()).iter("{*}decision"):
                title = decision.get("name", "") or decision.get("id", "")
                found[decision.get("id", "")] = Table(
                    file_name, title, _reads(decision), _brings(decision), _is_first(decision)
                )
        return found

    @cached_property
    def called(self) -> dict[str, str]:
        """Business rule task → the decision that it calls."""
        return {
            node.get("id", ""): (node.findtext(f".//{SPIFF}calledDecisionId") or "").strip()
            for node in self._root.iter(f"{BPMN}businessRuleTask")
        }

    @cached_property
    def read(self) -> frozenset[str]:
        """Every declared name that the drawing reads anywhere."""
        drawing = self.definition.drawing
        texts = [flow.condition for flow in self.graph.flows if flow.condition]
        texts += [timer.expression for timer in drawing.timers.values()]
        names = set(_names(texts)).union(*(table.reads for table in self.tables.values()))
        return frozenset(names & {*FACTS, *ROUTING, *drawing.field_names})

    @property
    def facts(self) -> list[DrawnField]:
        """The facts of the case that the drawing reads, for the panel in which they are set."""
        drawing = self.definition.drawing
        names = self.read - ROUTING - drawing.field_names - _KNOWN
        return [field_of(name, drawing) for name in FACTS if name in names]

    def asked(self, step: Step, given: dict[str, Any]) -> list[DrawnField]:
        """What has to be known when a step is done and is not: its decision, its drawn fields, missing facts."""
        drawing = self.definition.drawing
        names = [*self._routing(step), *(field.name for field in step.fields)]
        names += [name for name in sorted(self._next(step)) if self._is_missing(name, step, given)]
        return [field_of(name, drawing) for name in dict.fromkeys(names)]

    def _is_missing(self, name: str, step: Step, given: dict[str, Any]) -> bool:
        if name in ROUTING or name in _KNOWN or given.get(name) is not None:
            return False
        dated = {*dates_of(step.form_key, {}), *_dated(step)}
        return name in FACTS and name not in dated

    def _routing(self, step: Step) -> list[str]:
        """The routing names of a step: what its form decides, and what is read next and no form decides."""
        mine = DECIDES[step.form_key][0] if step.form_key in DECIDES else ""
        steps = self.definition.drawing.steps.values()
        others = {DECIDES[one.form_key][0] for one in steps if one.form_key in DECIDES}
        wanted = [mine] if mine in self.read else []
        return wanted + sorted(name for name in self._next(step) & ROUTING if name not in others)

    def _next(self, step: Step) -> frozenset[str]:
        """The names that are read after a step before the next person or event acts."""
        names: set[str] = set()
        brought: set[str] = set()
        todo, seen = [flow.target for flow in self.graph.outgoing[step.element_id]], set[str]()
        texts = [flow.condition for flow in self.graph.outgoing[step.element_id]]
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            if node in self.called and self.called[node] in self.tables:
                table = self.tables[self.called[node]]
                names |= table.reads
                brought |= set(table.brings)
            texts += self._texts_at(node)
            if self.graph.kinds.get(node) not in WAITING:
                todo += [flow.target for flow in self.graph.outgoing[node]]
        return frozenset((names | set(_names(texts))) - brought)

    def _texts_at(self, node: str) -> Iterator[str]:
        yield from (flow.condition for flow in self.graph.outgoing[node])
        for one in (node, *self.graph.attached[node]):
            if one in self.definition.drawing.timers:
                yield self.definition.drawing.timers[one].expression


def _dated(step: Step) -> set[str]:
    """What the form of a step dates, whichever way it decides."""
    ways: list[dict[str, Any]] = [{}]
    if step.form_key in DECIDES:
        ways += [{DECIDES[step.form_key][0]: is_yes} for is_yes in (True, False)]
    return {name for values in ways for name in dates_of(step.form_key, values)}


def _names(texts: Iterable[str]) -> Iterator[str]:
    for text in filter(None, texts):
        try:
            yield from compile_expression(text).names
        except ExpressionError:
            continue  # the check has let it pass: a word of the table alone


def _reads(decision: etree._Element) -> frozenset[str]:
    """The names in the head of a table and in its cells."""
    texts = [
        (node.text or "").strip()
        for kind in ("inputExpression", "inputEntry", "outputEntry")
        for entry in decision.iter(f"{{*}}{kind}")
        for node in entry.iter("{*}text")
    ]
    # A cell may begin with a comparison: what stands behind it is what is read.
    return frozenset(_names(text.lstrip("<>=!? ") for text in texts))


def _brings(decision: etree._Element) -> dict[str, str]:
    return {
        node.get("name", ""): node.get("label", "") or node.get("name", "")
        for node in decision.iter("{*}output")
    }


def _is_first(decision: etree._Element) -> bool:
    return any(table.get("hitPolicy") == "FIRST" for table in decision.iter("{*}decisionTable"))
