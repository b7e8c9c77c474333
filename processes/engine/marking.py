"""Room marking: where tokens may stand together in a drawing, found by playing it through without any data.

A marking is a set of places: the id of a step or event that waits, or `source>join` for a branch that has
arrived at a join. What a drawing can reach from its start it can also finish, as far as the check of the
drawing says; a marking that it cannot reach may wait for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

Marking = frozenset[str]
# Beyond this many the drawing is called too large to prove anything.
MAX_MARKINGS = 20_000
_SPLIT, _JOIN = ".BoundaryEventSplit", ".BoundaryEventJoin"
_AT_REST = ("UserTask", "IntermediateCatchEvent", "EventBasedGateway")
_UNSEEN = ("BoundaryEventJoin", "_EndJoin")


@dataclass(frozen=True)
class Boundary:
    """An event on the boundary of a step; `signal`: which signal of the same token fires it, if one does."""

    name: str
    is_interrupting: bool
    signal: str


@dataclass(frozen=True)
class Net:
    """The graph of a drawing as the engine reads it, without its helpers."""

    kinds: Mapping[str, str]
    after: Mapping[str, tuple[str, ...]]
    before: Mapping[str, frozenset[str]]
    boundaries: Mapping[str, tuple[Boundary, ...]]
    # Throwing event → its signal.
    thrown: Mapping[str, str]
    stops: frozenset[str]
    names: Mapping[str, str]
    # Waiting event → the name of the message for which it waits.
    messages: Mapping[str, str]
    # Gateway → the expressions by which it chooses, as text.
    conditions: Mapping[str, str]

    def asks(self, name: str) -> list[str]:
        """The gateways that choose by a name."""
        return [gateway for gateway, text in self.conditions.items() if re.search(rf"\b{name}\b", text)]

    def name_of(self, place: str) -> str:
        """What a place is called on the drawing; of an arrival, the branch that has arrived."""
        name = place.partition(">")[0]
        return self.names.get(name, name)

    def avoids(self, step: str, place: str) -> bool:
        """Whether a case can come to a place without having passed a step, from the beginning of the drawing."""
        drawn = {name for name in self.kinds if not name.endswith(_SPLIT)}
        targets = {name for source in drawn for name in self._next(source)}
        begin = frozenset(drawn - targets - {step})
        return place.partition(">")[0] in begin | self.reaches(begin, without=step)

    def reaches(self, sources: Marking, without: str = "") -> frozenset[str]:
        """Every element that comes after one of the places, events on boundaries included; not by way of `without`."""
        found: set[str] = set()
        ahead = [target for place in sources for target in self._next(place)]
        while ahead:
            name = ahead.pop()
            if name not in found and name != without:
                found.add(name)
                ahead.extend(self._next(name))
        return frozenset(found)

    def _next(self, place: str) -> Iterator[str]:
        _source, _, join = place.partition(">")
        if join:
            yield join
            return
        yield from self.after.get(place, ())
        yield from (event.name for event in self.boundaries.get(place, ()))


@lru_cache(maxsize=64)
def net_of(spec_json: str) -> Net:
    """The graph of a stored spec."""
    specs: dict[str, Any] = orjson.loads(spec_json)["spec"]["task_specs"]
    seen = {name: spec for name, spec in specs.items() if spec["typename"] not in _UNSEEN}
    return Net(
        kinds={name: spec["typename"] for name, spec in seen.items()},
        after={name: _after(spec, specs) for name, spec in seen.items()},
        before={name: frozenset(spec["inputs"]) for name, spec in seen.items()},
        boundaries={
            name.removesuffix(_SPLIT): tuple(_boundaries(spec, specs))
            for name, spec in specs.items()
            if name.endswith(_SPLIT)
        },
        thrown={name: _event(spec)["name"] for name, spec in seen.items() if _throws(spec)},
        stops=frozenset(name for name, spec in seen.items() if _typename(spec) == "TerminateEventDefinition"),
        names={name: spec["bpmn_name"] or name for name, spec in seen.items()},
        messages=dict(_messages(seen)),
        conditions={
            name: str([way["condition"] for way in spec["cond_task_specs"]])
            for name, spec in seen.items()
            if spec.get("cond_task_specs")
        },
    )


def _after(spec: Mapping[str, Any], specs: Mapping[str, Any]) -> tuple[str, ...]:
    drawn = [name for name in spec["outputs"] if specs[name]["typename"] not in _UNSEEN]
    return tuple(name.removesuffix(_SPLIT) for name in drawn)


def _boundaries(split: Mapping[str, Any], specs: Mapping[str, Any]) -> Iterator[Boundary]:
    for name in split["outputs"]:
        spec = specs[name]
        if spec["typename"] == "BoundaryEvent":
            signal = _event(spec)["name"] if _typename(spec) == "SignalEventDefinition" else ""
            yield Boundary(name, spec["cancel_activity"], signal)


def _event(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return spec.get("event_definition") or {}


def _typename(spec: Mapping[str, Any]) -> str:
    return str(_event(spec).get("typename", ""))


def _messages(specs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Of each catching event; behind a gateway the engine keeps them at the gateway, in its order."""
    for name, spec in specs.items():
        if _typename(spec) == "MessageEventDefinition":
            yield name, _event(spec)["name"]
        for target, event in zip(spec["outputs"], _event(spec).get("event_definitions", ()), strict=False):
            if event["typename"] == "MessageEventDefinition":
                yield target, event["name"]


