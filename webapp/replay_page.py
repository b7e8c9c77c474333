"""Room replay, the reader's side: tiles, what is assumed in words, and the marks on both drawings of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.case_status import CaseStatus
from models.people import DepartmentKind
from models.replay import SAME, Finding, ReplayLine, ReplayRun, ReplayStatus
from models.workflow import ProcessDefinition
from processes.engine.drawing import Drawing, read_drawing
from processes.engine.ways import Ways, ways_of
from processes.engine.xml import read_xml

States = dict[str, dict[str, str]]
FILTERS = [*Finding.choices(), (SAME, "无变化")]


@dataclass(frozen=True)
class Tile:
    """One count of the report; it leads to the cases behind it."""

    code: str
    label: str
    count: int


def tiles(run: ReplayRun) -> list[Tile]:
    """The counts in the order of the report."""
    return [Tile(code, label, int(run.counts["found"].get(code, 0))) for code, label in FILTERS]


def is_running(run: ReplayRun) -> bool:
    """Whether the work in the background goes on."""
    return run.status in (ReplayStatus.QUEUED, ReplayStatus.RUNNING)


def filter_of(text: str) -> str:
    """A finding that the address names; anything else is no filter."""
    return text if text in dict(FILTERS) else ""


def titles(line: ReplayLine) -> list[str]:
    """What was found, in words."""
    return titles_of(line.findings) or ["无变化"]


def titles_of(codes: Iterable[str]) -> list[str]:
    """What findings are called."""
    return [Finding.title_of(code) for code in codes]


def told(line: ReplayLine) -> list[str]:
    """The findings of a case in sentences."""
    return words_of(line.details)


def words_of(details: Mapping[str, Any]) -> list[str]:
    """The findings in sentences, from what was kept of a case."""
    return list(_told(details))


def _told(details: Mapping[str, Any]) -> Iterator[str]:
    if "lacks" in details:
        yield f"未能回放：{details['lacks']}"
        return
    if fork := details["fork"]:
        ways = "，".join(
            f"{side}“{fork[key]}”" for side, key in (("原走", "old"), ("现走", "new")) if fork[key]
        )
        yield f"自“{fork['name']}”起走向不同：{ways}"
    yield from (_added(one) for one in details["added"])
    yield from (f"不再办理“{one['name']}”" for one in details["dropped"])
    yield from _terms(details["clocks"])
    if details["stuck"]:
        yield f"不能走完：{details['stuck']}"
    elif details["old"]["status"] != details["new"]["status"]:
        yield f"结果由“{status_title(details['old']['status'])}”变为“{status_title(details['new']['status'])}”"


def _terms(clocks: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for clock in clocks:
        if clock["new_late"] and not clock["old_late"]:
            yield f"{clock['name']}：应于 {clock['new_due_on']}（含当日）前办结，超期 {clock['new_late']} 日"
        if clock["old_late"] and clock["new_late"] == 0:
            yield f"{clock['name']}：不再超期（原超期 {clock['old_late']} 日）"


def _added(added: Mapping[str, str]) -> str:
    if added["old_lane"]:
        return f"“{added['name']}”由{added['old_lane']}改为{added['lane']}办理（{added['from_on']}）"
    until = f"，假定于 {added['to_on']} 办毕" if added["to_on"] else ""
    return f"{added['from_on']} 起需等待{added['lane']}办理“{added['name']}”{until}"


def status_title(status: str) -> str:
    """已放款, …; “未结束” where the token did not reach an end."""
    return CaseStatus(status).label if status else "未结束"


def assumptions(run: ReplayRun) -> list[str]:
    """How long steps without a record are assumed to take, by department."""
    days = run.counts["habits"]["days"]
    return [f"{kind.label} {days[kind.value]} 个工作日" for kind in DepartmentKind if kind.value in days]


@dataclass(frozen=True)
class Picture:
    """One side of the page of a case: its drawing with marks, and the same in words."""

    title: str
    states: States
    words: list[str]
    # Where both pictures begin; empty: the whole drawing.
    focus: str = ""


def pictures(line: ReplayLine, version: ProcessDefinition, run: ReplayRun) -> list[Picture]:
    """How the case went on its version, and how it would have gone; empty where it could not be replayed."""
    if "lacks" in line.details:
        return []
    title = f"实际：{version.name} 第 {version.version} 版"
    was = _picture(line.details, "old", title, version.bpmn)
    would = _picture(line.details, "new", f"回放：{run.name}", run.bpmn)
    told = [
        element for picture in (would, was) for element, state in picture.states.items() if "label" in state
    ]
    known = [element for element in told if element in was.states]
    return [replace(picture, focus=next(iter(known or told), "")) for picture in (was, would)]


def _picture(details: Mapping[str, Any], side: str, title: str, bpmn: str) -> Picture:
    drawing, ways = read_drawing(read_xml(bpmn.encode())), ways_of(bpmn)
    states = {element: {"level": "done"} for element in details[side]["path"] if element not in ways.beside}
    states.update(_late(details, side, drawing))
    if side == "new":
        states.update({one["element"]: {"level": "waiting", "label": "增加"} for one in details["added"]})
    if details["fork"] and details["fork"]["element"] in ways.names:
        states[details["fork"]["element"]] = {"level": "active", "label": "走向不同"}
    return Picture(title, states, list(_words(details[side], states, ways)))


def _late(details: Mapping[str, Any], side: str, drawing: Drawing) -> States:
    """The last step that carried a term which was missed."""
    found: States = {}
    for clock in details["clocks"]:
        if clock[f"{side}_late"]:
            carrying = {
                timer.attached_to for timer in drawing.timers.values() if timer.deadline == clock["key"]
            }
            steps = [one["element"] for one in details[side]["steps"] if one["element"] in carrying]
            label = f"超期 {clock[f'{side}_late']} 日"
            found.update({element: {"level": "late", "label": label} for element in steps[-1:]})
    return found


def _words(walk: Mapping[str, Any], states: States, ways: Ways) -> Iterator[str]:
    for step in walk["steps"]:
        until = f"{step['done_on']} 办结" if step["done_on"] else "未办结"
        assumed = "（假定）" if step["is_assumed"] else ""
        label = states.get(step["element"], {}).get("label", "")
        yield f"{step['lane']}：{step['name']}，{step['opened_on']} 开始，{until}{assumed}{'，' + label if label else ''}"
    ended = f"{walk['ended_on']} " if walk["ended_on"] else ""
    yield f"{ended}{status_title(walk['status'])}"
    for element, state in states.items():
        if state.get("label") == "走向不同":
            yield f"自“{ways.name(element)}”起走向不同"
