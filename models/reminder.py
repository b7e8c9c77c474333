"""Room reminder: the ladder of warnings of a clock: on which working day who is told. Pure rules.

A ladder is text in the drawing: `-2=assignee; 0=assignee; 1=assignee,supervisor; daily=supervisor`. Offsets are
working days from the last day of the term; `daily` is every working day after it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from models.refusal import Refusal
from models.vocabulary import Labelled
from models.working_days import Calendar, due_on, next_working_day, roll_forward

# N5: two working days before, on the day, on the miss, then daily to the superior.
DEFAULT = "-2=assignee; 0=assignee; 1=assignee,supervisor; daily=supervisor"
DAILY = "daily"
MAX_OFFSET, MAX_RUNGS, MAX_TEXT = 60, 12, 300
_FULL_WIDTH = str.maketrans("；，＝－＋", ";,=-+")
_OFFSET = re.compile(r"[+-]?[0-9]{1,3}", re.ASCII)


class Recipient(Labelled):
    """Who is warned."""

    ASSIGNEE = "assignee", "经办人（未签收时为部门内可办理的人员）"
    SUPERVISOR = "supervisor", "部门负责人"
    MANAGER = "manager", "主管领导"


class Warned(Protocol):
    """What a ladder needs to know of a clock, and the two days it keeps there."""

    ladder: str
    start_on: date
    due_on: date
    paused_on: date | None
    remind_on: date | None
    reminded_on: date | None

    @property
    def is_running(self) -> bool:
        """Neither done nor cancelled."""


@dataclass(frozen=True)
class Rung:
    """One warning: `offset` working days from the last day of the term (negative: before it)."""

    offset: int
    who: frozenset[Recipient]

    def day(self, due: date, calendar: Calendar) -> date:
        """The working day it falls on; a last day that is a day off is warned of before it."""
        if self.offset > 0:
            return due_on(due, self.offset, calendar).due_on
        return _working_day_before(due, -self.offset, calendar)


@dataclass(frozen=True)
class Ladder:
    """Rungs in the order of their days, and who is told every working day after a miss."""

    rungs: tuple[Rung, ...]
    daily: frozenset[Recipient]

    def next_on(
        self, start_on: date, due: date, reminded_on: date | None, today: date, calendar: Calendar
    ) -> date | None:
        """The first working day, not before `today`, on which an unserved rung is to be told; None: no more.

        Rungs up to the start of the clock or to `reminded_on` are served. What was missed is told on the
        next working day, together.
        """
        days = [day for day, _who in self._unserved(start_on, due, reminded_on, calendar)]
        return roll_forward(max(min(days), today), calendar) if days else None

    def owed(
        self, start_on: date, due: date, reminded_on: date | None, today: date, calendar: Calendar
    ) -> frozenset[Recipient]:
        """Everybody whom an unserved rung up to `today` names."""
        unserved = self._unserved(start_on, due, reminded_on, calendar)
        return frozenset().union(*(who for day, who in unserved if day <= today))

    def _unserved(
        self, start_on: date, due: date, reminded_on: date | None, calendar: Calendar
    ) -> list[tuple[date, frozenset[Recipient]]]:
        served = max(start_on, reminded_on or start_on)
        found = [(rung.day(due, calendar), rung.who) for rung in self.rungs]
        if self.daily:
            found.append((next_working_day(max(served, due), calendar), self.daily))
        return [(day, who) for day, who in found if day > served]


@lru_cache(maxsize=256)
def parse(text: str) -> Ladder:
    """The ladder written in a drawing; the default for an empty text. Raises Refusal saying what is wrong."""
    if len(text) > MAX_TEXT:
        raise Refusal(f"预警设置不得超过 {MAX_TEXT} 字。")
    parts = [part for part in (text or DEFAULT).translate(_FULL_WIDTH).split(";") if part.strip()]
    found = [_rung(part.strip()) for part in parts]
    when = [offset for offset, _who in found]
    if len(found) > MAX_RUNGS:
        raise Refusal(f"预警设置不得超过 {MAX_RUNGS} 级。")
    if repeated := [offset for offset in when if when.count(offset) > 1]:
        raise Refusal(f"预警设置中“{repeated[0]}”重复。")
    if not any(offset == DAILY or int(offset) > 0 for offset in when):
        raise Refusal("预警设置应写明超期后的提醒（如 1=assignee,supervisor 或 daily=supervisor）。")
    rungs = [Rung(int(offset), who) for offset, who in found if offset != DAILY]
    daily = next((who for offset, who in found if offset == DAILY), frozenset[Recipient]())
    return Ladder(tuple(sorted(rungs, key=lambda rung: rung.offset)), daily)


def _rung(part: str) -> tuple[str, frozenset[Recipient]]:
    offset, equals, names = (piece.strip() for piece in part.partition("="))
    if not equals or (offset != DAILY and not _OFFSET.fullmatch(offset)):
        raise Refusal(f"预警设置“{part}”应写成“工作日数=提醒对象”，如 -2=assignee、daily=supervisor。")
    if offset != DAILY and abs(int(offset)) > MAX_OFFSET:
        raise Refusal(f"预警设置“{part}”的工作日数应在 -{MAX_OFFSET} 至 {MAX_OFFSET} 之间。")
    who = [name.strip() for name in names.split(",")]
    unknown = next((name for name in who if name not in Recipient.__members__.values()), None)
    if unknown is not None:
        known = "、".join(f"{member.value}（{member.label}）" for member in Recipient)
        raise Refusal(f"预警设置“{part}”的提醒对象“{unknown}”不存在，可用：{known}。")
    shown = offset if offset == DAILY else str(int(offset))
    return shown, frozenset(Recipient(name) for name in who)


def set_next(clock: Warned, calendar: Calendar, today: date) -> None:
    """Derive the next day on which a clock warns; none while it is paused and after its end."""
    clock.remind_on = None
    if clock.is_running and clock.paused_on is None:
        ladder = _ladder_of(clock)
        clock.remind_on = ladder.next_on(clock.start_on, clock.due_on, clock.reminded_on, today, calendar)


def owed(clock: Warned, calendar: Calendar, today: date) -> frozenset[Recipient]:
    """Whom a running clock has to warn today, with everything that was missed before."""
    if not clock.is_running or clock.paused_on is not None:
        return frozenset()
    return _ladder_of(clock).owed(clock.start_on, clock.due_on, clock.reminded_on, today, calendar)


def _ladder_of(clock: Warned) -> Ladder:
    """What cannot be read warns by the default: one clock keeps nobody else's warnings back."""
    try:
        return parse(clock.ladder or "")
    except Refusal:
        return parse("")


def _working_day_before(day: date, n: int, calendar: Calendar) -> date:
    """`n` working days before the last working day that is not after `day`."""
    year = day.year
    index = bisect_right(calendar.working_ordinals(year), day.toordinal()) - 1 - n
    while index < 0:
        year -= 1
        index += len(calendar.working_ordinals(year))
    return date.fromordinal(calendar.working_ordinals(year)[index])
