"""Tests of the office's operations on a task: who may, what becomes of it, and that nothing is left hanging."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.database import reading, transaction
from models.pause import PauseKind
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.task_review import ReviewKind
from models.workflow import UserTask, is_active, is_set_aside
from processes import (
    bulk_undo,
    delegation,
    handover,
    pause,
    reassignment,
    set_aside,
    withdrawal,
    worklist,
)
from tests.offices import Office
from tests.world import World, answers, on

FRIDAY = date(2026, 3, 6)
INCOMPLETE = {
    "result": "incomplete",
    "items": [{"material": "business_licence", "problem": "不清晰", "requirement": "原件"}],
    "delivery_method": "direct",
    "delivered_on": date(2026, 3, 2),
}
BEFORE, AFTER = ReviewKind.BEFORE, ReviewKind.AFTER


@pytest.fixture
def office(world: World) -> Office:
    made = Office(world)
    made.does("renshe2", worklist.claim)
    return made


def test_a_task_goes_to_a_colleague_with_reason_log_and_message(office: Office) -> None:
    due = office.row().due_at
    office.drafts("renshe2", opinion="我的草稿")
    office.does("renshe2", reassignment.reassign, office.id("renshe1"), "休假")
    row = office.row()
    assert row.assignee_id == office.id("renshe1") and row.due_at == due
    assert office.log("task.reassigned") == ["孙三将“资格审核”转办给钱二：休假"]
    assert any("转办给您：休假" in text for text in office.told("renshe1"))
    # What he typed is his own, and there again when the task is.
    assert office.draft("renshe1") is None
    with pytest.raises(Conflict):
        office.does("renshe2", reassignment.reassign, office.id("renshe1"), "休假")
    office.does("renshe0", reassignment.reassign, office.id("renshe2"), "返岗")
    assert office.row().assignee_id == office.id("renshe2")
    assert office.draft("renshe2") == {"opinion": "我的草稿"}
    assert any("转由孙三办理" in text for text in office.told("renshe1"))
    office.holds()


def test_a_task_goes_only_to_whom_it_may(office: Office) -> None:
    for who, reason, field in (
        ("danbao1", "理由", "assignee"),
        ("renshe1", " ", "reason"),
        ("renshe1", "\u200b\u2060\u3164", "reason"),
        ("renshe1", "长" * 501, "reason"),
    ):
        with pytest.raises(Refusal) as refused:
            office.does("renshe2", reassignment.reassign, office.id(who), reason)
        assert refused.value.field == field and refused.value.status == 422
    with pytest.raises(NotFound):
        office.does("danbao0", reassignment.reassign, office.id("danbao1"), "理由")
    with pytest.raises(Conflict):
        office.does("renshe1", reassignment.reassign, office.id("renshe1"), "理由")
    assert office.row().assignee_id == office.id("renshe2") and office.log("task.reassigned") == []


def test_a_delegate_works_and_only_the_owner_submits(office: Office) -> None:
    office.drafts("renshe2", opinion="初稿")
    office.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实社保")
    row = office.row()
    assert (row.assignee_id, row.owner_id) == (office.id("renshe1"), office.id("renshe2"))
    assert office.draft("renshe1") == {"opinion": "初稿"} and office.draft("renshe2") is None
    for who in ("renshe1", "renshe2"):
        with pytest.raises(Conflict):
            office.submits(who)
    for verb, given in (
        (delegation.delegate, (office.id("renshe0"), "再委派")),
        (reassignment.reassign, (office.id("renshe0"), "转办")),
        (set_aside.set_aside, (FRIDAY, "挂起")),
        (worklist.release, ()),
    ):
        with pytest.raises(Conflict):
            office.does("renshe1", verb, *given)
    office.drafts("renshe1", opinion="已核实")
    with pytest.raises(Refusal, match="办理意见"):
        office.does("renshe1", delegation.hand_back, "")
    office.does("renshe1", delegation.hand_back, "社保正常")
    assert office.draft("renshe2") == {"opinion": "已核实"}
    with pytest.raises(Conflict):
        office.does("renshe1", delegation.hand_back, "社保正常")
    assert office.log("task.delegated") == ["孙三将“资格审核”委派给钱二：请核实社保"]
    assert office.log("task.handed_back") == ["钱二交回孙三委派的“资格审核”：社保正常"]
    office.submits("renshe2")
    assert office.row().done_by_id == office.id("renshe2")
    office.holds()


def test_undoing_a_batch_gives_it_to_its_owner_and_takes_nothing_that_was_begun(office: Office) -> None:
    office.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实")
    before = bulk_undo.look(office.row())

    def undo() -> None:
        with transaction() as session:
            task, head = session.get_one(UserTask, office.task_id), office.world.user(session, "renshe0")
            bulk_undo.assign_back(session, task, head, before)

    office.does("renshe0", reassignment.reassign, office.id("renshe1"), "轮岗")
    office.drafts("renshe1", opinion="已开始")
    with pytest.raises(Conflict, match="对方已开始办理（已暂存）"):
        undo()
    office.does("renshe0", reassignment.reassign, office.id("renshe0"), "轮岗")
    undo()
    assert office.row().assignee_id == office.id("renshe2") and not office.row().is_delegated
    assert office.log("task.reassigned")[-1].endswith("退回孙三，原委派已终止")
    office.holds()


def test_a_delegation_ends_with_the_task_or_when_the_head_gives_it_on(office: Office) -> None:
    office.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实")
    with pytest.raises(Forbidden):
        office.does("renshe1", delegation.take_back)
    office.does("renshe0", delegation.take_back)
    assert office.row().assignee_id == office.id("renshe2") and not office.row().is_delegated
    office.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实")
    office.does("renshe0", worklist.release)
    assert office.row().assignee_id is None and not office.row().is_delegated
    office.does("renshe2", worklist.claim)
    office.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实")
    with transaction() as session:
        withdrawal.withdraw(session, office.case_id, office.world.user(session, "renshe1"), "不再申请")
    assert office.row().status == "cancelled" and office.row().owner_id is None
    assert [state for _kind, state in office.reviews()] == ["removed", "removed", "lapsed"]
    assert any("已终止，您无需再代为办理" in text for text in office.told("renshe1"))
    office.holds()


def test_a_task_set_aside_comes_back_by_itself_and_its_clock_runs_on(office: Office) -> None:
    due = office.row().due_at

    def listed() -> tuple[list[int], list[int]]:
        with reading() as session:
            mine = select(UserTask.id).where(UserTask.id == office.task_id)
            return list(session.scalars(mine.where(is_active()))), list(
                session.scalars(mine.where(is_set_aside()))
            )

    for until, field in ((date(2026, 3, 2), "until"), (date(2027, 1, 1), "until")):
        with pytest.raises(Refusal) as refused:
            office.does("renshe2", set_aside.set_aside, until, "等材料")
        assert refused.value.field == field
    office.does("renshe2", set_aside.set_aside, FRIDAY, "等材料")
    assert listed() == ([], [office.task_id]) and office.row().due_at == due
    with pytest.raises(Refusal, match="挂起"):
        office.submits("renshe2")
    with pytest.raises(Conflict):
        office.does("renshe2", set_aside.set_aside, FRIDAY, "等材料")
    assert any("挂起至 2026-03-06：等材料" in text for text in office.told("renshe0"))
    with pytest.raises(Forbidden):
        office.does("renshe1", set_aside.take_up)
    office.does("renshe0", set_aside.take_up)
    assert listed() == ([office.task_id], []) and any("恢复办理" in text for text in office.told("renshe2"))
    office.does("renshe2", set_aside.set_aside, FRIDAY, "等材料")
    with on(FRIDAY):
        assert listed() == ([office.task_id], [])
        office.submits("renshe2")
    office.holds()


def test_who_wants_to_stop_a_clock_pauses_it(office: Office) -> None:
    """On the last day of its term nothing is set aside; a delegate does not pause what another answers for."""
    with on(office.last_day()), pytest.raises(Refusal, match="暂停计时"):
        office.does("renshe2", set_aside.set_aside, date(2026, 4, 1), "等材料")
    office.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实")
    with pytest.raises(Conflict):
        asked = pause.Asked(PauseKind.INSPECTION, "现场核查", 5)
        with transaction() as session:
            pause.ask(session, office.task_id, asked, office.world.user(session, "renshe1"))


def test_everything_that_a_leaver_has_goes_to_his_successor(office: Office) -> None:
    other = Office(office.world)
    other.does("renshe2", worklist.claim)
    other.does("renshe2", delegation.delegate, office.id("renshe1"), "请核实")
    third = Office(office.world)
    third.does("renshe0", worklist.claim)
    third.does("renshe0", delegation.delegate, office.id("renshe2"), "请核实")
    fourth = Office(office.world)
    fourth.does("renshe1", worklist.claim)
    fourth.ask("renshe2", BEFORE, "renshe1")

    def hand_over(to: str | None, who: str = "renshe0") -> list[handover.Result]:
        with transaction() as session:
            actor, leaver = office.world.user(session, who), office.world.user(session, "renshe2")
            successor = office.world.user(session, to).id if to else None
            return handover.hand_over(session, leaver.id, successor, "调离", actor)

    with pytest.raises(Forbidden):
        hand_over("renshe1", "renshe1")
    with pytest.raises(NotFound):
        hand_over("danbao1", "danbao0")
    for to in ("danbao1", "renshe2"):
        with pytest.raises(Refusal) as refused:
            hand_over(to)
        assert refused.value.field == "successor"
    office.drafts("renshe2", opinion="我的草稿")
    found = hand_over("renshe0")
    assert office.draft("renshe0") == {"opinion": "我的草稿"} and fourth.row().open_reviews == 1
    assert [(one.is_handed_over, one.outcome) for one in found] == [
        (True, "已移交李四"),
        (True, "已移交李四（委派继续）"),
        (True, "委派终止，退回委派人李四"),
        (True, "会签改由李四答复"),
    ]
    assert [one.row().holder_id for one in (office, other, third)] == [office.id("renshe0")] * 3
    assert other.row().assignee_id == office.id("renshe1") and not third.row().is_delegated
    with pytest.raises(Conflict):
        hand_over("renshe0")
    for one in (office, other, third, fourth):
        one.holds()


def test_whoever_is_barred_gets_nothing_and_the_office_claims_anew(office: Office) -> None:
    """岗位分离: who investigated does not accept for the bank, neither by reassignment nor as a leaver's successor."""
    world, bank = office.world, office
    office.submits("renshe2")
    for element in ("due_diligence", "pre_loan_investigation"):
        world.complete(bank.case_id, element, answers(element))
    bank.task_id = world.open_tasks(bank.case_id)["bank_acceptance"]
    bank.does("yinhang2", worklist.claim)
    for verb, field in ((reassignment.reassign, "assignee"), (delegation.delegate, "delegate")):
        with pytest.raises(Refusal, match="岗位分离") as refused:
            bank.does("yinhang2", verb, bank.id("yinhang1"), "请办理")
        assert refused.value.field == field
    with pytest.raises(Refusal, match="岗位分离"):
        bank.ask("yinhang1", AFTER, "yinhang2")
    with transaction() as session:
        head = world.user(session, "yinhang0")
        session.get_one(User, bank.id("yinhang2")).is_active = False
        found = handover.hand_over(session, bank.id("yinhang2"), bank.id("yinhang1"), "离职", head)
    assert [one.is_handed_over for one in found] == [False] and "岗位分离" in found[0].outcome
    assert bank.row().assignee_id is None
    bank.holds()


