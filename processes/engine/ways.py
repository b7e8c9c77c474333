"""Room drawing: how its elements are connected, for telling two runs apart: branches, names, what runs beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from processes.engine.xml import BPMN, read_xml


@dataclass(frozen=True)
class Branch:
    """One way out of an element."""

    flow_id: str
    name: str
    target: str


@dataclass(frozen=True)
class Ways:
    """Branches of the gateways that choose, by the element they lead to; names; elements only reached beside."""

    branches: Mapping[str, Mapping[str, Branch]]
    names: Mapping[str, str]
    beside: frozenset[str]

    def name(self, element_id: str) -> str:
        """What an element is called; its id where it has no name."""
        return self.names.get(element_id) or element_id


def ways_of(bpmn: str) -> Ways:
    """Read the connections of a drawing that was checked before."""
    root = read_xml(bpmn.encode())
    flows = [(node.get("sourceRef", ""), _branch(node)) for node in root.iter(f"{BPMN}sequenceFlow")]
    goes: dict[str, dict[str, Branch]] = defaultdict(dict)
    for source, branch in flows:
        goes[source][branch.target] = branch
    choosing = {
        node.get("id", "")
        for kind in ("exclusive", "inclusive")
        for node in root.iter(f"{BPMN}{kind}Gateway")
    }
    return Ways(
        {source: out for source, out in goes.items() if source in choosing and len(out) > 1},
        {node.get("id", ""): node.get("name", "") for node in root.iter() if isinstance(node.tag, str)},
        frozenset(_beside(root, goes)),
    )


def _branch(node: etree._Element) -> Branch:
    return Branch(node.get("id", ""), node.get("name", ""), node.get("targetRef", ""))


def _beside(root: etree._Element, goes: Mapping[str, Mapping[str, Branch]]) -> set[str]:
    """What only an event that leaves its step open leads to: a report of lateness is no other way."""
    beside, starts = set[str](), set[str]()
    for node in root.iter(f"{BPMN}boundaryEvent", f"{BPMN}startEvent"):
        (beside if node.get("cancelActivity") == "false" else starts).add(node.get("id", ""))
    return _reached(beside, goes) - _reached(starts, goes)


def _reached(first: Iterable[str], goes: Mapping[str, Mapping[str, Branch]]) -> set[str]:
    seen, waiting = set[str](), list(first)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += goes.get(node, {})
    return seen
