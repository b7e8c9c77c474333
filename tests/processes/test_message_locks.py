"""A case that is being worked on can be told something by another one that waits for it: nobody locks up."""

from __future__ import annotations

import threading

import pytest

from models.case import locked
from models.database import transaction
from processes import message
from tests.processes.test_message import FIRST
from tests.standing import on_server
from tests.world import World, on


@pytest.mark.skipif(not on_server(), reason="SQLite has one writer at a time")
def test_two_cases_post_to_one_another_while_both_are_held(world: World) -> None:
    with on(FIRST):
        first, second = world.submitted(), world.submitted()
    both_held, faults = threading.Barrier(2, timeout=20), []

    def knock(mine: int, other: int) -> None:
        try:
            with on(FIRST), transaction() as session:
                locked(session, mine)
                both_held.wait()
                message.post(session, [other], "listed")
        except Exception as fault:
            faults.append(fault)

    knocks = [threading.Thread(target=knock, args=pair) for pair in ((first, second), (second, first))]
    for one in knocks:
        one.start()
    for one in knocks:
        one.join()
    assert faults == []
