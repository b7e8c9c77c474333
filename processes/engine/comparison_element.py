"""Room comparison: one drawn element as facts in words, so that two of them can be told apart one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from models.case_status import CaseStatus
from models.drawn_field import PREFIX, FieldKind
from models.people import DepartmentKind
from processes import words
from processes.engine.xml import BPMN, SPIFF

# Local name of what is drawn → its word; anything else belongs to one of these.
KIND_WORDS = {
    "process": "流程",
    "participant": "泳池",
    "lane": "泳道",
    "userTask": "环节",
    "businessRuleTask": "规则任务",
    "scriptTask": "脚本任务",
    "serviceTask": "系统任务",
    "manualTask": "人工任务",
    "sendTask": "发送任务",
    "receiveTask": "接收任务",
    "task": "任务",
    "subProcess": "子流程",
    "callActivity": "调用流程",
    "startEvent": "开始事件",
    "endEvent": "结束事件",
    "boundaryEvent": "边界事件",
    "intermediateCatchEvent": "等待事件",
    "intermediateThrowEvent": "发出事件",
    "exclusiveGateway": "判断网关",
    "parallelGateway": "并行网关",
    "inclusiveGateway": "包容网关",
    "eventBasedGateway": "事件网关",
    "complexGateway": "复杂网关",
    "sequenceFlow": "连线",
    "messageFlow": "消息流",
    "association": "关联线",
    "textAnnotation": "注释",
    "group": "分组",
    "dataObjectReference": "数据对象",
    "dataStoreReference": "数据存储",
}
_EVENTS = {"timer": "定时", "message": "消息", "signal": "信号", "terminate": "终止"}
_PROPERTIES = {
    "form": "表单",
    "status": "案卷状态",
    "permission": "办理权限",
    "not_same_as": "不得由同一人办理的环节",
    "decision": "规则提示（决策表）",
    "on_behalf": "代办机构",
    "priority": "优先级",
    "board": "集中办理",
    "warnings": "预警",
    "promise": "承诺办结时限",
    "promise_from": "承诺时限起算",
    "promise_clause": "承诺时限依据",
    "startable": "业务发起",
    "series": "案号字头",
    "refused_by": "作出不予办理决定的环节",
}
_LABELS: dict[str, dict[str, str]] = {
    "status": {status.value: status.label for status in CaseStatus},
    "on_behalf": {kind.value: kind.label for kind in DepartmentKind},
    "priority": {"urgent": "急件", "0": "普通", "1": "急件"},
    "startable": {"yes": "可以"},
}
_OF_DEADLINE = {"clause": "时限依据", "warnings": "时限预警", "deadline": "时限代码"}
_TOLD_ATTRIBUTES = {
    "id", "name", "attachedToRef", "cancelActivity", "default", "sourceRef", "targetRef",
}  # fmt: skip
_TOLD_CHILDREN = {
    "incoming",
    "outgoing",
    "flowNodeRef",
    "laneSet",
    "conditionExpression",
    "documentation",
    "text",
}
_TERM = re.compile(r"(working|calendar)_days\(\s*([^,()]+?)\s*(?:,\s*(.+?))?\s*\)", re.DOTALL)
_UNITS = {"working": "个工作日", "calendar": "个自然日"}
_LONGEST = 300
# Stable key → how the fact is called, and what it says.
Facts = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Element:
    """One element with everything that may change of it; `host` is the step whose statutory clock it is."""

    element_id: str
    name: str
    kind: str
    facts: Facts
    place: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")
    host: str = ""


@dataclass(frozen=True)
class Names:
    """What the ids of a document are called."""

    elements: Mapping[str, str]
    messages: Mapping[str, str]
    lanes: Mapping[str, str]
    targets: Mapping[str, str]

    def of(self, element_id: str) -> str:
        """The name of an element; of one without, what it is; else its id."""
        return self.elements.get(element_id) or element_id


def local(node: etree._Element) -> str:
    """The name of a tag without its namespace; empty for comments."""
    return str(etree.QName(node).localname) if isinstance(node.tag, str) else ""


def read_element(node: etree._Element, names: Names) -> Element:
    """The facts of one node."""
    kind, element_id = local(node), node.get("id", "")
    properties = _properties(node)
    is_deadline = kind == "boundaryEvent" and bool(properties.get("deadline"))
    facts = dict(_own(node, kind, names))
    facts |= _deadline(node, properties) if is_deadline else dict(_drawn(node, properties, names))
    if other := _rest(node):
        facts["rest"] = ("其他设置", other)
    ends = (node.get("sourceRef", ""), node.get("targetRef", ""))
    return Element(
        element_id=element_id,
        name=_shown(node, kind, names),
        kind=KIND_WORDS[kind],
        facts={key: fact for key, fact in facts.items() if fact[1]},
        ends=ends,
        host=node.get("attachedToRef", "") if is_deadline else "",
    )


def _shown(node: etree._Element, kind: str, names: Names) -> str:
    if kind in ("sequenceFlow", "messageFlow", "association") and not node.get("name"):
        return f"{names.of(node.get('sourceRef', ''))} 至 {names.of(node.get('targetRef', ''))}"
    return str(node.get("name") or ("未命名" if kind.endswith("Gateway") else node.get("id", "")))


def unnamed(kind: str) -> str:
    """What an element without a name is called."""
    return f"{KIND_WORDS[kind]}（未命名）"


def _own(node: etree._Element, kind: str, names: Names) -> Iterator[tuple[str, tuple[str, str]]]:
    """What the standard says of an element."""
    yield "name", ("名称", node.get("name", ""))
    yield "type", ("类型", KIND_WORDS[kind])
    yield "lane", ("泳道", names.lanes.get(node.get("id", ""), ""))
    yield "documentation", ("说明", _text(node, f"{BPMN}documentation"))
    yield "text", ("文字", _text(node, f"{BPMN}text"))
    yield "condition", ("条件", _text(node, f"{BPMN}conditionExpression"))
    if node.get("sourceRef"):
        yield (
            "ends",
            ("走向", f"{names.of(node.get('sourceRef', ''))} 至 {names.of(node.get('targetRef', ''))}"),
        )
    if node.get("default"):
        yield "default", ("默认去向", names.of(names.targets.get(node.get("default", ""), "")))


def _drawn(
    node: etree._Element, properties: Mapping[str, str], names: Names
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Our properties, and the event that an element waits for or throws."""
    for name, value in properties.items():
        if name.startswith(PREFIX):
            yield name, _field(name, value)
        else:
            yield f"property:{name}", (_PROPERTIES.get(name, f"属性“{name}”"), _said(name, value, names))
    yield "decision", ("决策表", _text(node, f".//{SPIFF}calledDecisionId"))
    if node.get("attachedToRef"):
        yield "host", ("所在环节", names.of(node.get("attachedToRef", "")))
        yield "interrupts", ("触发时", _interrupts(node))
    yield "event", ("事件", "、".join(_events(node, names)))


