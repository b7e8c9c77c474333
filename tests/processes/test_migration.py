"""Running cases go over to another version: what stays, what is refused, and that it happens once."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.calendar import end_of
from models.case import CaseFile
from models.database import reading, transaction
from models.deadline import PROMISE, WHILE_PAUSED
from models.pause import PauseKind, changes_of
from models.refusal import Refusal
from models.workflow import UserTask
from processes import message, migration, pause, worklist
from tests.invariants import check_all
from tests.migrating import (
    FIVE,
    OWNER,
    SEVEN,
    applied,
    drawing,
    lines,
    next_version,
    planned,
    status_of,
    the_line,
    version_of,
)
from tests.world import World, answers, on
from webapp import handlers_migration

NINE = "working_days(9, accepted_on)"
MONDAY = date(2026, 3, 2)


@pytest.fixture
def reviewing(world: World) -> int:
    """A case accepted on Monday: the qualification review has 7 working days, to 11 March."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def task_of(world: World, case_id: int, element: str) -> UserTask:
    with reading() as session:
        return session.get_one(UserTask, world.open_tasks(case_id)[element])


def test_seven_becomes_five_and_everything_else_stays(world: World, reviewing: int) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]
    with transaction() as session:
        clerk = world.user(session, "renshe2")
        worklist.claim(session, task_id, clerk)
        worklist.save_draft(session, task_id, clerk, {"opinion": "初步符合"})
    promise = world.deadlines(reviewing)[PROMISE].due_on
    to_id = next_version((SEVEN, FIVE))
    with on(date(2026, 3, 4)):
        plan_id = planned(world, to_id)
        line = the_line(plan_id)
        assert (line.verdict, line.why, line.is_overdue) == ("possible", "", False)
        assert line.before["tasks"][0]["due"] == "2026-03-11"
        assert line.after["tasks"][0]["due"] == "2026-03-09"
        assert version_of(reviewing) == 1 and world.deadlines(reviewing)["qualification"].length == 7
        applied(world, plan_id)
        assert (the_line(plan_id).verdict, status_of(plan_id)) == ("applied", "applied"), the_line(
            plan_id
        ).why
        assert version_of(reviewing) == 2
    clock = world.deadlines(reviewing)["qualification"]
    assert (clock.start_on, clock.length, clock.due_on) == (MONDAY, 5, date(2026, 3, 9))
    assert world.deadlines(reviewing)[PROMISE].due_on == promise
    with reading() as session:
        task = session.get_one(UserTask, task_id)
        assert task.due_at == clock.due_at and task.assignee_id == world.user(session, "renshe2").id
        found = worklist.draft_of(session, task_id, world.user(session, "renshe2"))
        assert found is not None and found[0] == {"opinion": "初步符合"}
        check_all(session)
    with on(date(2026, 3, 10)):
        world.fire_due()
        assert world.deadlines(reviewing)["qualification"].missed_at is not None
        world.complete(
            reviewing, "qualification_review", answers("qualification_review", late_reason="等待补充材料")
        )
    assert "due_diligence" in world.open_tasks(reviewing)
    with reading() as session:
        check_all(session)


def hold() -> None:
    with reading() as session:
        check_all(session)


def test_a_holiday_in_between_counts_for_neither(world: World) -> None:
    with on(date(2026, 4, 1)):
        case_id = world.submitted()
        world.complete(case_id, "acceptance", answers("acceptance"))
        assert world.deadlines(case_id)["qualification"].due_on == date(2026, 4, 13)
    with on(date(2026, 4, 7)):
        applied(world, planned(world, next_version((SEVEN, FIVE))))
    assert world.deadlines(case_id)["qualification"].due_on == date(2026, 4, 9)
    with reading() as session:
        (moved,) = changes_of(session, world.deadlines(case_id)["qualification"].id)
        assert (moved.why, moved.old_due_on) == ("migration", date(2026, 4, 13))
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "case.migrated")).one()
        assert "由流程第 1 版迁移到第 2 版" in told.summary and told.new["reason"] == "时限调整"
    hold()


