"""Room lint: each element by itself: allowed, well identified, in one lane, with a known form and clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from processes.engine.drawing import Drawing, DrawnTimer, Step
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
# Names of the engine's own first and last task.
_RESERVED = ("Start", "End", "Root")
_MAX_NODES = 200


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
    if sum(1 for node in root.iter() if node.tag.startswith(BPMN) and kind_of(node) in NODES) > _MAX_NODES:
        yield Problem("", f"环节、事件和网关合计不得超过 {_MAX_NODES} 个。")


def _allowed(node: etree._Element) -> Iterator[Problem]:
    kind = kind_of(node)
    is_ours = node.tag.startswith(BPMN) and kind in ALLOWED
    is_extension = node.tag.startswith(SPIFF) and kind in ALLOWED_EXTENSIONS
    if is_ours or is_extension or not node.tag.startswith((BPMN, SPIFF)):
        return
    advice = INSTEAD.get(kind, "不能使用")
    yield Problem(_id_of(node), f"图中的 {kind}：{advice}。")


def _event(node: etree._Element) -> Iterator[Problem]:
    kind = kind_of(node)
    found = [kind_of(child) for child in node if kind_of(child).endswith("EventDefinition")]
    for definition in found:
        if definition in INSTEAD or definition in DEFINITIONS[kind]:
            continue
        title = TITLES.get(definition, definition)
        hint = HINTS.get(kind, "")
        yield Problem(_id_of(node), f"{TITLES[kind]}不能使用{title}{hint}。")
    if len(found) > 1:
        yield Problem(_id_of(node), f"{TITLES[kind]}只能有一个触发条件。")
    if not found and kind in MUST_HAVE:
        yield Problem(_id_of(node), f"{TITLES[kind]}没有触发条件。")


def _ids(root: etree._Element) -> Iterator[Problem]:
    counted = Counter(node.get("id", "") for node in root.iter() if "id" in node.attrib)
    for element_id, count in counted.items():
        if count > 1:
            yield Problem(element_id, f"标识 {element_id} 重复。")
        if not _ID.fullmatch(element_id):
            yield Problem(
                element_id[:80], "标识只能由英文字母、数字、下划线、点和短横线组成，不超过80个字符。"
            )
        if element_id in _RESERVED:
            yield Problem(element_id, f"标识 {element_id} 由系统保留，请更换。")
    for node in root.iter(*(f"{BPMN}{kind}" for kind in NODES)):
        if not node.get("id"):
            yield Problem("", f"{TITLES.get(kind_of(node), kind_of(node))}没有标识。")


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
            yield Problem(text.strip(), "泳道引用中有多余的空白，该环节会失去泳道。")
    counted = Counter(text.strip() for text in references)
    for step in drawing.steps.values():
        if counted[step.element_id] != 1:
            yield Problem(step.element_id, f"环节“{step.name}”应在且只在一条泳道内。")
        elif step.lane not in known.lanes:
            yield Problem(step.element_id, f"泳道“{step.lane}”不是已知的部门类型。")
        yield from _step(step, drawing, known)


def _step(step: Step, drawing: Drawing, known: Known) -> Iterator[Problem]:
    if step.form_key not in known.form_keys:
        yield Problem(step.element_id, f"环节“{step.name}”的表单“{step.form_key}”不存在。")
    if known.statuses.get(step.status, True):
        yield Problem(step.element_id, f"环节“{step.name}”的案卷状态“{step.status}”不是办理中的状态。")
    if step.permission not in known.permissions:
        yield Problem(step.element_id, f"环节“{step.name}”的权限“{step.permission}”不存在。")
    for other in step.not_same_as:
        if other not in drawing.steps:
            yield Problem(step.element_id, f"岗位分离所指的环节“{other}”不存在。")
    if step.lane == "申请人" and step.properties.get("on_behalf") not in known.departments:
        yield Problem(step.element_id, f"申请人环节“{step.name}”应写明代办部门（on_behalf）。")
    if len(step.name) > 100:
        yield Problem(step.element_id, "环节名称不得超过100字。")


def check_timers(root: etree._Element, drawing: Drawing) -> Iterator[Problem]:
    """A statutory clock hangs on a step, one a step, names its clause and counts days."""
    for timer in drawing.timers.values():
        if timer.deadline:
            yield from _statutory(timer, drawing)
    counted = Counter(timer.attached_to for timer in drawing.timers.values() if timer.deadline)
    for element_id, count in counted.items():
        if count > 1:
            yield Problem(element_id, "一个环节只能有一个法定时限。")
    for node in root.iter(f"{BPMN}boundaryEvent"):
        if node.get("attachedToRef") not in drawing.steps:
            yield Problem(node.get("id", ""), "边界事件应附着在用户任务上。")


def _statutory(timer: DrawnTimer, drawing: Drawing) -> Iterator[Problem]:
    if not timer.clause:
        yield Problem(timer.element_id, f"法定时限“{timer.name}”没有写明依据条款（clause）。")
    if timer.attached_to not in drawing.steps:
        yield Problem(timer.element_id, f"法定时限“{timer.name}”应附着在用户任务上。")
    if not timer.expression.startswith(("working_days(", "calendar_days(")):
        yield Problem(
            timer.element_id, f"法定时限“{timer.name}”应以 working_days(…) 或 calendar_days(…) 计算。"
        )
    if len(timer.deadline) > 40 or len(timer.clause) > 120:
        yield Problem(timer.element_id, f"法定时限“{timer.name}”的代码或依据过长。")


def check_endings(root: etree._Element, drawing: Drawing, known: Known) -> Iterator[Problem]:
    """An end that closes the case says how it is closed; a message is one that somebody sends."""
    for node in root.iter(f"{BPMN}endEvent"):
        status = drawing.endings.get(node.get("id", ""), "")
        is_terminating = node.find(f"{BPMN}terminateEventDefinition") is not None
        if is_terminating and not known.statuses.get(status, False):
            yield Problem(node.get("id", ""), f"终止事件的案卷状态“{status}”不是办结状态。")
        if status and not is_terminating:
            yield Problem(node.get("id", ""), "写有办结状态的结束事件应为终止事件。")
    if not any(drawing.endings.values()):
        yield Problem("", "流程没有办结的终止事件。")
    for element_id, message in drawing.messages.items():
        if message not in known.messages:
            yield Problem(element_id, f"没有人会发出消息“{message}”。")
