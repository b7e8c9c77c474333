"""A rehearsal: the same token, calendar and clocks as a case, and not one row of a case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import tables
from models.calendar import real_now
from models.database import reading, transaction
from models.deadline import due_for
from models.refusal import Conflict, NotFound, Refusal
from models.rehearsal import Rehearsal
from models.workflow import ProcessDefinition
from processes import rehearsal
from processes.draft import create_draft
from processes.facts import FACTS
from processes.rehearsal_names import NAMES
from processes.rehearsal_play import checked
from processes.rehearsal_words import Stuck
from processes.sandbox import GivenFacts
from processes.steps import ROUTING
from tests.rehearsing import Player
from tests.world import World

ROOMS = {"rehearsal", "audit_event", "audit_chain"}
YES = {
    "qualification_review": "qualified",
    "due_diligence": "due_diligence_passed",
    "pre_loan_investigation": "pre_loan_passed",
    "bank_acceptance": "bank_approved",
    "disbursement": "paid",
}


def _counts() -> dict[str, int]:
    """How many rows every table has that is not a rehearsal's."""
    with reading() as session:
        return {
            name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in tables.metadata.tables.items()
            if name not in ROOMS
        }


def test_the_happy_way_leaves_no_row_and_tells_nobody(world: World) -> None:
    before = _counts()
    player = Player(world)
    assert player.open == ["acceptance"] and player.clock("notification")["due_on"] == "2026-03-09"
    player.done("acceptance", acceptance_complete=True)
    assert player.clock("qualification")["due_on"] == "2026-03-11"
    assert player.clock("promise")["due_on"] == "2026-03-31"
    for element, name in YES.items():
        player.done(element, **{name: True})
    assert player.row.is_finished and player.told("end")[-1][1].startswith("到达“已放款”")
    assert player.told("table")[0][1].startswith("决策表“反担保规则”（取最先命中的一行）：第 1 行")
    assert all(clock["done_on"] for clock in player.row.clocks)
    assert _counts() == before


def test_a_refusal_goes_its_own_way(world: World) -> None:
    player = Player(world)
    player.done("acceptance", acceptance_complete=True)
    player.act(jump="2026-03-05T10:00")
    player.done("qualification_review", qualified=False)
    assert player.open == ["refusal_notice_hrss"]
    assert player.clock("refusal_notice")["start_on"] == "2026-03-05"
    player.done("refusal_notice_hrss")
    assert player.row.is_finished and "refused_by_hrss" in player.row.passed


def test_a_supplement_lapses_over_a_holiday(world: World) -> None:
    """20 working days from 2026-09-24 cross 国庆节; the end is what the calendar says, to the instant."""
    player = Player(world, at="2026-09-24")
    player.done("acceptance", acceptance_complete=False)
    with reading():
        due = due_for(date(2026, 9, 24), 20)
    assert player.clock("supplement")["due_on"] == due.due_on.isoformat()
    player.act(jump=60)
    lapsed = player.told("timer")
    assert lapsed == [(f"{due.due_on + timedelta(days=1)}T00:00", "“补正期限 20 个工作日”到期触发")]
    assert player.row.is_finished and "lapsed" in player.row.passed
    told = [event["told"] for event in player.row.events if event["kind"] == "miss"]
    assert told == ["申请人（告知书和消息）、受理部门（消息）"]


def test_timers_and_warnings_come_in_due_order_each_with_its_own_date(world: World) -> None:
    player = Player(world)
    player.done("acceptance", acceptance_complete=True)
    player.done("qualification_review", qualified=True)
    player.act(jump=40)
    at = [event["at"] for event in player.row.events]
    assert at == sorted(at)
    assert [when for when, _text in player.told("timer")] == ["2026-03-06T00:00", "2026-03-06T00:00"]
    warned = player.told("warning")
    # The ladder: two working days before (the start is not warned of), on the day, and on the first working day after.
    assert [when[:10] for when, text in warned if "尽职调查时限" in text] == [
        "2026-03-03",
        "2026-03-05",
        "2026-03-06",
    ]
    assert all(when.endswith("08:30") for when, _text in warned)
    assert "此后每个工作日提醒部门负责人（担保机构）" in [t for _w, t in warned if "尽职调查时限" in t][-1]
    assert player.clock("promise")["missed_at"]
    assert player.row.clock_at.date().isoformat() == "2026-04-11"


