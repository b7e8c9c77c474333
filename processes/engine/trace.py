"""Room instance: a token that remembers what it passed, when, and which way every gateway sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from SpiffWorkflow.util.task import TaskState

from models.calendar import now
from processes.engine.definition import Definition
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance

_LEFT_OUT = TaskState.PREDICTED_MASK | TaskState.CANCELLED
# What the engine puts before a step with boundary events.
_SPLIT = ".BoundaryEventSplit"


@dataclass(frozen=True)
class Passage:
    """One element that the token has left, and where it went."""

    element_id: str
    at: datetime
    next_ids: tuple[str, ...]


class TracedInstance(Instance):
    """For runs that are only looked at: it is never stored."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.trace: list[Passage] = []
        self._mark = 0

    @classmethod
    def begin(cls, definition: Definition, asked: CaseEnvironment, data: Mapping[str, Any]) -> TracedInstance:
        """As `start`."""
        return cast(TracedInstance, cls.start(definition, asked, data))

    def _passed(self, task: Any) -> None:
        super()._passed(task)
        element_id = task.task_spec.bpmn_id
        if element_id:
            self.trace.append(Passage(element_id, now(), tuple(_next(task))))

    def _kept(self) -> Any:
        self._mark = len(self.trace)
        return super()._kept()

    def _go_back(self, kept: Any) -> None:
        super()._go_back(kept)
        del self.trace[self._mark :]


def _next(task: Any) -> list[str]:
    """The elements to which the token went on; a step with boundary events stands behind a joint."""
    specs = (child.task_spec for child in task.children if not child.has_state(_LEFT_OUT))
    found = (spec.bpmn_id or (spec.name or "").removesuffix(_SPLIT) for spec in specs)
    return [str(element_id) for element_id in found if element_id]
