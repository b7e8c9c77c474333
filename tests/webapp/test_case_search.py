"""案卷查询: by number, name, ID number and status, only what one may see, page by page."""

from __future__ import annotations

import re

import pytest

from tests.examples import PERSON_ID
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers

NUMBER = re.compile(r'<a data-open href="/cases/(CD\d+)"')


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2), ("CD2026", 2), ("cd202600002", 1), ("赵", 1), ("示例制造", 1), (PERSON_ID, 1), (f" {PERSON_ID} ", 1),
        ("91150627MA0A00014C", 1), ("91150627ma0a00014c", 1), (PERSON_ID[:17] + "X", 0), (PERSON_ID[:10], 0),
        ("%", 0), ("_", 0), ("\\", 0), ("'", 0), ("x" * 500, 0),
    ],
)  # fmt: skip
def test_search_by_number_name_or_identity(world: World, sign_in: SignIn, query: str, count: int) -> None:
    world.submitted()
    world.submitted("small_enterprise")
    answer = sign_in("renshe1").get("/cases", query_string={"q": query})
    assert answer.status_code == 200
    assert len(NUMBER.findall(answer.text)) == count
    assert ("清除查询条件" in answer.text) == (count == 0)


def test_search_by_status(world: World, sign_in: SignIn) -> None:
    first, second = world.submitted(), world.submitted()
    world.complete(second, "acceptance", answers("acceptance"))
    client = sign_in("renshe1")
    assert NUMBER.findall(client.get("/cases?status=qualifying").text) == [number_of(second)]
    page = client.get("/cases?status=submitted").text
    assert NUMBER.findall(page) == [number_of(first)] and 'data-label="申请日期">2026-03-02</td>' in page
    assert len(NUMBER.findall(client.get("/cases?status=nonsense").text)) == 2


def test_pages_go_back_in_time_at_a_fixed_cost(world: World, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    numbers = [number_of(world.submitted())]
    client.get("/cases")
    with counted() as one:
        client.get("/cases")
    numbers += [number_of(world.submitted()) for _ in range(24)]
    with counted() as many:
        first = client.get("/cases").text
    assert len(one) == len(many)
    after = re.search(r'rel="next" href="([^"]+)"', first)
    assert after is not None
    second = client.get(after[1].replace("&amp;", "&")).text
    assert NUMBER.findall(first) + NUMBER.findall(second) == numbers[::-1]
    assert client.get("/cases?after=broken").status_code == 422


def test_everyone_finds_only_what_he_may_see(world: World, sign_in: SignIn) -> None:
    own = number_of(world.submitted(actor="shenqing"))
    other = number_of(world.submitted())
    found = {who: set(NUMBER.findall(sign_in(who).get("/cases").text)) for who in
             ("shenqing", "renshe0", "lingdao", "shenji", "danbao1", "yinhang1", "dlt_renshe1")}  # fmt: skip
    assert found == {
        "shenqing": {own},
        "renshe0": {own, other},
        "lingdao": {own, other},
        "shenji": {own, other},
        "danbao1": set(),
        "yinhang1": set(),
        "dlt_renshe1": set(),
    }
