"""Room lint: warnings that cannot be read, and a promise (承诺时限) that the clocks of its own steps exceed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from models.refusal import Refusal
from models.reminder import parse
from processes.engine.drawing import Drawing, DrawnTimer
from processes.engine.lint_codes import problem
from processes.engine.lint_elements import Known
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import Problem

_TERM = re.compile(r"(?:working|calendar)_days\(\s*([^,()]+?)\s*(?:,\s*(\w+)\s*)?\)")
_APPLICANT = "申请人"
# More different ways to one element than any sensible drawing has.
_MAX_WAYS = 256
_MAX_CLAUSE = 120


def check_warnings(drawing: Drawing) -> Iterator[Problem]:
    """Every ladder can be read, and only statutory clocks carry one."""
    yield from _ladder(drawing.key, drawing.warnings)
    for timer in drawing.timers.values():
        yield from _ladder(timer.element_id, timer.warnings)
        if timer.warnings and not timer.deadline:
            yield problem("warnings-misplaced", timer.element_id, name=timer.name)


def _ladder(element_id: str, text: str) -> Iterator[Problem]:
    try:
        parse(text)
    except Refusal as refusal:
        yield problem("warnings-unreadable", element_id, reason=refusal.message)


@dataclass(frozen=True)
class _Clock:
    """A statutory clock of an office: its days (None: not a fixed number) and the fact it counts from."""

    key: str
    days: int | None
    start: str


@dataclass(frozen=True)
class _Path:
    """How a token came to an element: the steps with a clock, the clocks, and its branch of each fork.

    Who comes to a fork again in a loop takes the same branch: the others ran beside it.
    """

    steps: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    branches: frozenset[tuple[str, str]] = frozenset()

    def covers(self, other: _Path) -> bool:
        """Whether nothing can follow on the other path that adds up to more."""
        return other.keys <= self.keys and self.branches <= other.branches


def check_promise(graph: Graph, drawing: Drawing, known: Known) -> Iterator[Problem]:
    """On no path from where the promise counts to an end do the offices' clocks add up to more than it.

    A clock that spans several steps counts once, also in a loop; of parallel branches the longest path
    counts; what waits for the applicant does not.
    """
    if not drawing.promise:
        if drawing.promise_from or drawing.promise_clause:
            yield problem("promise-missing", drawing.key)
        return
    if not drawing.promise_clause or len(drawing.promise_clause) > _MAX_CLAUSE:
        yield problem("promise-clause", drawing.key, limit=_MAX_CLAUSE)
    clocks = dict(_clocks(drawing))
    begins = [step for step, clock in clocks.items() if clock.start == drawing.promise_from]
    if drawing.promise_from not in known.names:
        yield problem("promise-from", drawing.key, name=drawing.promise_from)
    elif not begins:
        yield problem("promise-begin", drawing.key, name=drawing.promise_from)
    else:
        yield from _summed(graph, drawing, clocks, begins)


def _clocks(drawing: Drawing) -> Iterator[tuple[str, _Clock]]:
    """Step → its clock, without the steps of the applicant."""
    for step in drawing.steps.values():
        timer = drawing.deadline_of(step.element_id)
        if timer is not None and step.lane != _APPLICANT:
            yield step.element_id, _clock(timer)


def _clock(timer: DrawnTimer) -> _Clock:
    read = _TERM.fullmatch(timer.expression)
    days = int(read[1]) if read and re.fullmatch("[0-9]{1,4}", read[1]) else None
    return _Clock(timer.deadline, days, (read[2] or "") if read else "")


def _summed(
    graph: Graph, drawing: Drawing, clocks: Mapping[str, _Clock], begins: list[str]
) -> Iterator[Problem]:
    found = _paths(graph, clocks, begins)
    if found is None:
        yield problem("promise-ways", drawing.key)
        return
    running = {clock.key: clock for clock in clocks.values() if any(clock.key in path.keys for path in found)}
    unknown = sorted(key for key, clock in running.items() if clock.days is None)
    if unknown:
        yield problem("promise-variable", drawing.key, keys="、".join(unknown))
        return
    days = _days(clocks)
    longest = max(found, key=lambda path: sum(days[key] for key in path.keys))
    total = sum(days[key] for key in longest.keys)
    if total > drawing.promise:
        shown = _shown(drawing, clocks, longest)
        said = {"promise": drawing.promise, "total": total, "shown": shown}
        yield problem("promise-exceeded", drawing.key, **said)


def _days(clocks: Mapping[str, _Clock]) -> dict[str, int]:
    """Key → days; the longest where steps disagree."""
    found: dict[str, int] = {}
    for clock in clocks.values():
        found[clock.key] = max(found.get(clock.key, 0), clock.days or 0)
    return found


def _paths(graph: Graph, clocks: Mapping[str, _Clock], begins: list[str]) -> list[_Path] | None:
    """The paths that reach an end, those left out whose clocks another one has too; None: too many."""
    kept: dict[str, list[_Path]] = {}
    waiting = [(step, _Path()) for step in begins]
    while waiting:
        node, path = waiting.pop()
        clock = clocks.get(node)
        if clock is not None and clock.key not in path.keys:
            path = replace(path, steps=(*path.steps, node), keys=path.keys | {clock.key})
        here = kept.setdefault(node, [])
        if any(other.covers(path) for other in here):
            continue
        here[:] = [other for other in here if not path.covers(other)] + [path]
        if len(here) > _MAX_WAYS:
            return None
        waiting.extend(_followed(graph, node, path))
    return [path for node, paths in kept.items() if graph.kinds.get(node) == "endEvent" for path in paths]


def _followed(graph: Graph, node: str, path: _Path) -> Iterator[tuple[str, _Path]]:
    after = graph.after(node)
    if graph.kinds.get(node) != "parallelGateway" or len(after) < 2:
        yield from ((one, path) for one in after)
        return
    taken = dict(path.branches).get(node)
    for one in after:
        if taken in (None, one):
            yield one, replace(path, branches=path.branches | {(node, one)})


def _shown(drawing: Drawing, clocks: Mapping[str, _Clock], path: _Path) -> str:
    days = _days(clocks)
    return " → ".join(f"{drawing.steps[step].name} {days[clocks[step].key]}" for step in path.steps)
