"""A rehearsal tells the truth: the same acts on the same days bring a real case to the same steps, dates and misses."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.calendar import SHANGHAI
from tests.rehearsing import Player
from tests.world import World, answers, on

MISSING = {
    "result": "incomplete",
    "delivery_method": "direct",
    "items": [{"material": "premises_proof", "problem": "未提交", "requirement": "1份"}],
}
LATE = {"late_reason": "人手不足"}
REFUSED = {"decision": "fail", "reason_codes": ["H01"], "reason_text": "不属于重点就业群体。"}
# (day, element, answers of the real form, values of the rehearsal); without an element time only passes.
Way = list[tuple[date, str, dict[str, Any], dict[str, Any]]]
HAPPY: Way = [
    (date(2026, 3, 11), "acceptance", LATE, {"acceptance_complete": True}),
    (date(2026, 3, 12), "qualification_review", LATE, {"qualified": True}),
    (date(2026, 3, 18), "due_diligence", LATE, {"due_diligence_passed": True}),
    (date(2026, 3, 18), "pre_loan_investigation", LATE, {"pre_loan_passed": True}),
    (date(2026, 3, 19), "bank_acceptance", {}, {"bank_approved": True}),
    (date(2026, 3, 20), "disbursement", {}, {"paid": True}),
]
REFUSAL: Way = [
    (date(2026, 3, 3), "acceptance", {}, {"acceptance_complete": True}),
    (date(2026, 3, 16), "qualification_review", {**REFUSED, **LATE}, {"qualified": False}),
    (date(2026, 3, 17), "refusal_notice_hrss", {}, {}),
]
SUPPLEMENT: Way = [
    (date(2026, 3, 4), "acceptance", MISSING, {"acceptance_complete": False}),
    (date(2026, 3, 16), "supplement", {}, {}),
    (date(2026, 3, 17), "acceptance", {}, {"acceptance_complete": True}),
    (date(2026, 4, 20), "", {}, {}),
]
LAPSE: Way = [
    (date(2026, 3, 4), "acceptance", MISSING, {"acceptance_complete": False}),
    (date(2026, 5, 20), "", {}, {}),
]


def _form_key(element: str) -> str:
    return "refusal_notice" if element.startswith("refusal_notice") else element


@pytest.mark.once
@pytest.mark.parametrize(
    "way", [HAPPY, REFUSAL, SUPPLEMENT, LAPSE], ids=["happy", "refusal", "supplement", "lapse"]
)
def test_the_same_acts_lead_to_the_same(world: World, way: Way) -> None:
    case_id, player = world.submitted(), Player(world)
    today = date(2026, 3, 2)
    for day, element, said, values in way:
        while today < day:
            today += timedelta(days=1)
            with on(today):
                world.fire_due()
        with on(day):
            if element:
                world.complete(case_id, element, answers(_form_key(element), **said))
        if player.row.clock_at.astimezone(SHANGHAI).date() < day:
            player.act(jump=f"{day}T09:00")
        if element:
            player.done(element, **values)
        assert player.open == sorted(world.open_tasks(case_id)), (day, element)
        with on(day):
            real = {
                key: (d.start_on, d.due_on, d.missed_at, d.done_on, d.cancelled_on)
                for key, d in world.deadlines(case_id).items()
            }
        assert _clocks(player) == real, (day, element)
    assert player.row.is_finished == (world.status(case_id) in ("disbursed", "refused", "lapsed"))


def _clocks(player: Player) -> dict[str, Any]:
    """The newest clock of each key, as `World.deadlines` tells them."""
    with_dates = {}
    for row in player.row.clocks:
        days = [
            date.fromisoformat(row[n]) if row[n] else None
            for n in ("start_on", "due_on", "done_on", "cancelled_on")
        ]
        missed = row["missed_at"]
        with_dates[row["key"]] = (days[0], days[1], _instant(missed), days[2], days[3])
    return with_dates


def _instant(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None
