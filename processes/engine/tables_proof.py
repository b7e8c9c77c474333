"""Room tables: whether a table answers every case once: gaps, overlaps and rows that can never be reached, proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from processes.engine.expression import ExpressionError
from processes.engine.tables_cells import Cell
from processes.engine.tables_domain import Section, sections
from processes.engine.tables_kinds import Kind
from processes.engine.tables_scan import STEM

MAX_ANSWERS = 60_000
MAX_STEPS = 20_000
MAX_EXAMPLES = 5
HOLDS, FAILS = "成立", "不成立"


class TooLarge(Exception):  # noqa: N818  a reason, not a fault of the program
    """The proof would cost more than it may."""


@dataclass(frozen=True)
class Dimension:
    """What distinguishes cases: a column's sections, or whether a free condition holds."""

    title: str
    sections: tuple[Section, ...]
    is_free: bool = False


@dataclass(frozen=True)
class Example:
    """A case, as far as it matters: (title, value) pairs. `is_certain`: no free condition is part of it."""

    values: tuple[tuple[str, str], ...]
    is_certain: bool

    def __str__(self) -> str:
        return "、".join(f"{title}={value}" for title, value in self.values) or "任何情况"


Box = tuple[frozenset[int], ...]


@dataclass
class Space:
    """The table as boxes over its dimensions; a box holds the sections that a rule accepts."""

    dimensions: list[Dimension]
    boxes: list[Box]
    steps: int = 0
    covered: set[tuple[int, frozenset[int]]] = field(default_factory=set)

    @cached_property
    def open_from(self) -> list[int]:
        """For each rule the dimension from which on it accepts everything."""
        return [self._open_from(box) for box in self.boxes]

    def _open_from(self, box: Box) -> int:
        depth = len(box)
        while depth and len(box[depth - 1]) == len(self.dimensions[depth - 1].sections):
            depth -= 1
        return depth


def space_of(titles: Sequence[str], kinds: Sequence[Kind], rows: Sequence[Sequence[Cell]]) -> Space:
    """The space of a table whose cells have been read. Raises TooLarge."""
    dimensions: list[Dimension] = []
    sides: list[list[frozenset[int]]] = []
    budget = MAX_ANSWERS
    for number, (title, kind) in enumerate(zip(titles, kinds, strict=True)):
        cells = [row[number] for row in rows]
        column = _column(title, kind, cells)
        budget -= len(column.sections) * len({cell.engine for cell in cells})
        if budget < 0:
            raise TooLarge
        for dimension, side in [(column, _sides(column, cells)), *_free(title, cells)]:
            dimensions.append(dimension)
            sides.append(side)
    return Space(dimensions, [tuple(side[row] for side in sides) for row in range(len(rows))])


def _column(title: str, kind: Kind, cells: Sequence[Cell]) -> Dimension:
    constants = {value for cell in cells if cell.test for value in cell.tree.constants or ()}
    return Dimension(title, tuple(sections(constants, kind)))


def _sides(column: Dimension, cells: Sequence[Cell]) -> list[frozenset[int]]:
    everything = frozenset(range(len(column.sections)))
    known: dict[str, frozenset[int]] = {}
    for cell in cells:
        if cell.engine not in known:
            known[cell.engine] = everything if _says_nothing(cell) else _accepted(column, cell)
    return [known[cell.engine] for cell in cells]


def _says_nothing(cell: Cell) -> bool:
    return cell.test is None or cell.tree.constants is None


def _accepted(column: Dimension, cell: Cell) -> frozenset[int]:
    """By the interpreter itself, so that the proof and the engine cannot disagree."""
    return frozenset(number for number, section in enumerate(column.sections) if _holds(cell, section.value))


def _holds(cell: Cell, value: Any) -> bool:
    assert cell.test is not None
    try:
        return bool(cell.test.evaluate({STEM: value}))
    except ExpressionError:
        return False


def _free(title: str, cells: Sequence[Cell]) -> Iterator[tuple[Dimension, list[frozenset[int]]]]:
    """A condition that only the case can answer may hold or not."""
    both, only = frozenset({0, 1}), frozenset({0})
    for text in dict.fromkeys(cell.engine for cell in cells if cell.test and cell.tree.constants is None):
        ways = (Section(True, HOLDS), Section(False, FAILS))
        yield (
            Dimension(f"“{title} {text}”", ways, is_free=True),
            [only if cell.engine == text else both for cell in cells],
        )


def gaps(space: Space) -> list[Example]:
    """Cases for which no rule is there, at most MAX_EXAMPLES. Raises TooLarge."""
    return _uncovered(space, range(len(space.boxes)), tuple(_whole(space)))


def dead_rows(space: Space) -> list[int]:
    """Rules (from 0) that no case can reach, because earlier ones have taken all of theirs. Raises TooLarge."""
    return [
        number
        for number, box in enumerate(space.boxes)
        if not all(box) or not _uncovered(space, range(number), box)
    ]


def overlaps(space: Space) -> list[tuple[int, int, Example]]:
    """Pairs of rules (from 0) that take the same case, with one such case."""
    found = []
    for later, box in enumerate(space.boxes):
        for earlier in range(later):
            common = tuple(a & b for a, b in zip(space.boxes[earlier], box, strict=True))
            if all(common):
                found.append((earlier, later, _example(space, common)))
    return found


def _whole(space: Space) -> Iterator[frozenset[int]]:
    yield from (frozenset(range(len(dimension.sections))) for dimension in space.dimensions)


def _uncovered(space: Space, rules: range, inside: Box) -> list[Example]:
    space.covered.clear()
    found: list[Example] = []
    for gap in _holes(space, 0, frozenset(rules), inside):
        found.append(_example(space, gap))
        if len(found) == MAX_EXAMPLES:
            break
    return found


def _holes(space: Space, depth: int, rules: frozenset[int], inside: Box) -> Iterator[Box]:
    """Dimension by dimension: sections that the same rules accept are looked at once."""
    space.steps += 1
    if space.steps > MAX_STEPS:
        raise TooLarge
    if not rules:
        yield inside
        return
    if (depth, rules) in space.covered or any(space.open_from[rule] <= depth for rule in rules):
        return
    is_whole = True
    for accepted, group in _groups(space, depth, rules, inside[depth]):
        for hole in _holes(space, depth + 1, accepted, (*inside[:depth], group, *inside[depth + 1 :])):
            is_whole = False
            yield hole
    if is_whole:
        space.covered.add((depth, rules))


def _groups(
    space: Space, depth: int, rules: frozenset[int], allowed: frozenset[int]
) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
    by_rules: dict[frozenset[int], set[int]] = {}
    for section in sorted(allowed):
        accepted = frozenset(rule for rule in rules if section in space.boxes[rule][depth])
        by_rules.setdefault(accepted, set()).add(section)
    for accepted in sorted(by_rules, key=len):
        yield accepted, frozenset(by_rules[accepted])


def _example(space: Space, box: Box) -> Example:
    """Only what matters: a dimension that allows everything is left out."""
    told = [
        (dimension, dimension.sections[min(allowed)])
        for dimension, allowed in zip(space.dimensions, box, strict=True)
        if len(allowed) < len(dimension.sections)
    ]
    return Example(
        tuple((dimension.title, section.title) for dimension, section in told),
        not any(dimension.is_free for dimension, _section in told),
    )
