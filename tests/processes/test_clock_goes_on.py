"""No statutory clock starts anew because a case went back: same row, first start, the miss kept, the reason asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.database import reading, transaction
from models.deadline import Deadline
from models.flow_record import FlowKind, FlowRecord
from models.pause import Pause, PauseKind
from models.refusal import Conflict, Refusal
from processes import pause, token_repair, worklist
from tests.invariants import check_all
from tests.moving_back import at_step, recalled, sent_back
from tests.world import World, answers, on

MONDAY, LATER, LATE = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 13)


def clocks(case_id: int, key: str) -> list[Deadline]:
    with reading() as session:
        query = select(Deadline).where(Deadline.case_id == case_id, Deadline.key == key)
        return list(session.scalars(query.order_by(Deadline.id)))


def counted(case_id: int, key: str) -> list[str]:
    with reading() as session:
        query = select(FlowRecord.kind).where(FlowRecord.case_id == case_id, FlowRecord.deadline_key == key)
        return [one for one in session.scalars(query.order_by(FlowRecord.id)) if one.startswith("clock.")]


def bank(**over: Any) -> dict[str, Any]:
    return answers("bank_acceptance", **{"accepted_on": MONDAY, **over})


@pytest.mark.parametrize("mode", ["direct", "in_order"])
def test_the_bank_cannot_answer_itself_a_new_day_of_acceptance(world: World, mode: str) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        world.complete(case_id, "bank_acceptance", bank())
    with on(LATE):
        sent_back(world, case_id, "disbursement", "bank_acceptance", "yinhang2", mode)
        with pytest.raises(Refusal, match=r"首次受理日 2026-03-02.*案卷修复") as told:
            world.complete(case_id, "bank_acceptance", bank(accepted_on=LATE, late_reason="重办"))
        assert told.value.field == "accepted_on"
        with pytest.raises(Refusal, match="超期原因"):
            world.complete(case_id, "bank_acceptance", bank())
        world.complete(case_id, "bank_acceptance", bank(late_reason="重办"))
        (clock,) = clocks(case_id, "bank")
        assert clock.start_on == MONDAY and clock.is_running and clock.missed_at is not None
        with pytest.raises(Refusal, match="超期原因"):
            world.complete(case_id, "disbursement", answers("disbursement"))
        world.complete(case_id, "disbursement", answers("disbursement", late_reason="退回重办"))
    assert counted(case_id, "bank") == [FlowKind.CLOCK_MISSED.value, FlowKind.CLOCK_LATE.value]
    assert len(clocks(case_id, "bank_acceptance")) == 1
    with reading() as session:
        check_all(session)


def by_sending_back(world: World, case_id: int) -> None:
    sent_back(world, case_id, "due_diligence", "qualification_review", "danbao1", "direct")


def by_recall(world: World, case_id: int) -> None:
    recalled(world, case_id, "qualification_review", "renshe2")


@pytest.mark.parametrize("back", [by_sending_back, by_recall])
def test_the_clocks_of_both_branches_go_on_from_the_first_review(
    world: World, back: Callable[[World, int], None]
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
    with on(LATER):
        back(world, case_id)
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        for key, step in (("due_diligence", "due_diligence"), ("pre_loan", "pre_loan_investigation")):
            (clock,) = clocks(case_id, key)
            assert clock.start_on == MONDAY and clock.is_running and clock.missed_at is not None
            with pytest.raises(Refusal, match="超期原因"):
                world.complete(case_id, step, answers(step))
            world.complete(case_id, step, answers(step, late_reason="退回重办"))
            assert counted(case_id, key) == [FlowKind.CLOCK_MISSED.value, FlowKind.CLOCK_LATE.value]
    with reading() as session:
        check_all(session)


def test_a_met_clock_whose_work_is_done_again_is_one_miss_and_no_met(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
    with on(LATER):
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2")
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        (clock,) = clocks(case_id, "due_diligence")
        assert clock.start_on == MONDAY and clock.is_running
        world.complete(case_id, "due_diligence", answers("due_diligence", late_reason="退回重办"))
        world.complete(
            case_id, "pre_loan_investigation", answers("pre_loan_investigation", late_reason="退回重办")
        )
        (entered,) = clocks(case_id, "bank_acceptance")
        assert entered.start_on == MONDAY and entered.missed_at is not None
    kinds = counted(case_id, "due_diligence")
    assert kinds[-2:] == [FlowKind.CLOCK_MISSED.value, FlowKind.CLOCK_LATE.value]
    assert kinds.count(FlowKind.CLOCK_MET.value) == kinds.count(FlowKind.CLOCK_REOPENED.value) == 1


@pytest.mark.parametrize(
    ("step", "starts"), [("qualification_review", [MONDAY]), ("due_diligence", [MONDAY, LATER])]
)
def test_a_refusal_decided_again_is_told_from_the_first_and_that_of_another_step_from_its_own(
    world: World, step: str, starts: list[date]
) -> None:
    refusing = {"decision": "fail", "reason_codes": ["H01"], "reason_text": "不符"}
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        world.complete(case_id, "qualification_review", answers("qualification_review", **refusing))
        recalled(world, case_id, "qualification_review", "renshe2")
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    with on(LATER):
        late = {"late_reason": "退回重办"}
        if step == "qualification_review":
            sent_back(world, case_id, "due_diligence", step, "danbao1")
        world.complete(case_id, step, answers(step, **refusing, **late))
        assert [one.start_on for one in clocks(case_id, "refusal_notice")] == starts


def asked_to_pause(world: World, case_id: int) -> int:
    inspection = pause.Asked(PauseKind.INSPECTION, "需实地核查经营场所", 5)
    with transaction() as session:
        task_id, clerk = world.open_tasks(case_id)["due_diligence"], world.user(session, "danbao1")
        worklist.claim(session, task_id, clerk)
        return pause.ask(session, task_id, inspection, clerk).id


def test_a_pause_that_was_asked_for_lapses_with_its_step_and_no_other(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        world.complete(case_id, "pre_loan_investigation", answers("pre_loan_investigation"))
    with on(MONDAY, 10):
        asked = asked_to_pause(world, case_id)
    with on(MONDAY, 11):
        sent_back(world, case_id, "due_diligence", "pre_loan_investigation", "danbao1")
        with reading() as session:
            assert session.get_one(Pause, asked).is_asked
        sent_back(world, case_id, "due_diligence", "qualification_review", "danbao1", "direct")
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        with pytest.raises(Conflict, match="已经审批"), transaction() as session:
            pause.decide(session, asked, "approve", "同意", world.user(session, "danbao0"))
        with reading() as session:
            assert session.get_one(Pause, asked).decision_text == "案卷已退回，本次申请作废"
        assert clocks(case_id, "due_diligence")[0].paused_on is None
        asked_to_pause(world, case_id)


@pytest.mark.parametrize(
    ("stands", "wanted", "words"),
    [
        ("qualification_review", "acceptance", "“受理审查”的办理结果已产生对外效力.*不能调整到该位置"),
        ("due_diligence", "disbursement", "须以“银行受理与审批”的办理结果为依据"),
        ("acceptance", "qualification_review", "须以“受理审查”的办理结果为依据"),
        ("acceptance", "disbursement", "须以“受理审查”、“银行受理与审批”的"),
    ],
)
def test_a_token_is_not_moved_over_what_went_out_or_past_what_the_next_step_needs(
    world: World, stands: str, wanted: str, words: str
) -> None:
    with on(MONDAY):
        case_id = at_step(world, stands)
        before = world.open_tasks(case_id)
        with pytest.raises(Refusal, match=words) as told, transaction() as session:
            owner = world.user(session, "liucheng")
            token_repair.propose(session, case_id, ["withdrawal_received", wanted], "误操作", owner)
        assert told.value.field == "places" and world.open_tasks(case_id) == before


def test_clocks_that_end_by_a_move_are_among_its_effects(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        with reading() as session:
            places = ["withdrawal_received", "qualification_review"]
            effect = token_repair.preview(session, case_id, places, world.user(session, "liucheng"))
        assert effect.after["clocks"] == ["尽职调查时限", "贷前调查内部时限"]


def test_what_is_done_on_the_day_off_after_its_last_day_was_not_in_time(world: World) -> None:
    """Saturday is no working day of the term, and after its Friday."""
    with on(date(2026, 3, 4)):
        case_id = at_step(world, "qualification_review")
    with on(date(2026, 3, 14)):
        done = answers("qualification_review", late_reason="人手不足")
        world.complete(case_id, "qualification_review", done)
        (clock,) = clocks(case_id, "qualification")
        assert (clock.due_on, clock.late_by) == (date(2026, 3, 13), 0)
        assert (clock.words, counted(case_id, "qualification")[-1]) == ("超期不足 1 日办结", "clock.late")
