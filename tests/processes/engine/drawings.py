"""Small drawings for engine tests: elements are one-line strings, lanes and flows are made here."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from models.calendar import today
from models.working_days import Calendar, due_on
from processes.engine.definition import Definition, parse_definition, spec_of, stored_definition
from processes.engine.drawing import read_drawing
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance
from processes.engine.timer_value import term
from processes.engine.xml import read_xml

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' targetNamespace="http://example/bpmn">'
)
_NODES = re.compile(
    r"<bpmn:(?:startEvent|endEvent|userTask|scriptTask|serviceTask|boundaryEvent|intermediate\w+Event"
    r'|\w+Gateway|businessRuleTask|subProcess|callActivity|manualTask|task) id="(\w+)"'
)


def properties(**values: str) -> str:
    """The extension element that carries the house's own properties."""
    items = "".join(
        f'<spiffworkflow:property name="{name}" value="{value}" />' for name, value in values.items()
    )
    return (
        "<bpmn:extensionElements><spiffworkflow:properties>"
        f"{items}</spiffworkflow:properties></bpmn:extensionElements>"
    )


def start(element: str = "begin") -> str:
    return f'<bpmn:startEvent id="{element}" />'


def end(element: str = "finish", inside: str = "", status: str = "") -> str:
    extra = properties(status=status) if status else ""
    return f'<bpmn:endEvent id="{element}">{extra}{inside}</bpmn:endEvent>'


def user(element: str, inside: str = "", **values: str) -> str:
    known = properties(**{"form": "acceptance", **values})
    return f'<bpmn:userTask id="{element}" name="{element}">{known}{inside}</bpmn:userTask>'


def gateway(element: str, kind: str = "exclusive", default: str = "") -> str:
    drawn = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{element}"{drawn} />'


def flow(source: str, target: str, condition: str = "") -> str:
    drawn = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{drawn}</bpmn:sequenceFlow>"
    )


def timer(
    element: str, task: str, expression: str, cancel: bool = False, kind: str = "timeDate", **values: str
) -> str:
    return (
        f'<bpmn:boundaryEvent id="{element}" name="{element}" attachedToRef="{task}"'
        f' cancelActivity="{str(cancel).lower()}">{properties(**values) if values else ""}'
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{expression}'
        f"</bpmn:{kind}></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def catch(element: str, expression: str = "", kind: str = "timeDate", message: str = "") -> str:
    """An intermediate event that waits for a timer, or for a message."""
    inside = (
        f'<bpmn:messageEventDefinition id="{element}_m" messageRef="{message}" />'
        if message
        else f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{expression}'
        f"</bpmn:{kind}></bpmn:timerEventDefinition>"
    )
    return (
        f'<bpmn:intermediateCatchEvent id="{element}" name="{element}">{inside}</bpmn:intermediateCatchEvent>'
    )


def drawing(*elements: str, outside: str = "", lane: str = "人社部门", key: str = "example") -> bytes:
    """A BPMN document of one process whose nodes all stand in one lane."""
    body = "".join(elements)
    references = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in _NODES.findall(body))
    lanes = f'<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="{lane}">{references}</bpmn:lane></bpmn:laneSet>'
    return (
        f'{HEAD}<bpmn:process id="{key}" name="example" isExecutable="true">{lanes}{body}</bpmn:process>'
        f"{outside}</bpmn:definitions>"
    ).encode()


def line(*steps: str) -> list[str]:
    """Flows from each step to the next."""
    return [flow(a, b) for a, b in itertools.pairwise(steps)]


def defined(bpmn: bytes) -> Definition:
    """The definition as a worker meets it: from its stored row."""
    made = parse_definition(bpmn, {})
    return stored_definition(bpmn.decode(), made.spec_json, made.decisions)


def unchecked(bpmn: bytes) -> Definition:
    """As `defined`, for drawings that our own check refuses but the engine would take."""
    root = read_xml(bpmn)
    return Definition(read_drawing(root), spec_of(root, {}, "example"), {})


def asked(facts: Mapping[str, Any] | None = None) -> CaseEnvironment:
    """Facts as plain values; terms by a calendar without holidays."""
    known = Calendar(frozenset(), frozenset(), frozenset(range(2000, 2100)), 1, {})

    def working_days(n: int, since: date | None = None) -> dict[str, Any]:
        return term(due_on(since or today(), n, known))

    return CaseEnvironment(facts or {}, {"working_days": working_days})


def again(instance: Instance, facts: Mapping[str, Any] | None = None) -> Instance:
    """Stored and restored by another worker: nothing of the old process is left."""
    held = instance.definition
    fresh = Definition(held.drawing, held.spec_json, held.decisions)
    return Instance.restore(fresh, instance.dump(), instance.passed, asked(facts))


def do(instance: Instance, element: str, **data: Any) -> None:
    """Complete the first READY step of that element."""
    task = next(task for task in instance.ready() if task.element_id == element)
    instance.complete(task.engine_id, data)


def waiting(instance: Instance) -> list[str]:
    """Element ids of the READY steps, sorted."""
    return sorted(task.element_id for task in instance.ready())


LOOP = drawing(
    start(),
    gateway("entry"),
    user("work"),
    user("check"),
    gateway("enough", default="f_enough_finish"),
    end(),
    *line("begin", "entry", "work", "check", "enough", "finish"),
    flow("enough", "entry", "more"),
)
FORK = drawing(
    start(),
    gateway("fork", "parallel"),
    user("left"),
    user("right"),
    gateway("join", "parallel"),
    user("after"),
    end(),
    *line("begin", "fork", "left", "join", "after", "finish"),
    flow("fork", "right"),
    flow("right", "join"),
)
