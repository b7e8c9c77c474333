"""Room deadline, its picture: the days of a count as months to look at and as lines to read."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from models.case import CaseFile
from models.case_record import track_of
from models.database import DbSession
from models.deadline import PAUSE_LIMIT, PROMISE, Deadline
from models.explanation import Explanation
from models.people import Role, User
from models.term import CountedDay
from processes.workflow import definition_of

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
# Mark → what is written in the cell of the calendar when the day has no number, and its word in the legend.
SIGNS = {"start": "起", "off": "休", "paused": "停"}
WORDS = {"start": "起算日", "counted": "计入", "off": "不计入", "paused": "暂停", "due": "截止日"}
START_FACTS = {
    "received_on": "收件日（收到申请材料之日）",
    "accepted_on": "受理日（收齐全部材料之日）",
    "bank_accepted_on": "银行受理日",
    "investigation_opened_on": "资格审核通过之日",
    "refused_on": "作出不予通过决定之日",
    "supplement_notified_on": "一次性告知书送达之日",
    "objection_received_on": "收到异议之日",
    "arrears_day_one_on": "逾期第1日",
    "arrears_sixty_on": "逾期满60日之日",
    "arrears_applied_on": "申请代偿之日",
    "arrears_consented_on": "同意代偿之日",
}
_START = {PAUSE_LIMIT: "暂停计时之日"}


@dataclass(frozen=True)
class Cell:
    """One day of a month; without a mark it lies outside of the count."""

    day: int
    mark: str = ""
    sign: str = ""
    words: str = ""


@dataclass(frozen=True)
class Month:
    """One month of the count, week by week from Monday; None stands for a day of another month."""

    title: str
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True)
class Line:
    """One day in the table."""

    date: date
    weekday: str
    number: int | None
    mark: str
    word: str
    reason: str


class CountView:
    """An explanation before one reader."""

    def __init__(self, explanation: Explanation, start_fact: str, reader: User) -> None:
        self.explanation, self.clock, self.reader = explanation, explanation.clock, reader
        self.start_fact = START_FACTS.get(start_fact, _START.get(self.clock.key, "本环节开始之日"))

    @property
    def is_applicant(self) -> bool:
        """Outside the offices: who decided inside stays inside."""
        return self.reader.role == Role.APPLICANT

    @cached_property
    def lines(self) -> list[Line]:
        """Day by day, for the table."""
        return [line_of(day, self.explanation.is_last(day)) for day in self.explanation.days]

    @cached_property
    def months(self) -> list[Month]:
        """The months that the count touches."""
        return months_of(self.lines)

    def name_of(self, user_id: int | None) -> str:
        """Who did it, as this reader may know it."""
        if user_id is None:
            return "系统"
        return "经办机构" if self.is_applicant else self.explanation.names.get(user_id, "")


def line_of(day: CountedDay, is_last: bool) -> Line:
    """One day of a count; `is_last`: the term ends at its 24:00."""
    mark = "due" if is_last and day.mark != "start" else str(day.mark)
    weekday = WEEKDAYS[day.date.weekday()]
    return Line(day.date, f"星期{weekday}", day.number, mark, WORDS[mark], day.reason)


def months_of(lines: Sequence[Line]) -> list[Month]:
    """The months that a count touches, each day with its sign."""
    by_day = {line.date: line for line in lines}
    first, last = lines[0].date, lines[-1].date
    spans = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [_month(at // 12, at % 12 + 1, by_day) for at in spans]


def start_fact_of(session: DbSession, case: CaseFile, clock: Deadline) -> str:
    """The fact of the case from which the clock counts, as it is drawn."""
    track = track_of(session, case)
    if track is None or clock.key == PAUSE_LIMIT:
        return ""
    drawing = definition_of(session, track.definition_id).drawing
    if clock.key == PROMISE:
        return drawing.promise_from
    drawn = next((timer for timer in drawing.timers.values() if timer.deadline == clock.key), None)
    return drawn.expression.rpartition(",")[2].strip(" )") if drawn and "," in drawn.expression else ""


def _month(year: int, month: int, by_day: Mapping[date, Line]) -> Month:
    weeks = Weeks().monthdatescalendar(year, month)
    return Month(
        f"{year}年{month}月",
        [[_cell(day, by_day) if day.month == month else None for day in week] for week in weeks],
    )


def _cell(day: date, by_day: Mapping[date, Line]) -> Cell:
    line = by_day.get(day)
    if line is None:
        return Cell(day.day)
    number = f"第{line.number}日" if line.number else ""
    sign = str(line.number) if line.number else SIGNS.get(line.mark, "")
    words = "，".join(part for part in (number, line.word, line.reason) if part)
    return Cell(day.day, line.mark, f"{sign}止" if line.mark == "due" else sign, words)
