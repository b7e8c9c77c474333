"""Room definition: one published drawing: parsed once, its spec stored apart from every instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.process import VALIDATOR

from processes.engine.drawing import Drawing, read_drawing
from processes.engine.expression import ExpressionError
from processes.engine.timer import CONFIG
from processes.engine.xml import XmlRefused, read_xml


@dataclass(frozen=True)
class Definition:
    """A drawing, its decision tables and the engine's spec, shared read-only by every instance.

    The spec is always rehydrated from its stored form: the parser's own objects lose
    multi-instance results when an instance is restored on them.
    """

    drawing: Drawing
    spec_json: str
    decisions: Mapping[str, str]

    @cached_property
    def specs(self) -> tuple[Any, dict[str, Any]]:
        """The engine's spec and its sub-process specs."""
        stored = orjson.loads(self.spec_json)
        registry = make_serializer().registry
        subs = {name: registry.restore(sub) for name, sub in stored["subprocesses"].items()}
        return registry.restore(stored["spec"]), subs


def make_serializer() -> Any:
    """A serializer of one's own: its registry keeps state while it works, so threads never share one."""
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(CONFIG))


def parse_definition(bpmn: bytes, decisions: Mapping[str, bytes]) -> Definition:
    """Read a drawing with its decision tables (file name → content). Raises XmlRefused.

    Run it on a stranger's file only inside `lint`, which has a time and memory limit.
    """
    root = read_xml(bpmn)
    drawing = read_drawing(root)
    texts = {name: content.decode("utf-8") for name, content in decisions.items()}
    definition = Definition(drawing, spec_of(root, decisions, drawing.key), texts)
    _check_lanes(definition)
    return definition


def spec_of(root: etree._Element, decisions: Mapping[str, bytes], key: str) -> str:
    """The engine's own reading of a process, as JSON. Raises XmlRefused."""
    parser = SpiffBpmnParser(validator=VALIDATOR)
    tables = {name: read_xml(content) for name, content in decisions.items()}
    try:
        for name, table in tables.items():
            parser.add_dmn_xml(table, filename=name)
        parser.add_bpmn_xml(root, filename="drawing.bpmn")
        spec = parser.get_spec(key)
        subs = parser.get_subprocess_specs(key)
    except (ValidationException, SpiffWorkflowException, ExpressionError) as error:
        raise XmlRefused(f"流程图不能执行：{error}") from error
    registry = make_serializer().registry
    stored = {
        "spec": registry.convert(spec),
        "subprocesses": {name: registry.convert(sub) for name, sub in subs.items()},
    }
    return orjson.dumps(stored).decode()


def stored_definition(bpmn: str, spec_json: str, decisions: Mapping[str, str]) -> Definition:
    """A definition from its row; nothing is parsed by the engine again."""
    return Definition(read_drawing(read_xml(bpmn.encode())), spec_json, decisions)


def _check_lanes(definition: Definition) -> None:
    """The engine's lanes must be ours; a step the engine does not know would silently vanish."""
    spec, _subs = definition.specs
    for step in definition.drawing.steps.values():
        known = spec.task_specs.get(step.element_id)
        if known is None:
            raise XmlRefused(f"环节“{step.name}”不能到达或标识重复（{step.element_id}）。")
        if not step.lane or known.lane != step.lane:
            raise XmlRefused(f"环节“{step.name}”没有明确的泳道（{step.element_id}）。")
