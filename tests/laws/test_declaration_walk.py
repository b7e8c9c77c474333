"""Laws of the declaration's drawing: whatever people, messages and time do, it never gets stuck."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.calendar import today
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.refusal import Refusal
from processes import message, withdrawal
from tests.credit import COMPLETE, MAY, code, declared
from tests.invariants import check_all, check_case
from tests.world import World, on

EXAMPLES = int(os.environ.get("WALKS", "40")) // 5 + 1
NAMES = ("round_opened", "screening_passed", "screening_failed", "notice_published", "listed", "not_listed")
MISSING = {
    "result": "incomplete",
    "items": [{"material": "premises_proof", "problem": "不清晰", "requirement": "1份"}],
    "delivery_method": "direct",
}
GOOD: dict[str, dict[str, Any]] = {
    "form_check": dict(COMPLETE),
    "supplement": {"statement": "已补交", "confirmed": True},
    "result_notice": {
        "reason_text": "C级",
        "clause": "二、（一）3.",
        "remedy": "中心",
        "delivery_method": "post",
    },
}
# What the wait of each station is for, until the end.
NEXT = {
    CaseStatus.AWAITING_ROUND: "round_opened",
    CaseStatus.SCREENING: "screening_failed",
    CaseStatus.AWAITING_NOTICE: "notice_published",
    CaseStatus.ON_NOTICE: "listed",
}


def complete(world: World, case_id: int, **over: Any) -> None:
    """The center does the one open step, late or in time."""
    ((element, _task),) = world.open_tasks(case_id).items()
    form = "result_notice" if element.startswith("result_notice") else element
    world.complete(case_id, element, {**GOOD[form], "late_reason": "补充核查", **over}, "jinrong1")


def knock(world: World, case_id: int, act: str) -> None:
    """One act of anybody; what is refused changes nothing."""
    if act in NAMES:
        with transaction() as session:
            message.post(session, [case_id], act)
    elif act == "withdraw":
        with transaction() as session:
            withdrawal.withdraw(session, case_id, world.user(session, "jinrong1"), "企业撤回")
    elif world.open_tasks(case_id):
        complete(world, case_id, **(MISSING if act == "incomplete" else {}))
    world.fire_due()


@pytest.mark.slow
def test_a_declaration_keeps_its_invariants_and_always_ends(world: World) -> None:
    acts = st.sampled_from([*NAMES, "complete", "complete", "incomplete", "withdraw", "wait", "fire"])
    number, ended = iter(range(1, 10_000)), set[str]()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.lists(st.tuples(acts, st.sampled_from([1, 3, 12, 40])), max_size=14))
    def law(steps: list[tuple[str, int]]) -> None:
        case_id, day = declared(world, code(next(number))), MAY
        for act, days in steps:
            day += timedelta(days=days if act == "wait" else 0)
            with on(day):
                _try(world, case_id, act)
            _hold(case_id)
        ended.add(_finish(world, case_id, day))

    law()
    assert len(ended) >= 2, ended
    with reading() as session:
        check_all(session)


def _try(world: World, case_id: int, act: str) -> None:
    try:
        knock(world, case_id, act)
    except Refusal as refusal:
        assert refusal.message, today()


def _finish(world: World, case_id: int, day: date) -> str:
    """Good answers and the messages that are waited for: it must end, and soon."""
    for _knock in range(8):
        status = CaseStatus(world.status(case_id))
        if status.is_final:
            break
        with on(day):
            world.fire_due()
            _try(world, case_id, NEXT.get(status, "complete"))
        _hold(case_id)
    status = CaseStatus(world.status(case_id))
    assert status.is_final, status
    return status


def _hold(case_id: int) -> None:
    with reading() as session:
        check_case(session, case_id)
