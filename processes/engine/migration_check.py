"""Room migration: whether the places of a token exist in another drawing and may stand there together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from models.refusal import Refusal
from processes.engine.definition import Definition
from processes.engine.marking import Marking, Net, markings, net_of

_TOO_LARGE = "新版本的并行分支过多，无法证明迁移后能够办结。"


class Unfit(Refusal):
    """Why a token cannot go over to another drawing, in an official's words."""


def check_places(
    old: Definition, new: Definition, places: Iterable[str], renamed: Callable[[str], str]
) -> Marking:
    """The places on the new drawing. Raises Unfit when one is missing, or when they never stand there together."""
    before, after, stands = net_of(old.spec_json), net_of(new.spec_json), set(places)
    target = frozenset(_place(before, after, place, renamed) for place in stands)
    if len(target) < len(stands):
        raise Unfit("同时办理的两个环节不能对应到新版本的同一个环节。")
    possible = markings(new.spec_json)
    if possible is None:
        raise Unfit(_TOO_LARGE)
    if target not in possible:
        raise Unfit(_apart(after, target, possible))
    return target


def skipped(new: Definition, old: Definition, places: Marking, renamed: Mapping[str, str]) -> list[str]:
    """Ids of steps that the new drawing has added before the places: this case will not do them."""
    net = net_of(new.spec_json)
    ahead = net.reaches(places) | places
    known = {renamed.get(step, step) for step in old.drawing.steps}
    return [
        step
        for step in new.drawing.steps
        if step not in known and step not in ahead and _before(net, step, places)
    ]


def check_answers(new: Definition, old: Definition, steps: Iterable[str], places: Marking) -> None:
    """Raises Unfit where a way that lies ahead is chosen by what only a skipped step would have asked."""
    net = net_of(new.spec_json)
    ahead = net.reaches(places)
    for step in (new.drawing.steps[one] for one in steps):
        for field in step.fields:
            asking = [name for name in net.asks(field.name) if name in ahead]
            if asking and field.name not in old.drawing.field_names:
                raise Unfit(
                    f"新版本在“{net.name_of(asking[0])}”按“{step.name}”填写的“{field.label}”决定去向，"
                    "本案卷已过该环节，没有这项内容。"
                )


def check_separation(
    new: Definition, old: Definition, passed: Mapping[str, int], renamed: Mapping[str, str]
) -> None:
    """Raises Unfit where a step may no longer find who has done the step that it must not share a person with."""
    for step in old.drawing.steps.values():
        after = new.drawing.steps.get(renamed.get(step.element_id, step.element_id))
        known = {renamed.get(one, one) for one in old.drawing.steps}
        unknown = [one for one in after.not_same_as if one not in known] if after else []
        lost = [
            one
            for one in step.not_same_as
            if one in passed and renamed.get(one, one) not in new.drawing.steps
        ]
        if unknown and lost:
            name = old.drawing.steps[lost[0]].name
            raise Unfit(
                f"“{step.name}”与已办环节“{name}”实行岗位分离，新版本中没有“{name}”，请在方案中指定它对应的环节。"
            )


def _before(net: Net, step: str, places: Marking) -> bool:
    reached = net.reaches(frozenset((step,)))
    return any(place.partition(">")[2] in reached or place in reached for place in places)


def _place(before: Net, after: Net, place: str, renamed: Callable[[str], str]) -> str:
    source, _, join = place.partition(">")
    name = renamed(source)
    if join:
        if name not in after.before.get(join, ()):
            raise Unfit(
                f"并行办理中“{before.name_of(source)}”之后的汇合在新版本中已经改变，无法确认该分支已办结。"
            )
        return f"{name}>{join}"
    _check_kind(before, after, source, name)
    return name


def _check_kind(before: Net, after: Net, old: str, new: str) -> None:
    title, kind = before.name_of(old), before.kinds[old]
    if after.kinds.get(new) != kind:
        if kind == "UserTask":
            raise Unfit(f"当前环节“{title}”在新版本中已不存在，请指定对应的环节。")
        raise Unfit(f"正在等待的“{title}”在新版本中已不存在。")
    waits = before.after[old] if kind == "EventBasedGateway" else (old,)
    for event in waits if kind != "UserTask" else ():
        wanted = after.after[new] if kind == "EventBasedGateway" else (new,)
        if event not in wanted or before.messages.get(event) != after.messages.get(event):
            raise Unfit(f"正在等待的“{before.name_of(event)}”在新版本中已不存在或改为等待其他事项。")


def _apart(net: Net, target: Marking, possible: frozenset[Marking]) -> str:
    """Why a marking cannot be: what the drawing would have beside it, or what it would not."""
    larger = [one - target for one in possible if one > target]
    if larger:
        missing = min(larger, key=lambda one: (len(one), sorted(one)))
        return (
            f"案卷正在并行办理中，新版本在此增加了{named(net, missing)}，迁移后汇合处将一直等待，无法办结。"
        )
    smaller = [target - one for one in possible if one < target and one]
    if smaller:
        extra = min(smaller, key=lambda one: (len(one), sorted(one)))
        return f"案卷正在并行办理中，新版本在此不再同时办理{named(net, extra)}，迁移后无法正确汇合。"
    return f"新版本中{named(net, target)}不会同时进行，迁移后无法正确汇合。"


def named(net: Net, places: Iterable[str]) -> str:
    """The names of places in quotation marks; of an arrival, the branch."""
    return "、".join(f"“{name}”" for name in dict.fromkeys(net.name_of(place) for place in sorted(places)))
