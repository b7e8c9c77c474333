"""Room board, page: what the pages of the stalled board show, every number with the address of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for

from models import board
from models.board import Why, Window
from models.board_asked import Asked, State, Unit, asked
from models.board_cache import kept, whose
from models.board_forecast import HORIZON, LEAST, PERIOD, Pace, expected_on
from models.board_list import Page, Row, page
from models.board_list import count as count_rows
from models.board_names import name_of
from models.board_pace import pace
from models.board_totals import DIMENSIONS, Group, Totals, rows_of, totals
from models.calendar import calendar, local_date
from models.database import DbSession
from models.people import Permission, User
from models.scheme import Scheme
from models.statistics_days import Days
from processes.broken import broken
from processes.bulk import OPERATIONS, Operation

SHOWN = 8
# The windows that stand as columns of the tables.
COLUMNS = (
    board.OVER,
    Window.TODAY.value,
    Window.SOON.value,
    Window.OK.value,
    Window.PAUSED.value,
    Window.NONE.value,
)
COLUMN_LABELS = {board.OVER: "超期", **{one.value: one.label for one in Window}}
LIGHTS = {
    board.OVER: "over", **dict.fromkeys((one.value for one in board.LATE), "over"),
    "today": "today", "soon": "soon", "ok": "ok", "paused": "paused", "none": "none",
}  # fmt: skip
DEFINITIONS = {
    "late": "待办环节的法定或规定时限已过的工作日数；按案卷所在地区的工作日日历计算，暂停计时的不计。"
    "“无时限”指本环节没有单独的时限；信用甄别各户的部门意见按甄别轮次的期限办理，在“信用甄别（轮次）”中计时和督办。",
    "person": "“尚未签收”含技术故障、暂停计时、已挂起、等待申请人等停留原因已另计的环节，因此可多于“停留原因”中的“部门尚未签收”。"
    "注明“申请人”的，为等待其本人办理的环节。",
    "why": "每个待办环节只归入一种原因，依次判断：技术故障、暂停计时、已挂起、等待申请人、等待会签意见、尚未签收、办理中。",
    "promise": "自承诺起算日起的全程承诺时限，扣除暂停计时；一件案卷计一件。",
    "quiet": f"自最近一次有人办理起满 {board.QUIET} 个工作日；查阅、评论、抄送、催办、督办和尚未生效的提议不算办理。",
    "forecast": f"近 {PERIOD} 天办结的同一环节中，取用时比本件已用时更长的，其剩余用时的中位数为本件的预计剩余工作日；"
    f"预计办结日晚于到期日的计入。没有更长先例的计入；先例不足 {LEAST} 件的环节和曾经暂停计时的环节不作预测。",
}


@dataclass(frozen=True)
class Number:
    """A number with what it counts and where its rows are."""

    label: str
    count: int
    url: str
    light: str = ""


def link(**wanted: Any) -> str:
    """The address of the rows behind a number."""
    given = Asked(**wanted)
    return url_for("board.cases", **given.as_values)


@dataclass(frozen=True)
class Board:
    """The board of one person."""

    totals: Totals
    within: int
    forecast: int
    by: str

    @property
    def windows(self) -> list[Number]:
        """By working days late and left."""
        counts = self.totals.windows
        return [
            Number(one.label, counts.get(one.value, 0), link(window=one.value), LIGHTS[one.value])
            for one in Window
        ]

    @property
    def whys(self) -> list[Number]:
        """By the reason."""
        found = [Number(one.label, self.totals.whys.get(one.value, 0), link(why=one.value)) for one in Why]
        return [
            *found,
            Number("到期日暂定（放假通知未公布）", self.totals.provisional, link(provisional=True)),
        ]

    @property
    def states(self) -> list[Number]:
        """Of whole cases."""
        unit = Unit.CASE.value
        found = [
            Number(one.label, self.totals.states[one.value], link(unit=unit, state=one.value))
            for one in State
        ]
        return [
            *found,
            Number("有未办结的督办", self.totals.states["ordered"], link(unit=unit, ordered=True)),
        ]

    @property
    def predicted(self) -> Number:
        """Steps that will breach within the horizon."""
        wanted = {"forecast": True, "within": self.within}
        return Number(f"{self.within} 个工作日内预计超期", self.forecast, link(**wanted))

    @property
    def tables(self) -> Iterator[tuple[str, str, list[Group], int]]:
        """(dimension, title, lines, how many there are) of each table; of the one that is opened all lines."""
        for name, title in DIMENSIONS.items():
            groups = list(self.totals.groups[name])
            if not self.by:
                yield name, title, groups[:SHOWN], len(groups)
            elif self.by == name:
                yield name, title, groups, len(groups)

    def url(self, dimension: str, group: Group, window: str = "") -> str:
        """The rows of one number of a table."""
        key: Any = group.key if dimension in ("step", "scheme") else int(group.key)
        return link(**{dimension: key, "window": window})


def board_of(session: DbSession, user: User, given: Asked, by: str) -> Board:
    """Everything the board shows. Raises Forbidden."""
    known = pace(session)
    found = totals(session, user, known)
    wanted = Asked(forecast=True, within=given.within)
    forecast = (
        found.states["forecast"] if given.within == HORIZON else count_rows(session, user, wanted, known)
    )
    return Board(found, given.within, forecast, by if by in DIMENSIONS else "")


@dataclass(frozen=True)
class Listing:
    """The list behind a number."""

    given: Asked
    page: Page
    total: int
    chips: list[tuple[str, str]]
    pace: Pace

    def sorted_by(self, sort: str) -> str:
        """The same rows in another order."""
        return url_for("board.cases", **replace(self.given, sort=sort, after="").as_values)

    def expected(self, row: Row) -> str:
        """Of a row of the forecast: when its step is expected to end, and what it usually takes."""
        times = self.pace.get(row.key)
        if not times or row.created_at is None:
            return ""
        day = expected_on(times, local_date(row.created_at), calendar(row.region_code))
        usual = f"（通常用时 {Days(times).median} 个工作日）"
        return (f"预计 {day} 办结" if day else "已超过以往最长用时") + usual

    @property
    def next(self) -> str:
        """The page behind this one; empty on the last."""
        more = replace(self.given, after=self.page.after)
        return url_for("board.cases", **more.as_values) if self.page.after else ""

    @property
    def first(self) -> str:
        """The first page; empty on it."""
        return url_for("board.cases", **self.given.without_page().as_values) if self.given.after else ""


def listing(session: DbSession, user: User, given: Asked) -> Listing:
    """One page of the rows, how many there are, and the filters in words."""
    known = pace(session)
    found = page(session, user, given, known)
    return Listing(given, found, rows_of(session, user, given, known), list(chips(session, given)), known)


def chips(session: DbSession, given: Asked) -> Iterator[tuple[str, str]]:
    """(words, address without it) of each filter that is set."""
    for name, value in given.as_values.items():
        if name not in ("sort", "after", "unit", "within"):
            without = replace(given, **{name: getattr(Asked(), name)}, after="")
            yield _words(session, name, value, given), url_for("board.cases", **without.as_values)


def _words(session: DbSession, name: str, value: str, given: Asked) -> str:
    titles: Mapping[str, Mapping[str, str]] = {
        "window": COLUMN_LABELS,
        "why": dict(Why.choices()),
        "state": dict(State.choices()),
        "scheme": {one.value: one.label for one in Scheme},
    }
    if name in titles:
        return titles[name][value]
    flags = {
        "provisional": "到期日暂定",
        "ordered": "有未办结的督办",
        "forecast": f"{given.within} 个工作日内预计超期",
    }
    return flags[name] if name in flags else name_of(session, name, value)


@dataclass(frozen=True)
class Stuck:
    """A case that stands still although nobody is slow."""

    number: str
    what: str
    why: str


def stuck(session: DbSession, user: User, shown: Board) -> list[Stuck]:
    """The first of them: for who may repair them all that the room of repairs knows, else the faults of the machine."""
    if user.may(Permission.CASE_REPAIR):
        name = ("broken", whose(user))
        found = kept(session, name, lambda: broken(session, user, SHOWN), lambda _found: shown.totals.total)
        return [Stuck(one.number, f"{one.kind.label}，{one.what}", one.why) for one in found]
    stands = Asked(unit=Unit.CASE.value, state=State.BROKEN.value)
    lines = page(session, user, stands, pace(session), SHOWN).lines
    return [
        Stuck(line.row.number, line.row.step or line.row.status_label, line.detail.fault) for line in lines
    ]


def operations(user: User) -> list[Operation]:
    """What may be done to chosen rows."""
    wanted = ("urge", "supervise", "reassign")
    return [OPERATIONS[key] for key in wanted if key in OPERATIONS and OPERATIONS[key].is_for(user)]


def wanted() -> Asked:
    """The filters of the address. Raises Refusal."""
    return asked({name: value.replace("\0", "") for name, value in request.args.items()})
