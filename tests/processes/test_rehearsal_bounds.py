"""The bounds of a rehearsal: its clock, what happens by itself, and its writing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.audit import AuditEvent
from models.database import reading, transaction
from models.refusal import Conflict, Refusal
from processes import rehearsal, rehearsal_budget
from tests.rehearsing import Player
from tests.world import World


@pytest.mark.once
def test_no_jump_leads_past_the_calendar(world: World) -> None:
    """The last day is the last day also for days that are counted, not only for a date."""
    player = Player(world, at="2035-12-01")
    with pytest.raises(Refusal) as refused:
        player.act(jump=366)
    assert refused.value.field == "to"
    player.act(jump=30)
    with pytest.raises(Refusal):
        player.act(jump=1)


def test_what_happens_by_itself_is_counted_over_all_acts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a total, 200 acts of 400 instants each would take a quarter of an hour."""
    player = Player(world, "screening_round")
    player.act(jump=30)
    used = sum(one["instants"] for one in player.row.acts)
    monkeypatch.setattr(rehearsal_budget, "MAX_TOTAL", used + 1)
    with pytest.raises(Refusal, match="自动发生的事项最多"):
        player.act(jump=30)
    player.play(rehearsal.step_back)
    monkeypatch.setattr(rehearsal_budget, "MAX_SECONDS", 0)
    with pytest.raises(Refusal, match="演练用时超过"):
        player.act(jump=30)


def test_what_was_played_is_written_only_where_it_was_read(world: World) -> None:
    """Two windows play at once, neither holding a lock: the second one's writing is a conflict."""
    player = Player(world)
    with reading() as session:
        me = player.owner(session)
        late = rehearsal.act(session, player.id, me, None, {"jump": 1})
    player.act(jump=2)
    with pytest.raises(Conflict), transaction() as session:
        rehearsal.keep(session, late, me)
    assert len(player.row.acts) == 1


def test_another_day_keeps_the_facts_and_an_end_is_on_record(world: World) -> None:
    player = Player(world, age=40)
    player.play(rehearsal.restart, "2026-09-24")
    row = player.row
    assert row.facts["age"] == 40 and row.facts["received_on"] == "2026-09-24"
    with transaction() as session:
        rehearsal.end(session, player.id, player.owner(session))
    with reading() as session:
        ended = _ended(session)
    assert ended == [{"rehearsal": player.id}]


def _ended(session: Any) -> list[Any]:
    """What is on record of rehearsals thrown away."""
    query = sa.select(AuditEvent.old).where(AuditEvent.action == "rehearsal.ended")
    return list(session.scalars(query))
