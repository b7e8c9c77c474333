"""Room comparison: what differs between two drawings and their decision tables, in the words of who draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from processes.engine.comparison_element import KIND_WORDS, Element, Names, local, read_element, unnamed
from processes.engine.comparison_table import TABLE, read_decisions, rows_by_id
from processes.engine.xml import BPMN, read_xml

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
KINDS = {ADDED: "新增", REMOVED: "删除", CHANGED: "修改", MOVED: "移动"}
_NOTHING = "（无）"
_SHAPE, _EDGE = "BPMNShape", "BPMNEdge"
Text = str | bytes
# Flows and decision tables are told after the steps.
_LAST = {KIND_WORDS["sequenceFlow"]: 1, TABLE: 2}


@dataclass(frozen=True)
class Change:
    """One difference: of which element, in which respect, what it was and what it is."""

    kind: str
    element_id: str
    element_name: str
    attribute: str = ""
    old: str = ""
    new: str = ""
    # What the element is: 环节, 连线, 决策表 …
    element_kind: str = ""

    @property
    def title(self) -> str:
        """The element, as one speaks of it."""
        return f"{self.element_kind}“{self.element_name}”"

    @property
    def words(self) -> str:
        """The change in one sentence without its element: 时限 7 → 5 个工作日."""
        if self.kind != CHANGED:
            return f"{KINDS[self.kind]}：{self.detail}" if self.detail else KINDS[self.kind]
        old, new = self.old, self.new
        number, _, unit = old.partition(" ")
        if unit and new.endswith(f" {unit}"):
            old = number
        return f"{self.attribute} {old or _NOTHING} → {new or _NOTHING}"

    @property
    def detail(self) -> str:
        """As `words`, where 新增, 删除 or 移动 is said beside it."""
        return self.words if self.kind == CHANGED else self.new or self.old


def changes(
    old: Text,
    new: Text,
    old_decisions: Mapping[str, Text] | None = None,
    new_decisions: Mapping[str, Text] | None = None,
) -> list[Change]:
    """Every difference: the process and its steps first, then flows, then decision tables. Raises XmlRefused."""
    old_root, new_root = _root(old), _root(new)
    # Both are read with the names of today: who is only called otherwise has not become another.
    titles = _titles(old_root) | _titles(new_root)
    found = [*_drawing_changes(_elements(old_root, titles), _elements(new_root, titles))]
    found += _table_changes(read_decisions(old_decisions or {}), read_decisions(new_decisions or {}))
    return sorted(found, key=lambda change: _LAST.get(change.element_kind, 0))


def _root(content: Text) -> etree._Element:
    return read_xml(content.encode() if isinstance(content, str) else content)


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    for node in root.iter():
        if local(node) in KIND_WORDS and node.tag.startswith(BPMN) and node.get("id"):
            yield node


def _titles(root: etree._Element) -> dict[str, str]:
    return {node.get("id", ""): node.get("name") or unnamed(local(node)) for node in _nodes(root)}


def _elements(root: etree._Element, titles: Mapping[str, str]) -> dict[str, Element]:
    nodes = {node.get("id", ""): node for node in _nodes(root)}
    names = _names(root, nodes, titles)
    places, colours = _places(root), _colours(root)
    return {key: _placed(read_element(node, names), places, colours) for key, node in nodes.items()}


def _placed(element: Element, places: Mapping[str, tuple[str, ...]], colours: Mapping[str, str]) -> Element:
    colour = colours.get(element.element_id, "")
    facts = {**element.facts, "colour": ("颜色", colour)} if colour else element.facts
    return replace(element, place=places.get(element.element_id, ()), facts=facts)


def _names(root: etree._Element, nodes: Mapping[str, etree._Element], titles: Mapping[str, str]) -> Names:
    lanes = {
        (reference.text or "").strip(): lane.get("name", "")
        for lane in root.iter(f"{BPMN}lane")
        for reference in lane.iterfind(f"{BPMN}flowNodeRef")
    }
    declared = [node for kind in ("message", "signal") for node in root.iter(f"{BPMN}{kind}")]
    return Names(
        elements=titles,
        messages={node.get("id", ""): node.get("name", "") for node in declared},
        lanes=lanes,
        targets={key: node.get("targetRef", "") for key, node in nodes.items()},
    )


def _places(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """Element → the corners of its shape, or the points of its line."""
    found = {}
    for node in _drawn(root):
        numbers = [child.get(key, "") for child in node for key in ("x", "y", "width", "height")]
        found[node.get("bpmnElement", "")] = tuple(_number(text) for text in numbers)
    return found


def _number(text: str) -> str:
    """120 and 120.0 are one place."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def _colours(root: etree._Element) -> dict[str, str]:
    """Element → its colours; a colour is the only attribute that comes from another namespace."""
    return {
        node.get("bpmnElement", ""): " ".join(
            dict.fromkeys(str(node.get(key)) for key in sorted(map(str, node.attrib)) if key.startswith("{"))
        )
        for node in _drawn(root)
    }


