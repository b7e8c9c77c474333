"""kill -9 at every boundary of a chunk of preparation and of one of handing in: before or after, never between."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.case import CaseFile
from models.database import reading, transaction
from models.screening import Candidate, ScreeningOpinion, ScreeningRound
from models.workflow import ProcessInstance, Timer, UserTask
from processes import screening, screening_handin
from tests.credit import MAY, checked, code
from tests.invariants import check_all
from tests.processes.killing import crash_everywhere
from tests.screening import JUNE, NINE, candidates, hand_in, passing, say
from tests.world import World, on

pytestmark = [pytest.mark.slow, pytest.mark.forks]
COUNTED = (AuditEvent, CaseFile, Candidate, ProcessInstance, ScreeningOpinion, Timer, UserTask)


def _seen() -> tuple[Any, ...]:
    """How many rows of each kind, the progress of the round, and where every token and answer stands."""
    with reading() as session:
        return (
            [session.scalar(select(func.count()).select_from(table)) for table in COUNTED],
            session.execute(select(ScreeningRound.prepared, ScreeningRound.is_ready)).all(),
            session.execute(select(UserTask.id, UserTask.status).order_by(UserTask.id)).all(),
            session.scalars(select(ScreeningOpinion.completed_at).order_by(ScreeningOpinion.id)).all(),
            session.execute(select(CaseFile.status, CaseFile.audit_seq).order_by(CaseFile.id)).all(),
        )


def test_a_chunk_is_done_whole_or_not_at_all(world: World, url: str) -> None:
    for number in (1, 2):
        checked(world, code(number), day=MAY)
    with on(JUNE):
        with transaction() as session:
            round_id = screening.open_round(session, world.user(session, "jinrong1")).id

        def chunk(verb: Any, limit: int) -> None:
            with transaction() as session:
                verb(session, round_id, limit)

        # One candidate is prepared, the next chunk dies everywhere, and then makes the other.
        chunk(screening.prepare, 1)
        assert crash_everywhere(url, lambda: chunk(screening.prepare, 5), _seen) > 15
        assert [one.seq for one in candidates(round_id)] == [1, 2]
        for who in list(NINE.values())[:2]:
            say(world, round_id, who, passing(one.id for one in candidates(round_id)))
            hand_in(world, round_id, who)
        assert crash_everywhere(url, lambda: chunk(screening_handin.complete_chunk, 5), _seen) > 10
    with reading() as session:
        left = session.scalars(select(UserTask.element_id).where(UserTask.status == "open")).all()
        assert "opinion_central_bank" not in left and left.count("opinion_tax") == 2
        check_all(session)
