"""Drawn fields and blank processes as tests draw them, from text alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from models.drawn_field import PREFIX, DrawnField, FieldKind
from processes.workflow import DEFINITIONS, SHIPPED

OPTIONS = (("a", "甲类"), ("b", "乙类"))
MANY = tuple((f"o{number}", f"第{number}项") for number in range(1, 8))


def every_kind() -> tuple[DrawnField, ...]:
    """One field of each kind, wanted; a long list; and two that are asked only of some."""
    plain = [
        DrawnField(
            f"of_{kind.value}",
            f"{kind.label}项",
            kind,
            True,
            choices=OPTIONS if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else (),
        )
        for kind in FieldKind
    ]
    return (
        *plain,
        DrawnField("folded", "长名单", FieldKind.CHOICE, choices=MANY, help="任选一项"),
        DrawnField("why_b", "乙类的理由", FieldKind.PARAGRAPH, True, visible_when="of_choice=b"),
        DrawnField("why_yes", "为何选是", FieldKind.TEXT, visible_when="of_yes_no=yes"),
    )


GOOD: Mapping[str, str] = {
    "of_text": "示例文字",
    "of_paragraph": "第一行\n第二行",
    "of_integer": "12",
    "of_money": "５,000.50",
    "of_percent": "12.5%",
    "of_date": "2026-02-28",
    "of_choice": "a",
    "of_choices": "b",
    "of_yes_no": "no",
    "of_resident_id": "150627199001010005",
    "of_uscc": "91150627MA0N12345Q",
    "of_phone": "13900000000",
}


def field(name: str, label: str = "名目", kind: str = "text", **described: Any) -> tuple[str, str]:
    """The property that carries one field."""
    text = json.dumps({"label": label, "kind": kind, **described}, ensure_ascii=False)
    return f"{PREFIX}{name}", text


def properties(pairs: Iterable[tuple[str, str]]) -> str:
    """The properties of an element."""
    lines = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)} />" for name, value in pairs
    )
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{lines}</spiffworkflow:properties>"
        "</bpmn:extensionElements>"
    )


def _lane(number: int, name: str, elements: Iterable[str]) -> str:
    references = "".join(f"<bpmn:flowNodeRef>{element}</bpmn:flowNodeRef>" for element in elements)
    return f'<bpmn:lane id="lane{number}" name="{name}">{references}</bpmn:lane>'


def step(element: str, name: str, *fields: tuple[str, str], form: str = "drawn", **values: str) -> str:
    """A user task of drawn fields, or a built-in form with more fields."""
    pairs = [("form", form), ("status", "processing"), *values.items(), *fields]
    return f'<bpmn:userTask id="{element}" name="{name}">{properties(pairs)}</bpmn:userTask>'


def due(element: str, task: str, name: str, term: str, key: str) -> str:
    """A statutory clock of a step, with its end for the report."""
    said = properties([("deadline", key), ("clause", "示例默认时限")])
    return (
        f'<bpmn:boundaryEvent id="{element}" name="{name}" attachedToRef="{task}" cancelActivity="false">{said}'
        f"<bpmn:timerEventDefinition><bpmn:timeDate>{term}</bpmn:timeDate></bpmn:timerEventDefinition>"
        f'</bpmn:boundaryEvent><bpmn:endEvent id="{element}_told" name="标记超期" />'
    )


def process(
    key: str,
    name: str,
    lanes: Mapping[str, Iterable[str]],
    elements: Iterable[str],
    flows: str,
    outside: str = "",
    **values: str,
) -> bytes:
    """A drawing from text; `flows` are lines `source > target` or `source > target : condition`; `*` is default."""
    drawn, defaults = [], {}
    for number, line in enumerate(filter(None, map(str.strip, flows.splitlines())), 1):
        path, _, condition = line.partition(" : ")
        source, _, target = path.partition(" > ")
        inside = (
            f"<bpmn:conditionExpression>{condition.replace('<', '&lt;')}</bpmn:conditionExpression>"
            if condition not in ("", "*")
            else ""
        )
        if condition == "*":
            defaults[source] = f"f{number}"
        drawn.append(
            f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'
        )
    body = "".join(elements)
    for source, flow in defaults.items():
        body = body.replace(f'Gateway id="{source}"', f'Gateway id="{source}" default="{flow}"')
    known = properties({"startable": "yes", "series": "ZZ", **values}.items())
    laid = "".join(_lane(number, lane, inside) for number, (lane, inside) in enumerate(lanes.items()))
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
        ' targetNamespace="http://example/bpmn">'
        '<bpmn:collaboration id="pool"><bpmn:participant id="whole" processRef="'
        + key
        + '" /></bpmn:collaboration>'
        f'<bpmn:process id="{key}" name="{name}" isExecutable="true">'
        f"<bpmn:documentation>无人预见的业务。</bpmn:documentation>{known}"
        f'<bpmn:laneSet id="lanes">{laid}</bpmn:laneSet>'
        f"{body}{''.join(drawn)}</bpmn:process>{outside}</bpmn:definitions>"
    ).encode()


def ending(element: str, status: str = "completed") -> str:
    """An end that closes the case."""
    said = properties([("status", status)])
    return f'<bpmn:endEvent id="{element}">{said}<bpmn:terminateEventDefinition id="{element}_t" /></bpmn:endEvent>'


_REGISTER = step(
    "register",
    "活动登记",
    field("topic", "活动名称", required=True),
    field("guests", "参加人数", "integer", required=True),
    field("fee", "场地费（元）", "money"),
    field("held_on", "活动日期", "date", required=True),
    field("is_open", "是否对外开放", "yes_no", required=True),
    field("sponsor", "主办单位", "uscc", visible_when="is_open=yes", required=True),
)
_RESULT = field(
    "safety_result", "检查结论", "choice", required=True, choices=[["ok", "合格"], ["no", "不合格"]]
)
_FLOWS = """
    begin > register
    register > how_many
    how_many > safety : guests > 50 or fee != null and fee >= 1000
    how_many > checked : *
    safety > checked
    safety_due > safety_due_told
    checked > approve
    approve > finish
"""


def unforeseen(**values: str) -> bytes:
    """场地活动登记: three departments, a gateway on a drawn number, an urgent step with a clock of one day."""
    return process(
        "venue_event",
        "场地活动登记",
        {
            "人社部门": ["begin", "register", "how_many", "checked", "finish"],
            "公安经侦大队": ["safety", "safety_due", "safety_due_told"],
            "财政部门": ["approve"],
        },
        [
            '<bpmn:startEvent id="begin" />',
            _REGISTER,
            '<bpmn:exclusiveGateway id="how_many" />',
            step("safety", "安全检查", _RESULT, priority="urgent"),
            due("safety_due", "safety", "安全检查时限 1 个工作日", "working_days(1)", "safety"),
            '<bpmn:exclusiveGateway id="checked" />',
            step("approve", "费用核准", field("paid_fee", "核准费用（元）", "money", required=True)),
            ending("finish"),
        ],
        _FLOWS,
        **values,
    )


def with_a_question(form: str, *fields: tuple[str, str]) -> tuple[bytes, dict[str, bytes]]:
    """The drawing of 创业担保贷款 whose step with that built-in form asks more, with its tables."""
    own = f'<spiffworkflow:property name="form" value="{form}" />'
    more = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)} />"
        for name, value in fields
    )
    drawn = (DEFINITIONS / "combined_review.bpmn").read_text()
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
    return drawn.replace(own, own + more).encode(), tables
