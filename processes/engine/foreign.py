"""Room foreign: a drawing of another tool made one of ours as far as it can be executed; the rest is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from models.drawn_field import DRAWN_FORM
from models.people import LANES
from processes.engine.foreign_fields import FIELDS, fields_of
from processes.engine.foreign_texts import condition_of, time_of
from processes.engine.foreign_words import BESIDE, CODE, EXTENSIONS, REMARKS, TECHNICAL, tool_of
from processes.engine.lint_foreign import DI, HARMLESS, IGNORED, owner_of, shown
from processes.engine.xml import BPMN, SPIFF, read_xml, refused

Dropped = tuple[str, str, str]
_LANES = (*LANES, "申请人")
_TIMES = ("timeDate", "timeDuration", "timeCycle")
_DECISIONS = ("decisionRef", "decisionTableReferenceKey")
_FLOW_NODES = ("startEvent", "endEvent", "task", "userTask", "exclusiveGateway")
_ATTRIBUTES = ("expressionLanguage", "typeLanguage", "exporter", "exporterVersion")


@dataclass(frozen=True)
class Adapted:
    """The drawing as it can be worked on here, and what was left out: element id, what it was, and why."""

    bpmn: bytes
    dropped: list[Dropped]
    has_picture: bool


def adapt(bpmn: bytes) -> Adapted:
    """Take a file of another tool. Nothing foreign that executes stays in it. Raises XmlRefused."""
    root = read_xml(bpmn)
    if root.tag != f"{BPMN}definitions":
        raise refused("file-kind")
    dropped = [*_kept(root), *_foreign(root), *_beside(root), *_processes(root)]
    dropped += [*_conditions(root), *_timers(root)]
    for name in (*_ATTRIBUTES, "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"):
        if name in root.attrib:
            del root.attrib[name]
    _pictures(root)
    has_picture = next(root.iter(f"{DI}BPMNShape"), None) is not None
    if not has_picture:
        dropped.append(("", "图形", "文件中没有图形的位置，导入为草稿时由系统自动排列"))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["spiffworkflow"])
    return Adapted(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), _once(dropped), has_picture)


def _once(dropped: list[Dropped]) -> list[Dropped]:
    return list(dict.fromkeys(dropped))


def _kept(root: etree._Element) -> Iterator[Dropped]:
    """What has a counterpart here: kinds of tasks, fields, decisions, lanes."""
    for node in list(root.iter(f"{BPMN}task", f"{BPMN}manualTask")):
        node.tag = f"{BPMN}userTask"
        yield node.get("id", ""), "普通任务", "已改为用户任务"
    for node in list(root.iter(f"{BPMN}userTask")):
        yield from _fields(node)
        _lane(root, node)
    for node in list(root.iter(f"{BPMN}businessRuleTask")):
        _decision(node)
    for reference in root.iter(f"{BPMN}flowNodeRef"):
        reference.text = (reference.text or "").strip()


def _fields(node: etree._Element) -> Iterator[Dropped]:
    found = list(fields_of(node))
    kept = [(name, value) for name, value, _said in found if name]
    if kept:
        _set_properties(node, [("form", DRAWN_FORM), *kept])
        yield node.get("id", ""), "表单字段", f"{len(kept)} 个字段已转为自绘字段，请核对"
    for _name, _value, said in found:
        if said:
            yield node.get("id", ""), "表单字段", said


def _set_properties(node: etree._Element, pairs: list[tuple[str, str]]) -> None:
    """Add properties that the element does not have yet."""
    around = _extensions(node)
    held = around.find(f"{SPIFF}properties")
    if held is None:
        held = etree.SubElement(around, f"{SPIFF}properties", nsmap={"spiffworkflow": SPIFF.strip("{}")})
    known = {item.get("name") for item in held}
    for name, value in pairs:
        if name not in known:
            etree.SubElement(held, f"{SPIFF}property", {"name": name, "value": value})


def _extensions(node: etree._Element) -> etree._Element:
    found = node.find(f"{BPMN}extensionElements")
    if found is not None:
        return found
    made = etree.Element(f"{BPMN}extensionElements")
    # After documentation, before everything else: so the schema has it.
    node.insert(len(node.findall(f"{BPMN}documentation")), made)
    return made


def _decision(node: etree._Element) -> None:
    held = [value for name, value in node.attrib.items() if etree.QName(name).localname in _DECISIONS]
    held += [
        child.get("decisionId", "")
        for child in node.iter()
        if etree.QName(child).localname == "calledDecision"
    ]
    if held and node.find(f".//{SPIFF}calledDecisionId") is None:
        made = etree.SubElement(
            _extensions(node), f"{SPIFF}calledDecisionId", nsmap={"spiffworkflow": SPIFF.strip("{}")}
        )
        made.text = str(held[0])


def _lane(root: etree._Element, node: etree._Element) -> None:
    """A candidate group that is one of our kinds of offices becomes the lane of a step that has none."""
    groups = [str(v) for name, v in node.attrib.items() if etree.QName(name).localname == "candidateGroups"]
    groups += [
        child.get("candidateGroups", "")
        for child in node.iter()
        if etree.QName(child).localname == "assignmentDefinition"
    ]
    wanted = next((group for group in groups if group in _LANES), None)
    process = next(node.iterancestors(f"{BPMN}process"), None)
    referred = {(reference.text or "").strip() for reference in root.iter(f"{BPMN}flowNodeRef")}
    if wanted is None or process is None or node.get("id") in referred:
        return
    lane = next((lane for lane in process.iter(f"{BPMN}lane") if lane.get("name") == wanted), None)
    if lane is None:
        lane = _new_lane(process, wanted)
    etree.SubElement(lane, f"{BPMN}flowNodeRef").text = node.get("id", "")


def _new_lane(process: etree._Element, name: str) -> etree._Element:
    lanes = process.find(f"{BPMN}laneSet")
    if lanes is None:
        lanes = etree.Element(f"{BPMN}laneSet", {"id": f"lanes_of_{process.get('id', '')}"[:80]})
        process.insert(len(process.findall(f"{BPMN}documentation")), lanes)
        before = process.find(f"{BPMN}extensionElements")
        if before is not None:
            before.addnext(lanes)
    count = len(lanes) + 1
    return etree.SubElement(lanes, f"{BPMN}lane", {"id": f"{lanes.get('id', 'lanes')}_{count}", "name": name})


def _foreign(root: etree._Element) -> Iterator[Dropped]:
    """Extension elements and attributes of other tools: removed, each named."""
    for node in list(root.iter()):
        is_gone = node.getroottree().getroot() is not root
        if is_gone or node.tag.startswith((*HARMLESS, SPIFF)):
            continue
        if not _is_converted(node):
            yield _told(owner_of(node), node.tag, shown(node, node.tag))
        yield from _inside(node)
        _remove(node)
    for node in root.iter():
        for name in [str(name) for name in node.attrib]:
            if _is_foreign(node, name):
                yield _told(owner_of(node), name, shown(node, name))
                del node.attrib[name]
    for empty in [one for one in root.iter(f"{BPMN}extensionElements") if not len(one)]:
        _remove(empty)


def _is_converted(node: etree._Element) -> bool:
    """Fields of a step have been told as what they have become (`_fields`)."""
    is_form = etree.QName(node).localname in FIELDS
    return is_form and next(node.iterancestors(f"{BPMN}userTask"), None) is not None


def _is_foreign(node: etree._Element, name: str) -> bool:
    if name.startswith("{"):
        return not name.startswith(HARMLESS)
    return node.tag.startswith(BPMN) and name in ("language", "evaluatesToTypeRef") and name in IGNORED


def _inside(node: etree._Element) -> Iterator[Dropped]:
    """Code within what is removed is named by itself."""
    for child in node.iterdescendants():
        said = EXTENSIONS.get(etree.QName(child).localname)
        if said is not None and said[1] == CODE and not child.tag.startswith(BPMN):
            yield owner_of(node), f"{said[0]}（{shown(child, child.tag)}）", said[1]


def _told(element_id: str, tag: str, name: str) -> Dropped:
    space = tag.removeprefix("{").rpartition("}")[0]
    if any(mark in space.lower() for mark in REMARKS):
        return "", f"{tool_of(space)} 的绘图备注", TECHNICAL
    said = EXTENSIONS.get(etree.QName(tag).localname, ("扩展内容", TECHNICAL))
    return element_id, f"{said[0]}（{name}）", said[1]


def _beside(root: etree._Element) -> Iterator[Dropped]:
    for node in list(root.iter(*(f"{BPMN}{kind}" for kind in BESIDE))):
        if node.getparent() is not None:
            what, why = BESIDE[etree.QName(node).localname]
            yield owner_of(node), what, why
            _remove(node)


def _remove(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _processes(root: etree._Element) -> Iterator[Dropped]:
    """Many tools export nothing executable, and a process for every empty pool."""
    found = list(root.iter(f"{BPMN}process"))
    filled = [one for one in found if any(one.find(f"{BPMN}{kind}") is not None for kind in _FLOW_NODES)]
    for empty in [one for one in found if one not in filled] if filled else []:
        yield empty.get("id", ""), "空的泳池", "没有环节，已删除"
        for pool in list(root.iter(f"{BPMN}participant")):
            if pool.get("processRef") == empty.get("id"):
                _remove(pool)
        _remove(empty)
    for pool in [one for one in root.iter(f"{BPMN}participant") if not one.get("processRef")]:
        yield pool.get("id", ""), "外部参与者", "引擎不执行，已删除"
        _remove(pool)
    for one in filled[:1] if len(filled) == 1 else []:
        one.set("isExecutable", "true")


def _conditions(root: etree._Element) -> Iterator[Dropped]:
    for node in list(root.iter(f"{BPMN}conditionExpression")):
        text = (node.text or "").strip()
        ours = condition_of(text)
        flow = node.getparent()
        if ours is not None:
            node.text = ours
        elif flow is not None:
            yield flow.get("id", ""), f"条件“{text[:60]}”", "不能换成本系统的写法，已删除，请重新填写"
            flow.remove(node)


def _timers(root: etree._Element) -> Iterator[Dropped]:
    for node in root.iter(*(f"{BPMN}{kind}" for kind in _TIMES)):
        text = (node.text or "").strip()
        ours = time_of(text)
        if ours is None:
            yield owner_of(node), f"计时器“{text[:60]}”", "不能换成本系统的写法，请重新填写"
        node.text = ours or ""


def _pictures(root: etree._Element) -> None:
    """Shapes of what is no longer there would break the editor."""
    known = {node.get("id") for node in root.iter() if node.tag.startswith(BPMN)}
    for shape in list(root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")):
        if shape.get("bpmnElement") not in known:
            _remove(shape)
    for flow in list(root.iter(f"{BPMN}association")):
        if not {flow.get("sourceRef"), flow.get("targetRef")} <= known:
            _remove(flow)
