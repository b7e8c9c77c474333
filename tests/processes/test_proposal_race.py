"""Two reviewers press at the same time: one publishes, the other is told; versions are numbered without a gap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from models.database import reading, transaction
from models.proposal import ProcessProposal
from models.refusal import Conflict
from processes import proposal
from processes.proposal import Decision
from processes.publication import seal_of
from tests.conftest import MONDAY
from tests.processes.proposing import drafted, newest, put_forward, said, states
from tests.world import World, on


def at_once(world: World, pressed: list[tuple[int, str]]) -> list[str]:
    """Every person decides on a proposal in a thread of his own; what became of each."""
    ready, seen = Barrier(len(pressed), timeout=20), newest()

    def decide(number: int, who: str) -> str:
        with on(MONDAY.date()), reading() as session:
            row = session.get_one(ProcessProposal, number)
            sealed = seal_of(row.digest, row.tests)
        ready.wait()
        try:
            with on(MONDAY.date()), transaction() as session:
                said_ = Decision(True, "", sealed, seen)
                return proposal.decide(session, number, world.user(session, who), said_).status
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(len(pressed)) as pool:
        return sorted(pool.map(lambda pair: decide(*pair), pressed))


def test_one_proposal_is_decided_on_once(world: World) -> None:
    number = put_forward(world, drafted(world))
    pressed = [(number, "liucheng2")] * 4
    assert at_once(world, pressed) == ["conflict"] * 3 + ["published"]
    assert states() == [(2, "in_force"), (1, "replaced")]


def test_two_proposals_of_one_process_are_not_published_over_one_another(world: World) -> None:
    first = put_forward(world, drafted(world))
    second = put_forward(world, drafted(world, "liucheng2", new="working_days(6, accepted_on)"), "liucheng2")
    assert at_once(world, [(first, "liucheng2"), (second, "liucheng")]) == ["conflict", "published"]
    assert [version for version, _state in states()] == [2, 1] and said("process.published") >= 1
