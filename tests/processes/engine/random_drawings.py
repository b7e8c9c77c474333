"""Small random drawings, half of them broken: what the exploration of the check is compared with the engine on."""

from __future__ import annotations

import random

from tests.processes.engine.drawings import (
    catch,
    drawing,
    end,
    flow,
    gateway,
    start,
    timer,
    user,
)

_CLOSED = '<bpmn:terminateEventDefinition id="closing" />'
_SIGNAL = '<bpmn:signal id="stop" name="stop" />'
_MESSAGE = '<bpmn:message id="m1" name="withdrawal" />'


class RandomDrawing:
    """Blocks put into one another; now and then a join of the wrong kind, a lost branch, a wrong way back."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.parts: list[str] = []
        self.count = 0

    def bpmn(self) -> bytes:
        """The whole drawing."""
        last = self._sequence("begin", 2, 3)
        self.parts += [end("finish", _CLOSED, status="refused"), flow(last, "finish")]
        return drawing(start(), *self.parts, outside=_SIGNAL + _MESSAGE)

    def _new(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _sequence(self, before: str, depth: int, most: int) -> str:
        for _ in range(self.random.randint(1, most)):
            before = self._block(before, depth)
        return before

    def _block(self, before: str, depth: int) -> str:
        if depth == 0:
            return self._step(before)
        blocks = [self._step, self._choice, self._fork, self._loop, self._waits, self._event]
        return self.random.choice(blocks)(before, depth - 1)

    def _step(self, before: str, _depth: int = 0) -> str:
        name = self._new("step")
        self.parts += [user(name, status="submitted"), flow(before, name)]
        if self.random.random() < 0.2:
            self._reminder(name)
        return name

    def _reminder(self, name: str) -> None:
        due = self._new("due")
        self.parts.append(timer(due, name, "P1D"))
        before = self._step(due) if self.random.random() < 0.5 else due
        over = self._new("over")
        self.parts += [end(over), flow(before, over)]

    def _is_wrong(self) -> bool:
        return self.random.random() < 0.15

    def _split(self, before: str, depth: int, kind: str) -> str:
        name, join = self._new("split"), self._new("join")
        width = self.random.randint(2, 3)
        ends = []
        for _ in range(width):
            first = self._new("first")
            self.parts.append(user(first, status="submitted"))
            self.parts.append(flow(name, first, "is_person" if kind == "exclusive" and ends else ""))
            ends.append((first, self._sequence(first, depth, 1)))
        default = f"f_{name}_{ends[0][0]}" if kind == "exclusive" else ""
        self.parts += [gateway(name, kind, default), flow(before, name)]
        other = {"exclusive": "parallel", "parallel": "exclusive"}[kind]
        self.parts.append(gateway(join, other if self._is_wrong() else kind))
        self.parts += [flow(last, join) for _first, last in ends]
        return join

    def _choice(self, before: str, depth: int) -> str:
        return self._split(before, depth, "exclusive")

    def _fork(self, before: str, depth: int) -> str:
        return self._split(before, depth, "parallel")

    def _loop(self, before: str, depth: int) -> str:
        entry, again = self._new("entry"), self._new("again")
        self.parts += [gateway(entry), flow(before, entry)]
        work = self._step(entry)
        last = self._sequence(work, depth, 1)
        after = self._new("after")
        kind = "parallel" if self._is_wrong() else "exclusive"
        default = f"f_{again}_{after}" if kind == "exclusive" else ""
        self.parts += [gateway(again, kind, default), flow(last, again)]
        self.parts += [flow(again, entry, "is_person" if kind == "exclusive" else "")]
        self.parts += [user(after, status="submitted"), flow(again, after)]
        return after

    def _waits(self, before: str, depth: int) -> str:
        """A step that ends late: its boundary event leads to the same gateway as the step."""
        name, due, join = self._new("step"), self._new("due"), self._new("join")
        self.parts += [user(name, status="submitted"), flow(before, name)]
        self.parts.append(timer(due, name, "P1D", cancel=not self._is_wrong()))
        last = self._sequence(name, depth, 1)
        self.parts += [gateway(join), flow(last, join), flow(due, join)]
        return join

    def _event(self, before: str, depth: int) -> str:
        which, one, two, join = (self._new(kind) for kind in ("which", "one", "two", "join"))
        self.parts += [f'<bpmn:eventBasedGateway id="{which}" />', flow(before, which)]
        self.parts += [catch(one, "P1D"), catch(two, message="m1"), flow(which, one), flow(which, two)]
        last = self._sequence(one, depth, 1)
        self.parts += [gateway(join), flow(last, join), flow(two, join)]
        return join