def test_a_jump_to_the_next_event_stops_there(world: World) -> None:
    player = Player(world)
    player.act(jump="next")
    assert player.told("warning")[0][0] == "2026-03-05T08:30"
    for _count in range(2):
        player.act(jump="next")
    assert player.told("miss")[0][0] == "2026-03-10T00:00"


def test_a_step_back_is_as_if_it_had_not_been(world: World) -> None:
    player = Player(world)
    player.act(jump=3)
    before = player.row
    player.done("acceptance", acceptance_complete=False)
    player.play(rehearsal.step_back)
    after = player.row
    for name in ("facts", "events", "clocks", "acts", "passed", "clock_at"):
        assert getattr(after, name) == getattr(before, name), name
    player.play(rehearsal.restart)
    assert player.row.acts == [] and player.open == ["acceptance"]


def test_a_fault_is_words_and_changes_nothing(world: World) -> None:
    """A gateway that nobody has answered, and a term that has no day yet."""
    player = Player(world)
    before = player.row
    with pytest.raises(Stuck) as stuck:
        player.done("acceptance")
    assert stuck.value.element_id == "acceptance" and "acceptance_complete" in stuck.value.message
    assert player.row.events == before.events and player.row.revision == before.revision
    player.act(facts={"received_on": None})
    player = Player(world, received_on=None)
    assert "起算日尚未确定" in player.told("fault")[0][1]
    player.act(facts={"received_on": "2026-03-02"})
    assert player.clock("notification")["due_on"] == "2026-03-09"


BAD: list[tuple[dict[str, Any], type[Refusal]]] = [
    ({}, Refusal),
    ({"complete": "acceptance", "jump": 1}, Refusal),
    ({"complete": "nothing"}, Refusal),
    ({"complete": "disbursement"}, Conflict),
    ({"complete": "acceptance", "values": {"nobody": 1}}, Refusal),
    ({"complete": "acceptance", "values": {"acceptance_complete": "maybe"}}, Refusal),
    ({"complete": "acceptance", "values": {"acceptance_complete": None}}, Refusal),
    ({"complete": "acceptance", "values": []}, Refusal),
    ({"complete": ["acceptance"]}, Refusal),
    ({"jump": 0}, Refusal),
    ({"jump": True}, Refusal),
    ({"jump": "2025-01-01"}, Refusal),
    ({"jump": "2030-01-01"}, Refusal),
    ({"jump": "9999-99-99"}, Refusal),
    ({"jump": {}}, Refusal),
    ({"send": "listed"}, Conflict),
    ({"send": 1}, Refusal),
    ({"release": "acceptance_due"}, Conflict),
    ({"facts": {"qualified": True}}, Refusal),
    ({"facts": {"amount": -1}}, Refusal),
    ({"facts": {"age": 10**30}}, Refusal),
    ({"facts": {"received_on": 20260302}}, Refusal),
    ({"facts": {"tax_grade": "x" * 2000}}, Refusal),
]


def test_what_does_not_fit_is_refused(world: World) -> None:
    player = Player(world)
    for act, kind in BAD:
        with pytest.raises(kind):
            player.act(**act)
    assert player.row.acts == []


def test_a_message_that_is_waited_for_arrives(world: World) -> None:
    player = Player(world)
    player.done("acceptance", acceptance_complete=True)
    player.act(send="withdrawal")
    assert "承诺办结时限：已撤回，不计" in [text for _at, text in player.told("clock")]
    assert player.clock("promise")["cancelled_on"] and not player.clock("promise")["done_on"]
    assert player.row.is_finished and player.told("end")[0][1].startswith("到达“已撤回”")
    with pytest.raises(Conflict):
        player.done("acceptance", acceptance_complete=True)


def test_a_provisional_term_is_held_until_its_calendar_counts_as_official(world: World) -> None:
    player = Player(world, at="2026-12-21")
    player.done("acceptance", acceptance_complete=False)
    player.act(jump=90)
    assert player.open == ["supplement"] and player.clock("supplement")["provisional"]
    player.act(release="supplement_due")
    assert player.row.is_finished and "lapsed" in player.row.passed


