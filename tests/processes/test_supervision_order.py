"""Orders of supervision: one numbering, who may issue, answer and end them, reminders and escalation."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.case import CaseFile
from models.database import reading, transaction
from models.notification import Notification
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.supervision import OrderState, Supervision, in_state, orders
from models.workflow import UserTask
from processes.supervision_order import Demand, answer_supervision, close_order, order, order_task
from processes.supervision_target import order_target, targets
from tests.invariants import check_case
from tests.world import World, answers, on
from webapp.jobs import run_due

# Issued on Monday 2026-03-02; the term is Friday of that week.
FRIDAY, DEMAND = date(2026, 3, 6), Demand("请尽快办结", date(2026, 3, 6))


@pytest.fixture
def case_id(world: World) -> int:
    """A case at 尽职调查 and 贷前调查: two offices beside the window."""
    found = world.submitted()
    world.complete(found, "acceptance", answers("acceptance"))
    world.complete(found, "qualification_review", answers("qualification_review"))
    return found


def issued(world: World, case_id: int, element: str, who: str, demand: Demand = DEMAND) -> int:
    with transaction() as session:
        task_id = world.open_tasks(case_id)[element]
        return order_task(session, task_id, demand, world.user(session, who)).id


def told(who: str) -> list[str]:
    """What a person was told of orders, oldest first."""
    with reading() as session:
        query = select(Notification.text).join(User, User.id == Notification.user_id)
        found = session.scalars(query.where(User.username == who).order_by(Notification.id))
        return [text for text in found if "督办" in text]


def test_an_order_is_numbered_answered_and_ended(world: World, case_id: int) -> None:
    first, second = (
        issued(world, case_id, one, "lingdao") for one in ("due_diligence", "pre_loan_investigation")
    )
    with reading() as session:
        rows = [session.get_one(Supervision, one) for one in (first, second)]
        assert [row.number for row in rows] == ["督办〔2026〕00001号", "督办〔2026〕00002号"]
        assert rows[0].remind_on == date(2026, 3, 5)
    assert "请尽快办结" in told("danbao1")[0] and not told("renshe1")
    with pytest.raises(Conflict, match="尚未办结的督办"):
        issued(world, case_id, "due_diligence", "lingdao")
    with transaction() as session, pytest.raises(NotFound):
        answer_supervision(session, first, "不是我的", world.user(session, "yinhang1"))
    with transaction() as session, pytest.raises(Refusal) as empty:
        answer_supervision(session, first, " ", world.user(session, "danbao1"))
    assert empty.value.field == "answer"
    with transaction() as session:
        answer_supervision(session, first, "三日内办结", world.user(session, "danbao1"))
    assert "已答复督办〔2026〕00001号" in told("lingdao")[-1]
    with transaction() as session, pytest.raises(NotFound):
        close_order(session, first, "越权", world.user(session, "danbao0"))
    with transaction() as session:
        close_order(session, first, "已办结", world.user(session, "lingdao"))
    with transaction() as session, pytest.raises(Conflict):
        close_order(session, first, "再次", world.user(session, "lingdao"))
    assert "已办结" in told("danbao1")[-1]
    _seen_by_those_concerned(world, case_id, first, second)


def _seen_by_those_concerned(world: World, case_id: int, first: int, second: int) -> None:
    with reading() as session:
        seen = orders(session, world.user(session, "lingdao"), in_state(OrderState.WAITING)).lines
        assert [line.row.id for line in seen] == [second] and seen[0].step == "贷前调查"
        assert [line.row.id for line in orders(session, world.user(session, "danbao1")).lines] == [first]
        assert not orders(session, world.user(session, "renshe1")).lines
        assert not orders(session, world.user(session, "shenqing")).lines
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.like("supervision.%"))
        ).all()
        check_case(session, case_id)
    assert sorted(actions) == ["supervision.answered", "supervision.closed", *["supervision.issued"] * 2]


def test_heads_order_their_own_and_the_window_everybody(world: World, case_id: int) -> None:
    with reading() as session:
        case = session.get_one(CaseFile, case_id)
        labels = {who: [label for _value, label in targets(session, case, world.user(session, who))]
                  for who in ("lingdao", "renshe0", "danbao0", "yinhang1", "shenji")}  # fmt: skip
        bank = world.user(session, "yinhang0").department_id or 0
    assert labels["lingdao"] == labels["renshe0"] and len(labels["lingdao"]) == 5
    assert [one[:4] for one in labels["danbao0"]] == ["环节“尽", "案卷整体"]
    assert labels["yinhang1"] == labels["shenji"] == []
    with pytest.raises(Forbidden):
        issued(world, case_id, "pre_loan_investigation", "danbao0")
    with pytest.raises(Forbidden):
        issued(world, case_id, "due_diligence", "danbao1")
    with pytest.raises(NotFound):
        issued(world, case_id, "due_diligence", "youchu0")
    with transaction() as session:
        head = world.user(session, "renshe0")
        assert order_target(session, case_id, f"office:{bank}", DEMAND, head).task_id is None
        for wrong in ("", "office:x", "step:0", "office:99999", "step:99999999999999"):
            with pytest.raises(Refusal):
                order_target(session, case_id, wrong, DEMAND, head)
        for day, at in ((date(2026, 3, 1), "due_on"), (date(2028, 1, 1), "due_on")):
            with pytest.raises(Refusal) as refused:
                order(session, case_id, bank, Demand("办", day), head)
            assert refused.value.field == at


def test_silence_is_reminded_and_reported(world: World, case_id: int) -> None:
    order_id = issued(world, case_id, "due_diligence", "renshe0")
    acted = _acted(case_id)
    with on(date(2026, 3, 4)):
        assert not any("督办" in line for line in run_due())
    with on(date(2026, 3, 5), 7):
        assert not any("督办" in line for line in run_due())
    with on(date(2026, 3, 5)):
        assert "已提醒 1 件督办。" in run_due() and "已提醒 1 件督办。" not in run_due()
    assert "将于 2026-03-06 到期" in told("danbao1")[-1] and not told("lingdao")
    with on(date(2026, 3, 7), 12):
        assert not any("督办" in line for line in run_due())
    with on(date(2026, 3, 9)):
        assert "已提醒 1 件督办。" in run_due()
    assert "逾期未答复" in told("lingdao")[-1] and "逾期未答复" in told("renshe0")[-1]
    with reading() as session:
        row = session.get_one(Supervision, order_id)
        assert (row.reminders, row.escalated_on, row.remind_on) == (2, date(2026, 3, 9), date(2026, 3, 12))
    with on(date(2026, 3, 10)), transaction() as session:
        answer_supervision(session, order_id, "已办", world.user(session, "danbao1"))
    with on(date(2026, 3, 20)):
        run_due()
    with reading() as session:
        assert session.get_one(Supervision, order_id).reminders == 2
        count = select(func.count()).where(AuditEvent.action == "supervision.reminded")
        assert session.scalar(count) == 2
    # To be asked is no act: only the answer is one.
    assert acted == date(2026, 3, 2) and _acted(case_id) == date(2026, 3, 10)


def _acted(case_id: int) -> date:
    with reading() as session:
        found = session.get_one(CaseFile, case_id).acted_at
        assert found is not None
        return found.date()


def test_a_step_that_is_done_needs_no_order(world: World, case_id: int) -> None:
    with transaction() as session:
        done = select(UserTask.id).where(UserTask.element_id == "acceptance")
        with pytest.raises(Conflict, match="已办结"):
            order_task(session, session.scalars(done).one(), DEMAND, world.user(session, "lingdao"))
        with pytest.raises(NotFound):
            order_task(session, 10**6, DEMAND, world.user(session, "lingdao"))
