"""Room relocation: lets a token stand somewhere else on the same drawing: sent back, recalled, moved by hand.

As a migration (migration.py): a new token is built from the places of the old one. What stays keeps its identity,
data and armed timers; where it has not stood before it enters as the drawing enters, with timers of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from models.calendar import now
from processes.engine.faults import EngineFault, engine_faults
from processes.engine.instance import Instance
from processes.engine.marking import Marking, Net, markings, net_of
from processes.engine.migration import Way, place, places
from processes.engine.migration_check import Unfit, named
from processes.engine.placing import add, empty_token, open_places, put_arrival
from processes.engine.serialization import dump, load

_TOO_LARGE = "该流程的并行分支过多，无法证明移动后能够办结。"
_ENDS = "“{name}”的期限已届满，案卷到达后将立即自动终止，不能移动到该环节。"


def relocate(instance: Instance, target: Marking, undone: Collection[str] = ()) -> None:
    """Let the token stand at `target`; elements in `undone` count as not passed. Nothing fires.

    Raises Unfit where the drawing could not stand so, or would end by itself as soon as it does.
    """
    require_possible(instance, target)
    found = dict(open_places(instance._workflow))
    stays = {str(task.id) for name, task in found.items() if name in target and ">" not in name}
    known = {timer.engine_id for timer in instance.timers()}
    _put(instance, found, target)
    for name in undone:
        instance.passed.pop(name, None)
    if places(instance) != target or not stays <= _standing(instance):
        raise EngineFault("移动后的状态与要求不一致。")
    _require_time(instance, known)


def require_possible(instance: Instance, target: Marking) -> None:
    """Raises Unfit, saying why, when the drawing cannot stand at `target`."""
    spec = instance.definition.spec_json
    possible = markings(spec)
    if possible is None:
        raise Unfit(_TOO_LARGE)
    if not target or target not in possible:
        raise Unfit(_why_not(net_of(spec), target, possible), "places")


def _why_not(net: Net, target: Marking, possible: Collection[Marking]) -> str:
    """What the drawing would have beside the chosen places, or what it would not have together."""
    if not any(net.kinds.get(place) == "UserTask" or ">" in place for place in target):
        return "请选择案卷应当处于的环节。"
    larger = [one - target for one in possible if one > target]
    if larger:
        missing = min(larger, key=lambda one: (len(one), sorted(one)))
        return f"与所选位置同时，流程图中还必须有{named(net, missing)}，否则将一直等待，无法办结。"
    smaller = [target - one for one in possible if one < target and one]
    if smaller:
        extra = min(smaller, key=lambda one: (len(one), sorted(one)))
        return f"{named(net, extra)}不会与其他所选位置同时进行，请重新选择。"
    return f"{named(net, target)}不会同时进行，请重新选择。"


def _put(instance: Instance, found: Mapping[str, Any], target: Marking) -> None:
    """Build the new token and let it run to where it waits."""
    definition, engine = instance.definition, instance._workflow.script_engine
    new = empty_token(definition, engine, instance._workflow.data)
    root, way = new.task_tree, Way(definition, {}, {})
    root.data = _data(found, target)
    with engine_faults():
        for name in sorted(target):
            if name in found:
                place(root, name, found[name], way)
            else:
                _enter(root, name)
    instance._workflow = new
    instance.run()
    instance._workflow = load(dump(new), definition, engine)


def _data(found: Mapping[str, Any], target: Marking) -> dict[str, Any]:
    """What gateways read: of what the token leaves before what it keeps, for that is what it has learnt last."""
    known: dict[str, Any] = {}
    for name in sorted(found, key=lambda name: name not in target):
        known.update(found[name].data)
    return known


def _enter(root: Any, name: str) -> None:
    """A place where the token does not stand yet: as the drawing enters it, or as a branch that has arrived."""
    source, _, join = name.partition(">")
    if join:
        put_arrival(root, source, join, root.data)
        return
    specs = root.workflow.spec.task_specs
    split = f"{name}.BoundaryEventSplit"
    task = add(root, split if split in specs else name, TaskState.FUTURE, root.data)
    task.task_spec._predict(task, mask=TaskState.PREDICTED_MASK | TaskState.FUTURE)
    task.task_spec._update(task)


def _standing(instance: Instance) -> set[str]:
    """The identities of the steps and events that wait."""
    return {str(task.id) for name, task in open_places(instance._workflow) if ">" not in name}


def _require_time(instance: Instance, known: Collection[str]) -> None:
    """A step whose own term would end it at once is no step that anybody can do."""
    for timer in instance.timers():
        is_over = timer.moves_on and not timer.is_held and not timer.fault and timer.due_at <= now()
        if is_over and timer.engine_id not in known:
            raise Unfit(_ENDS.format(name=instance.definition.drawing.timers[timer.element_id].name))
