"""What is settled for a process: versions taken back before their day, four eyes, and the list of it all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from models.database import reading, transaction
from models.process_version import VersionState, is_four_eyes, processes
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from processes import process_setting
from tests.processes.proposing import (
    decided,
    drafted,
    length_of,
    put_forward,
    said,
    states,
    taken_back,
    told,
    version_of,
    withdrawn,
)
from tests.webapp.knock import counted
from tests.world import World, on


def test_a_version_is_taken_back_before_its_day_only(world: World) -> None:
    decided(world, put_forward(world, drafted(world), effective_on=date(2026, 3, 9)))
    coming = version_of(2).id
    with pytest.raises(Refusal, match="5 至 500"):
        taken_back(world, coming, "错")
    taken_back(world, coming)
    assert states() == [(2, "taken_back"), (1, "in_force")] and said("process.taken_back") == 1
    with pytest.raises(Conflict):
        taken_back(world, coming)
    with pytest.raises(Conflict, match="已经生效"):
        taken_back(world, version_of().id)
    with pytest.raises(NotFound):
        taken_back(world, 10_000)
    with on(date(2026, 3, 10)):
        assert length_of(world, world.submitted()) == 7
    # The same content may be published again: what was taken back is not in force.
    decided(world, put_forward(world, drafted(world)))
    assert states()[0] == (3, "in_force")


def switched(world: World, is_on: bool, reason: str = "双岗不足，临时调整", who: str = "liucheng") -> None:
    with transaction() as session:
        actor = world.user(session, who)
        process_setting.set_four_eyes(session, "combined_review", is_on, reason, actor)


def agreed_off() -> bool:
    with reading() as session:
        return not is_four_eyes(session, "combined_review")


def test_who_is_asked_may_keep_four_eyes(world: World) -> None:
    switched(world, False)
    switched(world, True, who="liucheng2")
    switched(world, False, who="liucheng2")
    assert not agreed_off(), "what was declined counts no more"
    with pytest.raises(Forbidden):
        switched(world, False, who="renshe1")
    switched(world, False)
    assert agreed_off()


def test_four_eyes_are_switched_with_a_reason_and_everybody_is_told(world: World) -> None:
    with pytest.raises(Refusal):
        switched(world, False, "忙")
    switched(world, False)
    assert "可由送审人单独发布" in told(world, "liucheng2")[-1]
    with pytest.raises(Conflict):
        switched(world, False)
    assert not agreed_off(), "one person alone switches nothing off"
    switched(world, False, who="liucheng2")
    assert agreed_off() and said("process.setting_asked") == 1
    with pytest.raises(Conflict):
        switched(world, False)
    put_forward(world, drafted(world))
    made = version_of(2)
    assert made.approved_by_id is None and made.author_id is not None
    switched(world, True)
    put_forward(world, drafted(world, new="working_days(6, accepted_on)"))
    assert states()[0] == (2, "in_force") and said("process.setting_changed") == 2


def test_the_list_asks_the_same_number_of_questions_whatever_is_in_it(world: World) -> None:
    def asked() -> int:
        with counted() as statements, reading() as session:
            processes(session)
        return len(statements)

    asked()
    few = asked()
    for days in (5, 6, 4):
        decided(world, put_forward(world, drafted(world, new=f"working_days({days}, accepted_on)")))
    assert asked() == few
    with reading() as session:
        found = next(one for one in processes(session) if one.key == "combined_review")
    assert found.in_force is not None and found.in_force.version == 4 and found.is_four_eyes
    assert [row.state for row in found.versions] == [VersionState.IN_FORCE, *[VersionState.REPLACED] * 3]


@pytest.mark.parametrize("verb", [taken_back, withdrawn], ids=["take back", "withdraw"])
def test_what_does_not_exist_is_not_found(world: World, verb: Callable[[World, int], None]) -> None:
    with pytest.raises(NotFound):
        verb(world, 4711)
