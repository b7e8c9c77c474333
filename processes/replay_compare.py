"""Room replay, compare: two walks of one case: which way, which departments, which terms, which end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from models.calendar import local_date
from models.people import LANES
from models.replay import Finding
from processes.engine.definition import Definition
from processes.engine.trace import Passage
from processes.engine.ways import Branch, Ways, ways_of
from processes.replay_clock import Clock, late_days
from processes.replay_drive import Played, Walk
from processes.replay_record import ClockRow, Record


@dataclass(frozen=True)
class Side:
    """A drawing on one side of the comparison."""

    definition: Definition
    bpmn: str

    @cached_property
    def ways(self) -> Ways:
        """How its elements are connected."""
        return ways_of(self.bpmn)


def lacks(record: Record, walk: Walk, side: Side) -> str:
    """Why a record does not suffice: on its own version it must lead where the case really went."""
    if walk.stuck:
        return f"按原版本回放未能走完：{walk.stuck}"
    beside = side.ways.beside
    gone = Counter(one.element_id for one in walk.trace if one.element_id not in beside)
    if gone != Counter({name: count for name, count in record.passed.items() if name not in beside}):
        return "按原版本回放的经过与实际办理经过不一致"
    real = sorted((row.key, row.start_on, row.missed_at is not None) for row in record.clocks)
    if real != sorted((one.key, one.start_on, one.missed_at is not None) for one in walk.clocks):
        return "按原版本回放的时限与实际时限不一致"
    return ""


def detour(record: Record) -> str:
    """Why a case that was moved elsewhere than its drawing leads is not replayed; empty: it was not."""
    if not record.moves:
        return ""
    return f"案卷曾{'、'.join(record.moves)}，办理经过不是流程图从头到尾的一次走向，不作比较"


def corrected(record: Record, why: str) -> str:
    """Why a case whose facts were corrected on its way is not replayed, where its own version does not lead to its end."""
    return (
        f"案卷曾更正事实，按更正后的事实不能重现更正前的办理，不作比较（{why}）"
        if record.is_corrected
        else ""
    )


def compare(record: Record, old: Walk, new: Walk, was: Side, would: Side) -> dict[str, Any]:
    """What differs, as it is kept: plain values only, no names of persons."""
    return {
        "old": _plain(old),
        "new": _plain(new),
        "fork": _fork(old, new, was, would),
        "added": [*_added(new), *_moved(new, was)],
        "dropped": list(_dropped(record, new, would)),
        "clocks": list(_clocks(record, new)),
        "stuck": new.stuck,
    }


def findings(details: Mapping[str, Any]) -> list[str]:
    """The codes of what differs, in the order of the report."""
    old, new, clocks = details["old"], details["new"], details["clocks"]
    found = {
        Finding.WAY: details["fork"] is not None,
        Finding.DEPARTMENT: bool(details["added"]),
        Finding.DROPPED: bool(details["dropped"]),
        Finding.LATE: any(line["new_late"] and not line["old_late"] for line in clocks),
        Finding.KEPT: any(line["old_late"] and line["new_late"] == 0 for line in clocks),
        Finding.RESULT: not details["stuck"] and old["status"] != new["status"],
        Finding.STUCK: bool(details["stuck"]),
    }
    return [code.value for code, is_found in found.items() if is_found]


def _plain(walk: Walk) -> dict[str, Any]:
    return {
        "path": list(dict.fromkeys(one.element_id for one in walk.trace)),
        "status": walk.status,
        "ended_on": _day(walk.ended_at),
        "steps": [
            {
                "element": one.step.element_id,
                "name": one.step.name,
                "lane": one.step.lane,
                "opened_on": _day(one.opened_at),
                "done_on": _day(one.done_at),
                "is_assumed": one.is_assumed,
            }
            for one in walk.played
        ],
    }


def _day(at: datetime | None) -> str:
    return local_date(at).isoformat() if at is not None else ""


def _fork(old: Walk, new: Walk, was: Side, would: Side) -> dict[str, str] | None:
    """From which element on the case goes another way, and both ways in words; None: it goes the same way."""
    before = _choices(old.trace, was.ways)
    after: dict[str, int] = Counter()
    for gate, chosen in _chosen(new.trace, would.ways):
        known = before.get(gate, [])
        if after[gate] < len(known) and not _is_same(known[after[gate]], chosen):
            words = [
                _words(known[after[gate]], was.ways), _words(chosen, would.ways)
            ]  # fmt: skip
            return {"element": gate, "name": would.ways.name(gate), "old": words[0], "new": words[1]}
        after[gate] += 1
    return None if new.stuck else _other_steps(old, new, was, would)


def _chosen(trace: Iterable[Passage], ways: Ways) -> Iterator[tuple[str, tuple[Branch, ...]]]:
    for one in trace:
        if one.element_id in ways.branches:
            out = ways.branches[one.element_id]
            yield one.element_id, tuple(out[target] for target in one.next_ids if target in out)


def _choices(trace: Iterable[Passage], ways: Ways) -> dict[str, list[tuple[Branch, ...]]]:
    found: dict[str, list[tuple[Branch, ...]]] = defaultdict(list)
    for gate, chosen in _chosen(trace, ways):
        found[gate].append(chosen)
    return found


def _is_same(old: Sequence[Branch], new: Sequence[Branch]) -> bool:
    """The same flow, or one to the same element, or of the same name: a step may have been drawn into it."""
    known = {part for one in old for part in (one.flow_id, one.target, one.name) if part}
    return len(old) == len(new) and all({one.flow_id, one.target, one.name} & known for one in new)


def _words(chosen: Sequence[Branch], ways: Ways) -> str:
    return "、".join(one.name or ways.name(one.target) for one in chosen)


def _other_steps(old: Walk, new: Walk, was: Side, would: Side) -> dict[str, str] | None:
    """Without a gateway that both have: an event was caught or missed, and other steps or ends were reached."""
    shared = {*was.definition.drawing.steps, *was.definition.drawing.endings} & {
        *would.definition.drawing.steps,
        *would.definition.drawing.endings,
    }
    shared -= was.ways.beside | would.ways.beside
    for mine, others, ways, is_new in ((new, old, would.ways, True), (old, new, was.ways, False)):
        found = _surplus(mine.trace, others.trace, shared)
        if found is not None:
            at, element = found
            words = ("", ways.name(element)) if is_new else (ways.name(element), "")
            return {"element": at, "name": ways.name(at), "old": words[0], "new": words[1]}
    return None


def _surplus(mine: Sequence[Passage], others: Sequence[Passage], shared: set[str]) -> tuple[str, str] | None:
    """The first shared element that is passed more often here, with the one before it."""
    left, before = Counter(one.element_id for one in others), mine[0].element_id if mine else ""
    for one in mine:
        if one.element_id in shared:
            left[one.element_id] -= 1
            if left[one.element_id] < 0:
                return before, one.element_id
        before = one.element_id
    return None


def _added(new: Walk) -> Iterator[dict[str, str]]:
    """Steps of the drawing of which nothing is on record: the case would have waited there."""
    yield from (_waited(one, "") for one in new.played if one.row is None)


def _moved(new: Walk, was: Side) -> Iterator[dict[str, str]]:
    """Steps that another department has now."""
    old = was.definition.drawing.steps
    for one in new.played:
        if one.row is None or one.row.element_id not in old:
            continue
        lane = old[one.row.element_id].lane
        if LANES.get(lane, lane) != LANES.get(one.step.lane, one.step.lane):
            yield _waited(one, lane)


def _waited(one: Played, was_lane: str) -> dict[str, str]:
    return {
        "element": one.step.element_id,
        "name": one.step.name,
        "lane": one.step.lane,
        "old_lane": was_lane,
        "from_on": _day(one.opened_at),
        "to_on": _day(one.done_at),
    }


def _dropped(record: Record, new: Walk, would: Side) -> Iterator[dict[str, str]]:
    used = {one.row.task_id for one in new.played if one.row is not None}
    for row in record.steps:
        is_gone = row.element_id not in would.definition.drawing.steps
        if is_gone and row.done_at is not None and row.task_id not in used:
            yield {"element": row.element_id, "name": row.name}


def _clocks(record: Record, new: Walk) -> Iterator[dict[str, Any]]:
    """Every term before and after, each with the next of its key."""
    left: dict[str, list[Clock]] = defaultdict(list)
    for clock in new.clocks:
        left[clock.key].append(clock)
    for row in record.clocks:
        yield _line(row, left[row.key].pop(0) if left[row.key] else None, record)
    for clock in (clock for rest in left.values() for clock in rest):
        yield _line(None, clock, record)


def _line(row: ClockRow | None, clock: Clock | None, record: Record) -> dict[str, Any]:
    said: ClockRow | Clock | None = row or clock
    return {
        "key": said.key if said else "",
        "name": said.name if said else "",
        **_half("old", row, record),
        **_half("new", clock, record),
    }


def _half(side: str, said: ClockRow | Clock | None, record: Record) -> dict[str, Any]:
    """`late` counts days of the term's own unit; None where there was no such term."""
    if said is None:
        return {f"{side}_length": 0, f"{side}_due_on": "", f"{side}_end_on": "", f"{side}_late": None}
    end_on = said.end_on or local_date(record.case.closed_at or record.case.opened_at)
    days = late_days(said.due_on, end_on, said.unit, record.region_code)
    return {
        f"{side}_length": said.length,
        f"{side}_due_on": said.due_on.isoformat(),
        f"{side}_end_on": end_on.isoformat(),
        f"{side}_late": max(days, 1) if said.missed_at else 0,
    }
