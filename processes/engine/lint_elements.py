"""Room lint: each element by itself: allowed, well identified, in one lane, with a known form and clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from processes.engine.drawing import Drawing, DrawnTimer, Step
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import (
    ALLOWED,
    ALLOWED_EXTENSIONS,
    DEFINITIONS,
    EVENTS,
    HINTS,
    INSTEAD,
    MUST_HAVE,
    NODES,
    TITLES,
    Problem,
)
from processes.engine.xml import BPMN, SPIFF

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")
# Names of the engine's own tasks.
_RESERVED = ("Start", "End", "Root", "StartEventSplit", "StartEventJoin")
_RESERVED_ENDS = (".BoundaryEventSplit", ".BoundaryEventJoin", ".EndJoin")
MAX_NODES = 200


@dataclass(frozen=True)
class Known:
    """The words of this house that a drawing may use."""

    form_keys: Collection[str]
    lanes: Collection[str]
    departments: Collection[str]
    permissions: Collection[str]
    # Status → whether a case with it is closed.
    statuses: Mapping[str, bool]
    names: Collection[str]
    functions: Collection[str]
    messages: Collection[str]
    acts: Collection[str]


def kind_of(node: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(node).localname


def check_elements(root: etree._Element) -> Iterator[Problem]:
    """Only what the engine executes correctly, and every id once."""
    for node in root.iter():
        yield from _allowed(node)
        if node.tag.startswith(BPMN) and kind_of(node) in EVENTS:
            yield from _event(node)
    yield from _ids(root)


def check_count(root: etree._Element) -> Iterator[Problem]:
    """Not more than anybody can look over; nothing else of a larger drawing is examined."""
    if sum(1 for node in root.iter() if node.tag.startswith(BPMN) and kind_of(node) in NODES) > MAX_NODES:
        yield problem("element-count", limit=MAX_NODES)


def _allowed(node: etree._Element) -> Iterator[Problem]:
    kind = kind_of(node)
    is_ours = node.tag.startswith(BPMN) and kind in ALLOWED
    is_extension = node.tag.startswith(SPIFF) and kind in ALLOWED_EXTENSIONS
    if is_ours or is_extension or not node.tag.startswith((BPMN, SPIFF)):
        return
    code = f"element-{kind}" if kind in INSTEAD else "element-other"
    yield problem(code, _id_of(node), kind=kind[:60])


def _event(node: etree._Element) -> Iterator[Problem]:
    kind = kind_of(node)
    found = [kind_of(child) for child in node if kind_of(child).endswith("EventDefinition")]
    for definition in found:
        if definition in INSTEAD or definition in DEFINITIONS[kind]:
            continue
        said = {"definition": TITLES.get(definition, definition), "hint": HINTS.get(kind, "")}
        yield problem("event-definition", _id_of(node), title=TITLES[kind], **said)
    if len(found) > 1:
        yield problem("event-several", _id_of(node), title=TITLES[kind])
    if not found and kind in MUST_HAVE:
        yield problem("event-none", _id_of(node), title=TITLES[kind])


def _ids(root: etree._Element) -> Iterator[Problem]:
    counted = Counter(node.get("id", "") for node in root.iter() if "id" in node.attrib)
    for element_id, count in counted.items():
        if count > 1:
            yield problem("id-twice", element_id, id=element_id)
        if not _ID.fullmatch(element_id):
            yield problem("id-odd", element_id[:80])
        if element_id in _RESERVED or element_id.endswith(_RESERVED_ENDS):
            yield problem("id-reserved", element_id, id=element_id)
    for node in root.iter(*(f"{BPMN}{kind}" for kind in NODES)):
        if not node.get("id"):
            yield problem("id-none", title=TITLES.get(kind_of(node), kind_of(node)))


def _id_of(node: etree._Element) -> str:
    """The id of the element or of the nearest one around it."""
    cursor: etree._Element | None = node
    while cursor is not None and not cursor.get("id"):
        cursor = cursor.getparent()
    return "" if cursor is None else cursor.get("id", "")


def check_steps(root: etree._Element, drawing: Drawing, known: Known) -> Iterator[Problem]:
    """Every step in exactly one known lane, with a known form, status, permission and separation."""
    references = [node.text or "" for node in root.iter(f"{BPMN}flowNodeRef")]
    for text in references:
        if text != text.strip():
            yield problem("lane-space", text.strip()[:80])
    counted = Counter(text.strip() for text in references)
    for step in drawing.steps.values():
        if counted[step.element_id] != 1:
            yield problem("lane-count", step.element_id, step=step.name)
        elif step.lane not in known.lanes:
            yield _chosen("lane-unknown", "lane-none", step.element_id, step=step.name, lane=step.lane)
        yield from _step(step, drawing, known)


def _chosen(code: str, unset: str, element_id: str, **values: str) -> Problem:
    """What was chosen wrongly, the last of the values, or that nothing was chosen yet."""
    return problem(code if [*values.values()][-1] else unset, element_id, **values)


def _step(step: Step, drawing: Drawing, known: Known) -> Iterator[Problem]:
    if step.form_key not in known.form_keys:
        yield _chosen("step-form", "step-form-none", step.element_id, step=step.name, form=step.form_key)
    if known.statuses.get(step.status, True):
        said = {"step": step.name, "status": step.status}
        yield _chosen("step-status", "step-status-none", step.element_id, **said)
    if step.permission not in known.permissions:
        yield problem("step-permission", step.element_id, step=step.name, permission=step.permission)
    for other in step.not_same_as:
        if other not in drawing.steps:
            yield problem("step-separation", step.element_id, other=other)
    if step.lane == "申请人" and step.properties.get("on_behalf") not in known.departments:
        yield problem("step-behalf", step.element_id, step=step.name)
    if len(step.name) > 100:
        yield problem("step-name", step.element_id)


def check_timers(root: etree._Element, drawing: Drawing) -> Iterator[Problem]:
    """A statutory clock hangs on a step, one a step, names its clause and counts days."""
    for timer in drawing.timers.values():
        if timer.deadline:
            yield from _statutory(timer, drawing)
    counted = Counter(timer.attached_to for timer in drawing.timers.values() if timer.deadline)
    for element_id, count in counted.items():
        if count > 1:
            yield problem("deadline-twice", element_id)
    for node in root.iter(f"{BPMN}boundaryEvent"):
        if node.get("attachedToRef") not in drawing.steps:
            yield problem("timer-host", node.get("id", ""))


def _statutory(timer: DrawnTimer, drawing: Drawing) -> Iterator[Problem]:
    if not timer.clause:
        yield problem("deadline-clause", timer.element_id, name=timer.name)
    if timer.attached_to not in drawing.steps:
        yield problem("deadline-step", timer.element_id, name=timer.name)
    if not timer.expression.startswith(("working_days(", "calendar_days(")):
        yield problem("deadline-days", timer.element_id, name=timer.name)
    if len(timer.deadline) > 40 or len(timer.clause) > 120 or len(timer.name) > 60:
        yield problem("deadline-length", timer.element_id, name=timer.name)


def check_endings(root: etree._Element, drawing: Drawing, known: Known) -> Iterator[Problem]:
    """An end that closes the case says how it is closed; a message is one that somebody sends."""
    for node in root.iter(f"{BPMN}endEvent"):
        status = drawing.endings.get(node.get("id", ""), "")
        is_terminating = node.find(f"{BPMN}terminateEventDefinition") is not None
        if is_terminating and not known.statuses.get(status, False):
            yield problem("end-status", node.get("id", ""), status=status)
        if status and not is_terminating:
            yield problem("end-plain", node.get("id", ""))
    if not any(drawing.endings.values()):
        yield problem("end-none")
    yield from _names(drawing, known)


def _names(drawing: Drawing, known: Known) -> Iterator[Problem]:
    """A message is one that somebody sends, an act one that the house can do, a wait has a running status."""
    for element_id, message in drawing.messages.items():
        if message not in known.messages:
            yield problem("message-unknown", element_id, message=message)
    for element_id, name in drawing.acts.items():
        if name not in known.acts:
            yield problem("act-unknown", element_id, act=name)
    for element_id, status in drawing.waits.items():
        if status and known.statuses.get(status, True):
            yield problem("wait-status", element_id, status=status)
