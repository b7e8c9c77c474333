"""Room lint: how the elements are connected: gateways, dead ends and what cannot be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from processes.engine.lint_vocabulary import GATEWAYS, NODES, Problem
from processes.engine.xml import BPMN

_MAX_FORKS = 8


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
    defaults: dict[str, str] = field(default_factory=dict)
    outgoing: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    incoming: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    attached: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Boundary events that do not interrupt their step: beside it each of them begins a branch of its own.
    besides: dict[str, str] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def after(self, node: str) -> list[str]:
        """What can follow a node, its boundary events included."""
        return [flow.target for flow in self.outgoing[node]] + self.attached[node]


def read_graph(root: etree._Element) -> Graph:
    """The nodes and flows of a document."""
    graph = Graph()
    for kind in NODES:
        for node in root.iter(f"{BPMN}{kind}"):
            graph.kinds[node.get("id", "")] = kind
            if node.get("default"):
                graph.defaults[node.get("id", "")] = node.get("default", "")
            if node.get("attachedToRef"):
                graph.attached[node.get("attachedToRef", "")].append(node.get("id", ""))
            if node.get("cancelActivity") == "false":
                graph.besides[node.get("id", "")] = node.get("attachedToRef", "")
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
    for flow in dangling:
        yield Problem(flow.element_id, "连线的起点或终点不存在。")
    if list(graph.kinds.values()).count("startEvent") != 1:
        yield Problem("", "流程应有且只有一个开始事件。")
    for node, kind in graph.kinds.items():
        yield from _degree(graph, node, kind)
        if kind == "exclusiveGateway":
            yield from _exclusive(graph, node)
    yield from _ignored_conditions(graph)
    forks = [n for n, k in graph.kinds.items() if k == "parallelGateway" and len(graph.outgoing[n]) > 1]
    if len(forks) > _MAX_FORKS:
        yield Problem(forks[-1], f"并行分支不得超过 {_MAX_FORKS} 处。")
    if not dangling:
        yield from _reached(graph)


def _ignored_conditions(graph: Graph) -> Iterator[Problem]:
    for flow in graph.flows:
        if flow.condition and graph.kinds.get(flow.source) != "exclusiveGateway":
            yield Problem(flow.element_id, "只有排他网关的出口条件才会被计算，请删除此条件或改用排他网关。")


def _degree(graph: Graph, node: str, kind: str) -> Iterator[Problem]:
    """How many flows may come in and go out."""
    comes, goes = len(graph.incoming[node]), len(graph.outgoing[node])
    needs_entry = kind not in ("startEvent", "boundaryEvent")
    if needs_entry and comes == 0:
        yield Problem(node, "该元素没有入口连线，不会被执行。")
    if not needs_entry and comes:
        yield Problem(node, "该事件不能有入口连线。")
    if kind not in GATEWAYS and comes > 1:
        yield Problem(node, "多条连线进入同一元素，请在前面加一个网关合并。")
    if kind == "endEvent" and goes:
        yield Problem(node, "结束事件不能有出口连线。")
    if kind != "endEvent" and goes == 0:
        yield Problem(node, "该元素没有出口连线。")
    if kind not in GATEWAYS and goes > 1:
        yield Problem(node, "多条连线离开同一元素，请在后面加一个网关分支。")


def _exclusive(graph: Graph, node: str) -> Iterator[Problem]:
    flows, default = graph.outgoing[node], graph.defaults.get(node, "")
    if len(flows) < 2:
        for flow in flows:
            if flow.condition:
                yield Problem(flow.element_id, "只有一个出口的网关不能写条件。")
        return
    if default not in {flow.element_id for flow in flows}:
        yield Problem(node, "排他网关没有默认出口；条件都不成立时案卷会停住。")
    for flow in flows:
        if flow.element_id == default and flow.condition:
            yield Problem(flow.element_id, "默认出口的条件不会被计算，请删除。")
        if flow.element_id != default and not flow.condition:
            yield Problem(flow.element_id, "排他网关的非默认出口应写明条件。")


def _reached(graph: Graph) -> Iterator[Problem]:
    seen: set[str] = set()
    waiting = [node for node, kind in graph.kinds.items() if kind == "startEvent"]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(graph.after(node))
    for node in graph.kinds:
        if node not in seen:
            yield Problem(node, "从开始事件不能到达该元素，它会被悄悄忽略。")