def test_whose_opinion_was_heard_does_not_decide_the_next_step(office: Office) -> None:
    """Asked about the investigation, a banker has taken part in it: he does not accept for the bank."""
    world, bank = office.world, office
    office.submits("renshe2")
    bank.task_id = world.open_tasks(bank.case_id)["pre_loan_investigation"]
    bank.does("yinhang1", worklist.claim)
    bank.ask("yinhang2", BEFORE, "yinhang1")
    bank.answers("yinhang2")
    for element in ("due_diligence", "pre_loan_investigation"):
        world.complete(bank.case_id, element, answers(element))
    bank.task_id = world.open_tasks(bank.case_id)["bank_acceptance"]
    with pytest.raises(Forbidden, match="岗位分离"):
        bank.does("yinhang2", worklist.claim)


def test_nothing_of_this_is_done_to_a_step_of_the_applicant(office: Office) -> None:
    """补正 is the applicant's own; his window may not give it on."""
    world = office.world
    case_id = world.submitted(actor="shenqing")
    world.complete(case_id, "acceptance", answers("acceptance", **INCOMPLETE))
    office.task_id = world.open_tasks(case_id)["supplement"]
    for verb, given in (
        (reassignment.reassign, (office.id("renshe1"), "转办")),
        (delegation.delegate, (office.id("renshe1"), "委派")),
        (set_aside.set_aside, (FRIDAY, "挂起")),
    ):
        with pytest.raises(Refusal) as refused:
            office.does("shenqing", verb, *given)
        assert "申请人" in refused.value.message
