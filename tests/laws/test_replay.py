"""Laws of replay: every finished case is reproduced on its own version; fewer days make late exactly who took more."""

from __future__ import annotations

import os
from collections.abc import Collection

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.calendar import calendar
from models.database import reading
from models.deadline import Deadline
from models.pause import Pause
from models.refusal import Refusal
from models.term import term_due
from tests import replays
from tests.replays import replayed, shorter, version
from tests.walk import Walk
from tests.world import World

EXAMPLES = int(os.environ.get("REPLAYS", "10"))
DAYS = 3
_walks = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.once
def test_what_happened_is_reproduced_and_fewer_days_catch_whom_they_must(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []

    @_walks
    @given(st.data())
    def walked(data: st.DataObject) -> None:
        walk = Walk(world, lambda options: options[data.draw(st.integers(0, len(options) - 1))])
        walk.begin()
        for _knock in range(data.draw(st.integers(0, 12))):
            if not walk.is_over:
                walk.knock()
        _end(walk, data.draw(st.booleans()))
        ended.append(walk.case_id)
        last.append(walk.day)

    last = [replays.LATE_ENOUGH]
    walked()
    monkeypatch.setattr(replays, "LATE_ENOUGH", max(last))
    monkeypatch.setattr(replays, "PERIOD", (replays.PERIOD[0], max(last)))
    bpmn = version().bpmn
    own = replayed(bpmn)
    # An example that ran out of choices is not in the list of those that ended, whether it had or not.
    assert own.keys() >= set(ended)
    assert {
        case_id: (line.findings, line.details.get("lacks")) for case_id, line in own.items() if line.findings
    } == {}
    fewer = replayed(shorter(bpmn, DAYS))
    assert {case_id for case_id, line in fewer.items() if "late" in line.findings} == _too_slow(fewer)
    assert {code for line in fewer.values() for code in line.findings} <= {"late"}


def _end(walk: Walk, is_taken_back: bool) -> None:
    """It ends by a good answer to everything, or is withdrawn; what is over already is left."""
    try:
        if is_taken_back and not walk.is_over:
            walk.withdraw()
    except Refusal as refusal:
        # The day has passed on which its own term ended.
        walk.log.append(refusal.message)
    if not walk.is_over:
        walk.finish(40)


def _too_slow(among: Collection[int]) -> set[int]:
    """By the rows alone: reviews that were in time, and were not within the fewer days, pauses left out."""
    found = set()
    with reading() as session:
        for clock in session.scalars(
            select(Deadline).where(Deadline.key == "qualification", Deadline.case_id.in_(list(among)))
        ):
            pauses = session.scalars(
                select(Pause).where(Pause.deadline_id == clock.id, Pause.paused_on.is_not(None))
            )
            spans = [pause.span for pause in pauses if pause.span is not None]
            due = term_due(clock.start_on, DAYS, "working", calendar(clock.region_code), spans)
            end_on = clock.done_on or clock.cancelled_on
            assert end_on is not None
            if clock.missed_at is None and end_on > due.due_on:
                found.add(clock.case_id)
    return found
