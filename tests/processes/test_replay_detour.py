"""Replays of cases that went back, were moved or corrected: left out with the reason in words, and counted apart."""

from __future__ import annotations

from datetime import date

import pytest

from models.calendar import now
from models.database import reading
from processes.replay import counted
from processes.replay_case import Period, habits_in
from tests import replays
from tests.moving_back import recalled, sent_back
from tests.processes.test_token_repair import DONE_BRANCH, corrected, decided, proposed
from tests.replays import KEY, LATE_ENOUGH, PERIOD, replayed, version
from tests.world import World, answers, on

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def _returned(world: World) -> int:
    """Sent back by the guarantor, reviewed again with the same result, and paid."""
    case_id = replays.accepted(world, MONDAY)
    replays.reviewed(world, case_id, TUESDAY)
    with on(TUESDAY):
        sent_back(world, case_id, "due_diligence", "qualification_review", "danbao1")
    replays.reviewed(world, case_id, WEDNESDAY)
    replays.paid(world, case_id, WEDNESDAY)
    return case_id


def _recalled(world: World) -> int:
    case_id = replays.accepted(world, MONDAY)
    replays.reviewed(world, case_id, TUESDAY)
    with on(TUESDAY):
        recalled(world, case_id, "qualification_review", "renshe2")
    replays.refuse(world, case_id, TUESDAY)
    return case_id


def _moved(world: World) -> int:
    """The finished branch of the bank stays, the guarantor does his again."""
    case_id = replays.accepted(world, MONDAY)
    replays.reviewed(world, case_id, TUESDAY)
    with on(TUESDAY):
        for step in ("due_diligence", "pre_loan_investigation"):
            world.complete(case_id, step, answers(step))
        decided(world, proposed(world, case_id, "due_diligence", DONE_BRANCH))
        world.complete(case_id, "due_diligence", answers("due_diligence"))
    replays.withdrawn(world, case_id, WEDNESDAY)
    return case_id


def _corrected(world: World, day: str) -> int:
    with on(MONDAY):
        case_id = world.submitted()
    with on(TUESDAY):
        world.complete(case_id, "acceptance", answers("acceptance"))
        if day:
            corrected(world, case_id, "accepted_on", day)
    replays.reviewed(world, case_id, WEDNESDAY)
    replays.withdrawn(world, case_id, WEDNESDAY)
    return case_id


@pytest.mark.once
def test_what_went_back_is_left_out_and_counted_apart(world: World) -> None:
    cases = {
        "退回重办": _returned(world),
        "撤回办理": _recalled(world),
        "调整流程位置": _moved(world),
        "更正事实": _corrected(world, "2026-03-03"),
    }
    plain = _corrected(world, "")
    lines = replayed(version().bpmn)
    assert lines[plain].findings == []
    for words, case_id in cases.items():
        assert lines[case_id].findings == ["detour"], words
        assert words in lines[case_id].details["lacks"] and "不作比较" in lines[case_id].details["lacks"]
    found = counted({}, list(lines.values()))
    assert (found["detour"], found["lacking"], found["same"]) == (len(cases), 0, 1)
    with on(LATE_ENOUGH), reading() as session:
        habits = habits_in(session, KEY, Period(*PERIOD, now()))
    # The first review of the case that was refused in the end had said yes: it says nothing of reviews.
    assert habits.routing["qualification_review"] == {"qualified": True}
