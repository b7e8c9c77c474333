"""Room picture: lays out a drawing whose file holds no picture of its lanes: pool, lanes, steps in columns, flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from lxml import etree

from processes.engine.lint_vocabulary import NODES
from processes.engine.xml import BPMN, read_xml

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DDI = "http://www.omg.org/spec/DD/20100524/DI"
_SPACES = {"bpmndi": _DI, "dc": _DC, "di": _DDI}
_LEFT, _TOP, _HEAD, _WIDE, _HIGH, _ROOM = 160, 80, 30, 180, 150, 60
Box = tuple[float, float, float, float]


def with_picture(bpmn: bytes) -> bytes:
    """The same drawing with a picture; one that shows its pool and all its lanes stays as it is."""
    root = read_xml(bpmn)
    process = next((one for one in root.iter(f"{BPMN}process") if one.get("isExecutable") == "true"), None)
    if process is None or _is_drawn(root):
        return bpmn
    pool = _pool(root, process)
    lanes = _lanes(process)
    for old in root.findall(f"{{{_DI}}}BPMNDiagram"):
        root.remove(old)
    _Layout(root, process, pool, lanes).draw()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _is_drawn(root: etree._Element) -> bool:
    shown = {shape.get("bpmnElement") for shape in root.iter(f"{{{_DI}}}BPMNShape")}
    wanted = [node.get("id") for node in root.iter(f"{BPMN}lane", f"{BPMN}participant")]
    return bool(shown) and bool(wanted) and shown.issuperset(wanted)


def _pool(root: etree._Element, process: etree._Element) -> etree._Element:
    found = next(
        (one for one in root.iter(f"{BPMN}participant") if one.get("processRef") == process.get("id")), None
    )
    if found is not None:
        return found
    around = root.find(f"{BPMN}collaboration")
    if around is None:
        around = etree.Element(f"{BPMN}collaboration", {"id": f"collaboration_{process.get('id')}"})
        process.addprevious(around)
    said = {"id": f"pool_{process.get('id')}", "processRef": process.get("id", "")}
    return etree.SubElement(around, f"{BPMN}participant", {**said, "name": process.get("name", "")})


def _lanes(process: etree._Element) -> list[etree._Element]:
    """The lanes of the process, at least one; every node stands in one of them."""
    around = process.find(f"{BPMN}laneSet")
    if around is None:
        around = etree.Element(f"{BPMN}laneSet", {"id": f"lanes_{process.get('id')}"})
        first = next((child for child in process if child.tag in _tags(NODES)), None)
        process.insert(0 if first is None else process.index(first), around)
    lanes = around.findall(f"{BPMN}lane") or [etree.SubElement(around, f"{BPMN}lane", {"id": "lane_first"})]
    placed = {(ref.text or "").strip(): lane for lane in lanes for ref in lane.findall(f"{BPMN}flowNodeRef")}
    sources: dict[str, list[str]] = defaultdict(list)
    for flow in process.iter(f"{BPMN}sequenceFlow"):
        sources[flow.get("targetRef", "")].append(flow.get("sourceRef", ""))
    for node in process.iter(*_tags(NODES)):
        name = node.get("id", "")
        if name not in placed:
            # With its step, or with what leads to it.
            near = [one for one in (node.get("attachedToRef", ""), *sources[name]) if one in placed]
            lane = placed[near[0]] if near else lanes[0]
            etree.SubElement(lane, f"{BPMN}flowNodeRef").text = name
            placed[name] = lane
    return lanes


def _tags(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{BPMN}{kind}" for kind in kinds)


class _Layout:
    """Steps in columns by how far they are from the start, in the row of their lane."""

    def __init__(
        self, root: etree._Element, process: etree._Element, pool: etree._Element, lanes: list[etree._Element]
    ) -> None:
        self.root, self.pool, self.lanes = root, pool, lanes
        self.nodes = {node.get("id", ""): node for node in process.iter(*_tags(NODES))}
        self.hosts = {name: node.get("attachedToRef", "") for name, node in self.nodes.items()}
        self.flows = [
            flow
            for flow in process.iter(f"{BPMN}sequenceFlow")
            if {flow.get("sourceRef"), flow.get("targetRef")} <= self.nodes.keys()
        ]
        self.boxes: dict[str, Box] = {}

    def draw(self) -> None:
        """Write the diagram at the end of the document."""
        diagram = etree.SubElement(self.root, f"{{{_DI}}}BPMNDiagram", {"id": "diagram"}, nsmap=_SPACES)
        around = self.root.find(f"{BPMN}collaboration")
        said = "" if around is None else around.get("id", "")
        plane = etree.SubElement(diagram, f"{{{_DI}}}BPMNPlane", {"id": "plane", "bpmnElement": said})
        bands = self._place()
        for name, box in {**bands, **self.boxes}.items():
            _shape(plane, name, box, is_band=name in bands)
        for flow in self.flows:
            points = self._way(self.boxes[flow.get("sourceRef", "")], self.boxes[flow.get("targetRef", "")])
            _edge(plane, flow.get("id", ""), points)

    def _place(self) -> dict[str, Box]:
        """The boxes of the nodes, and those of pool and lanes."""
        columns, y = self._columns(), float(_TOP)
        width = _HEAD + 2 * _ROOM + _WIDE * (max(columns.values(), default=0) + 1)
        bands: dict[str, Box] = {}
        for lane in self.lanes:
            rows: dict[int, int] = defaultdict(int)
            for name in [(ref.text or "").strip() for ref in lane.findall(f"{BPMN}flowNodeRef")]:
                if name in columns:
                    x = _LEFT + _HEAD + _ROOM + columns[name] * _WIDE
                    self.boxes[name] = self._box(name, x + 50, y + 70 + rows[columns[name]] * _HIGH)
                    rows[columns[name]] += 1
            height = _HIGH * max(1, *rows.values(), 0)
            bands[lane.get("id", "")] = (_LEFT + _HEAD, y, width - _HEAD, height)
            y += height
        self._attach()
        return {self.pool.get("id", ""): (_LEFT, _TOP, width, y - _TOP), **bands}

    def _box(self, name: str, middle_x: float, middle_y: float) -> Box:
        kind = etree.QName(self.nodes[name]).localname
        wide, high = (
            (100, 80) if kind.endswith("Task") else (50, 50) if kind.endswith("Gateway") else (36, 36)
        )
        return middle_x - wide / 2, middle_y - high / 2, wide, high

    def _attach(self) -> None:
        """Boundary events stand on the lower edge of their step, side by side."""
        count: dict[str, int] = defaultdict(int)
        for name, host in self.hosts.items():
            if host in self.boxes:
                x, y, _wide, high = self.boxes[host]
                self.boxes[name] = self._box(name, x + 25 + 45 * count[host], y + high)
                count[host] += 1
            elif name not in self.boxes:
                self.boxes[name] = self._box(name, _LEFT + _HEAD + _ROOM, _TOP + 70)

    def _columns(self) -> dict[str, int]:
        """How many flows lie before a node on the longest way without a loop; boundary events have no column."""
        after: dict[str, list[str]] = defaultdict(list)
        for flow in self.flows:
            source = flow.get("sourceRef", "")
            after[self.hosts[source] or source].append(flow.get("targetRef", ""))
        own = [name for name in self.nodes if not self.hosts[name]]
        columns = dict.fromkeys(own, 0)
        order, back = _ordered(own, after)
        for name in order:
            for one in after[name]:
                if (name, one) not in back and one in columns:
                    columns[one] = max(columns[one], columns[name] + 1)
        return columns

    def _way(self, source: Box, target: Box) -> list[tuple[float, float]]:
        start = (source[0] + source[2], source[1] + source[3] / 2)
        end = (target[0], target[1] + target[3] / 2)
        if end[0] > start[0]:
            turn = end[0] - 25
            return [start, *([] if start[1] == end[1] else [(turn, start[1]), (turn, end[1])]), end]
        over = min(source[1], target[1]) - 20
        middle = source[0] + source[2] / 2
        return [
            (middle, source[1]),
            (middle, over),
            (target[0] + target[2] / 2, over),
            (target[0] + target[2] / 2, target[1]),
        ]


def _ordered(names: list[str], after: Mapping[str, list[str]]) -> tuple[list[str], set[tuple[str, str]]]:
    """The nodes so that each follows what leads to it, and the flows that lead back in a loop."""
    entered = {one for name in names for one in after.get(name, ())}
    state: dict[str, int] = {}
    done: list[str] = []
    back: set[tuple[str, str]] = set()
    for first in sorted(names, key=lambda name: name in entered):
        stack = [(first, iter(after.get(first, ())))] if first not in state else []
        state.setdefault(first, 1)
        while stack:
            name, left = stack[-1]
            one = next(left, None)
            if one is None:
                state[name] = 2
                done.append(stack.pop()[0])
            elif one not in state:
                state[one] = 1
                stack.append((one, iter(after.get(one, ()))))
            elif state[one] == 1:
                back.add((name, one))
    return done[::-1], back


def _shape(plane: etree._Element, name: str, box: Box, *, is_band: bool) -> None:
    said = {"id": f"{name}_di", "bpmnElement": name, **({"isHorizontal": "true"} if is_band else {})}
    shape = etree.SubElement(plane, f"{{{_DI}}}BPMNShape", said)
    sides = {key: f"{value:g}" for key, value in zip(("x", "y", "width", "height"), box, strict=True)}
    etree.SubElement(shape, f"{{{_DC}}}Bounds", sides)


def _edge(plane: etree._Element, name: str, points: Iterable[tuple[float, float]]) -> None:
    edge = etree.SubElement(plane, f"{{{_DI}}}BPMNEdge", {"id": f"{name}_di", "bpmnElement": name})
    for x, y in points:
        etree.SubElement(edge, f"{{{_DDI}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
