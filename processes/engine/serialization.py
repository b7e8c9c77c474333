"""Room serialization: an instance's state without its spec, as bytes whose key order is kept."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter

from processes.engine.definition import Definition
from processes.engine.timer import CONFIG

ENGINE_VERSION = "spiff-3.2.0/1.5"
_thread: Any = threading.local()


class SplitConverter(BpmnWorkflowConverter):
    """Leaves out the spec: it is stored once per version, not once per case."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        """Everything but the specs."""
        state = super(BpmnWorkflowConverter, self).to_dict(workflow)
        state["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        state["bpmn_events"] = []
        return dict(state)

    def from_dict(self, dct: dict[str, Any]) -> Any:
        """The instance on the definition's shared specs."""
        spec, subs = _thread.definition.specs
        workflow = self.target_class(spec, subs, deserializing=True, script_engine=_thread.engine)
        workflow.tasks = self.mapping_from_dict(_parents_first(dct["tasks"]), UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks.get(UUID(dct["root"]))
        self.set_default_attributes(workflow, dct)
        self.subprocesses_from_dict(dct["subprocesses"], workflow)
        workflow.bpmn_events = []
        return workflow


def dump(workflow: Any) -> bytes:
    """The state of an instance."""
    return orjson.dumps(_serializer().to_dict(workflow))


def load(state: bytes, definition: Definition, engine: Any) -> Any:
    """An instance from its state. The engine is attached before anything is evaluated."""
    _thread.definition, _thread.engine = definition, engine
    return _serializer().from_dict(orjson.loads(state))


def _serializer() -> Any:
    """One serializer a thread: its registry is not shared, and making one costs more than using it."""
    if not hasattr(_thread, "serializer"):
        config = {**CONFIG, BpmnWorkflow: SplitConverter}
        _thread.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))
    return _thread.serializer


def _parents_first(tasks: dict[str, Any]) -> dict[str, Any]:
    """Task data is stored as a difference to the parent: a child before its parent would lose it."""
    ordered: dict[str, Any] = {}
    for key in tasks:
        chain = []
        cursor: str | None = key
        while cursor is not None and cursor in tasks and cursor not in ordered:
            chain.append(cursor)
            cursor = tasks[cursor]["parent"]
        for member in reversed(chain):
            ordered[member] = tasks[member]
    return ordered
