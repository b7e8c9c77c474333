"""Room board, filters: what the list of the stalled board is narrowed by; every number of the board is such a filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, select

from models import board
from models.board import Why, Window
from models.board_forecast import FARTHEST, HORIZON, Pace, will_breach
from models.case import CaseFile
from models.case_bigram import matching
from models.deadline import Deadline
from models.people import User
from models.refusal import Refusal
from models.scheme import Scheme
from models.supervision import Supervision
from models.vocabulary import Labelled
from models.workflow import IS_OPEN, ProcessInstance, UserTask

_BIGGEST = 2**31 - 1
# Of a person: nobody has the step. Of a region: the case has none.
NOBODY = 0


class Unit(Labelled):
    """What a row of the list is."""

    STEP = "step", "待办环节"
    CASE = "case", "案卷"


class State(Labelled):
    """What is said of the case as a whole, beside its steps."""

    PROMISE_OVER = "promise_over", "超过承诺办结时限"
    PROMISE_SOON = "promise_soon", "承诺办结时限临近到期"
    QUIET = "quiet", f"{board.QUIET} 个工作日以上无人办理"
    IDLE = "idle", "没有待办环节（等待日期、消息或其他案卷）"
    BROKEN = "broken", "技术故障"


class Sort(Labelled):
    """In which order the rows come."""

    DUE = "due", "到期日（最急在前）"
    ARRIVED = "arrived", "到达时间（最早在前）"
    ACTED = "acted", "最近办理（最久在前）"
    AMOUNT = "amount", "金额（大额在前）"
    NUMBER = "number", "案卷编号"


@dataclass(frozen=True)
class Asked:
    """The filters of the list; empty means everything. `within` is the horizon of the forecast, in working days."""

    unit: str = Unit.STEP.value
    window: str = ""
    why: str = ""
    state: str = ""
    department: int | None = None
    person: int | None = None
    region: int | None = None
    scheme: str = ""
    step: str = ""
    version: int | None = None
    provisional: bool = False
    forecast: bool = False
    ordered: bool = False
    within: int = HORIZON
    text: str = ""
    sort: str = Sort.DUE.value
    after: str = ""

    @property
    def is_of_cases(self) -> bool:
        """Whether a row is a case."""
        return self.unit == Unit.CASE

    @property
    def as_values(self) -> dict[str, Any]:
        """The filters that are set, as they stand in an address."""
        given = {name: value for name, value in asdict(self).items() if value != _PLAIN[name]}
        return {name: "1" if value is True else str(value) for name, value in given.items()}

    def without_page(self) -> Asked:
        """The same from the first row on."""
        return replace(self, after="")


_PLAIN = {one.name: one.default for one in fields(Asked)}
_CHOICES: dict[str, frozenset[str]] = {
    "unit": frozenset(Unit),
    "window": frozenset({board.OVER, *(one.value for one in Window)}),
    "why": frozenset(Why),
    "state": frozenset(State),
    "scheme": frozenset(Scheme),
    "sort": frozenset(Sort),
}


def asked(given: dict[str, str]) -> Asked:
    """What an address says. Raises Refusal for values that do not exist; names that it does not know are left alone."""
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name in _PLAIN and text.strip():
            values[name] = _value(name, text.strip())
    return Asked(**values)


def _value(name: str, text: str) -> Any:
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise Refusal("筛选条件不正确，请重新选择。", name)
        return text
    if name in ("department", "person", "region", "version", "within"):
        return _number(name, text)
    if name in ("provisional", "forecast", "ordered"):
        return text in ("1", "true")
    return text[:100]


def _number(name: str, text: str) -> int:
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else -1
    most = FARTHEST if name == "within" else _BIGGEST
    if not 0 <= found <= most or (name == "within" and found < 1):
        raise Refusal(f"应为 1 至 {FARTHEST} 的整数。" if name == "within" else "筛选条件不正确。", name)
    return found


def criteria(given: Asked, user: User, pace: Pace) -> list[ColumnElement[bool]]:
    """What the rows must meet, reach included; case and step (outer, where a row is a case) and clock are joined."""
    of_cases = (board.is_running, board.reach_cases)
    is_live, is_reached = of_cases if given.is_of_cases else (lambda: IS_OPEN, board.reach)
    return [is_live(), is_reached(user), *_of_step(given), *_of_clock(given, pace), *_of_case(given)]


def _of_clock(given: Asked, pace: Pace) -> Iterator[ColumnElement[bool]]:
    if given.window:
        yield board.in_window(given.window)
    if given.provisional:
        yield Deadline.provisional.is_(True)
    if given.forecast:
        yield will_breach(pace, given.within)


def _of_step(given: Asked) -> Iterator[ColumnElement[bool]]:
    if given.why:
        yield board.why() == literal(given.why, literal_execute=True)
    if given.department is not None:
        yield UserTask.department_id == given.department
    if given.person is not None:
        yield UserTask.assignee_id == (given.person or None)
    if given.step:
        yield UserTask.element_id == given.step
    if {"window", "why", "person"} & given.as_values.keys():
        # The step of a case that has none says nothing.
        yield UserTask.id.is_not(None)


def _of_case(given: Asked) -> Iterator[ColumnElement[bool]]:
    if given.state:
        yield _in_state(State(given.state))
    if given.region is not None:
        yield CaseFile.region_id == (given.region or None)
    if given.scheme:
        yield CaseFile.scheme == given.scheme
    if given.version is not None:
        runs = exists().where(ProcessInstance.case_id == CaseFile.id)
        yield runs.where(ProcessInstance.definition_id == given.version)
    if given.ordered:
        open_ones = select(Supervision.case_id).where(Supervision.closed_on.is_(None))
        yield CaseFile.id.in_(open_ones)
    if given.text:
        yield matching(given.text)


def _in_state(state: State) -> ColumnElement[bool]:
    if state is State.QUIET:
        return and_(board.is_running(), board.is_quiet())
    if state is State.BROKEN:
        return CaseFile.id.in_(board.broken_cases())
    if state is State.IDLE:
        return board.has_no_step()
    return board.promise_over() if state is State.PROMISE_OVER else board.promise_soon()
