"""The pure part of the board: medians of what is left, working days back, filters of an address."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.board_asked import Asked, asked
from models.board_forecast import NEVER, remaining
from models.refusal import Refusal

TIMES = st.lists(st.integers(0, 30), min_size=1, max_size=40)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(TIMES, st.integers(0, 35))
def test_what_is_left_is_the_median_of_those_that_took_longer(times: list[int], taken: int) -> None:
    longer = [days - taken for days in times if days > taken]
    # As every median of the house (docs/decisions/0036): a number that occurred, of two in the middle the lower one.
    assert remaining(Counter(times), taken) == (statistics.median_low(longer) if longer else NEVER)


def test_an_address_says_what_it_means_or_is_refused() -> None:
    given = asked(
        {"unit": "case", "window": "over", "department": "3", "forecast": "1", "within": "7", "utm": "x"}
    )
    assert given == Asked(unit="case", window="over", department=3, forecast=True, within=7)
    assert asked({name: str(value) for name, value in given.as_values.items()}) == given
    assert asked({"window": " ", "department": ""}) == Asked()
    for wrong in (
        {"window": "yesterday"}, {"unit": "x"}, {"sort": "x"}, {"department": "-1"}, {"person": "9" * 12},
        {"within": "0"}, {"within": "21"}, {"scheme": "none"}, {"why": "x"}, {"state": "x"}, {"region": "一"},
    ):  # fmt: skip
        with pytest.raises(Refusal):
            asked(wrong)
    assert asked({"text": "张" * 300}).text == "张" * 100
