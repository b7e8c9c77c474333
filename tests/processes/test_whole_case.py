"""The whole case by verbs: every office acts in turn, and the other ways out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from models import audit
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.letter import Letter
from models.notification import Notification
from models.refusal import Conflict, Forbidden, Refusal
from models.workflow import TaskDraft, UserTask
from processes import worklist
from tests.world import World, answers, on
from webapp.reminders import remind_due

NORMAL = (
    "acceptance",
    "qualification_review",
    "due_diligence",
    "pre_loan_investigation",
    "bank_acceptance",
    "disbursement",
)


def go(world: World, case_id: int, *elements: str) -> None:
    for element in elements:
        form = "refusal_notice" if element.startswith("refusal_notice") else element
        who = {"refusal_notice_guarantor": "danbao1", "refusal_notice_bank": "yinhang1"}.get(element, "")
        world.complete(case_id, element, answers(form), who)


def test_normal_case_reaches_the_payout(world: World) -> None:
    case_id = world.submitted()
    go(world, case_id, *NORMAL)
    assert world.status(case_id) == CaseStatus.DISBURSED
    assert world.open_tasks(case_id) == {}
    assert {d.key: bool(d.done_on) for d in world.deadlines(case_id).values()} == {
        "notification": True,
        "qualification": True,
        "due_diligence": True,
        "pre_loan": True,
        "bank_acceptance": True,
        "bank": True,
        "promise": True,
    }
    with reading() as session:
        assert list(audit.verify(session)) == []


def test_due_dates_are_the_policy_s_working_days(world: World) -> None:
    with on(date(2026, 4, 29)):
        case_id = world.submitted()
        go(world, case_id, "acceptance")
    assert world.deadlines(case_id)["qualification"].due_on == date(2026, 5, 12)


def test_supplement_starts_the_clock_afresh(world: World) -> None:
    items = [{"material": "营业执照", "problem": "复印件不清晰", "requirement": "重新提交"}]
    incomplete = answers(
        "acceptance",
        result="incomplete",
        items=items,
        delivery_method="direct",
        delivered_on=date(2026, 3, 3),
    )
    with on(date(2026, 3, 2)):
        case_id = world.submitted()
    with on(date(2026, 3, 3)):
        world.complete(case_id, "acceptance", incomplete)
        assert world.status(case_id) == CaseStatus.SUPPLEMENTING
        assert world.deadlines(case_id)["supplement"].due_on == date(2026, 3, 31)
    with on(date(2026, 3, 10)):
        go(world, case_id, "supplement", "acceptance")
    assert world.deadlines(case_id)["qualification"].start_on == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("refusing", "before"),
    [
        ("qualification_review", ("acceptance",)),
        ("due_diligence", ("acceptance", "qualification_review")),
        ("pre_loan_investigation", ("acceptance", "qualification_review")),
    ],
)
def test_each_reviewer_may_refuse_and_the_notice_is_due(
    world: World, refusing: str, before: tuple[str, ...]
) -> None:
    case_id = world.submitted()
    go(world, case_id, *before)
    world.complete(
        case_id, refusing, answers(refusing, decision="fail", reason_codes=["H01"], reason_text="不符")
    )
    assert world.status(case_id) == CaseStatus.REFUSING
    (notice,) = world.open_tasks(case_id)
    assert notice.startswith("refusal_notice")
    assert world.deadlines(case_id)["refusal_notice"].due_on == date(2026, 3, 9)
    go(world, case_id, notice)
    assert world.status(case_id) == CaseStatus.REFUSED
    assert world.open_tasks(case_id) == {}


def test_a_small_personal_loan_never_carries_a_counter_guarantee(world: World) -> None:
    case_id = world.submitted(amount="100000.00", total_amount="100000.00")
    go(world, case_id, "acceptance", "qualification_review")
    with pytest.raises(Refusal) as refusal:
        world.complete(case_id, "due_diligence", answers("due_diligence", counter_guarantee="surety"))
    assert refusal.value.field == "counter_guarantee"


def test_extension_moves_the_bank_s_end_once(world: World) -> None:
    case_id = world.submitted(amount="200000.00", total_amount="200000.00", waiver_claimed=False)
    go(world, case_id, *NORMAL[:4])
    secured = answers("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    world.complete(case_id, "bank_acceptance", secured)
    assert world.deadlines(case_id)["bank"].due_on == date(2026, 3, 9)
    extend = {
        "outcome": "extend",
        "procedure": "mortgage",
        "extension_days": 3,
        "extension_reason": "登记排期",
    }
    world.complete(case_id, "counter_guarantee", extend)
    with pytest.raises(Refusal):
        world.complete(case_id, "extension_approval", answers("extension_approval"), "yinhang1")
    go(world, case_id, "extension_approval")
    with reading() as session:
        asker = world.user(session, "yinhang1").id
        told = session.scalars(select(Notification.text).where(Notification.user_id == asker)).all()
        back = session.get_one(UserTask, world.open_tasks(case_id)["counter_guarantee"])
    assert told[-1].endswith("延期申请已批准，新的截止日为 2026-03-12。")
    assert back.assignee_id == asker
    assert back.claimed_at is not None
    assert world.deadlines(case_id)["bank"].due_on == date(2026, 3, 12)
    with on(date(2026, 3, 11)):
        go(world, case_id, "counter_guarantee")
        assert world.deadlines(case_id)["bank"].missed_at is None
        with pytest.raises(Refusal):
            world.complete(case_id, "disbursement", answers("disbursement", account_name="他人"))
        go(world, case_id, "disbursement")
    assert world.status(case_id) == CaseStatus.DISBURSED
    assert world.deadlines(case_id)["bank"].late_by == 0


def test_a_refused_extension_is_told_and_nobody_who_left_gets_the_step(world: World) -> None:
    case_id = world.submitted(amount="200000.00", total_amount="200000.00", waiver_claimed=False)
    go(world, case_id, *NORMAL[:4])
    secured = answers("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    world.complete(case_id, "bank_acceptance", secured)
    asked = {"outcome": "extend", "procedure": "mortgage", "extension_days": 3, "extension_reason": "排期"}
    world.complete(case_id, "counter_guarantee", asked)
    with transaction() as session:
        world.user(session, "yinhang1").is_active = False
    refused = answers("extension_approval", decision="refuse", opinion="理由不足")
    world.complete(case_id, "extension_approval", refused)
    with reading() as session:
        asker = world.user(session, "yinhang1").id
        told = session.scalars(select(Notification.text).where(Notification.user_id == asker)).all()
        back = session.get_one(UserTask, world.open_tasks(case_id)["counter_guarantee"])
    assert told[-1].endswith("延期申请未获批准：理由不足。时限照常计算。")
    assert back.assignee_id is None


def test_the_investigator_does_not_approve(world: World) -> None:
    case_id = world.submitted()
    go(world, case_id, *NORMAL[:4])
    with pytest.raises(Forbidden):
        world.complete(case_id, "bank_acceptance", answers("bank_acceptance"), "yinhang1")


def test_a_second_completion_is_a_conflict(world: World) -> None:
    from models.database import transaction

    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    go(world, case_id, "acceptance")
    with pytest.raises(Conflict), transaction() as session:
        worklist.complete(session, task_id, world.user(session, "renshe2"), answers("acceptance"))


def test_a_late_review_needs_its_reason_and_is_told_to_the_superior(world: World) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance")
    with on(date(2026, 3, 13)):
        for nothing in ("", "\u200b\u00ad"):
            with pytest.raises(Refusal) as refusal:
                world.complete(
                    case_id, "qualification_review", answers("qualification_review", late_reason=nothing)
                )
            assert refusal.value.field == "late_reason"
        late = answers("qualification_review", late_reason="补充核查")
        world.complete(case_id, "qualification_review", late)
        clock = world.deadlines(case_id)["qualification"]
        assert clock.late_by == 2
        assert clock.missed_at is not None
        assert clock.late_reason == "补充核查"


def test_a_review_that_starts_late_is_late_from_the_first_moment(world: World) -> None:
    case_id = world.submitted()
    with on(date(2026, 3, 20)):
        world.complete(case_id, "acceptance", answers("acceptance", late_reason="窗口人手不足"))
        clock = world.deadlines(case_id)["qualification"]
        assert clock.start_on == date(2026, 3, 2)
        assert clock.due_on == date(2026, 3, 11)
        assert clock.missed_at is not None
        with pytest.raises(Refusal) as refusal:
            go(world, case_id, "qualification_review")
        assert refusal.value.field == "late_reason"
    with reading() as session:
        event = audit.AuditEvent
        logged = session.scalars(select(event.summary).where(event.action == "deadline.missed"))
        assert any(text.startswith("资格审核时限已超期") for text in logged)
    with on(date(2026, 3, 20), 10):
        remind_due()
    with reading() as session:
        told = session.scalars(select(Notification.text).where(Notification.kind == "reminder")).all()
    assert any("1 件已超期" in text and "资格审核时限" in text for text in told)


def test_silence_after_the_notice_counts_as_withdrawal(world: World) -> None:
    items = [{"material": "营业执照", "problem": "缺", "requirement": "补交"}]
    case_id = world.submitted(actor="shenqing")
    world.complete(
        case_id, "acceptance", answers("acceptance", result="incomplete", items=items, delivered_on=None)
    )
    assert world.deadlines(case_id)["supplement"].due_on == date(2026, 3, 30)
    with on(date(2026, 3, 30), 23):
        assert world.fire_due() == 0
    with on(date(2026, 3, 31), 0):
        assert world.fire_due() == 1
    assert world.status(case_id) == CaseStatus.LAPSED
    assert world.open_tasks(case_id) == {}
    with reading() as session:
        kinds = session.scalars(select(Letter.kind).where(Letter.case_id == case_id)).all()
        his = Notification.user_id == world.user(session, "shenqing").id
        told = session.scalars(select(Notification.text).where(his).order_by(Notification.id)).all()
        event = audit.AuditEvent
        logged = session.scalars(select(event.summary).where(event.action == "deadline.missed")).one()
    assert kinds == ["supplement", "withdrawal"]
    assert "视为撤回申请，申请已终止，告知书已制发。可重新提出申请。" in told[-1]
    assert logged == "补正期限已届满（应于 2026-03-30（含当日）前补齐）"


def test_nothing_lapses_on_a_provisional_date(world: World) -> None:
    items = [{"material": "营业执照", "problem": "缺", "requirement": "补交"}]
    with on(date(2026, 12, 14)):
        case_id = world.submitted()
        late = answers("acceptance", result="incomplete", items=items, delivered_on=None)
        world.complete(case_id, "acceptance", late)
        assert world.deadlines(case_id)["supplement"].provisional
    with on(date(2027, 6, 1)):
        assert world.fire_due() == 0
    assert world.status(case_id) == CaseStatus.SUPPLEMENTING


def test_a_completed_task_leaves_no_draft(world: World) -> None:
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    with transaction() as session:
        worklist.save_draft(session, task_id, world.user(session, "renshe1"), {"opinion": "写了一半"})
    go(world, case_id, "acceptance")
    with reading() as session:
        assert session.scalars(select(TaskDraft)).all() == []


def test_the_contract_s_rate_is_not_above_the_approved_one(world: World) -> None:
    case_id = world.submitted()
    go(world, case_id, *NORMAL[:4])
    world.complete(case_id, "bank_acceptance", answers("bank_acceptance", rate=Decimal("4.0")))
    with pytest.raises(Refusal, match="批准利率") as refusal:
        world.complete(case_id, "disbursement", answers("disbursement", rate=Decimal("4.01")))
    assert refusal.value.field == "rate"
    world.complete(case_id, "disbursement", answers("disbursement", rate=Decimal("4.0")))