def test_a_paused_clock_stays_paused_and_resumes_with_the_new_length(world: World, reviewing: int) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]
    with transaction() as session:
        worklist.claim(session, task_id, world.user(session, "renshe2"))
    with on(date(2026, 3, 4)), transaction() as session:
        asked = pause.Asked(PauseKind.INSPECTION, "需实地核查经营场所", 5)
        pause_id = pause.ask(session, task_id, asked, world.user(session, "renshe2")).id
        pause.decide(session, pause_id, "approve", "同意", world.user(session, "renshe0"))
    with on(date(2026, 3, 5)):
        plan_id = planned(world, next_version((SEVEN, FIVE)))
        assert the_line(plan_id).after["tasks"][0]["paused"] is True
        assert not the_line(plan_id).is_overdue
        applied(world, plan_id)
        clock = world.deadlines(reviewing)["qualification"]
        assert (clock.length, clock.due_at, clock.paused_on) == (5, WHILE_PAUSED, date(2026, 3, 4))
    with on(date(2026, 3, 9)), transaction() as session:
        pause.resume(session, pause_id, date(2026, 3, 9), "已核查", world.user(session, "renshe2"))
    # Two days had passed, the 5th, 6th and 9th do not count: three are left.
    assert world.deadlines(reviewing)["qualification"].due_on == date(2026, 3, 12)
    hold()


def test_a_missed_clock_stays_missed(world: World, reviewing: int) -> None:
    with on(date(2026, 3, 12)):
        world.fire_due()
        missed = world.deadlines(reviewing)["qualification"].missed_at
        assert missed is not None
        for expression in (NINE, FIVE):
            old = SEVEN if expression == NINE else NINE
            applied(world, planned(world, next_version((SEVEN, expression))))
            assert old
            clock = world.deadlines(reviewing)["qualification"]
            assert clock.missed_at == missed
            hold()
    with on(date(2026, 3, 20)):
        world.fire_due()
    with reading() as session:
        query = select(func.count()).where(AuditEvent.action == "deadline.missed")
        assert session.scalar(query) == 1
    hold()


def test_what_is_over_at_once_is_missed_at_its_own_instant(world: World, reviewing: int) -> None:
    with on(date(2026, 3, 10)):
        plan_id = planned(world, next_version((SEVEN, FIVE)))
        assert the_line(plan_id).is_overdue
        with pytest.raises(Refusal, match="1 件案卷迁移后即超期"):
            applied(world, plan_id)
        applied(world, plan_id, is_overdue_meant=True)
        hold()
        world.fire_due()
        assert world.deadlines(reviewing)["qualification"].missed_at == end_of(date(2026, 3, 9))
    hold()


def test_a_knock_in_between_asks_for_another_dry_run(world: World, reviewing: int) -> None:
    plan_id = planned(world, next_version((SEVEN, FIVE)))
    world.complete(reviewing, "qualification_review", answers("qualification_review"))
    applied(world, plan_id)
    assert (the_line(plan_id).verdict, version_of(reviewing)) == ("changed", 1)
    with transaction() as session:
        migration.recheck(session, plan_id, world.user(session, OWNER))
    handlers_migration.check_plan(plan_id)
    assert [task["step"] for task in the_line(plan_id).after["tasks"]] == [
        "due_diligence",
        "pre_loan_investigation",
    ]
    applied(world, plan_id)
    assert (the_line(plan_id).verdict, version_of(reviewing)) == ("applied", 2)
    hold()


def test_a_clock_without_counterpart_ends_and_a_new_one_counts_from_its_fact(
    world: World, reviewing: int
) -> None:
    key = ('name="deadline" value="qualification"', 'name="deadline" value="review"')
    plan_id = planned(world, next_version(key, (SEVEN, FIVE)))
    assert the_line(plan_id).after["ended"] == ["资格审核时限"]
    applied(world, plan_id)
    clocks = world.deadlines(reviewing)
    assert clocks["qualification"].cancelled_on == MONDAY
    assert (clocks["review"].start_on, clocks["review"].due_on) == (MONDAY, date(2026, 3, 9))
    assert task_of(world, reviewing, "qualification_review").due_at == clocks["review"].due_at
    hold()


