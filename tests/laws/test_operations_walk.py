"""Law: whatever offices do between the steps, rows agree, nothing gets stuck, and the log replays to what is."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.case_status import CaseStatus
from models.database import reading
from tests.invariants import check_all, check_case
from tests.operations import Operations
from tests.replaying import check_replay, check_rest
from tests.walk import Choose
from tests.world import World, on

EXAMPLES = max(1, int(os.environ.get("WALKS", "40")) // 8)
_walks = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking a walk takes minutes; its log says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# Held against every day of every clock after each so many knocks, and at the end.
EACH = 1 if EXAMPLES > 10 else 8


def _hold(case_id: int, is_whole: bool = False) -> None:
    with reading() as session:
        check_case(session, case_id)
        check_replay(session, case_id)
        if is_whole:
            check_rest(session, case_id)


def _walked(world: World, choose: Choose[Any], knocks: int, ended: set[str]) -> Operations:
    """One case on its way, held against the law after every knock, to its end."""
    walk = Operations(world, choose)
    case_id = walk.begin()
    for knock in range(knocks):
        if walk.is_over:
            break
        walk.knock()
        with on(walk.day):
            _hold(case_id, is_whole=knock % EACH == 0)
    ended.add(walk.finish())
    with on(walk.day):
        _hold(case_id, is_whole=True)
    return walk


@pytest.mark.slow
def test_operations_keep_the_invariants_and_the_log_replays_to_what_is(world: World) -> None:
    ended: set[str] = set()
    went_back: list[int] = []
    batched: list[int] = []

    @_walks
    @given(st.data())
    def law(data: st.DataObject) -> None:
        walk = _walked(world, lambda options: options[data.draw(st.integers(0, len(options) - 1))],
                       data.draw(st.integers(10, 40)), ended)  # fmt: skip
        went_back.append(walk.sent_back + walk.moved)
        batched.append(walk.together)

    law()
    # Five walks of chance may all go straight on: others follow, until one has gone back, and one acted on many.
    for seed in range(40):
        if not (sum(went_back) and sum(batched)):
            walk = _walked(world, random.Random(seed).choice, 30, ended)
            went_back.append(walk.sent_back + walk.moved)
            batched.append(walk.together)
    assert sum(went_back) > 0, "no walk has sent anything back"
    assert sum(batched) > 0, "no walk has done anything in a batch"
    assert all(CaseStatus(one).is_final for one in ended)
    with reading() as session:
        check_all(session)
