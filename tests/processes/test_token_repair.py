"""Repair: the token moved, a fact corrected, a timer tried again; each by two people, with what it changes said before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, update

from models.audit import AuditEvent
from models.case import CaseFile
from models.database import reading, transaction
from models.fact_correction import FactCorrection
from models.notification import Notification
from models.people import Role, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.token_move import TokenMove
from models.workflow import ARMED, STALLED, Timer
from processes import broken, fact_correction, token_repair
from processes.engine.marking import markings
from processes.move_effect import choices
from processes.workflow import standing, token_read
from tests.invariants import check_all, check_case
from tests.moving_back import MANAGERS, at_step, counting, holders
from tests.world import World, answers, on

MONDAY = date(2026, 3, 2)
OWNER, SECOND = "liucheng", "liucheng2"
DONE_BRANCH = "is_creditworthy>investigations_done"
WAIT = "withdrawal_received"


def proposed(world: World, case_id: int, *places: str) -> int:
    with transaction() as session:
        actor = world.user(session, OWNER)
        return token_repair.propose(session, case_id, [WAIT, *places], "误操作，须重新办理", actor).id


def decided(world: World, move_id: int, who: str = SECOND) -> TokenMove:
    with transaction() as session:
        return token_repair.agree(session, move_id, world.user(session, who))


def corrected(world: World, case_id: int, fact: str, value: str) -> FactCorrection:
    first, second = MANAGERS
    with transaction() as session:
        actor = world.user(session, first)
        row = fact_correction.propose(session, case_id, fact, value, "登记有误", actor).id
    with transaction() as session:
        return fact_correction.agree(session, row, world.user(session, second))


def last_told(world: World, case_id: int, action: str, who: str = OWNER) -> tuple[str, str]:
    """What the log says of an act, and what whoever proposed it was told last, after the number of the case."""
    with reading() as session:
        logged = select(AuditEvent.summary).where(AuditEvent.case_id == case_id, AuditEvent.action == action)
        mine = select(Notification.text).where(Notification.user_id == world.user(session, who).id)
        told = session.scalars(mine.order_by(Notification.id.desc())).first() or ""
        words = told.partition("：您提出的")[2].partition("；")[0]
        return session.scalars(logged).one(), words


def test_a_fact_that_was_corrected_otherwise_meanwhile_is_told_to_who_proposed_it(world: World) -> None:
    first, second = MANAGERS
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        with transaction() as session:
            actor = world.user(session, first)
            row = fact_correction.propose(session, case_id, "received_on", "2026-02-27", "登记有误", actor).id
        with transaction() as session:
            session.get_one(CaseFile, case_id).received_on = date(2026, 2, 26)
        with transaction() as session:
            assert fact_correction.agree(session, row, world.user(session, second)).status == "changed"
        with reading() as session:
            assert session.get_one(CaseFile, case_id).received_on == date(2026, 2, 26)
            check_case(session, case_id)
        assert last_told(world, case_id, "fact.correction_outdated", first) == (
            "朱十七提出的事实更正没有执行：提出后案卷已有变化",
            "事实更正没有执行，因为提出后案卷已有变化",
        )


def test_two_people_move_a_token_across_the_block_keeping_the_finished_branch(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        move_id = proposed(world, case_id, "due_diligence", DONE_BRANCH)
        with reading() as session:
            row = session.get_one(TokenMove, move_id)
            assert [one["name"] for one in row.before["steps"]] == ["银行受理与审批"]
            assert [one["name"] for one in row.after["steps"]] == [
                "尽职调查",
                "贷前调查（该分支已办结，等待汇合）",
            ]
            assert row.after["again"] == ["尽职调查"] and row.after["ended"] == ["银行受理与审批"]
            assert row.after["steps"][0]["due"] > "2026-03-02"
            told = session.scalars(select(Notification.user_id).where(Notification.kind == "repair")).all()
            assert world.user(session, SECOND).id in told and world.user(session, OWNER).id not in told
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}
        with pytest.raises(Forbidden, match="另一人复核"):
            decided(world, move_id, OWNER)
        assert decided(world, move_id).status == "applied"
        assert holders(case_id) == {"due_diligence": "danbao1"}
        assert counting(case_id) == ["acceptance", "qualification_review", "pre_loan_investigation"]
        with pytest.raises(Conflict, match="已有复核结论"):
            decided(world, move_id)
        world.complete(case_id, "due_diligence", answers("due_diligence"))
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}
    with reading() as session:
        check_all(session)
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.case_id == case_id)).all()
        assert {"token.move_proposed", "token.moved"} <= set(actions)


def test_forward_over_a_step_and_what_has_changed_meanwhile_is_not_done(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        move_id = proposed(world, case_id, "refusal_notice_hrss")
        with pytest.raises(Conflict, match="待复核"):
            proposed(world, case_id, "acceptance")
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        assert decided(world, move_id).status == "changed"
        assert last_told(world, case_id, "token.move_outdated") == (
            "秦十八提出的流程位置调整没有执行：提出后案卷已有变化",
            "流程位置调整没有执行，因为提出后案卷已有变化",
        )
        assert set(world.open_tasks(case_id)) == {"due_diligence", "pre_loan_investigation"}
        decided(world, proposed(world, case_id, "bank_acceptance"))
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}
        with reading() as session:
            check_case(session, case_id)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((), "请选择案卷应当处于的环节"),
        (("due_diligence",), "与所选位置同时，流程图中还必须有"),
        (("bank_acceptance",), "现在就在该位置"),
        (("nowhere",), "流程图中没有“nowhere”"),
        (("x" * 500,), "流程图中没有"),
    ],
)
def test_where_the_drawing_cannot_stand_is_refused(world: World, places: tuple[str, ...], words: str) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        with pytest.raises(Refusal, match=words):
            proposed(world, case_id, *places)


def test_who_may_repair_which_case_and_a_refusal_needs_its_reason(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        for who, fault in (("renshe1", Forbidden), ("guanli", Forbidden), ("shenji", Forbidden)):
            with pytest.raises(fault), transaction() as session:
                token_repair.preview(session, case_id, [WAIT, "due_diligence"], world.user(session, who))
        move_id = proposed(world, case_id, "qualification_review")
        with pytest.raises(Refusal, match="复核意见"), transaction() as session:
            token_repair.refuse(session, move_id, " ", world.user(session, SECOND))
        with transaction() as session:
            row = token_repair.refuse(session, move_id, "应由经办人退回", world.user(session, SECOND))
            assert row.status == "refused"
        with transaction() as session, pytest.raises(NotFound):
            token_repair.preview(session, 99999, [WAIT], world.user(session, OWNER))
        assert set(world.open_tasks(case_id)) == {"bank_acceptance"}


def test_every_place_is_offered_by_a_name_that_people_know(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        with reading() as session:
            token = token_read(session, session.get_one(CaseFile, case_id))
            offered = choices(token, standing(session, token), markings(token.definition.spec_json) or [])
    titles = {one.key: one.title for one in offered}
    assert titles[DONE_BRANCH] == "贷前调查（该分支已办结，等待汇合）" and titles[WAIT] == "申请人撤回"
    assert [one.key for one in offered if one.is_here] == ["bank_acceptance", WAIT]


def test_a_corrected_fact_moves_running_clocks_their_timers_and_the_promise(world: World) -> None:
    with on(MONDAY):
        case_id = world.submitted()
    with on(date(2026, 3, 3)):
        world.complete(case_id, "acceptance", answers("acceptance"))
        before = world.deadlines(case_id)
        with transaction() as session:
            lines = fact_correction.preview(
                session, case_id, "accepted_on", "2026-03-03", world.user(session, "lingdao")
            )
            assert len(lines) == 2 and all("起算日由 2026-03-02 改为 2026-03-03" in one for one in lines)
            assert session.get_one(CaseFile, case_id).accepted_on == MONDAY
        assert corrected(world, case_id, "accepted_on", "2026-03-03").status == "applied"
        after = world.deadlines(case_id)
        for key in ("qualification", "promise"):
            assert after[key].start_on == date(2026, 3, 3) and after[key].due_on > before[key].due_on
            assert after[key].id == before[key].id
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    with reading() as session:
        check_all(session)
        line = session.scalars(select(AuditEvent).where(AuditEvent.action == "fact.corrected")).one()
        assert line.old == {"accepted_on": "2026-03-02"} and line.new["accepted_on"] == "2026-03-03"


def test_a_miss_that_a_wrong_date_has_made_is_lifted_and_one_that_a_right_date_makes_is_recorded(
    world: World,
) -> None:
    with on(MONDAY):
        case_id = world.submitted()
    with on(date(2026, 3, 6)):
        world.complete(case_id, "acceptance", answers("acceptance"))
    with on(date(2026, 3, 12)):
        world.fire_due()
        assert world.deadlines(case_id)["qualification"].missed_at is not None
        with pytest.raises(Refusal, match="不得晚于办结“受理审查”之日（2026-03-06）"):
            corrected(world, case_id, "accepted_on", "2026-03-07")
        assert world.deadlines(case_id)["qualification"].missed_at is not None
        corrected(world, case_id, "accepted_on", "2026-03-06")
        assert world.deadlines(case_id)["qualification"].missed_at is None
        corrected(world, case_id, "accepted_on", "2026-03-02")
        world.fire_due()
        assert world.deadlines(case_id)["qualification"].missed_at is not None
    with reading() as session:
        check_all(session)


@pytest.mark.parametrize(
    ("fact", "value", "words", "field"),
    [
        ("accepted_on", "2026-03-01", "不得早于收件日期", "new_value"),
        ("accepted_on", "2026-13-01", "请填写日期", "new_value"),
        ("accepted_on", "2030-01-01", "至今日之间", "new_value"),
        ("accepted_on", "2026-03-02", "与现在相同", "new_value"),
        ("received_on", "", "请填写日期", "new_value"),
        ("amount", "-1", "大于零", "new_value"),
        ("amount", "1.234", "两位小数", "new_value"),
        ("amount", "NaN", "大于零", "new_value"),
        ("amount", "300000.01", "政策上限", "new_value"),
        ("applicant_name", "某人", "没有这一项", "fact"),
        ("bank_accepted_on", "2026-03-02", "没有这一项", "fact"),
    ],
)
def test_what_a_fact_cannot_be_is_told_at_its_field(
    world: World, fact: str, value: str, words: str, field: str
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        with pytest.raises(Refusal, match=words) as told:
            corrected(world, case_id, fact, value)
        assert told.value.field == field


def test_an_amount_is_corrected_where_it_stands_and_where_it_was_typed(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        corrected(world, case_id, "amount", "60000")
        with reading() as session:
            case = session.get_one(CaseFile, case_id)
            assert format(case.amount, "f") == case.application["amount"] == "60000.00"


def _stall(case_id: int) -> None:
    with transaction() as session:
        session.execute(
            update(Timer)
            .where(Timer.case_id == case_id, Timer.status == ARMED)
            .values(status=STALLED, attempts=5, fault="表达式无法计算。")
        )


def _desert(_case_id: int) -> None:
    with transaction() as session:
        people = update(User).where(User.role.in_([Role.CLERK.value, Role.SUPERVISOR.value]))
        session.execute(people.values(is_active=False))


@pytest.mark.parametrize(
    ("harm", "kind", "words"),
    [
        (_stall, "timer", "连续 5 次未能处理：表达式无法计算。"),
        (_desert, "nobody", "没有可以办理此环节的在岗人员"),
    ],
)
def test_what_stands_still_is_told_in_plain_words(
    world: World, harm: Callable[[int], None], kind: str, words: str
) -> None:
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        with reading() as session:
            assert broken.broken(session, world.user(session, OWNER)) == []
        harm(case_id)
        with reading() as session:
            found = broken.broken(session, world.user(session, OWNER))
            assert found[0].kind == kind and words in found[0].why and found[0].case_id == case_id
        if found[0].timer_id is None:
            return
        with transaction() as session:
            broken.retry(session, found[0].timer_id, world.user(session, OWNER))
        with pytest.raises(Conflict), transaction() as session:
            broken.retry(session, found[0].timer_id, world.user(session, OWNER))
        with pytest.raises(Forbidden), transaction() as session:
            broken.retry(session, found[0].timer_id, world.user(session, "renshe1"))
