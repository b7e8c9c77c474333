"""Room relocation: a drawn term that counts from another day, because the fact it counts from was corrected."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from models.calendar import end_of
from processes.engine.instance import Instance


def count_from(instance: Instance, engine_id: str, start_on: date, due_on: date, provisional: bool) -> None:
    """Let an armed term count from `start_on` and end on `due_on`; one that waits no more is left as it is."""
    task = instance._workflow.tasks.get(UUID(engine_id))
    if task is not None and task.state == TaskState.WAITING:
        task._set_internal_data(
            start_on=start_on.isoformat(),
            due_on=due_on.isoformat(),
            event_value=end_of(due_on).isoformat(timespec="seconds"),
            provisional=provisional,
        )
