"""Room relocation: which steps of a drawing come before others, and where a token stands when one is done again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from processes.engine.definition import Definition
from processes.engine.marking import Marking, Net, markings, net_of


def is_before(definition: Definition, step: str, place: str) -> bool:
    """Whether a way leads from a step to a place."""
    source = place.partition(">")[0]
    return source == step or source in net_of(definition.spec_json).reaches(frozenset((step,)))


def standing_before(
    definition: Definition, standing: Marking, step: str, passed: Mapping[str, int]
) -> Marking | None:
    """Where the token stands when `step` is done again: what does not come after it stays, finished branches too.

    None when the drawing cannot stand so. `passed`: how often each element was passed, as far as it still counts.
    """
    net, possible = net_of(definition.spec_json), markings(definition.spec_json) or frozenset()
    after = net.reaches(frozenset((step,))) | {step}
    stays = frozenset(place for place in standing if place.partition(">")[0] not in after)
    options = [
        one
        for one in possible
        if step in one and stays <= one and all(_has_arrived(place, passed) for place in one - standing)
    ]
    return min(options, key=lambda one: _cost(one, standing, step), default=None)


def _has_arrived(place: str, passed: Mapping[str, int]) -> bool:
    """A branch may be taken for finished only if it was, and the join behind it has let the token go on."""
    source, _, join = place.partition(">")
    return not join or bool(passed.get(source) and passed.get(join))


def _cost(marking: Marking, standing: Marking, step: str) -> tuple[int, int, int, list[str]]:
    """As little as possible is opened anew, as much as possible stays."""
    added = marking - standing - {step}
    opened = [place for place in added if ">" not in place]
    return len(opened), -len(marking & standing), len(added), sorted(marking)


def undone(definition: Definition, target: Marking, step: str) -> frozenset[str]:
    """What counts as not passed any more: the step and all that comes after it, less the branches that stay."""
    net = net_of(definition.spec_json)
    kept = {name for place in target - {step} for name in _branch(net, place, step)}
    return (net.reaches(frozenset((step,))) | {step}) - kept


def _branch(net: Net, place: str, step: str) -> frozenset[str]:
    """The elements of the branch that has led to a place: backwards, as far as no way leads to the step."""
    ways = _ways(net)
    before: dict[str, set[str]] = defaultdict(set)
    for name, targets in ways.items():
        for target in targets:
            before[target].add(name)
    found: set[str] = set()
    ahead = [place.partition(">")[0]]
    while ahead:
        name = ahead.pop()
        if name not in found and step not in _reached(ways, name):
            found.add(name)
            ahead.extend(before[name])
    return frozenset(found)


def _ways(net: Net) -> dict[str, list[str]]:
    """Every way inside a parallel block: none leads over a join."""
    found = {}
    for name in net.kinds:
        drawn = [*net.after.get(name, ()), *(event.name for event in net.boundaries.get(name, ()))]
        found[name] = [one for one in drawn if not _is_join(net, one)]
    return found


def _is_join(net: Net, name: str) -> bool:
    return net.kinds.get(name) == "ParallelGateway" and len(net.before[name]) > 1


def _reached(ways: Mapping[str, list[str]], name: str) -> set[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead.extend(ways.get(one, ()))
    return found