def renamed() -> tuple[str, str]:
    """The drawing whose step qualification_review is called qualification_check."""
    text = drawing().decode()
    changed = re.sub(r'(?<!value=)"qualification_review"|(?<=>)qualification_review(?=<)', "@", text)
    return text, re.sub("@(?=<)", "qualification_check", changed).replace("@", '"qualification_check"')


def test_a_step_with_another_id_is_mapped_and_keeps_claim_draft_and_clock(
    world: World, reviewing: int
) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]
    with transaction() as session:
        clerk = world.user(session, "renshe2")
        worklist.claim(session, task_id, clerk)
        worklist.save_draft(session, task_id, clerk, {"opinion": "初步符合"})
    to_id = next_version(renamed(), (SEVEN, FIVE))
    plan_id = planned(world, to_id)
    assert "当前环节“资格审核”在新版本中已不存在" in the_line(plan_id).why
    plan_id = planned(world, to_id, {"qualification_review": "qualification_check"})
    applied(world, plan_id)
    assert the_line(plan_id).verdict == "applied", the_line(plan_id).why
    assert world.open_tasks(reviewing) == {"qualification_check": task_id}
    with reading() as session:
        found = worklist.draft_of(session, task_id, world.user(session, "renshe2"))
        assert found is not None
    assert world.deadlines(reviewing)["qualification"].due_on == date(2026, 3, 9)
    world.complete(reviewing, "qualification_check", answers("qualification_review"))
    hold()


def test_cases_that_stay_keep_their_version_and_new_ones_start_on_the_new(
    world: World, reviewing: int
) -> None:
    other = world.submitted(name="钱二")
    with reading() as session:
        number = session.get_one(CaseFile, other).number
    to_id = next_version((SEVEN, FIVE))
    applied(world, planned(world, to_id, numbers=[number]))
    assert (version_of(reviewing), version_of(other)) == (1, 2)
    assert world.deadlines(reviewing)["qualification"].due_on == date(2026, 3, 11)
    third = world.submitted(name="孙三")
    assert version_of(third) == 2
    for wanted, found in (
        ({"step": "qualification_review"}, 1),
        ({"step": "disbursement"}, 0),
        ({"from_id": 1}, 1),
    ):
        if found:
            assert len(lines(planned(world, to_id, **wanted))) == found
        else:
            with pytest.raises(Refusal, match="没有符合条件的在办案卷"):
                planned(world, to_id, **wanted)
    with pytest.raises(Refusal, match="不是该流程其他版本的在办案卷"):
        planned(world, to_id, numbers=[number])
    hold()


def test_a_case_may_go_over_at_every_step_of_its_life(world: World) -> None:
    """Also inside the parallel block, with one branch done and signals listened for; it ends as if nothing had been."""
    case_id, is_five = world.submitted(), False
    for step in (
        "acceptance",
        "qualification_review",
        "due_diligence",
        "pre_loan_investigation",
        "bank_acceptance",
        "",
    ):
        is_five = not is_five
        plan_id = planned(world, next_version(*([(SEVEN, FIVE)] if is_five else [])))
        tasks = world.open_tasks(case_id)
        applied(world, plan_id)
        assert the_line(plan_id).verdict == "applied", the_line(plan_id).why
        assert world.open_tasks(case_id) == tasks
        hold()
        if step:
            world.complete(case_id, step, answers(step))
    world.complete(case_id, "disbursement", answers("disbursement"))
    assert world.status(case_id) == "disbursed" and version_of(case_id) == 7
    hold()


def test_a_message_on_its_way_arrives_after_the_migration(world: World, reviewing: int) -> None:
    plan_id = planned(world, next_version((SEVEN, FIVE)))
    with transaction() as session:
        message.post(session, [reviewing], "withdrawal")
    applied(world, plan_id)
    assert the_line(plan_id).verdict == "applied"
    world.fire_due()
    assert world.status(reviewing) == "withdrawn"
    hold()
