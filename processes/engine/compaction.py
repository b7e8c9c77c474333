"""Room compaction: folds finished history so that an instance never grows with its rounds.

The engine's iterator stops at depth 1000 and then calls a case finished; history lives in our tables.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

_LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


def compact(workflow: Any) -> int:
    """Cut the finished chain above each live branch, up to the nearest fork. Returns tasks removed.

    Nothing is cut while a sub-process runs or a join has arrived branches: those tasks are still read.
    """
    if workflow.get_active_subprocesses():
        return 0
    live = [task for task in workflow.tasks.values() if task.has_state(_LIVE)]
    tops = {_anchor(task).id for task in live}
    if not tops or any(_is_join(task) for task in live) or not _is_quiet(workflow, tops):
        return 0
    return sum(_cut_above(workflow, workflow.tasks[top]) for top in tops)


def _anchor(task: Any) -> Any:
    """The highest ancestor that must stay with a live task: its boundary split or multi-instance parent."""
    while task.parent is not None and (
        task.parent.state == TaskState.STARTED or isinstance(task.parent.task_spec, BoundaryEventSplit)
    ):
        task = task.parent
    return task


def _is_join(task: Any) -> bool:
    """Waits for other branches, not for an event: it still reads where each of them came from."""
    return bool(task.has_state(TaskState.WAITING)) and not isinstance(task.task_spec, CatchingEvent)


def _is_quiet(workflow: Any, tops: set[Any]) -> bool:
    """At most one branch beside those that wait for an event since the start: no join is half full."""
    moving = [top for top in tops if not workflow.tasks[top].has_state(TaskState.WAITING)]
    return len(moving) <= 1


def _cut_above(workflow: Any, top: Any) -> int:
    """Remove the finished single-child chain between `top` and the nearest fork or the root."""
    chain = []
    parent = top.parent
    while parent is not None and parent.parent is not None and _is_foldable(parent):
        chain.append(parent)
        parent = parent.parent
    if not chain or parent is None:
        return 0
    first = chain[-1]
    data = dict(top.parent.data)
    removed = {task.id for task in chain} | {
        task.id
        for link in chain
        for child in link.children
        if child is not top
        for task in _below(child, top)
    }
    parent._children = [top.id if child == first.id else child for child in parent._children]
    top._parent = parent.id
    _carry(parent, data)
    for task_id in removed:
        workflow.tasks.pop(task_id, None)
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = None
    return len(removed)


def _is_foldable(task: Any) -> bool:
    """Finished, and nothing below it lives except on the way we came from."""
    if not task.has_state(TaskState.FINISHED_MASK):
        return False
    alive = [c for c in task.children if any(t.has_state(_LIVE | TaskState.PREDICTED_MASK) for t in _all(c))]
    return len(alive) <= 1


def _all(task: Any) -> list[Any]:
    found, stack = [], [task]
    while stack:
        current = stack.pop()
        found.append(current)
        stack.extend(current.children)
    return found


def _below(task: Any, top: Any) -> list[Any]:
    """The finished sub-tree of a side branch; the way to `top` is not part of it."""
    return [] if top in _all(task) else _all(task)


def _carry(parent: Any, data: dict[str, Any]) -> None:
    """With one child left the parent takes over the folded data, so that the difference stays small."""
    if len(parent._children) == 1:
        parent.data = data