def _throws(spec: Mapping[str, Any]) -> bool:
    return spec["typename"] == "IntermediateThrowEvent" and _typename(spec) == "SignalEventDefinition"


@lru_cache(maxsize=64)
def markings(spec_json: str) -> frozenset[Marking] | None:
    """Every marking at rest that the drawing can reach from its start; None past MAX_MARKINGS."""
    net = net_of(spec_json)
    found: set[Marking] = set()
    ahead = list(_settled(net, frozenset(), [("", "Start")]))
    while ahead:
        marking = ahead.pop()
        if marking in found:
            continue
        found.add(marking)
        if len(found) > MAX_MARKINGS:
            return None
        ahead.extend(_successors(net, marking))
    return frozenset(found)


_Step = tuple[str, str]


def _successors(net: Net, marking: Marking) -> Iterator[Marking]:
    for place in marking:
        if ">" in place:
            continue
        left = marking - {place}
        if net.kinds[place] == "EventBasedGateway":
            for event in net.after[place]:
                yield from _settled(net, left, _onward(net, event))
        else:
            yield from _settled(net, left, _onward(net, place))
        for beside in net.boundaries.get(place, ()):
            if not beside.signal:
                rest = left if beside.is_interrupting else marking
                yield from _settled(net, rest, _onward(net, beside.name))


def _onward(net: Net, name: str) -> list[_Step]:
    return [(name, target) for target in net.after[name]]


def _settled(net: Net, marking: Marking, moving: list[_Step]) -> Iterator[Marking]:
    """The markings at rest once everything that moves by itself has moved, whichever way it chooses."""
    ahead: list[tuple[Marking, tuple[_Step, ...]]] = [(marking, tuple(moving))]
    seen = set()
    while ahead:
        state = ahead.pop()
        if state in seen:
            continue
        seen.add(state)
        if not state[1]:
            yield state[0]
            continue
        ahead.extend(_moved(net, state[0], state[1][1:], *state[1][0]))


def _moved(
    net: Net, marking: Marking, rest: tuple[_Step, ...], source: str, name: str
) -> list[tuple[Marking, tuple[_Step, ...]]]:
    """One token goes into an element: what may be the case then."""
    kind, onward = net.kinds[name], tuple(_onward(net, name))
    if kind in _AT_REST:
        return [(marking | {name}, rest)]
    if name in net.stops:
        return [(frozenset(), ())]
    if kind == "ExclusiveGateway":
        return [(marking, (one, *rest)) for one in onward]
    if kind == "ParallelGateway" and len(net.before[name]) > 1:
        return [_arrived(net, marking, rest, source, name)]
    if name in net.thrown:
        return [_heard(net, marking, (*onward, *rest), net.thrown[name])]
    return [(marking, (*onward, *rest))]


def _arrived(
    net: Net, marking: Marking, rest: tuple[_Step, ...], source: str, join: str
) -> tuple[Marking, tuple[_Step, ...]]:
    """A branch arrives at a join, which goes on once all have."""
    awaited = frozenset(f"{one}>{join}" for one in net.before[join])
    arrived = marking | {f"{source}>{join}"}
    if awaited <= arrived:
        return arrived - awaited, (*_onward(net, join), *rest)
    return arrived, rest


def _heard(
    net: Net, marking: Marking, moving: tuple[_Step, ...], signal: str
) -> tuple[Marking, tuple[_Step, ...]]:
    """Steps that listen for a signal hear it."""
    for place in sorted(marking):
        for event in net.boundaries.get(place, ()):
            if event.signal == signal:
                marking = marking - {place} if event.is_interrupting else marking
                moving = (*moving, *_onward(net, event.name))
    return marking, moving