def _drawn(root: etree._Element) -> list[etree._Element]:
    return [node for node in root.iter() if local(node) in (_SHAPE, _EDGE)]


def _drawing_changes(before: Mapping[str, Element], after: Mapping[str, Element]) -> Iterator[Change]:
    for key, element in after.items():
        old = before.get(key)
        if old is None:
            yield from _one_sided(ADDED, element, before, after)
        else:
            yield from _changed(old, element, before, after)
    for key, element in before.items():
        if key not in after:
            yield from _one_sided(REMOVED, element, after, before)
    yield from _moved(before, after)


def _one_sided(
    kind: str, element: Element, other: Mapping[str, Element], own: Mapping[str, Element]
) -> Iterator[Change]:
    """Something that is in one drawing only; the clock of a step that is in both is a change of that step."""
    if not element.host:
        yield Change(
            kind, element.element_id, element.name, "", *_sides(kind, _summary(element, own)), element.kind
        )
    elif element.host in other and element.host in own:
        step = own[element.host]
        length = "，".join(
            text for key, (_word, text) in element.facts.items() if key in ("length", "property:clause")
        )
        yield Change(CHANGED, step.element_id, step.name, "时限", *_sides(kind, length), step.kind)


def _sides(kind: str, text: str) -> tuple[str, str]:
    return ("", text) if kind == ADDED else (text, "")


def _summary(element: Element, own: Mapping[str, Element]) -> str:
    """What came or went, in short: lane, form, fields, and the clocks on it."""
    told = [
        f"{word} {text}" for key, (word, text) in element.facts.items() if key not in ("name", "type", "rest")
    ]
    clocks = [each for each in own.values() if each.host == element.element_id]
    told += [
        f"{word} {text}" for clock in clocks for key, (word, text) in clock.facts.items() if key == "length"
    ]
    return "；".join(told)


def _changed(
    old: Element, new: Element, before: Mapping[str, Element], after: Mapping[str, Element]
) -> Iterator[Change]:
    host = after.get(new.host) or before.get(old.host)
    told = host or new
    for key in dict.fromkeys([*new.facts, *old.facts]):
        was, now = old.facts.get(key, ("", "")), new.facts.get(key, ("", ""))
        if was[1] != now[1]:
            yield Change(CHANGED, told.element_id, told.name, now[0] or was[0], was[1], now[1], told.kind)


def _moved(before: Mapping[str, Element], after: Mapping[str, Element]) -> Iterator[Change]:
    """A line that only follows what it connects has not been moved by anybody."""
    both = [key for key in after if key in before and after[key].place and before[key].place]
    moved = {key for key in both if after[key].place != before[key].place}
    for key in both:
        element = after[key]
        follows = set(element.ends) & moved or element.ends != before[key].ends
        carried = element.host in moved
        if key in moved and not follows and not carried:
            yield Change(MOVED, key, element.name, element_kind=element.kind)


def _table_changes(
    before: Mapping[str, Mapping[str, tuple[str, str]]], after: Mapping[str, Mapping[str, tuple[str, str]]]
) -> Iterator[Change]:
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        name = (new or old or {}).get("name", ("", key))[1] or key
        if old is None or new is None:
            kind = ADDED if old is None else REMOVED
            yield Change(kind, key, name, element_kind=TABLE)
        else:
            yield from _cells(key, name, old, new)


def _cells(
    key: str, name: str, old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> Iterator[Change]:
    """Row by row and column by column; a row that came or went is one change, not one for each of its cells."""
    gone, come = rows_by_id(old), rows_by_id(new)
    for row in dict.fromkeys([*come, *gone]):
        if (row in come) != (row in gone):
            side, kind = (come, ADDED) if row in come else (gone, REMOVED)
            yield Change(CHANGED, key, name, side[row].title, *_sides(kind, side[row].text), TABLE)
    both = gone.keys() & come.keys()
    for cell in dict.fromkeys([*new, *old]):
        row = cell.partition("/")[0]
        was, now = old.get(cell, ("", "")), new.get(cell, ("", ""))
        if was[1] != now[1] and ("/" not in cell or row in both):
            yield Change(CHANGED, key, name, now[0] or was[0], was[1], now[1], TABLE)
