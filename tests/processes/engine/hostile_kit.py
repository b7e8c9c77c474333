"""What hostile drawings and tables are made of; each is added to one list with the code that must refuse it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.processes.engine.bad_drawings import CLOSED, DEADLINE, sound, work
from tests.processes.engine.drawings import (
    drawing,
    end,
    flow,
    gateway,
    line,
    start,
    timer,
)

LATE = end("late") + flow("due", "late")
OS = "__import__('os').system('id')"
SPIFF_KINDS = (
    "preScript",
    "postScript",
    "serviceTaskOperator",
    "messagePayload",
    "payloadExpression",
    "unitTests",
)


@dataclass(frozen=True)
class Hostile:
    """What is sent, and the code that must refuse it (or, for a warning, name it)."""

    name: str
    code: str
    bpmn: bytes
    decisions: dict[str, bytes] = field(default_factory=dict)
    tests: dict[str, Any] = field(default_factory=dict)


def due(expression: str, kind: str = "timeDate", cancel: bool = False, **values: str) -> bytes:
    return sound(timer("due", "work", expression, cancel, kind, **values), LATE)


def table(
    cell: str = "-", column: str = "amount", output: str = "1", policy: str = "FIRST"
) -> dict[str, bytes]:
    return {
        "t.dmn": (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
            f'<decision id="risk" name="risk"><decisionTable id="dt" hitPolicy="{policy}"><input id="i"><inputExpression'
            f' id="ie" typeRef="number"><text>{column}</text></inputExpression></input><output id="o" name="risk_grade"'
            f' typeRef="number" /><rule id="r"><inputEntry id="c"><text>{cell}</text></inputEntry><outputEntry id="e">'
            f"<text>{output}</text></outputEntry></rule></decisionTable></decision></definitions>"
        ).encode()
    }


def extended(inside: str, attributes: str = "") -> bytes:
    """A step with something of another tool."""
    camunda = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    drawn = sound().decode().replace("<bpmn:definitions", f"<bpmn:definitions {camunda}")
    drawn = drawn.replace("</bpmn:extensionElements>", f"{inside}</bpmn:extensionElements>", 1)
    return drawn.replace('<bpmn:userTask id="work"', f'<bpmn:userTask id="work" {attributes}').encode()


def pictured(x: str, *elements: str) -> bytes:
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{e}_di" bpmnElement="{e}"><dc:Bounds x="{x}" y="1" width="9" height="9" />'
        "</bpmndi:BPMNShape>"
        for e in elements
    )
    spaces = (
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    )
    diagram = (
        '<bpmndi:BPMNDiagram id="dg"><bpmndi:BPMNPlane id="pl" bpmnElement="example">'
        f"{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    return sound(outside=diagram).replace(b"<bpmn:definitions", f"<bpmn:definitions {spaces}".encode())


def pairs(count: int, width: int) -> bytes:
    """Parallel parts one after the other."""
    parts, before = [start(), CLOSED], "begin"
    for part in range(count):
        steps = [f"s{part}_{branch}" for branch in range(width)]
        parts += [
            gateway(f"fork{part}", "parallel"),
            gateway(f"join{part}", "parallel"),
            flow(before, f"fork{part}"),
        ]
        parts += [one for step in steps for one in (work(step), *line(f"fork{part}", step, f"join{part}"))]
        before = f"join{part}"
    return drawing(*parts, flow(before, "finish"))


def rounds(*between: str) -> bytes:
    """begin → work → entry → these → more → (finish | entry)."""
    names = [each.split('id="')[1].split('"')[0] for each in between]
    return drawing(
        start(),
        *(work(), gateway("entry"), *between, gateway("more", default="f_more_finish"), CLOSED),
        *line("begin", "work", "entry", *names, "more", "finish"),
        flow("more", "entry", "is_person"),
    )


def on_process(drawn: bytes, **values: str) -> bytes:
    items = "".join(f'<spiffworkflow:property name="{n}" value="{v}" />' for n, v in values.items())
    around = f"<bpmn:extensionElements><spiffworkflow:properties>{items}</spiffworkflow:properties></bpmn:extensionElements>"
    return drawn.replace(b'isExecutable="true">', f'isExecutable="true">{around}'.encode())


def deadline(days: str = "working_days(9, accepted_on)", **values: str) -> bytes:
    return due(days, **{**DEADLINE, **values})


def either(first: str, second: str, kind: str = "") -> bytes:
    return drawing(
        start(),
        f'<bpmn:eventBasedGateway id="which"{kind} />',
        *(first, second, work(), gateway("both"), CLOSED),
        *line("begin", "which", "one", "both", "work", "finish"),
        *line("which", "two", "both"),
        outside='<bpmn:message id="m1" name="withdrawal" />',
    )


def bomb(encoding: str, declared: str = "") -> bytes:
    """Ten entities, each ten times the one before."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declaration = f'<?xml version="1.0" encoding="{declared or encoding}"?>'
    return f'{declaration}<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><d>&l9;</d>'.encode(encoding)


SIGNAL = '<bpmn:signal id="s1" name="stop" />'
THROW = '<bpmn:intermediateThrowEvent id="odd">{}</bpmn:intermediateThrowEvent>'
CAUGHT = '<bpmn:boundaryEvent id="due" attachedToRef="work">{}</bpmn:boundaryEvent>'
BY_SIGNAL = '<bpmn:signalEventDefinition id="sd" signalRef="s1" />'
BY_MESSAGE = '<bpmn:messageEventDefinition id="md" messageRef="m1" />'
PROMISE = {"promise": "5", "promise_from": "accepted_on", "promise_clause": "公开承诺"}
UTF7 = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE d +AFsAPAAh-ENTITY e SYSTEM +ACI-file:///etc/passwd+ACIAPgBdAD4-'


def between(inside: str, outside: str = "") -> bytes:
    return drawing(start(), inside, work(), CLOSED, *line("begin", "odd", "work", "finish"), outside=outside)


HOSTILE: list[Hostile] = []


def add(name: str, code: str, bpmn: bytes, decisions: dict[str, bytes] | None = None) -> None:
    """One more of them."""
    HOSTILE.append(Hostile(name, code, bpmn, decisions or {}))
