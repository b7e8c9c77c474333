"""Room lint: how the elements are connected: gateways, dead ends and what cannot be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from processes.engine.lint_codes import problem
from processes.engine.lint_names import unnamed
from processes.engine.lint_vocabulary import GATEWAYS, NODES, Problem
from processes.engine.xml import BPMN

MAX_FORKS = 8
MAX_WAYS = 300
_NAMED = 12


@dataclass(frozen=True)
class Flow:
    """A sequence flow with its condition, if any."""

    element_id: str
    source: str
    target: str
    condition: str


@dataclass
class Graph:
    """Nodes by kind and the flows between them; a boundary event follows the step it is attached to."""

    kinds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    outgoing: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    incoming: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    attached: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Boundary events that do not interrupt their step: beside it each of them begins a branch of its own.
    besides: dict[str, str] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    # What may not be drawn at all and is refused by itself: a flow to it is not called dangling.
    others: set[str] = field(default_factory=set)
    # End events that close the case at once.
    terminating: set[str] = field(default_factory=set)

    def after(self, node: str) -> list[str]:
        """What can follow a node, its boundary events included."""
        return [flow.target for flow in self.outgoing[node]] + self.attached[node]


def read_graph(root: etree._Element) -> Graph:
    """The nodes and flows of a document."""
    graph = Graph()
    for kind in NODES:
        for node in root.iter(f"{BPMN}{kind}"):
            graph.kinds[node.get("id", "")] = kind
            graph.names[node.get("id", "")] = node.get("name", "")[:60] or unnamed(kind, node.get("id", ""))
            if node.get("default"):
                graph.defaults[node.get("id", "")] = node.get("default", "")
            if node.get("attachedToRef"):
                graph.attached[node.get("attachedToRef", "")].append(node.get("id", ""))
            if node.find(f"{BPMN}terminateEventDefinition") is not None:
                graph.terminating.add(node.get("id", ""))
            if node.get("cancelActivity") == "false":
                graph.besides[node.get("id", "")] = node.get("attachedToRef", "")
    flowing = root.iter(f"{BPMN}process", f"{BPMN}subProcess")
    graph.others = {child.get("id", "") for around in flowing for child in around} - set(graph.kinds)
    for node in root.iter(f"{BPMN}sequenceFlow"):
        condition = node.findtext(f"{BPMN}conditionExpression") or ""
        flow = Flow(
            node.get("id", ""), node.get("sourceRef", ""), node.get("targetRef", ""), condition.strip()
        )
        graph.flows.append(flow)
        graph.outgoing[flow.source].append(flow)
        graph.incoming[flow.target].append(flow)
    return graph


def check_graph(graph: Graph) -> Iterator[Problem]:
    """Every fault of the connections."""
    dangling = [f for f in graph.flows if f.source not in graph.kinds or f.target not in graph.kinds]
    known = {*graph.kinds, *graph.others}
    for flow in dangling:
        if not {flow.source, flow.target} <= known:
            yield problem("flow-dangling", flow.element_id)
    if list(graph.kinds.values()).count("startEvent") != 1:
        yield problem("flow-start")
    for node, kind in graph.kinds.items():
        yield from _degree(graph, node, kind)
        if kind == "exclusiveGateway":
            yield from _exclusive(graph, node)
    yield from _ignored_conditions(graph)
    forks = [n for n, k in graph.kinds.items() if k == "parallelGateway" and len(graph.outgoing[n]) > 1]
    if len(forks) > MAX_FORKS:
        yield problem("flow-forks", forks[-1], limit=MAX_FORKS)
    if not dangling:
        yield from _reached(graph)
        yield from _ways(graph)


def _ways(graph: Graph) -> Iterator[Problem]:
    """The engine foresees every branch to its end: parallel parts one after the other multiply."""
    for node, kind in graph.kinds.items():
        count = _from(graph, node, {}) if kind == "startEvent" else 0
        if count > MAX_WAYS:
            yield problem("flow-ways", node, count=min(count, 10**9), limit=MAX_WAYS)


def _from(graph: Graph, node: str, known: dict[str, int]) -> int:
    """How many ways lead on from an element; a way back counts once."""
    if node in known:
        return known[node]
    known[node] = 1
    counts = [_from(graph, other, known) for other in graph.after(node)]
    together = sum if graph.kinds.get(node) == "parallelGateway" else max
    known[node] = together(counts) if counts else 1
    return known[node]


def _ignored_conditions(graph: Graph) -> Iterator[Problem]:
    for flow in graph.flows:
        if flow.condition and graph.kinds.get(flow.source) != "exclusiveGateway":
            yield problem("flow-condition", flow.element_id)


def _degree(graph: Graph, node: str, kind: str) -> Iterator[Problem]:
    """How many flows may come in and go out."""
    comes, goes = len(graph.incoming[node]), len(graph.outgoing[node])
    needs_entry = kind not in ("startEvent", "boundaryEvent")
    if needs_entry and comes == 0:
        yield problem("flow-no-entry", node)
    if not needs_entry and comes:
        yield problem("flow-entry", node)
    if kind not in GATEWAYS and comes > 1:
        yield problem("flow-merge", node)
    if kind == "endEvent" and goes:
        yield problem("flow-after-end", node)
    if kind != "endEvent" and goes == 0:
        yield problem("flow-no-exit", node)
    if kind not in GATEWAYS and goes > 1:
        yield problem("flow-split", node)


def _exclusive(graph: Graph, node: str) -> Iterator[Problem]:
    flows, default = graph.outgoing[node], graph.defaults.get(node, "")
    if len(flows) < 2:
        for flow in flows:
            if flow.condition:
                yield problem("flow-single-condition", flow.element_id)
        return
    if default not in {flow.element_id for flow in flows}:
        yield problem("flow-no-default", node)
    for flow in flows:
        if flow.element_id == default and flow.condition:
            yield problem("flow-default-condition", flow.element_id)
        if flow.element_id != default and not flow.condition:
            yield problem("flow-no-condition", flow.element_id)


def _reached(graph: Graph) -> Iterator[Problem]:
    """What no way leads to, told once at its first element: all of it follows from the same missing flow."""
    seen = _behind(graph, [node for node, kind in graph.kinds.items() if kind == "startEvent"])
    lost = [node for node in graph.kinds if node not in seen]
    if not lost:
        return
    led = {node for one in lost for node in graph.after(one)}
    after_gap = _behind(graph, [node for node in lost if node not in led], seen)
    path = list(dict.fromkeys(after_gap + lost))
    shown = "、".join(f"“{graph.names[node]}”" for node in path[:_NAMED])
    names = shown if len(path) <= _NAMED else f"{shown}等"
    yield replace(problem("flow-unreached", path[0], count=len(path), names=names), path=tuple(path))


def _behind(graph: Graph, begun: Iterable[str], without: Collection[str] = ()) -> list[str]:
    """These elements and all that follows them, the nearest first."""
    seen = dict.fromkeys(begun)
    waiting = list(seen)
    for node in waiting:
        for other in graph.after(node):
            if other not in seen and other not in without:
                seen[other] = None
                waiting.append(other)
    return list(seen)
