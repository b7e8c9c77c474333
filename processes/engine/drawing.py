"""Room drawing: our own reading of a BPMN file: steps with lane and form, timers, endings.

Lanes are authorisation data and the engine can lose them, so they are read here from the XML itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from models.drawn_field import DrawnField
from processes.engine.drawn_fields import read_fields
from processes.engine.xml import BPMN, SPIFF, refused

# What the property `priority` of a step may say.
URGENT = "urgent"
# What the property `startable` of a process says, and the series of one that names none.
STARTABLE, SERIES = "yes", "TY"


@dataclass(frozen=True)
class Step:
    """A user task as it is drawn."""

    element_id: str
    name: str
    lane: str
    form_key: str
    properties: Mapping[str, str]
    # What the process owner asks beside the built-in form, or instead of one.
    fields: tuple[DrawnField, ...] = ()

    @property
    def priority(self) -> int:
        """0: ordinary; 1: urgent (急件)."""
        return int(self.properties.get("priority", "") == URGENT)

    @property
    def status(self) -> str:
        """The status of the case while this step is open."""
        return self.properties.get("status", "")

    @property
    def permission(self) -> str:
        """What a person needs to work on it."""
        return self.properties.get("permission", "task:work")

    @property
    def not_same_as(self) -> tuple[str, ...]:
        """Steps whose person may not do this one (separation of duties)."""
        return tuple(part for part in self.properties.get("not_same_as", "").split(",") if part)


@dataclass(frozen=True)
class DrawnTimer:
    """A timer event; on the boundary of `attached_to` it may be a statutory deadline."""

    element_id: str
    name: str
    attached_to: str
    expression: str
    is_interrupting: bool
    deadline: str
    clause: str
    # The ladder of warnings (models/reminder.py) of this clock; empty: that of the drawing.
    warnings: str = ""
    # Written as a timeCycle.
    repeats: bool = False


@dataclass(frozen=True)
class Drawing:
    """What the rest of the program needs to know of a diagram."""

    key: str
    name: str
    steps: Mapping[str, Step]
    timers: Mapping[str, DrawnTimer]
    endings: Mapping[str, str]
    messages: Mapping[str, str]
    # Throwing event → the act of the house it asks for (processes/acts.py); waiting event → status of the case.
    acts: Mapping[str, str]
    waits: Mapping[str, str]
    decisions: tuple[str, ...]
    lanes: tuple[str, ...]
    # What is promised for the whole case: working days (0: nothing), the fact they count from, the basis.
    promise: int = 0
    promise_from: str = ""
    promise_clause: str = ""
    warnings: str = ""
    # What the drawing says of itself: how it is started, and its documentation.
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str = ""
    # The steps to which a new case comes before anything is waited for.
    first: tuple[str, ...] = ()

    @property
    def is_startable(self) -> bool:
        """Whether a person may start a case on it (业务发起)."""
        return self.properties.get("startable", "") == STARTABLE

    @property
    def series(self) -> str:
        """The two letters of the numbers of cases that a person starts on it."""
        return self.properties.get("series", "") or SERIES

    @cached_property
    def drawn_fields(self) -> Mapping[str, DrawnField]:
        """Every drawn field by its name; of one that several steps ask, the last."""
        return {one.name: one for step in self.steps.values() for one in step.fields}

    @property
    def field_names(self) -> frozenset[str]:
        """The names that conditions may ask for because a step asks a person for them."""
        return frozenset(self.drawn_fields)

    def warnings_of(self, key: str) -> str:
        """The ladder drawn for the statutory clock `key`, else that of the whole drawing."""
        drawn = (timer.warnings for timer in self.timers.values() if timer.deadline == key)
        return next((text for text in drawn if text), self.warnings)

    def deadline_of(self, element_id: str) -> DrawnTimer | None:
        """The statutory timer drawn on a step, if any."""
        for timer in self.timers.values():
            if timer.attached_to == element_id and timer.deadline:
                return timer
        return None


def read_drawing(root: etree._Element) -> Drawing:
    """Read the one executable process of a BPMN document. Raises XmlRefused."""
    process = _the_process(root)
    lane_of, properties = dict(_lanes(process)), _properties(process)
    return Drawing(
        key=process.get("id", ""),
        name=process.get("name", "") or process.get("id", ""),
        steps={step.element_id: step for step in _steps(process, lane_of)},
        timers={timer.element_id: timer for timer in _timers(process)},
        endings={
            node.get("id", ""): _properties(node).get("status", "")
            for node in process.iter(f"{BPMN}endEvent")
        },
        messages=dict(_messages(root, process, thrown=False)),
        acts=dict(_messages(root, process, thrown=True)),
        waits={
            node.get("id", ""): _properties(node).get("status", "")
            for node in process.iter(f"{BPMN}intermediateCatchEvent")
        },
        decisions=tuple(node.text or "" for node in process.iter(f"{SPIFF}calledDecisionId")),
        lanes=tuple(dict.fromkeys(lane_of.values())),
        promise=_days(properties.get("promise", "")),
        promise_from=properties.get("promise_from", ""),
        promise_clause=properties.get("promise_clause", ""),
        warnings=properties.get("warnings", ""),
        properties=properties,
        first=tuple(_first_steps(process)),
        documentation=(process.findtext(f"{BPMN}documentation") or "").strip(),
    )


def _the_process(root: etree._Element) -> etree._Element:
    if root.tag != f"{BPMN}definitions":
        raise refused("file-kind")
    found = [node for node in root.iter(f"{BPMN}process") if node.get("isExecutable", "true") == "true"]
    if len(found) != 1:
        raise refused("file-processes")
    return found[0]


def _first_steps(process: etree._Element) -> Iterator[str]:
    """Where the flows from the start lead past gateways and automatic elements only."""
    follows: dict[str, list[str]] = {}
    for flow in process.iter(f"{BPMN}sequenceFlow"):
        follows.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
    waits = {node.get("id", "") for node in process.iter(f"{BPMN}intermediateCatchEvent")}
    people = [node.get("id", "") for node in process.iter(f"{BPMN}userTask")]
    coming = [node.get("id", "") for node in process.iter(f"{BPMN}startEvent")]
    seen: set[str] = set()
    while coming:
        node = coming.pop()
        if node in seen:
            continue
        seen.add(node)
        if node not in waits and node not in people:
            coming.extend(follows.get(node, ()))
    yield from (element_id for element_id in people if element_id in seen)


def _lanes(process: etree._Element) -> Iterator[tuple[str, str]]:
    for lane in process.iter(f"{BPMN}lane"):
        for reference in lane.findall(f"{BPMN}flowNodeRef"):
            yield (reference.text or "").strip(), lane.get("name", "")


def _steps(process: etree._Element, lane_of: Mapping[str, str]) -> Iterator[Step]:
    for node in process.iter(f"{BPMN}userTask"):
        element_id, properties = node.get("id", ""), _properties(node)
        yield Step(
            element_id,
            node.get("name") or element_id,
            lane_of.get(element_id, ""),
            properties.get("form", ""),
            properties,
            read_fields(properties),
        )


def _timers(process: etree._Element) -> Iterator[DrawnTimer]:
    for definition in process.iter(f"{BPMN}timerEventDefinition"):
        node = definition.getparent()
        if node is None:
            continue
        properties = _properties(node)
        expression = next((child.text or "" for child in definition if isinstance(child.tag, str)), "")
        yield DrawnTimer(
            element_id=node.get("id", ""),
            name=node.get("name", "") or node.get("id", ""),
            attached_to=node.get("attachedToRef", ""),
            expression=expression.strip(),
            is_interrupting=node.get("cancelActivity", "true") == "true",
            deadline=properties.get("deadline", ""),
            clause=properties.get("clause", ""),
            warnings=properties.get("warnings", ""),
            repeats=definition.find(f"{BPMN}timeCycle") is not None,
        )


def _days(text: str) -> int:
    """A number of days; 0 when nothing is promised. Raises XmlRefused for anything else than 1 to 999."""
    if not text:
        return 0
    if not re.fullmatch("[1-9][0-9]{0,2}", text):
        raise refused("promise-days", text=text[:20])
    return int(text)


def _messages(root: etree._Element, process: etree._Element, *, thrown: bool) -> Iterator[tuple[str, str]]:
    """Element id of each catching, or throwing, event → name of its message."""
    names = {node.get("id"): node.get("name", "") for node in root.iter(f"{BPMN}message")}
    for definition in process.iter(f"{BPMN}messageEventDefinition"):
        node = definition.getparent()
        if node is not None and (node.tag == f"{BPMN}intermediateThrowEvent") is thrown:
            yield node.get("id", ""), names.get(definition.get("messageRef"), "")


def _properties(node: etree._Element) -> dict[str, str]:
    found = node.find(f"{BPMN}extensionElements/{SPIFF}properties")
    if found is None:
        return {}
    return {item.get("name", ""): item.get("value", "") for item in found}
