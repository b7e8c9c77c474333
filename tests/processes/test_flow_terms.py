"""What counts and what does not: withdrawn promises, applicants' own terms, steps done again, pauses, names, sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from models import board_cache
from models.board_forecast import StepKey
from models.board_pace import pace
from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.deadline import CALENDAR, PROMISE, Deadline
from models.flow_record import APPLICANTS, FlowKind, FlowRecord
from models.pause import PauseKind
from models.people import Department, Region
from models.refusal import Refusal
from models.statistics import Figures, _titles, figures
from models.statistics_diagram import heat_map
from models.statistics_period import Period
from models.statistics_rows import counted
from models.statistics_scope import Scope, Wanted
from models.term import Span
from models.workflow import IS_OPEN, ProcessDefinition, ProcessInstance, UserTask
from processes import flow_count, flow_takeover, pause, withdrawal, worklist
from tests.moving_back import at_step, sent_back
from tests.processes.test_flow_record import _plain, _without_guard
from tests.walk import ITEMS
from tests.world import World, answers, on

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
MARCH = Wanted(Period(date(2026, 3, 1), date(2026, 3, 31)))
LACKING = {"result": "incomplete", "items": ITEMS, "delivery_method": "direct"}


def withdrawn(world: World, case_id: int) -> None:
    with transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "renshe1"), "不再需要")


def said(world: World, who: str = "lingdao", wanted: Wanted = MARCH) -> Figures:
    with reading() as session:
        return figures(session, world.user(session, who), wanted)


def terms(case_id: int) -> list[tuple[str, str, str]]:
    """What was recorded of the clocks of a case: kind, key, whose."""
    with reading() as session:
        query = select(FlowRecord.kind, FlowRecord.deadline_key, FlowRecord.outcome)
        rows = session.execute(query.where(FlowRecord.case_id == case_id).order_by(FlowRecord.id))
        return [(kind, key, whose) for kind, key, whose in rows if kind.startswith("clock.")]


def test_a_withdrawn_case_leaves_the_rate_alone(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "qualification_review")
        before = said(world)
        withdrawn(world, case_id)
        after = said(world)
        assert world.status(case_id) == CaseStatus.WITHDRAWN
        assert (after.met, after.missed) == (before.met, before.missed) and after.closed == 1
        assert not [key for _kind, key, _whose in terms(case_id) if key == PROMISE]
        promise = world.deadlines(case_id)[PROMISE]
        assert promise.done_on is None and promise.cancelled_on == MONDAY and promise.words == "已终止"


def test_applicants_own_terms_have_a_line_of_their_own(world: World) -> None:
    with on(MONDAY):
        kept, lapsed = world.submitted(), world.submitted()
        for case_id in (kept, lapsed):
            world.complete(case_id, "acceptance", answers("acceptance", **LACKING, delivered_on=MONDAY))
        before = said(world)
        world.complete(kept, "supplement", answers("supplement"))
        assert ("clock.met", "supplement", APPLICANTS) in terms(kept)
    with on(date(2026, 3, 31)):
        world.fire_due()
        assert world.status(lapsed) == CaseStatus.LAPSED
        assert ("clock.missed", "supplement", APPLICANTS) in terms(lapsed)
        found = said(world)
    [his] = [term for term in found.terms if term.is_applicants]
    assert (his.met, his.missed) == (1, 1)
    late = [term for term in found.terms if term.missed and not term.is_applicants]
    # The acceptance that began again on Monday was not done: it is the office's.
    assert (
        {term.title for term in late} == {"一次性告知时限"} and found.missed == 1 and found.met == before.met
    )
    assert (found.months[0].met, found.months[0].missed) == (found.met, found.missed)


def numbers(world: World) -> tuple[int, int, int, int]:
    """到达, 办结, 终止, 在办."""
    with reading() as session:
        kinds = (FlowKind.TASK_OPENED, FlowKind.TASK_DONE, FlowKind.TASK_CANCELLED)
        rows = counted(session, Scope(None), MARCH, kinds, ("kind",), set())
        is_open = session.scalar(select(func.count()).select_from(UserTask).where(IS_OPEN)) or 0
        came, done, broken_off = (rows[(kind.value,)] for kind in kinds)
        return came, done, broken_off, is_open


def test_arrivals_add_up_when_steps_are_done_again(world: World) -> None:
    with on(MONDAY):
        case_id = at_step(world, "bank_acceptance")
        assert numbers(world) == (5, 4, 0, 1)
        sent_back(world, case_id, "bank_acceptance", "qualification_review", "yinhang2")
        # Only the acceptance counts; the step that sent back was broken off.
        assert numbers(world) == (3, 1, 1, 1)
        with reading() as session:
            board_cache.forget()
            assert {key.element_id for key in pace(session)} == {"acceptance"}
    with on(TUESDAY):
        world.complete(case_id, "qualification_review", answers("qualification_review"))
        assert numbers(world) == (5, 2, 1, 2)
        with reading() as session:
            board_cache.forget()
            again = pace(session)[StepKey("startup_loan", "", "qualification_review")]
            assert dict(again) == {1: 1}


def test_an_older_database_says_the_same_of_pauses_lapses_and_withdrawals(world: World) -> None:
    with on(MONDAY):
        first, second, third = (at_step(world, "qualification_review") for _ in range(3))
        lapsed = world.submitted()
        world.complete(lapsed, "acceptance", answers("acceptance", **LACKING, delivered_on=MONDAY))
    with on(TUESDAY):
        withdrawn(world, second)
        with transaction() as session:
            user = world.user(session, "renshe2")
            asked = pause.Asked(PauseKind.SUPPLEMENT, "缺少场地证明", 10, ITEMS)
            task_id = world.open_tasks(first)["qualification_review"]
            worklist.claim(session, task_id, user)
            paused = pause.ask(session, task_id, asked, user).id
    with on(date(2026, 3, 9)):
        with transaction() as session:
            user = world.user(session, "renshe2")
            pause.resume(session, paused, date(2026, 3, 9), "材料已补齐", user)
        world.complete(first, "qualification_review", answers("qualification_review"))
    for day in range(10, 32):
        with on(date(2026, 3, day), 0):
            world.fire_due()
    with on(date(2026, 3, 31)):
        review = answers("qualification_review", late_reason="人员不足")
        world.complete(third, "qualification_review", review)
        before = _plain()
        with transaction() as session:
            for line in _without_guard(session.get_bind().dialect.name):
                session.execute(text(line))
            taken = flow_takeover.take_over(session)
            assert taken == [first, second, third, lapsed] and not flow_takeover.take_over(session, lapsed)
        assert _plain() == before
    kinds = {row[1] for row in before}
    assert {"task.cancelled", "clock.missed", "clock.late", "clock.met"} <= kinds


def test_the_rules_of_counting(world: World) -> None:
    late: dict[str, Any] = {"key": "x", "start_on": MONDAY, "due_on": date(2026, 3, 6), "region_code": ""}
    saturday = Deadline(**late, done_on=date(2026, 3, 7), unit=CALENDAR)
    assert flow_count.ending_kinds(saturday) == [FlowKind.CLOCK_MISSED, FlowKind.CLOCK_LATE]
    in_time = Deadline(**late, done_on=date(2026, 3, 6), unit=CALENDAR)
    assert flow_count.ending_kinds(in_time) == [FlowKind.CLOCK_MET]
    spans = [Span(TUESDAY, date(2026, 3, 5)), Span(WEDNESDAY, None)]
    with reading():
        assert flow_count.clock_days(in_time, date(2026, 3, 6), spans) == 1
    named = [("a", "乙", 1), ("a", "甲", 3), ("a", "乙", 1), ("b", "丁", 1), ("b", "丙", 1)]
    assert _titles(named) == {"a": "甲", "b": "丁"}


def test_a_head_names_regions_of_his_office_only(world: World) -> None:
    with reading() as session:
        head = world.user(session, "danbao0")
        office = session.get_one(Department, head.department_id)
        above = session.get_one(Region, office.region_id).parent_id
        own = Wanted(MARCH.period, region_id=office.region_id)
        assert figures(session, head, own).opened == 0
        with pytest.raises(Refusal):
            figures(session, head, Wanted(MARCH.period, region_id=above))


def test_the_heat_opens_on_the_drawing_with_most_open_cases(world: World) -> None:
    with reading() as session:
        leader = world.user(session, "lingdao")
        assert heat_map(session, leader, None, None).version.id  # none open: any drawing
    world.submitted()
    with transaction() as session:
        assert heat_map(session, world.user(session, "lingdao"), None, None).version.key == "combined_review"
        other = session.scalars(
            select(ProcessDefinition.id).where(ProcessDefinition.key == "credit_application")
        ).first()
        session.execute(update(ProcessInstance).values(definition_id=other))
        assert heat_map(session, world.user(session, "lingdao"), None, None).version.id == other


def test_the_tiles_lead_to_exactly_their_steps(world: World) -> None:
    from models import board_list
    from models.board_asked import Asked

    with on(MONDAY):
        at_step(world, "qualification_review")
        world.submitted()
    with on(date(2026, 3, 20)), reading() as session:
        user = world.user(session, "lingdao")
        region = session.scalars(select(CaseFile.region_id)).first()
        office = world.user(session, "renshe0").department_id
        for narrowed in ({}, {"region_id": region}, {"department_id": office}, {"scheme": "credit_loan"}):
            found = figures(session, user, Wanted(MARCH.period, **narrowed)).now
            for number, window in ((found.tasks, ""), (found.late, "over")):
                assert isinstance(found.asked, Asked)
                wanted = Asked(**{**vars(found.asked), "window": window})
                assert len(board_list.page(session, user, wanted, {}).lines) == number, narrowed
        above = session.get_one(Region, region).parent_id
        auditor = world.user(session, "shenji")
        assert figures(session, auditor, Wanted(MARCH.period, region_id=above)).now.asked is None
