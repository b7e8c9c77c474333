"""Two hands on one candidate: the case is locked first, then its candidate; nobody locks up, nothing is overwritten."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.case import locked
from models.database import DatabaseFault, transaction
from models.refusal import Refusal
from models.screening import Candidate
from processes import group_review, screening_handin
from processes.group_review import Decision
from tests.screening import JUNE, NINE, all_pass, candidates, follow, hand_in, met, opened, passing, say
from tests.world import World, on
from webapp.handlers_credit import chunk

WHILE = 0.4  # seconds in which the other hand comes as far as it can


def _beside(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        with on(JUNE):
            work()

    beside = threading.Thread(target=run)
    beside.start()
    time.sleep(WHILE)
    return beside


def test_a_chunk_and_a_withdrawal_do_not_lock_each_other_up(world: World) -> None:
    round_id = opened(world, 2)
    first, second = candidates(round_id)
    for who in NINE.values():
        say(world, round_id, who, passing([first.id, second.id]))
        hand_in(world, round_id, who)
    done: list[int] = []

    def carry() -> None:
        while count := chunk(lambda session: screening_handin.complete_chunk(session, round_id), tries=1):
            done.append(count)

    with on(JUNE), transaction() as session:
        # As the worker that delivers `withdrawal`: the case is locked, the candidate not yet.
        locked(session, first.case_id)
        carrying = _beside(carry)
        session.get_one(Candidate, first.id).outcome = "left"
        session.flush()
    carrying.join()
    assert sum(done) == 2, "the one that was held is waited for in the end"
    assert all("opinion_tax" not in world.open_tasks(one.case_id) for one in (first, second))


def test_one_decision_cannot_lose_a_bulk_decision(world: World) -> None:
    round_id = opened(world, 1)
    all_pass(world, round_id)
    (one,), meeting_id = candidates(round_id), met(world)
    refused: list[Refusal] = []

    def decide_by_page() -> None:
        said = {"decision": "refuse", "meeting_id": str(meeting_id), "reason": "经营不稳定"}
        try:
            world.complete(one.case_id, "group_decision", said, "xiaozu1")
        except Refusal as refusal:
            refused.append(refusal)

    with on(JUNE), transaction() as session:
        group = world.user(session, "xiaozu1")
        group_review.decide(session, round_id, meeting_id, [Decision(one.id, "approve")], group)
        deciding = _beside(decide_by_page)
    deciding.join()
    follow(world, round_id)
    assert ["已有审核决定" in each.message for each in refused] == [True]
    assert candidates(round_id)[0].decision == "approve"
    assert world.status(one.case_id) == "screening_passed"


class _ChosenError(Exception):
    """What the server says to the one that it ends: deadlock detected (40P01)."""

    sqlstate = "40P01"


def test_a_chunk_is_begun_anew_after_a_deadlock(world: World) -> None:
    asked: list[Session] = []

    def verb(session: Session) -> int:
        asked.append(session)
        if len(asked) < 3:
            raise DatabaseFault("UPDATE", {}, _ChosenError())
        return 7

    assert chunk(verb) == 7
    assert len({id(one) for one in asked}) == 3
    asked.clear()
    with pytest.raises(DatabaseFault):
        chunk(verb, tries=2)
