"""Room statistics, asked: which records stand behind one figure; every figure of the statistics is such a filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from models.flow_record import FlowKind
from models.refusal import Refusal
from models.statistics_classes import ClassBy
from models.statistics_days import CLASSES
from models.statistics_period import Period, next_month
from models.vocabulary import Labelled

CASES = (FlowKind.CASE_OPENED, FlowKind.CASE_CLOSED)
TASKS = (FlowKind.TASK_OPENED, FlowKind.TASK_DONE)
CLOCKS = (FlowKind.CLOCK_MET, FlowKind.CLOCK_LATE, FlowKind.CLOCK_MISSED)
_BIGGEST = 2**31 - 1


class Figure(Labelled):
    """What is counted."""

    CASES_OPENED = "cases_opened", "收件"
    CASES_CLOSED = "cases_closed", "办结的案卷"
    STEPS_OPENED = "steps_opened", "环节到达"
    STEPS_DONE = "steps_done", "环节办结"
    OFFICE_DONE = "office_done", "部门办结的环节"
    MET = "met", "按时的时限"
    MISSED = "missed", "超期的时限"
    DECIDED = "decided", "按时和超期的时限"
    ENDED = "ended", "办完的时限"
    OPEN_LATE = "open_late", "期末未办结已超期"
    CLASSIFIED = "classified", "分类统计办结的案卷"

    @property
    def kinds(self) -> tuple[FlowKind, ...]:
        """The records that it counts."""
        return _KINDS[self]

    @property
    def family(self) -> tuple[FlowKind, ...]:
        """All the kinds that are counted with them: what takes back one of a clock's ends names no single kind."""
        return next(family for family in (CASES, TASKS, CLOCKS) if set(self.kinds) <= set(family))

    @property
    def is_of_clocks(self) -> bool:
        """Terms; their rows say whose term it was."""
        return self.family == CLOCKS

    @property
    def is_of_cases(self) -> bool:
        """Whole cases."""
        return self.family == CASES


_KINDS = {
    Figure.CASES_OPENED: (FlowKind.CASE_OPENED,),
    Figure.CASES_CLOSED: (FlowKind.CASE_CLOSED,),
    Figure.STEPS_OPENED: (FlowKind.TASK_OPENED,),
    Figure.STEPS_DONE: (FlowKind.TASK_DONE,),
    Figure.OFFICE_DONE: (FlowKind.TASK_DONE,),
    Figure.MET: (FlowKind.CLOCK_MET,),
    Figure.MISSED: (FlowKind.CLOCK_MISSED,),
    Figure.DECIDED: (FlowKind.CLOCK_MET, FlowKind.CLOCK_MISSED),
    Figure.ENDED: (FlowKind.CLOCK_MET, FlowKind.CLOCK_LATE),
    Figure.OPEN_LATE: (FlowKind.CLOCK_MISSED,),
    Figure.CLASSIFIED: (FlowKind.CASE_CLOSED,),
}


class Ended(Labelled):
    """How a case of the classified statistics ended."""

    PAID = "paid", "放款"
    UNPAID = "unpaid", "未放款"
    REFUSED = "refused", "不符合条件"
    WITHDRAWN = "withdrawn", "终止"


class Order(Labelled):
    """In which order the records come."""

    NEWEST = "newest", "日期（最近在前）"
    LONGEST = "longest", "用时（最长在前）"


@dataclass(frozen=True)
class Asked:
    """The filters of a list of records; empty means everything of that figure."""

    figure: str = Figure.CASES_OPENED.value
    # Of one month of the period alone: 2026-03.
    month: str = ""
    process: str = ""
    deadline: str = ""
    element: str = ""
    version: int | None = None
    office: int | None = None
    late: bool = False
    # Of terms: the applicants' own instead of the offices'.
    applicants: bool = False
    # The class of used days (statistics_days.CLASSES).
    spread: int | None = None
    # Of the classified statistics: by what, which class, how it ended.
    by: str = ""
    value: str = ""
    ended: str = ""
    order: str = Order.NEWEST.value
    after: str = ""

    @property
    def kind(self) -> Figure:
        """The figure."""
        return Figure(self.figure)

    @property
    def as_values(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        given = {name: value for name, value in asdict(self).items() if value != _PLAIN[name]}
        return {
            "figure": self.figure,
            **{name: "1" if one is True else str(one) for name, one in given.items()},
        }

    @property
    def days(self) -> tuple[int, int | None]:
        """The least and the most used days of the class; None: no upper end."""
        at = self.spread or 0
        least = CLASSES[at - 1] + 1 if at else 0
        return least, CLASSES[at] if at < len(CLASSES) else None

    def within(self, period: Period) -> Period:
        """The part of the period that is asked for. Raises Refusal for a month outside it."""
        if not self.month:
            return period
        first = date.fromisoformat(f"{self.month}-01")
        last = next_month(first) - timedelta(days=1)
        if first > period.last or last < period.first:
            raise Refusal("该月份不在统计期间内。", "month")
        return Period(max(first, period.first), min(last, period.last))

    def without_page(self) -> Asked:
        """The same from the first record on."""
        return replace(self, after="")


_PLAIN = {one.name: one.default for one in fields(Asked)}
NAMES = tuple(_PLAIN)
_CHOICES: dict[str, frozenset[str]] = {
    "figure": frozenset(Figure),
    "by": frozenset(ClassBy),
    "ended": frozenset(Ended),
    "order": frozenset(Order),
}
_MOST = {"version": _BIGGEST, "office": _BIGGEST, "spread": len(CLASSES)}


def asked(given: Mapping[str, str]) -> Asked:
    """What an address says. Raises Refusal for values that do not exist; names that it does not know are left alone."""
    return Asked(
        **{
            name: _value(name, text.strip())
            for name, text in given.items()
            if name in _PLAIN and text.strip()
        }
    )


def _value(name: str, text: str) -> Any:
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise Refusal("筛选条件不正确，请从统计页面重新进入。", name)
        return text
    if name in _MOST:
        return _number(name, text)
    if name in ("late", "applicants"):
        return text in ("1", "true")
    return _month(text) if name == "month" else text.replace("\0", "")[:100]


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= _MOST[name]):
        raise Refusal("筛选条件不正确，请从统计页面重新进入。", name)
    return int(text)


def _month(text: str) -> str:
    year, _, month = text.partition("-")
    is_month = len(text) == 7 and text.isascii() and year.isdigit() and month.isdigit()
    if not (is_month and 2000 <= int(year) <= 2100 and 1 <= int(month) <= 12):
        raise Refusal("月份应写作“年-月”，如 2026-03。", "month")
    return text