def test_parallel_opinions_each_ask_their_own(world: World) -> None:
    """信保贷: the gateway behind the join reads both."""
    player = Player(world, "credit_loan")
    steps = player.open
    player.done("bank_investigation", bank_agreed=True)
    player.done("guarantor_investigation", guarantor_agreed=True)
    assert steps == ["bank_investigation", "guarantor_investigation"] and player.open == ["signing"]


def test_an_act_of_the_house_is_named_and_not_done(world: World) -> None:
    player = Player(world, "blacklisting")
    player.done("blacklist_statement")
    player.done("blacklist_decision", blacklist_approved=True)
    assert "演练中不执行" in player.told("act")[0][1] and player.open


def test_a_cycle_of_a_whole_year_is_one_event_a_time(world: World) -> None:
    """30 reminders in one jump: each instant has a budget of steps of its own."""
    player = Player(world, "screening_round")
    player.act(jump=366)
    fired = [text for _when, text in player.told("timer")]
    assert sum("催办" in text for text in fired) == 30 and not player.told("fault")


def test_a_drawn_form_is_rehearsed_by_its_fields(world: World) -> None:
    """补贴申领: what is typed into drawn fields is what the conditions read."""
    player = Player(world, "subsidy_claim")
    with reading() as session:
        row = rehearsal.rehearsal_for(session, player.id, player.owner(session))
        run = rehearsal.run_of(row)
        fields = run.questions.asked(run.definition.drawing.steps["fill_in"], {})
    assert {"claimant", "claim_amount"} <= {field.name for field in fields}
    player.done("fill_in", claim_amount="3000")
    assert player.row.facts["claim_amount"] == "3000.00" and player.open


def test_a_scenario_finds_the_step_that_became_different(world: World) -> None:
    """7 → 5 working days: the same acts on the changed draft differ at the step that starts the clock."""
    player = Player(world)
    player.done("acceptance", acceptance_complete=True)
    player.act(jump=1)
    with transaction() as session:
        me, row = player.owner(session), rehearsal.rehearsal_for(session, player.id, player.owner(session))
        draft = create_draft(session, me, based_on=row.definition_id)
        source = rehearsal.of_files(draft.bpmn, draft.decisions, draft.id)
        _same, nothing = rehearsal.begin(session, source, me, row.opening, row.acts)
        changed = draft.bpmn.replace("working_days(7, accepted_on)", "working_days(5, accepted_on)")
        other = rehearsal.of_files(changed, draft.decisions, draft.id)
        _other, found = rehearsal.begin(session, other, me, row.opening, row.acts)
    assert nothing == []
    assert (
        found[0].startswith("第 1 步起不同：到期日") and "2026-03-11" in found[0] and "2026-03-09" in found[0]
    )
    with pytest.raises(Refusal):
        checked({"format": "other"})


def test_a_drawing_that_fails_the_check_is_never_parsed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: Any) -> None:
        raise AssertionError("parsed without a check")

    monkeypatch.setattr(rehearsal, "parse_definition", never)
    with pytest.raises(rehearsal.Unsound) as unsound:
        rehearsal.of_files("<bpmn/>", {})
    assert unsound.value.problems


def test_rehearsals_are_private_bounded_and_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "KEPT_PER_PERSON", 2)
    first, second = Player(world), Player(world)
    with pytest.raises(Refusal, match="请先删除"):
        Player(world)
    first.act(send="withdrawal")
    Player(world)
    with pytest.raises(NotFound):
        first.row  # noqa: B018  the oldest that had ended is gone
    with reading() as session, pytest.raises(NotFound):
        rehearsal.rehearsal_for(session, second.id, world.user(session, "liucheng2"))
    with transaction() as session:
        session.get_one(Rehearsal, second.id).touched_at = real_now() - timedelta(days=31)
        session.flush()
        assert rehearsal.forget_old(session) == 1


@pytest.mark.once
def test_every_declared_name_has_a_title() -> None:
    assert set(NAMES) == {*FACTS, *ROUTING}
    with pytest.raises(Refusal):
        GivenFacts({"nobody": 1})


def test_every_shipped_process_begins(world: World) -> None:
    with reading() as session:
        keys = session.scalars(sa.select(ProcessDefinition.key).distinct()).all()
    for key in keys:
        assert Player(world, key).row.events, key
