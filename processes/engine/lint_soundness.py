"""Room lint: every way through a drawing, tried out: dead ends, steps done twice, cases that can never end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from processes.engine.lint_codes import problem
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import Problem
from processes.engine.lint_walk import ENDED, Collision, Marking, Net, Settled

MAX_STATES = 6_000


@dataclass
class _Explored:
    """What was met: markings with how each was first reached, what follows each, and every element passed."""

    came: dict[Marking, tuple[Marking | None, tuple[str, ...]]] = field(default_factory=dict)
    after: dict[Marking, set[Marking]] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    collisions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_whole: bool = True

    def path(self, marking: Marking | None) -> tuple[str, ...]:
        """The elements passed on the shortest way to a marking, each named once."""
        trails: list[tuple[str, ...]] = []
        while marking is not None:
            marking, trail = self.came[marking]
            trails.append(trail)
        return tuple(dict.fromkeys(element for trail in reversed(trails) for element in trail))


def check_soundness(
    graph: Graph, signals: Mapping[str, str], names: Mapping[str, str], bound: int = MAX_STATES
) -> Iterator[Problem]:
    """What is wrong with the ways through a drawing whose connections are sound one by one.

    `signals`: throwing or catching event → its signal. Conditions are not looked at: each exit may be taken.
    """
    net = Net(graph, signals)
    begin = next(node for node, kind in graph.kinds.items() if kind == "startEvent")
    whole = _explore(net, (begin,), net.leave(begin), bound)
    problems = list(_judged(net, whole, names, bound))
    yield from problems
    told = {found.element_id for found in problems}
    for event in graph.besides:
        beside = _explore(net, (event,), net.leave(event), bound)
        problems = [found for found in _stuck(net, beside, names) if found.element_id not in told]
        yield from problems
        if whole.is_whole and not beside.is_whole:
            yield problem("sound-many", event, limit=bound)
        told |= {found.element_id for found in problems}


def _explore(net: Net, begun: tuple[str, ...], moving: tuple[str, ...], bound: int) -> _Explored:
    found = _Explored()
    waiting: list[Marking] = []
    _note(found, waiting, None, net.settled(frozenset(), moving, begun))
    for marking in waiting:
        if len(found.came) > bound:
            found.is_whole = False
            break
        for settled in net.steps(marking):
            _note(found, waiting, marking, settled)
    return found


def _note(
    found: _Explored,
    waiting: list[Marking],
    came_from: Marking | None,
    settled: Iterator[Settled | Collision],
) -> None:
    for one in settled:
        found.passed.update(one.trail)
        if isinstance(one, Collision):
            path = (*found.path(came_from), *one.trail)
            found.collisions.setdefault(one.node, tuple(dict.fromkeys(path)))
            continue
        if came_from is not None:
            found.after.setdefault(came_from, set()).add(one.marking)
        if one.marking not in found.came:
            found.came[one.marking] = came_from, one.trail
            waiting.append(one.marking)


def _judged(net: Net, found: _Explored, names: Mapping[str, str], bound: int) -> Iterator[Problem]:
    stuck = list(_stuck(net, found, names))
    yield from stuck
    if not found.is_whole:
        yield problem("sound-many", limit=bound)
        return
    if frozenset() in found.came:
        path = found.path(frozenset())
        yield _marked("sound-open", path[-1] if path else "", path)
    yield from _endless(net, found, names)
    told = {one.element_id for one in stuck}
    for node in () if found.collisions else _never(net.graph, found.passed):
        if node not in told:
            yield problem("sound-never", node, name=names.get(node, node))


def _stuck(net: Net, found: _Explored, names: Mapping[str, str]) -> Iterator[Problem]:
    """Steps that stand there twice, and joins for which nobody is left to wait."""
    for node, path in found.collisions.items():
        yield _marked("sound-twice", node, path, name=names.get(node, node))
    told: set[str] = set()
    for marking in found.came:
        if marking in found.after or marking == ENDED or not marking or net.can_move(marking):
            continue
        joins = sorted({net.join_of(place) for place, _branch in marking} - told)
        told.update(joins)
        for join in joins[:1]:
            yield _marked("sound-dead-end", join, (*found.path(marking), join), name=names.get(join, join))


def _endless(net: Net, found: _Explored, names: Mapping[str, str]) -> Iterator[Problem]:
    """The first marking from which no way leads to any end, good or bad."""
    before: dict[Marking, set[Marking]] = {}
    for marking, following in found.after.items():
        for one in following:
            before.setdefault(one, set()).add(marking)
    ends = [marking for marking in found.came if marking not in found.after]
    ending = _reaching(ends, before)
    # A marking that only collides has been told already.
    lost = next((m for m in found.came if m not in ending), None)
    if lost is not None and not found.collisions:
        node = sorted(place for place, _branch in lost)[0]
        yield _marked("sound-endless", node, found.path(lost), name=names.get(node, node))


def _reaching(ends: Collection[Marking], before: Mapping[Marking, set[Marking]]) -> set[Marking]:
    seen, waiting = set(ends), list(ends)
    while waiting:
        for one in before.get(waiting.pop(), ()):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    return seen


def _never(graph: Graph, passed: Collection[str]) -> list[str]:
    """The first elements of what is never executed; what stands behind them goes without saying."""
    met = {flow.target for flow in graph.flows if flow.source in passed}
    return [node for node in graph.kinds if node in met and node not in passed]


def _marked(code: str, element_id: str, path: tuple[str, ...], **values: object) -> Problem:
    return replace(problem(code, element_id, **values), path=path)
