"""Room diagram: where the token of a case stands on its drawing, for the picture and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.case_record import CaseRecord, Track
from models.deadline import Deadline
from models.people import Role, User
from models.workflow import UserTask
from models.working_days import Light
from processes.engine.drawing import Drawing
from webapp.timeline import worker

States = dict[str, dict[str, Any]]
WORDS = {
    "done": "已办",
    "active": "办理中",
    "late": "已超期",
    "waiting": "等待申请人",
    "paused": "暂停计时",
    "": "未到",
}


@dataclass(frozen=True)
class Station:
    """One step of the drawing in words."""

    lane: str
    name: str
    level: str
    words: str


def states(drawing: Drawing, record: CaseRecord, reader: User) -> States:
    """Element id → level (done, active, late, waiting, paused) with what the badge says; empty before submission."""
    if record.track is None:
        return {}
    passed = record.track.passed
    found: States = {element: {"level": "done"} for element in passed if element not in drawing.timers}
    found.update(_missed(drawing, record.track, record.deadlines))
    found.update({task.element_id: _state(task, reader) for task in record.open_tasks})
    return found


def stations(drawing: Drawing, shown: Mapping[str, Mapping[str, Any]]) -> list[Station]:
    """Every step in drawn order with its state: the picture for those who cannot see it."""
    found = []
    for step in drawing.steps.values():
        state = shown.get(step.element_id, {})
        level = str(state.get("level", ""))
        found.append(Station(step.lane, step.name, level, str(state.get("label") or WORDS[level])))
    return found


def _missed(drawing: Drawing, track: Track, deadlines: list[Deadline]) -> States:
    missed = {d.key: "已超期" if d.is_running else "曾超期" for d in deadlines if d.missed_at}
    return {
        timer.element_id: {"level": "late", "label": missed[timer.deadline]}
        for timer in drawing.timers.values()
        if timer.deadline in missed and track.passed.get(timer.element_id)
    }


def _state(task: UserTask, reader: User) -> dict[str, Any]:
    clock = task.deadline
    if clock is not None and clock.light is Light.PAUSED:
        return {"level": "paused", "label": Light.PAUSED.label}
    if clock is not None and clock.light is Light.OVER:
        return {"level": "late", "label": f"办理中 · {clock.words}"}
    if task.assignee is not None and task.assignee.role == Role.APPLICANT:
        return {"level": "waiting", "label": "等待申请人"}
    if task.assignee is None or reader.role == Role.APPLICANT:
        return {"level": "active", "label": "办理中" if task.assignee else "待签收"}
    return {"level": "active", "label": f"{worker(task)} 办理中"}
