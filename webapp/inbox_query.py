"""Room inbox, query: what the address of the list asks for, as it was typed and as it is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.inbox_filters import Filters
from models.inbox_scope import Scope
from models.inbox_sort import Order, Sort, order_named, turned
from models.money import parse_amount
from models.refusal import Refusal
from models.scheme import Scheme
from models.working_days import Light

# Name in the address → what the page calls the condition.
CONDITIONS = {
    "q": "申请人 / 案卷号",
    "step": "环节",
    "light": "时限",
    "scheme": "案卷种类",
    "least": "金额不低于",
    "most": "金额不高于",
    "since": "到达不早于",
    "until": "到达不晚于",
    "who": "办理人",
    "urgent": "急件",
}
SIZES = (20, 50, 100, 200)
LONGEST = 100


@dataclass(frozen=True)
class Wanted:
    """One list: whose, narrowed by what, in which order; `texts` is what was typed, `faults` what is wrong with it."""

    scope: Scope
    texts: Mapping[str, str]
    filters: Filters
    order: Order
    size: int
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def conditions(self) -> dict[str, str]:
        """What narrows the list."""
        return {name: text for name, text in self.texts.items() if text}

    def address(self, **changed: object) -> dict[str, Any]:
        """The arguments of the page's address, with changes (None: without), from the first page on."""
        size = self.size if self.size != SIZES[0] else None
        order = self.order.text if self.order != order_named("", self.scope) else None
        whole = {"scope": self.scope.value, **self.conditions, "sort": order, "size": size, **changed}
        return {name: value for name, value in whole.items() if value not in (None, "")}

    def sorted_by(self, sort: Sort) -> dict[str, Any]:
        """The address behind the head of a column."""
        order = turned(self.order, sort)
        return self.address(sort=None if order == order_named("", self.scope) else order.text)


def wanted(given: Mapping[str, str]) -> Wanted:
    """What is asked for; unknown words of lists are ignored, a wrong amount, day or range is a fault at its field."""
    scope = Scope(given["scope"]) if given.get("scope") in Scope.__members__.values() else Scope.MINE
    texts = {name: given.get(name, "").replace("\0", "").strip()[:LONGEST] for name in CONDITIONS}
    texts["urgent"] = "1" if texts["urgent"] == "1" else ""
    faults: dict[str, str] = {}
    filters = _filters(texts, given.get("after", ""), faults)
    faults |= _reversed(filters)
    size = given.get("size", "")
    return Wanted(
        scope,
        texts,
        filters,
        order_named(given.get("sort", ""), scope),
        next((one for one in SIZES if str(one) == size), SIZES[0]),
        faults,
    )


def _filters(texts: Mapping[str, str], after: str, faults: dict[str, str]) -> Filters:
    def read(name: str, parse: Callable[[str], Any]) -> Any:
        try:
            return parse(texts[name]) if texts[name] else None
        except Refusal as refusal:
            faults[name] = refusal.message
            return None

    return Filters(
        step=texts["step"],
        light=texts["light"] if texts["light"] in Light.__members__.values() else "",
        text=texts["q"],
        after=after.replace("\0", ""),
        scheme=texts["scheme"] if texts["scheme"] in Scheme.__members__.values() else "",
        least=read("least", parse_amount),
        most=read("most", parse_amount),
        since=read("since", _day),
        until=read("until", _day),
        assignee_id=read("who", _number),
        is_urgent=bool(texts["urgent"]),
    )


def _reversed(filters: Filters) -> dict[str, str]:
    """A range that ends before it begins is a slip of the pen, told at its end."""
    found = {}
    if filters.least is not None and filters.most is not None and filters.most < filters.least:
        found["most"] = "上限不能低于下限。"
    if filters.since and filters.until and filters.until < filters.since:
        found["until"] = "结束日期不能早于开始日期。"
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("日期应写作“年-月-日”，例如 2026-03-09。") from error
    if not 2000 <= day.year <= 2100:
        raise Refusal("日期应在 2000 年至 2100 年之间。")
    return day


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise Refusal("请从列表中选择办理人。")
