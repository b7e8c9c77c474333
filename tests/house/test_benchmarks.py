"""Tests of the benchmarks: every list is measured or says why not, and no page asks more because there are more rows."""

from __future__ import annotations

import pytest

from benchmarks.beside import put_beside
from benchmarks.big_county import fill
from benchmarks.board import Seen, grown, look
from benchmarks.figures import record
from benchmarks.pages import COVERED, ELSEWHERE, pages
from models.board_asked import Sort, Unit
from models.inbox_scope import Scope
from models.inbox_sort import orders_of
from tests.house.source import ROOT
from tests.world import World


def test_every_list_is_measured_or_says_why_not() -> None:
    cursors = ("from models.keyset import", "from models.keyset_text import")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "models").glob("*.py")}
    lists = {room for room, text in texts.items() if any(word in text for word in cursors)}
    assert sorted(lists - {*COVERED, *ELSEWHERE}) == []
    named = list(pages())
    assert all(any(name.startswith(start) for name in named) for start in COVERED.values())
    for unit in Unit:
        assert {f"list of {unit.value}s, by {sort.value}" for sort in Sort} <= set(named)
    assert {f"inbox, department, by {order.text}" for order in orders_of(Scope.DEPARTMENT)} <= set(named)


@pytest.mark.once
def test_no_page_asks_more_because_there_are_more_rows(world: World) -> None:
    seen: dict[str, Seen] = {}
    there = 0
    for cases in (20, 200):
        fill(cases, there)
        put_beside(cases, there)
        record(cases, there)
        look(pages(), seen)
        there = cases
    assert grown(seen) == []
    assert grown({"a page": Seen(statements=[3, 4])}) == ["a page asks 3 / 4 statements"]
