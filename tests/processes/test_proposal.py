"""Four eyes: a frozen proposal, never decided on by its author, once, against what the reviewer has seen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from models.database import reading, transaction
from models.draft import ProcessDraft
from models.proposal import ProcessProposal, ProposalStatus
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from processes import draft
from tests.invariants import check_all
from tests.processes.proposing import (
    FIVE,
    SEVEN,
    WHY,
    decided,
    drafted,
    length_of,
    newest,
    put_forward,
    said,
    seal,
    states,
    told,
    version_of,
    withdrawn,
)
from tests.world import World, on


def test_seven_become_five_for_new_cases_and_stay_seven_for_running_ones(world: World) -> None:
    old = world.submitted()
    number = put_forward(world, drafted(world))
    assert told(world, "liucheng2")[-1].endswith(WHY) and told(world, "liucheng") == []
    assert decided(world, number).status == ProposalStatus.PUBLISHED
    assert states() == [(2, "in_force"), (1, "replaced")]
    assert [length_of(world, old), length_of(world, world.submitted())] == [7, 5]
    assert "已由杨廿一发布" in told(world, "liucheng")[-1]
    made = version_of(2)
    with reading() as session:
        author, reviewer = world.user(session, "liucheng"), world.user(session, "liucheng2")
        check_all(session)
    assert (made.reason, made.author_id, made.approved_by_id) == (WHY, author.id, reviewer.id)
    assert made.based_on_id == version_of().id and not made.is_shipped
    assert said("proposal.submitted") == 1


def test_nobody_decides_on_his_own_and_nobody_twice(world: World) -> None:
    number = put_forward(world, drafted(world))
    with pytest.raises(Forbidden, match="不能审核自己"):
        decided(world, number, "liucheng")
    with pytest.raises(Forbidden):
        decided(world, number, "renshe1")
    decided(world, number)
    with pytest.raises(Conflict, match="已经发布"):
        decided(world, number)
    with pytest.raises(Conflict):
        withdrawn(world, number)
    assert states() == [(2, "in_force"), (1, "replaced")]


def test_a_proposal_is_returned_with_a_comment_and_the_draft_stays(world: World) -> None:
    made = drafted(world)
    number = put_forward(world, made)
    with pytest.raises(Refusal) as short:
        decided(world, number, agrees=False, comment="改")
    assert short.value.field == "comment"
    assert decided(world, number, agrees=False, comment="请附上依据文件").status == ProposalStatus.RETURNED
    assert "请附上依据文件" in told(world, "liucheng")[-1]
    assert states() == [(1, "in_force")] and said("proposal.returned") == 1
    assert put_forward(world, made) != number


def test_the_author_takes_his_proposal_back(world: World) -> None:
    number = put_forward(world, drafted(world))
    with pytest.raises(Forbidden, match="本人"):
        withdrawn(world, number, "liucheng2")
    withdrawn(world, number)
    with pytest.raises(Conflict, match="撤回"):
        decided(world, number)
    assert said("proposal.withdrawn") == 1


def test_what_is_put_forward_is_frozen(world: World) -> None:
    made = drafted(world)
    number = put_forward(world, made)
    with transaction() as session:
        actor = world.user(session, "liucheng")
        row = draft.draft_for(session, made, actor)
        bpmn = row.bpmn.replace(FIVE, "working_days(1, accepted_on)")
        draft.save(session, made, actor, row.revision, bpmn=bpmn)
    with pytest.raises(Conflict, match="已经送审"):
        put_forward(world, made)
    decided(world, number)
    assert FIVE in version_of(2).bpmn


def test_examples_that_another_window_put_in_were_not_run(world: World) -> None:
    made = drafted(world)
    with transaction() as session:
        actor = world.user(session, "liucheng")
        row = draft.draft_for(session, made, actor)
        looked_at = seal(row)
        draft.save(session, made, actor, row.revision, tests={"eligibility": []})
    with pytest.raises(Conflict, match="检查之后"):
        put_forward(world, made, checked=looked_at)
    number = put_forward(world, made)
    with pytest.raises(Conflict, match="检查没有完成"):
        decided(world, number, checked=looked_at)


def test_a_comment_has_a_bound_also_when_it_agrees(world: World) -> None:
    number = put_forward(world, drafted(world))
    with pytest.raises(Refusal) as refused:
        decided(world, number, comment="长" * 501)
    assert refused.value.field == "comment"
    decided(world, number, comment="长" * 500)


REFUSED: list[tuple[str, dict[str, Any], type[Refusal], str]] = [
    ("no reason", {"reason": " 四个字 "}, Refusal, "reason"),
    ("long reason", {"reason": "长" * 501}, Refusal, "reason"),
    ("yesterday", {"effective_on": date(2026, 3, 1)}, Refusal, "effective_on"),
    ("far away", {"effective_on": date(2027, 3, 5)}, Refusal, "effective_on"),
    ("not what was checked", {"checked": "0" * 64}, Conflict, ""),
    ("not the newest that was seen", {"seen": 1_000}, Conflict, ""),
    ("nothing seen", {"seen": None}, Conflict, ""),
]


@pytest.mark.parametrize(
    ("over", "kind", "field"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_is_asked_wrongly_is_refused(world: World, over: dict[str, Any], kind: type, field: str) -> None:
    made = drafted(world)
    with pytest.raises(Refusal) as refused:
        put_forward(world, made, **over)
    assert type(refused.value) is kind and (refused.value.field or "") == field
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProcessProposal)) == 0


def test_a_draft_without_changes_and_one_of_another_key_are_refused(world: World) -> None:
    with pytest.raises(Refusal, match="完全相同"):
        put_forward(world, drafted(world, new=SEVEN))
    made = drafted(world)
    with transaction() as session:
        session.get_one(ProcessDraft, made).key = "arrears"
    with pytest.raises(Refusal, match="流程标识"):
        put_forward(world, made)
    with pytest.raises(NotFound):
        put_forward(world, made, "liucheng2")


def test_whoever_published_in_between_is_seen_first(world: World) -> None:
    """Two owners drew at the same time: the second proposal was compared with a version that is no longer the newest."""
    first, second = drafted(world), drafted(world, "liucheng2", new="working_days(6, accepted_on)")
    seen = newest()
    one, two = put_forward(world, first), put_forward(world, second, "liucheng2")
    decided(world, one)
    with pytest.raises(Conflict, match="最新版本"):
        decided(world, two, "liucheng", seen=seen)
    assert decided(world, two, "liucheng").status == ProposalStatus.PUBLISHED
    assert states()[0] == (3, "in_force")


def test_a_version_waits_for_its_day(world: World) -> None:
    decided(world, put_forward(world, drafted(world), effective_on=date(2026, 3, 9)))
    assert states() == [(2, "coming"), (1, "in_force")]
    assert length_of(world, world.submitted()) == 7
    with on(date(2026, 3, 8), 23):
        assert states()[0] == (2, "coming")
    with on(date(2026, 3, 9), 0):
        assert states() == [(2, "in_force"), (1, "replaced")]
        assert length_of(world, world.submitted()) == 5


def test_dates_never_run_backwards(world: World) -> None:
    decided(world, put_forward(world, drafted(world), effective_on=date(2026, 3, 9)))
    number = put_forward(world, drafted(world, new="working_days(6, accepted_on)"))
    with pytest.raises(Refusal, match="不能早于它生效"):
        decided(world, number)
    assert states() == [(2, "coming"), (1, "in_force")]
