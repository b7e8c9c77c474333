"""Laws of the drawing: whatever people and time do, a case never gets stuck and its rows never disagree."""

from __future__ import annotations

import os
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.case_status import CaseStatus
from models.database import reading
from models.refusal import Conflict
from tests.invariants import check_all, check_case
from tests.walk import Walk
from tests.world import World, on

EXAMPLES = int(os.environ.get("WALKS", "40"))
_walks = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking a walk takes minutes; its log says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _walker(world: World, data: st.DataObject) -> Walk:
    return Walk(world, lambda options: options[data.draw(st.integers(0, len(options) - 1))])


def _hold(case_id: int) -> None:
    with reading() as session:
        check_case(session, case_id)


@pytest.mark.slow
def test_a_case_keeps_its_invariants_and_always_ends(world: World) -> None:
    ended: set[str] = set()

    @_walks
    @given(st.data())
    def law(data: st.DataObject) -> None:
        walk = _walker(world, data)
        case_id = walk.begin()
        _hold(case_id)
        for _knock in range(data.draw(st.integers(0, 24))):
            if walk.is_over:
                break
            walk.knock()
            _hold(case_id)
        ended.add(walk.finish())
        _hold(case_id)

    law()
    assert {CaseStatus.DISBURSED, CaseStatus.REFUSED} <= ended
    with reading() as session:
        check_all(session)


@pytest.mark.slow
def test_an_application_can_be_withdrawn_at_any_point_and_only_once(world: World) -> None:
    @_walks
    @given(st.data())
    def law(data: st.DataObject) -> None:
        walk = _walker(world, data)
        case_id = walk.begin()
        for _knock in range(data.draw(st.integers(0, 12))):
            if walk.is_over:
                break
            walk.knock()
        with on(walk.day):
            walk.fire()  # a term that has already ended comes first
        if walk.is_over:
            with pytest.raises(Conflict):
                walk.withdraw()
            return
        walk.withdraw()
        _hold(case_id)
        assert world.status(case_id) == CaseStatus.WITHDRAWN
        assert world.open_tasks(case_id) == {}
        with pytest.raises(Conflict):
            walk.withdraw()

    law()
    with reading() as session:
        check_all(session)


@pytest.mark.slow
def test_an_application_nobody_completes_lapses_by_itself(world: World) -> None:
    """补正 that is never answered ends the case by its interrupting timer, on an official date only."""
    walk = Walk(world, lambda options: options[0])
    case_id = walk.begin()
    (task,) = world.open_tasks(case_id)
    assert task == "acceptance"
    incomplete = {"result": "incomplete", "items": [{"material": "营业执照"}], "delivery_method": "direct"}
    world.complete(case_id, "acceptance", incomplete)
    for day, status in ((date(2026, 3, 30), "supplementing"), (date(2026, 3, 31), "lapsed")):
        with on(day):
            walk.fire()
        assert world.status(case_id) == status
        _hold(case_id)
