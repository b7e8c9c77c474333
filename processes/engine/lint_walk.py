"""Room lint: the token game of a drawing, as the engine plays it: what stands where, and what can happen next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from processes.engine.lint_graph import Graph

# Where a token stands (a waiting element, or a flow into a parallel join), and the side branch that it is of.
Token = tuple[str, str]
Marking = frozenset[Token]
ENDED: Marking = frozenset({("", "ended")})
_STANDING = ("userTask", "intermediateCatchEvent", "eventBasedGateway")
# Longer runs without waiting are refused as loops elsewhere.
_LONGEST = 600


@dataclass(frozen=True)
class Settled:
    """Where the tokens rest after something happened, and what they passed."""

    marking: Marking
    trail: tuple[str, ...]


@dataclass(frozen=True)
class Collision:
    """A second token came to an element where one stands already."""

    node: str
    trail: tuple[str, ...]


@dataclass(frozen=True)
class _Run:
    """Tokens that stand, tokens on the move (flows, with their branch), what was passed, whether the case closes."""

    standing: Marking
    moving: tuple[Token, ...]
    trail: tuple[str, ...]
    is_ended: bool = False


class Net:
    """The elements of a drawing as a game of tokens."""

    def __init__(self, graph: Graph, signals: Mapping[str, str]) -> None:
        self.graph = graph
        self.signals = signals
        self.flows = {flow.element_id: flow for flow in graph.flows}
        self._behind = {node: self._after(node) for node in graph.kinds}
        self._private = {node for node in graph.kinds if self._is_private(node)}

    def leave(self, node: str) -> tuple[str, ...]:
        """The flows out of an element."""
        return tuple(flow.element_id for flow in self.graph.outgoing[node])

    def join_of(self, place: str) -> str:
        """The join before which a token stands."""
        return self.flows[place].target if place in self.flows else place

    def can_move(self, marking: Marking) -> bool:
        """Whether anybody or anything is still waited for."""
        return any(place in self.graph.kinds for place, _branch in marking)

    def steps(self, marking: Marking) -> Iterator[Iterator[Settled | Collision]]:
        """Everything that can happen next.

        Of a token that nothing else can meet or disturb only its own next steps are tried: the others keep.
        """
        alone = self._alone(marking)
        own = [list(one) for one in self._moves(marking, alone)] if alone else []
        if alone and not any(self._disturbs(one) for some in own for one in some):
            yield from map(iter, own)
            return
        for token in sorted(marking):
            if token[0] in self.graph.kinds:
                yield from self._moves(marking, token)

    def _disturbs(self, found: Settled | Collision) -> bool:
        """Whether behind a join that was waited for something has happened to all the others."""
        is_ended = isinstance(found, Settled) and found.marking == ENDED
        return is_ended or any(element in self.signals for element in found.trail)

    def settled(
        self, standing: Marking, moving: tuple[str, ...], begun: tuple[str, ...], branch: str = ""
    ) -> Iterator[Settled | Collision]:
        """Run on from these flows until everything waits; one result for each combination of exits."""
        runs = [_Run(standing, tuple((flow, branch) for flow in moving), begun)]
        while runs:
            run = runs.pop()
            if not run.moving or len(run.trail) > _LONGEST:
                yield Settled(ENDED if run.is_ended else run.standing, run.trail)
                continue
            for one in self._passed(run):
                if isinstance(one, Collision):
                    yield one
                else:
                    runs.append(one)

    def _moves(self, marking: Marking, token: Token) -> Iterator[Iterator[Settled | Collision]]:
        node, branch = token
        rest = marking - {token}
        if self.graph.kinds[node] == "eventBasedGateway":
            for flow in self.graph.outgoing[node]:
                trail = (flow.element_id, flow.target)
                yield self.settled(rest, self.leave(flow.target), trail, branch)
            return
        yield self.settled(rest, self.leave(node), (), branch)
        for event in self.graph.attached[node]:
            if event in self.signals:
                continue
            if event in self.graph.besides:
                yield self.settled(marking, self.leave(event), (event,), event)
            else:
                yield self.settled(rest, self.leave(event), (event,), branch)

    def _passed(self, run: _Run) -> Iterator[_Run | Collision]:
        (flow_id, branch), moving = run.moving[0], run.moving[1:]
        node = self.flows[flow_id].target
        kind = self.graph.kinds[node]
        run = _Run(run.standing, moving, (*run.trail, flow_id, node), run.is_ended)
        if kind == "parallelGateway" and len(self.graph.incoming[node]) > 1:
            yield from self._arrived(run, node, (flow_id, branch))
        elif kind in _STANDING:
            yield self._stands(run, node, (node, branch))
        elif kind == "exclusiveGateway":
            for exit_id in self.leave(node):
                yield self._gone(run, (exit_id,), branch)
        elif kind == "endEvent":
            yield _Run(run.standing, run.moving, run.trail, run.is_ended or node in self.graph.terminating)
        else:
            run = self._thrown(run, node)
            yield self._gone(run, self.leave(node), branch)

    def _gone(self, run: _Run, flows: tuple[str, ...], branch: str) -> _Run:
        moving = (*run.moving, *((flow, branch) for flow in flows))
        return _Run(run.standing, moving, run.trail, run.is_ended)

    def _stands(self, run: _Run, node: str, token: Token) -> _Run | Collision:
        """A side branch that began again, while what it began before is still open, is no fault of the drawing."""
        there = [branch for place, branch in run.standing if place == token[0]]
        if there and (not token[1] or token[1] not in there):
            return Collision(node, run.trail)
        return _Run(run.standing | {token}, run.moving, run.trail, run.is_ended)

    def _arrived(self, run: _Run, node: str, token: Token) -> Iterator[_Run | Collision]:
        stood = self._stands(run, node, token)
        if isinstance(stood, Collision):
            yield stood
            return
        entries = {flow.element_id for flow in self.graph.incoming[node]}
        here = {one for one in stood.standing if one[0] in entries}
        if {place for place, _branch in here} < entries:
            # Waiting: the element itself has not been executed.
            yield _Run(stood.standing, stood.moving, stood.trail[:-1], stood.is_ended)
            return
        branches = {branch for _place, branch in here}
        branch = branches.pop() if len(branches) == 1 else ""
        yield self._gone(
            _Run(stood.standing - here, stood.moving, stood.trail, stood.is_ended), self.leave(node), branch
        )

    def _thrown(self, run: _Run, node: str) -> _Run:
        """A signal reaches every step on whose boundary it is waited for."""
        signal = self.signals.get(node)
        standing, moving, trail = run.standing, run.moving, run.trail
        for token in sorted(run.standing) if signal is not None else ():
            for event in self.graph.attached.get(token[0], ()):
                if self.signals.get(event) != signal:
                    continue
                is_beside = event in self.graph.besides
                standing = standing if is_beside else standing - {token}
                branch = event if is_beside else token[1]
                moving += tuple((flow, branch) for flow in self.leave(event))
                trail = (*trail, event)
        return _Run(standing, moving, trail, run.is_ended)

    def _alone(self, marking: Marking) -> Token | None:
        """A token that no other can come to, and whose own next steps touch no other."""
        places = [place if place in self.graph.kinds else self.join_of(place) for place, _branch in marking]
        for token in sorted(marking):
            node = token[0]
            if node in self._private and not any(node in self._behind[place] for place in places):
                return token
        return None

    def _after(self, node: str) -> set[str]:
        seen: set[str] = set()
        waiting = self.graph.after(node)
        while waiting:
            other = waiting.pop()
            if other not in seen and other in self.graph.kinds:
                seen.add(other)
                waiting.extend(self.graph.after(other))
        return seen

    def _is_private(self, node: str) -> bool:
        """A waiting element, not hit by a signal, whose exits reach no throwing or closing event before a wait or a join."""
        if self.graph.kinds[node] not in _STANDING or any(
            e in self.signals for e in self.graph.attached[node]
        ):
            return False
        seen: set[str] = set()
        waiting = self.graph.after(node)
        while waiting:
            other = waiting.pop()
            if other in self.graph.terminating or other in self.signals:
                return False
            if other not in seen and not self._is_waited_at(other):
                seen.add(other)
                waiting.extend(self.graph.after(other))
        return True

    def _is_waited_at(self, node: str) -> bool:
        is_join = self.graph.kinds.get(node) == "parallelGateway" and len(self.graph.incoming[node]) > 1
        return is_join or self.graph.kinds.get(node) in ("userTask", "eventBasedGateway")
