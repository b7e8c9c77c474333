"""Reminders of a rehearsed clock that has begun in the past: told at once, never left for a moment that is over."""

from __future__ import annotations

import pytest

from models.database import reading
from processes import rehearsal
from tests.rehearsing import Player
from tests.world import World

pytestmark = pytest.mark.once


def test_a_reminder_that_is_due_when_its_clock_begins_is_told_at_once(world: World) -> None:
    player = Player(world)
    player.act(jump=8)
    before = len(player.told("warning"))
    player.act(complete="acceptance", values={"acceptance_complete": True, "accepted_on": "2026-03-02"})
    assert player.clock("qualification")["due_on"] == "2026-03-11"
    told = player.told("warning")[before:]
    assert [when for when, text in told if "资格审核" in text] == ["2026-03-10T09:00"]
    with reading() as session:
        run = rehearsal.run_of(rehearsal.rehearsal_for(session, player.id, player.owner(session)))
    assert (at := run.next_instant()) is not None and at > run.clock_at
