"""Room comparison on the page: changes gathered by element, and what the two pictures mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processes.engine.comparison import ADDED, CHANGED, KINDS, MOVED, REMOVED, Change
from processes.engine.comparison_table import TABLE
from processes.version_side import Side, compared

# Beside the colour: nobody needs to tell red from green.
SIGNS = {ADDED: "＋", REMOVED: "－", CHANGED: "✎", MOVED: "⇄"}


@dataclass(frozen=True)
class Group:
    """Everything that has changed of one element."""

    kind: str
    element_id: str
    title: str
    words: Sequence[str]

    @property
    def sign(self) -> str:
        """The sign of the kind, as on the picture."""
        return SIGNS[self.kind]

    @property
    def label(self) -> str:
        """新增, 删除, 修改 or 移动."""
        return KINDS[self.kind]


class Comparison:
    """Two sides and what differs between them."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self.changes = compared(old, new)
        self.groups = gathered(self.changes)
        self.is_same = (old.bpmn, dict(old.decisions)) == (new.bpmn, dict(new.decisions))

    @property
    def counts(self) -> list[tuple[str, int]]:
        """新增 2, 修改 1 …: how many elements of each kind."""
        found = [(label, sum(group.kind == kind for group in self.groups)) for kind, label in KINDS.items()]
        return [(label, count) for label, count in found if count]

    @property
    def marks_old(self) -> dict[str, str]:
        """Element → kind, for the picture of the old one."""
        return {one.element_id: one.kind for one in self._drawn() if one.kind != ADDED}

    @property
    def marks_new(self) -> dict[str, str]:
        """Element → kind, for the picture of the new one."""
        return {one.element_id: one.kind for one in self._drawn() if one.kind != REMOVED}

    def _drawn(self) -> list[Change]:
        """What stands on the picture; a moved element that has changed too is marked as changed."""
        shown = [one for one in self.changes if one.element_kind not in (TABLE, "流程")]
        return sorted(shown, key=lambda one: one.kind != MOVED)


def gathered(changes: Iterable[Change]) -> list[Group]:
    """By element, in the order of the first change of each."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.element_id, []).append(change)
    return [_group(element_id, every) for element_id, every in found.items()]


def _group(element_id: str, every: Sequence[Change]) -> Group:
    kinds = [change.kind for change in every]
    kind = next((one for one in (ADDED, REMOVED, CHANGED) if one in kinds), MOVED)
    return Group(kind, element_id, every[0].title, [change.detail for change in every if change.detail])
