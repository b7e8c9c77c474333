"""Room lint: what the elements of a drawing are called, and which signals they throw and wait for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from models.drawn_field import PREFIX
from processes.engine.drawing import Drawing
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import EVENTS, NODES, PROPERTIES, TITLES, Problem
from processes.engine.xml import BPMN, SPIFF

_MAX_NAME, _MAX_KEY = 100, 60
# An id that an editor made up says nothing to its reader; one that somebody wrote does.
_MADE_UP = re.compile(r"[A-Z][A-Za-z]+_[0-9a-z]{7}")
_KINDS = {
    **TITLES,
    "businessRuleTask": "业务规则任务",
    "exclusiveGateway": "排他网关",
    "parallelGateway": "并行网关",
    "eventBasedGateway": "事件网关",
}


def names_of(root: etree._Element) -> dict[str, str]:
    """Element id → name, or what kind of element it is."""
    found = {}
    for kind in NODES:
        for node in root.iter(f"{BPMN}{kind}"):
            found[node.get("id", "")] = (node.get("name") or TITLES.get(kind, node.get("id", "")))[:60]
    return found


def signals_of(root: etree._Element) -> dict[str, str]:
    """Throwing or catching event → the signal it means; "" when there is none such."""
    known = {node.get("id"): node.get("name", "") for node in root.iter(f"{BPMN}signal")}
    found = {}
    for definition in root.iter(f"{BPMN}signalEventDefinition"):
        event = definition.getparent()
        if event is not None:
            # The engine takes a QName literally.
            found[event.get("id", "")] = known.get(definition.get("signalRef"), "")
    return found


def unnamed(kind: str, element_id: str) -> str:
    """What an element without a name is called."""
    return f"未命名的{_KINDS[kind]}（{element_id}）"


def called(problems: Iterable[Problem], root: etree._Element) -> list[Problem]:
    """The problems with every element that has no name called by what it is."""
    found = {}
    for kind in NODES:
        for node in root.iter(f"{BPMN}{kind}"):
            if not node.get("name") and _MADE_UP.fullmatch(node.get("id", "")):
                found[f"“{node.get('id')}”"] = f"“{unnamed(kind, node.get('id', ''))}”"
    return [replace(one, message=_replaced(one.message, found)) for one in problems]


def _replaced(text: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def check_names(root: etree._Element, drawing: Drawing) -> Iterator[Problem]:
    """Signals that exist and meet somebody, and a process whose name fits."""
    signals, names = signals_of(root), names_of(root)
    thrown: set[str] = set()
    caught: set[str] = set()
    for node in root.iter(*(f"{BPMN}{kind}" for kind in EVENTS)):
        signal, is_thrown = signals.get(node.get("id", "")), node.tag == f"{BPMN}intermediateThrowEvent"
        if signal:
            (thrown if is_thrown else caught).add(signal)
        elif signal == "":
            title = TITLES[etree.QName(node).localname]
            yield problem("event-signal", node.get("id", ""), title=title, name=names[node.get("id", "")])
    for element_id, signal in signals.items():
        if signal in thrown ^ caught:
            yield problem("event-unheard" if signal in thrown else "event-unthrown", element_id, name=signal)
    if len(drawing.name) > _MAX_NAME or len(drawing.key) > _MAX_KEY:
        yield problem("process-name", drawing.key[:_MAX_KEY])
    yield from _properties(root)


def _properties(root: etree._Element) -> Iterator[Problem]:
    """A slip of the pen in a property would silently take its meaning away."""
    for item in root.iter(f"{SPIFF}properties"):
        node = next((up for up in item.iterancestors() if up.tag.startswith(BPMN) and up.get("id")), item)
        kind = etree.QName(node).localname
        named = [child.get("name", "") for child in item if not child.get("name", "").startswith(PREFIX)]
        for name, count in Counter(named).items():
            said = {"name": name[:60], "title": TITLES.get(kind, "该元素")}
            if name not in PROPERTIES.get(kind, {}):
                yield problem("property-unknown", node.get("id", ""), **said)
            elif count > 1:
                yield problem("property-twice", node.get("id", ""), **said)
