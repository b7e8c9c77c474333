"""Room lint: what stands in a file beside BPMN: extensions of other tools, attributes nobody heeds, coordinates."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lxml import etree

from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import NODES, Problem
from processes.engine.xml import BPMN, SPIFF

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
# Pictures, colours, and what a modeler notes about itself: nothing of it is executed.
HARMLESS = (
    BPMN,
    DI,
    "{http://www.omg.org/spec/DD/20100524/DC}",
    "{http://www.omg.org/spec/DD/20100524/DI}",
    "{http://www.w3.org/2001/XMLSchema-instance}",
    "{http://bpmn.io/schema/bpmn/biocolor/1.0}",
    "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}",
    "{http://camunda.org/schema/modeler/1.0}",
)
# Attribute → the values that mean nothing special, and what to do instead of another one.
IGNORED = {
    "isForCompensation": (("false",), "撤销的环节请画成普通环节"),
    "startQuantity": (("1",), "需要几份的请画成几个环节"),
    "completionQuantity": (("1",), "需要几份的请画成几个环节"),
    "parallelMultiple": (("false",), "一个事件只等待一件事"),
    "isInterrupting": (("true",), "开始事件不能打断什么"),
    "isImmediate": (("true",), "连线总是立即走过"),
    "language": ((), "表达式一律用本系统的写法"),
    "evaluatesToTypeRef": ((), "表达式一律用本系统的写法"),
}
_NUMBERS = ("x", "y", "width", "height")
_FARTHEST = 100_000


def check_foreign(root: etree._Element, names: dict[str, str]) -> Iterator[Problem]:
    """Everything that another tool would execute or heed, and this one would not."""
    for node in root.iter():
        if not node.tag.startswith((*HARMLESS, SPIFF)):
            yield problem("element-foreign", owner_of(node), name=shown(node, node.tag))
            continue
        for name, value in node.attrib.items():
            yield from _attribute(node, str(name), str(value))
    yield from _pictures(root, names)


def _attribute(node: etree._Element, name: str, value: str) -> Iterator[Problem]:
    if name.startswith("{") and not name.startswith(HARMLESS):
        yield problem("attribute-foreign", owner_of(node), name=shown(node, name))
    elif node.tag.startswith(BPMN) and name in IGNORED and value not in IGNORED[name][0]:
        yield problem("attribute-ignored", owner_of(node), name=name, advice=IGNORED[name][1])
    elif name in _NUMBERS and not node.tag.startswith((BPMN, SPIFF)) and not _is_near(value):
        yield problem("picture-number", owner_of(node), value=value[:40])


def _is_near(value: str) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return math.isfinite(number) and abs(number) <= _FARTHEST


def _pictures(root: etree._Element, names: dict[str, str]) -> Iterator[Problem]:
    """Some elements drawn and some not; a file without any picture is said when it is imported."""
    drawn = {shape.get("bpmnElement") for shape in root.iter(f"{DI}BPMNShape")}
    for node in root.iter(*(f"{BPMN}{kind}" for kind in NODES)) if drawn else ():
        if node.get("id") not in drawn:
            yield problem("picture-none", node.get("id", ""), name=names.get(node.get("id", ""), ""))


def owner_of(node: etree._Element) -> str:
    """The id of the BPMN element to which a node belongs; of a shape, what it is a picture of."""
    cursor: etree._Element | None = node
    while cursor is not None:
        found = cursor.get("bpmnElement") or (cursor.get("id") if cursor.tag.startswith(BPMN) else "")
        if found:
            return found[:80]
        cursor = cursor.getparent()
    return ""


def shown(node: etree._Element, name: str) -> str:
    """A name as its author wrote it: prefix and local name."""
    space, _brace, local = name.removeprefix("{").rpartition("}")
    prefix = next((prefix for prefix, uri in node.nsmap.items() if uri == space and prefix), "")
    return f"{prefix}:{local}"[:80] if prefix else local[:80]
