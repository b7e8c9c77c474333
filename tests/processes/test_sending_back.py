"""退回: to any earlier step, across the parallel block, in order or straight back; what cannot be undone is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from models.access_log import AccessRecord, LookKind
from models.audit import AuditEvent
from models.calendar import fixed_at
from models.case import CaseFile
from models.database import reading, transaction
from models.deadline import Deadline
from models.notification import Notification
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.review import last_opinion
from models.sending_back import Mode
from models.workflow import UserTask
from processes import sending_back, worklist
from processes.access_log import look_at, looked
from tests.invariants import check_all, check_case
from tests.moving_back import at_step, counting, done_task, history, holders, recalled, sent_back
from tests.world import World, answers, at, on

MONDAY = date(2026, 3, 2)


def checked(case_id: int) -> None:
    with reading() as session:
        check_case(session, case_id)


def test_the_other_branch_keeps_its_answer_and_the_step_goes_back_to_whoever_did_it(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        row = sent_back(world, case_id, "bank_acceptance", "due_diligence", "yinhang2")
        assert holders(case_id) == {"due_diligence": "danbao1"}
        assert counting(case_id) == ["acceptance", "qualification_review", "pre_loan_investigation"]
        assert (row.mode, row.to_step, row.outcome) == ("in_order", "尽职调查", "")
        checked(case_id)
        world.complete(case_id, "due_diligence", answers("due_diligence"))
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}
        world.complete(case_id, "bank_acceptance", answers("bank_acceptance"))
        assert [one.outcome for one in history(case_id)] == ["went_on"]
    with reading() as session:
        check_all(session)
        lines = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.returned")).all()
        assert "将“银行受理与审批”退回“尽职调查”" in lines[0].summary and "材料有误" in lines[0].summary
        told = session.scalars(select(Notification.text).where(Notification.kind == "task")).all()
        assert any("将案卷退回“尽职调查”" in text for text in told)


def test_in_order_both_branches_are_done_again_and_old_opinions_no_longer_count(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2")
        assert counting(case_id) == ["acceptance"]
        with reading() as session:
            case = session.get_one(CaseFile, case_id)
            assert last_opinion(session, case, "due_diligence", "qualification_review") is None
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        assert set(world.open_tasks(case_id)) == {"due_diligence", "pre_loan_investigation"}
        checked(case_id)


def test_straight_back_to_where_it_came_from_with_the_same_holder_and_his_draft(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        with transaction() as session:
            bank = world.user(session, "yinhang2")
            worklist.claim(session, world.open_tasks(case_id)["bank_acceptance"], bank)
            worklist.save_draft(
                session, world.open_tasks(case_id)["bank_acceptance"], bank, {"opinion": "拟同意"}
            )
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2", "direct")
        assert counting(case_id) == ["acceptance", "due_diligence", "pre_loan_investigation"]
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        assert holders(case_id) == {"bank_acceptance": "yinhang2"}
        assert [one.outcome for one in history(case_id)] == ["returned"]
        with reading() as session:
            bank = world.user(session, "yinhang2")
            draft = worklist.draft_of(session, world.open_tasks(case_id)["bank_acceptance"], bank)
            assert draft is not None and draft[0] == {"opinion": "拟同意"}
        checked(case_id)
        world.complete(case_id, "bank_acceptance", answers("bank_acceptance"))
        assert set(world.open_tasks(case_id)) == {"disbursement"}


def test_another_conclusion_is_followed_as_drawn_and_what_was_built_on_the_old_one_falls(
    world: World,
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2", "direct")
        refusing = {"decision": "fail", "reason_codes": ["H01"], "reason_text": "不符"}
        world.complete(case_id, "qualification_review", answers("qualification_review", **refusing))
        assert set(world.open_tasks(case_id)) == {"refusal_notice_hrss"}
        assert counting(case_id) == ["acceptance", "qualification_review"]
        assert [one.outcome for one in history(case_id)] == ["went_on"]
        checked(case_id)


def test_terms_decided_again_lead_where_they_lead(world: World) -> None:
    """Straight back to 放款 would skip the counter-guarantee that the new terms ask for."""
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance", amount="200000.00", total_amount="200000.00")
        terms = {"approved_amount": Decimal("200000.00"), "guarantee_type": "credit"}
        world.complete(case_id, "bank_acceptance", answers("bank_acceptance", **terms))
        first = set(world.open_tasks(case_id))
        who = "yinhang2"
        (step,) = first
        sent_back(world, case_id, step, "bank_acceptance", who, "direct")
        again = {"approved_amount": Decimal("100000.00"), "guarantee_type": "credit"}
        world.complete(case_id, "bank_acceptance", answers("bank_acceptance", **again))
        checked(case_id)
        (second,) = set(world.open_tasks(case_id))
        outcome = history(case_id)[0].outcome
        assert outcome == ("returned" if second == step else "went_on")


def test_a_term_counts_from_its_own_start_with_its_pauses_and_extension(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        before = world.deadlines(case_id)
    with on(date(2026, 3, 20)):
        with reading() as session:
            task = session.get_one(UserTask, world.open_tasks(case_id)["bank_acceptance"])
            session.refresh(task, ["case"])
            found = {one.element_id: one for one in sending_back.targets(session, task)}
            assert "不重新起算" in found["due_diligence"].clock and "现已届满" in found["due_diligence"].clock
            assert found["due_diligence"].kept == ["贷前调查"]
        with pytest.raises(Refusal, match="超期原因") as late:
            sent_back(world, case_id, "bank_acceptance", "due_diligence", "yinhang2", late_reason=" ")
        assert late.value.field == "late_reason" and holders(case_id) == {"bank_acceptance": ""}
        with pytest.raises(Refusal, match="500"):
            sent_back(world, case_id, "bank_acceptance", "due_diligence", "yinhang2", late_reason="人" * 501)
        sent_back(world, case_id, "bank_acceptance", "due_diligence", "yinhang2", late_reason=" 申请人外出 ")
        after = world.deadlines(case_id)
        assert {row.late_reason for row in after.values()} == {"", "申请人外出"}
        (key,) = [k for k, row in before.items() if row.id == _clock_of(case_id, "due_diligence")]
        assert after[key].id == before[key].id and after[key].due_on == before[key].due_on
        assert after[key].done_on is None and after[key].missed_at is not None
    with reading() as session:
        check_all(session)
        line = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.returned")).one()
        assert line.new["late_reason"] == "申请人外出"


def _clock_of(case_id: int, element: str) -> int:
    with reading() as session:
        query = select(UserTask.deadline_id).where(
            UserTask.case_id == case_id, UserTask.element_id == element
        )
        return session.scalars(query.order_by(UserTask.id)).first() or 0


def test_what_cannot_be_undone_is_refused_saying_which(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        with pytest.raises(Refusal, match="“受理审查”的办理结果") as told:
            sent_back(world, case_id, "due_diligence", "acceptance", "danbao1")
        assert told.value.field == "target"
        with pytest.raises(Refusal, match="退回理由"), transaction() as session:
            task_id = world.open_tasks(case_id)["due_diligence"]
            sending_back.send_back(
                session, task_id, "qualification_review", "direct", " ", world.user(session, "danbao1")
            )
        with pytest.raises(Refusal, match="不在可以退回"):
            sent_back(world, case_id, "due_diligence", "pre_loan_investigation", "danbao1")
        with pytest.raises(Refusal, match="去向"):
            sent_back(world, case_id, "due_diligence", "qualification_review", "danbao1", "recall")
        with pytest.raises((NotFound, Forbidden)):
            sent_back(world, case_id, "due_diligence", "qualification_review", "renshe1")
        assert set(world.open_tasks(case_id)) == {"due_diligence", "pre_loan_investigation"}
        assert counting(case_id) == ["acceptance", "qualification_review"]


def test_from_one_branch_before_the_block_the_other_ends_and_its_holder_is_told(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        with transaction() as session:
            task_id = world.open_tasks(case_id)["pre_loan_investigation"]
            worklist.claim(session, task_id, world.user(session, "yinhang1"))
        sent_back(world, case_id, "due_diligence", "qualification_review", "danbao1")
        assert set(world.open_tasks(case_id)) == {"qualification_review"}
        checked(case_id)
    with reading() as session:
        bank = session.scalars(select(User.id).where(User.username == "yinhang1")).one()
        told = session.scalars(select(Notification.text).where(Notification.user_id == bank)).all()
        assert any("“贷前调查”终止" in text for text in told)


def test_a_finished_branch_beside_is_sent_back_while_this_one_goes_on(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        world.complete(case_id, "pre_loan_investigation", answers("pre_loan_investigation"))
        kept = world.open_tasks(case_id)["due_diligence"]
        sent_back(world, case_id, "due_diligence", "pre_loan_investigation", "danbao1")
        assert world.open_tasks(case_id)["due_diligence"] == kept
        assert holders(case_id)["pre_loan_investigation"] == "yinhang1"
        checked(case_id)


def looks(world: World, case_id: int, who: str) -> int:
    """One look of that person at the case; how many of his are noted now."""
    with transaction() as session:
        user = world.user(session, who)
        looked(session, [look_at(user, case_id, LookKind.CASE)])
        mine = select(func.count(AccessRecord.id)).where(AccessRecord.user_id == user.id)
        return session.scalar(mine) or 0


def test_a_look_before_the_next_step_was_open_does_not_keep_from_recalling(world: World) -> None:
    """Within the same ten minutes: only who looks once the case has moved on has seen what would be recalled."""
    start = at(MONDAY, 9)
    with fixed_at(start):
        case_id = at_step(world, "qualification_review")
    with fixed_at(start + timedelta(minutes=2)):
        assert [looks(world, case_id, "danbao1") for _twice in range(2)] == [1, 1]
    with fixed_at(start + timedelta(minutes=4)):
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    with fixed_at(start + timedelta(minutes=5)):
        recalled(world, case_id, "qualification_review", "renshe2")
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    with fixed_at(start + timedelta(minutes=6)):
        assert [looks(world, case_id, "danbao1") for _twice in range(2)] == [2, 2]
        with pytest.raises(Conflict, match="“尽职调查”已被打开"):
            recalled(world, case_id, "qualification_review", "renshe2")


def test_recall_while_nobody_has_looked(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        row = recalled(world, case_id, "qualification_review", "renshe2")
        assert holders(case_id) == {"qualification_review": "renshe2"}
        assert row.mode == Mode.RECALL and counting(case_id) == ["acceptance"]
        checked(case_id)
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        with transaction() as session:
            task_id = world.open_tasks(case_id)["due_diligence"]
            worklist.claim(session, task_id, world.user(session, "danbao1"))
        with pytest.raises(Conflict, match="“尽职调查”已被打开"):
            recalled(world, case_id, "qualification_review", "renshe2")
        with pytest.raises(NotFound):
            recalled(world, case_id, "qualification_review", "danbao1")


@pytest.mark.parametrize("touch", ["opened", "draft", "done"])
def test_no_recall_once_what_came_next_was_opened_begun_or_done(world: World, touch: str) -> None:
    with on(MONDAY):
        case_id = at_step(world, "due_diligence")
        with transaction() as session:
            row = session.get_one(UserTask, world.open_tasks(case_id)["due_diligence"])
            if touch == "opened":
                row.opened_at = row.created_at
            elif touch == "draft":
                worklist.save_draft(session, row.id, world.user(session, "danbao1"), {"opinion": "拟"})
        if touch == "done":
            world.complete(case_id, "due_diligence", answers("due_diligence"))
        with pytest.raises(Conflict, match="不能撤回"):
            recalled(world, case_id, "qualification_review", "renshe2")
        with pytest.raises(Refusal, match="不能撤回"):
            recalled(world, case_id, "acceptance", "renshe1")


def test_a_second_click_changes_nothing(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        task_id = world.open_tasks(case_id)["bank_acceptance"]
        sent_back(world, case_id, "bank_acceptance", "due_diligence", "yinhang2")
        with pytest.raises(Conflict), transaction() as session:
            sending_back.send_back(
                session, task_id, "due_diligence", "in_order", "再次", world.user(session, "yinhang2")
            )
        recalled_id = done_task(case_id, "pre_loan_investigation")
        assert recalled_id and len(history(case_id)) == 1
    with reading() as session:
        assert session.scalars(select(Deadline).where(Deadline.case_id == case_id)).all()
