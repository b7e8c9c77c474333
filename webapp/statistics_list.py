"""Room statistics, list: what the page of the records behind a figure shows, and the addresses that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from models.board_names import name_of
from models.database import DbSession
from models.money import format_amount
from models.people import User
from models.process_name import process_names
from models.scheme import Scheme
from models.statistics_asked import Asked, Ended, Figure, Order
from models.statistics_classes import ClassBy
from models.statistics_days import class_titles
from models.statistics_list import Page, page
from models.statistics_period import Period
from models.statistics_scope import Wanted
from models.statistics_sum import Summary, summary
from webapp.statistics_page import Asked as Given
from webapp.statistics_tables import TOLD

_TOLD = {
    Figure.CASES_OPENED: "flow", Figure.CASES_CLOSED: "flow", Figure.STEPS_OPENED: "flow_own",
    Figure.STEPS_DONE: "flow_own", Figure.OFFICE_DONE: "steps", Figure.OPEN_LATE: "steps",
    Figure.CLASSIFIED: "classes",
}  # fmt: skip
Link = Callable[[Asked], str]


def frame(wanted: Wanted) -> dict[str, Any]:
    """The part of an address that says of which days and places; by its days, so that it means the same tomorrow."""
    narrowed = {
        "scheme": wanted.scheme or None, "region": wanted.region_id, "department": wanted.department_id,
    }  # fmt: skip
    days = {"from": wanted.period.first.isoformat(), "to": wanted.period.last.isoformat()}
    return days | {name: str(value) for name, value in narrowed.items() if value is not None}


def linking(wanted: Wanted) -> Link:
    """What makes the address of the records behind a figure of those days and places."""
    around = frame(wanted)
    return lambda given: url_for("statistics_list.show", **(around | given.as_values))


def of_version(version: int, element: str, period: Period) -> tuple[str, str, str]:
    """The addresses of a step that was done on a version of a drawing: every time, when late, and the longest first."""
    done = Asked(Figure.STEPS_DONE.value, version=version, element=element)
    here = linking(Wanted(period))
    return here(done), here(replace(done, late=True)), here(replace(done, order=Order.LONGEST.value))


@dataclass(frozen=True)
class Listing:
    """The records behind one figure."""

    wanted: Wanted
    given: Asked
    page: Page
    summary: Summary
    chips: list[str]
    processes: Mapping[str, str]

    @property
    def unit(self) -> str:
        """What the records are counted in."""
        return "项" if self.given.kind.is_of_clocks else "件"

    @property
    def told(self) -> str:
        """The definition of the figure."""
        return TOLD[_TOLD.get(self.given.kind, "terms")]

    @property
    def around(self) -> dict[str, str]:
        """Everything that an address of the whole list says."""
        return frame(self.wanted) | self.given.without_page().as_values

    @property
    def facts(self) -> Iterator[tuple[str, str]]:
        """What the records come to: the other values that the statistics show of them."""
        kind, days = self.given.kind, self.summary.days
        if kind is Figure.DECIDED:
            yield "其中按时", f"{self.summary.met} 项"
            yield "按时率", "—" if self.summary.rate is None else f"{self.summary.rate}%"
        if kind is Figure.CLASSIFIED:
            yield "金额", f"{format_amount(self.summary.amount)} 元"
        if self.has_days:
            yield "其中超期", f"{self.summary.late} {self.unit}"
            yield "累计用时", f"{days.total} 日"
            yield "中位", "—" if days.median is None else f"{days.median} 日"
            yield "P90", "—" if days.p90 is None else f"{days.p90} 日"

    @property
    def has_days(self) -> bool:
        """Whether the records say how long something took."""
        return self.given.kind in (Figure.STEPS_DONE, Figure.OFFICE_DONE, Figure.ENDED)

    @property
    def orders(self) -> list[tuple[str, str, str]]:
        """(value, title, address) of each order that makes sense."""
        shown = Order if self.has_days or self.given.kind is Figure.CASES_CLOSED else ()
        here = linking(self.wanted)
        return [(one.value, one.label, here(replace(self.given, order=one.value, after=""))) for one in shown]

    @property
    def next(self) -> str:
        """The page behind this one; empty on the last."""
        more = replace(self.given, after=self.page.after)
        return linking(self.wanted)(more) if self.page.after else ""

    @property
    def first(self) -> str:
        """The first page; empty on it."""
        return linking(self.wanted)(self.given.without_page()) if self.given.after else ""

    @property
    def back(self) -> str:
        """The page of the statistics from which one comes."""
        if self.given.version is not None:
            days: dict[str, Any] = {"from": self.wanted.period.first, "to": self.wanted.period.last}
            return url_for("statistics.diagram", version=self.given.version, period="custom", **days)
        is_class = self.given.kind is Figure.CLASSIFIED
        return url_for("statistics.show_classes" if is_class else "statistics.show", **frame(self.wanted))


def listing(session: DbSession, user: User, wanted: Wanted, given: Asked) -> Listing:
    """One page of the records, what they come to, and the filters in words. Raises Forbidden, Refusal."""
    found = page(session, user, wanted, given)
    names = process_names(session)
    words = list(_chips(session, wanted, given, found, names))
    return Listing(wanted, given, found, summary(session, user, wanted, given), words, names)


def _chips(
    session: DbSession, wanted: Wanted, given: Asked, found: Page, names: Mapping[str, str]
) -> Iterator[str]:
    yield given.within(wanted.period).words
    yield from _places(session, wanted)
    if given.process:
        yield names.get(given.process, given.process)
    if given.version is not None:
        yield name_of(session, "version", str(given.version))
    yield from _subjects(session, given, found)
    if given.late:
        yield "其中超期"
    if given.applicants:
        yield "申请人时限"
    if given.spread is not None:
        yield f"用时：{class_titles()[given.spread]}"
    if given.by and given.value:
        yield f"{ClassBy(given.by).label}：{given.value}"
    if given.ended:
        yield Ended(given.ended).label


def _places(session: DbSession, wanted: Wanted) -> Iterator[str]:
    if wanted.scheme:
        yield Scheme(wanted.scheme).label
    for kind, value in (("region", wanted.region_id), ("department", wanted.department_id)):
        if value is not None:
            yield name_of(session, kind, str(value))


def _subjects(session: DbSession, given: Asked, found: Page) -> Iterator[str]:
    """Step, term and office as the records call them."""
    row = found.rows[0] if found.rows else None
    if given.deadline:
        yield f"时限：{row.step if row else given.deadline}"
    if given.element and given.kind.is_of_clocks:
        yield name_of(session, "step", given.element)
    elif given.element:
        yield f"环节：{row.step if row else given.element}"
    if given.office is not None:
        yield name_of(session, "department", str(given.office))


def wanted_of(given: Given) -> Wanted:
    """The days and places of an address. Raises Refusal for what is wrong with it."""
    if given.errors:
        raise given.refusal
    return given.wanted
