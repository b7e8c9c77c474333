"""Room reminder: what a digest says: counts and the most urgent lines; citizens get whole sentences."""

from __future__ import annotations

from collections.abc import Sequence

from models.digest import Line
from models.inbox import COUNT_CAP
from models.working_days import Light

SHOWN = 20
_LIGHTS = ((Light.OVER, "已超期"), (Light.TODAY, "今日到期"), (Light.SOON, "临近到期"))


def digest_text(lines: Sequence[Line], overdue: int = 0) -> str:
    """For an office: what is new today, by light, how many tasks are `overdue` in all, then the first lines."""
    found = [_stage(line) for line in lines]
    counts = [f"{found.count(stage)} 件{title}" for stage, title in _LIGHTS if stage in found]
    head = f"今日新增提醒 {len(lines)} 件：{'、'.join(counts)}。"
    if overdue:
        head += f"目前已超期的待办共 {overdue} 件{'以上' if overdue >= COUNT_CAP else ''}。"
    rest = f"\n其余 {len(lines) - SHOWN} 件请在待办中查看。" if len(lines) > SHOWN else ""
    return head + "".join(f"\n{_words(line)}" for line in lines[:SHOWN]) + rest


def citizen_text(lines: Sequence[Line]) -> str:
    """For an applicant: one sentence for each of his terms."""
    return "\n".join(_sentence(line) for line in lines[:SHOWN])


def _stage(line: Line) -> Light:
    found = line.light
    return found if found in (Light.OVER, Light.TODAY) else Light.SOON


def _words(line: Line) -> str:
    return f"{line.number} {line.name}：{line.due_on.isoformat()} 到期，{line.words}"


def _sentence(line: Line) -> str:
    text = f"您的申请 {line.number}：{line.name}至 {line.due_on.isoformat()} 止，{line.words}，请及时办理。"
    return text + ("逾期未补正的，视为撤回申请。" if line.key == "supplement" else "")
