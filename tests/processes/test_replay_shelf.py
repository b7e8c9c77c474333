"""Replays are kept in bounds: thrown away by their owner at any time, the oldest go, old ones too."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import audit
from models.audit import AuditEvent
from models.calendar import real_now
from models.database import reading, transaction
from models.refusal import Conflict, NotFound
from models.replay import ReplayLine, ReplayRun, ReplayStatus
from processes import replay_shelf
from tests.processes.test_replay import _begin
from tests.world import World
from webapp import handlers_replay


def runs() -> list[int]:
    with reading() as session:
        return list(session.scalars(sa.select(ReplayRun.id).order_by(ReplayRun.id)))


def discard(world: World, run_id: int, who: str = "liucheng") -> None:
    with transaction() as session:
        replay_shelf.discard(session, run_id, world.user(session, who))


def test_a_run_that_stands_still_is_thrown_away_and_another_begins(world: World) -> None:
    stuck = _begin(world).id
    with pytest.raises(Conflict, match="先将其删除"):
        _begin(world)
    with pytest.raises(NotFound):
        discard(world, stuck, "liucheng2")
    discard(world, stuck)
    with pytest.raises(NotFound):
        discard(world, stuck)
    # Its job finds nothing to do, and nothing to complain of.
    handlers_replay.run_replay(stuck)
    again = _begin(world).id
    assert runs() == [again]
    with reading() as session:
        said = session.scalars(sa.select(AuditEvent.action)).all()
        assert said.count("replay.discarded") == 1
        assert list(audit.verify(session)) == []


def test_the_oldest_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_shelf, "MOST", 2)
    made = []
    for _time in range(3):
        made.append(_begin(world).id)
        handlers_replay.run_replay(made[-1])
    assert runs() == made[1:]
    with transaction() as session:
        session.execute(
            sa.update(ReplayRun)
            .where(ReplayRun.id == made[1])
            .values(created_at=real_now() - replay_shelf.KEPT_FOR - timedelta(days=1))
        )
        assert replay_shelf.forget_old(session) == 1
    assert runs() == made[2:]
    with reading() as session:
        assert session.get_one(ReplayRun, made[2]).status == ReplayStatus.DONE
        assert session.scalar(sa.select(sa.func.count()).where(ReplayLine.run_id.not_in(made[2:]))) == 0