def _deadline(node: etree._Element, properties: Mapping[str, str]) -> Facts:
    """A statutory clock, told at its step."""
    expression = "".join(child.text or "" for child in node.iterfind(f"{BPMN}timerEventDefinition/*")).strip()
    found = _TERM.fullmatch(expression)
    length = f"{found[2]} {_UNITS[found[1]]}" if found else expression
    told: Facts = {
        "length": ("时限", length),
        "since": ("时限起算", (found[3] or "当日") if found else ""),
        "interrupts": ("时限届满时", _interrupts(node)),
    }
    told |= {f"property:{name}": (word, properties.get(name, "")) for name, word in _OF_DEADLINE.items()}
    known = {"name": ("时限名称", node.get("name", "")), "type": ("", ""), "lane": ("", "")}
    return known | told


def _interrupts(node: etree._Element) -> str:
    return "终止本环节" if node.get("cancelActivity", "true") == "true" else "本环节继续办理"


def _events(node: etree._Element, names: Names) -> Iterator[str]:
    for kind, word in _EVENTS.items():
        for definition in node.iterfind(f"{BPMN}{kind}EventDefinition"):
            reference = definition.get("messageRef") or definition.get("signalRef") or ""
            content = " ".join((child.text or "").strip() for child in definition)
            about = names.messages.get(reference, reference) or content
            yield f"{word}（{about}）" if about else word


def _field(name: str, value: str) -> tuple[str, str]:
    """A drawn field in one line; a value that is no field is shown as it stands."""
    short = name.removeprefix(PREFIX)
    try:
        drawn = json.loads(value)
        kind = FieldKind(drawn["kind"]).label
        options = "、".join(str(label) for _value, label in drawn.get("choices") or ())
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"字段“{short}”", value
    parts = [kind, "必填" if drawn.get("required") else "选填"]
    parts += [f"选项：{options}"] if options else []
    parts += [f"显示条件：{drawn['visible_when']}"] if drawn.get("visible_when") else []
    parts += [f"说明：{drawn['help']}"] if drawn.get("help") else []
    label = drawn.get("label") or short
    return f"字段“{label}”", f"{label}（{'，'.join(parts)}）"


def _said(name: str, value: str, names: Names) -> str:
    """The value of a property as people say it."""
    if name == "promise":
        return f"{value} 个工作日"
    if name in ("not_same_as", "refused_by"):
        return "、".join(names.of(part) for part in value.split(",") if part)
    if name == "form":
        return words.FORMS.get(value, value)
    return _LABELS.get(name, {}).get(value, value)


def _properties(node: etree._Element) -> dict[str, str]:
    found = node.find(f"{BPMN}extensionElements/{SPIFF}properties")
    return {} if found is None else {item.get("name", ""): item.get("value", "") for item in found}


def _text(node: etree._Element, path: str) -> str:
    found = node.find(path)
    return "" if found is None else (found.text or "").strip()


def _rest(node: etree._Element) -> str:
    """What no word of ours names, as it is written: nothing changes unseen."""
    attributes = [f"{key}={value}" for key, value in _attributes(node) if key not in _TOLD_ATTRIBUTES]
    children = [_written(child) for child in node if _is_untold(child)]
    return "；".join([*attributes, *filter(None, children)])[:_LONGEST]


def _is_untold(child: etree._Element) -> bool:
    name = local(child)
    is_event = name.removesuffix("EventDefinition") in _EVENTS
    return bool(name) and name not in _TOLD_CHILDREN and name not in KIND_WORDS and not is_event


def _written(child: etree._Element) -> str:
    name = local(child)
    if name == "extensionElements":
        told = {"properties", "calledDecisionId"}
        return "；".join(_written(inner) for inner in child if local(inner) not in told)
    values = [f"{key}={value}" for key, value in _attributes(child) if key != "id"]
    inside = [_written(inner) for inner in child if local(inner)]
    return " ".join(filter(None, [name, *values, (child.text or "").strip(), *inside]))


def _attributes(node: etree._Element) -> list[tuple[str, str]]:
    return sorted((str(key), str(value)) for key, value in node.attrib.items())
