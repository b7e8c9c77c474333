"""Figures rest on what each knock has recorded: the report of a month that is over stays what it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models import calendar as clock
from models.calendar_book import CalendarDay
from models.case import CaseFile
from models.database import reading, transaction
from models.deadline import Deadline
from models.flow_record import FlowKind, FlowMonth, FlowMonthClose, FlowRecord
from models.refusal import Forbidden, Refusal
from models.statistics import Figures, figures
from models.statistics_classes import ClassBy, classes
from models.statistics_diagram import heat_map
from models.statistics_period import Period
from models.statistics_scope import Wanted
from models.workflow import UserTask
from processes import flow_month, flow_record, flow_takeover, sending_back, worklist
from processes.case_clock import lift_miss
from tests.webapp.knock import counted
from tests.world import World, answers, on

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
SPRING = Period(date(2026, 3, 1), date(2026, 4, 30))


def report(period: Period = MARCH, who: str = "lingdao") -> dict[str, Any]:
    """Everything that a report of the period says but what is open now."""
    with reading() as session:
        found = figures(session, World().user(session, who), Wanted(period))
        said = asdict(found)
        said.pop("now")
        said["classes"] = asdict(classes(session, World().user(session, "lingdao"), Wanted(period)))
        return said


def kinds(case_id: int) -> Counter[str]:
    with reading() as session:
        return Counter(session.scalars(select(FlowRecord.kind).where(FlowRecord.case_id == case_id)))


@pytest.fixture
def spring(world: World) -> Iterator[World]:
    """March: one case paid out in time, one refused late, one that waits at the guarantor since the 25th."""
    with on(date(2026, 3, 2)):
        first = world.submitted()
        world.complete(first, "acceptance", answers("acceptance"))
    with on(date(2026, 3, 5)):
        world.complete(first, "qualification_review", answers("qualification_review"))
        world.complete(first, "due_diligence", answers("due_diligence"))
        world.complete(first, "pre_loan_investigation", answers("pre_loan_investigation"))
        second = world.submitted()
        world.complete(second, "acceptance", answers("acceptance"))
    with on(date(2026, 3, 6)):
        paid_on = date(2026, 3, 6)
        world.complete(first, "bank_acceptance", answers("bank_acceptance", accepted_on=paid_on))
        world.complete(
            first, "disbursement", answers("disbursement", signed_on=paid_on, disbursed_on=paid_on)
        )
    with on(date(2026, 3, 17), 0):
        assert world.fire_due() == 1
    with on(date(2026, 3, 20)):
        refuse = answers(
            "qualification_review", decision="fail", reason_codes=["H01"], reason_text="不符", clause="第二条"
        )
        world.complete(second, "qualification_review", {**refuse, "late_reason": "人员不足"})
    with on(date(2026, 3, 25)):
        third = world.submitted()
        world.complete(third, "acceptance", answers("acceptance"))
        world.complete(third, "qualification_review", answers("qualification_review"))
    with on(date(2026, 4, 1)):
        yield world


def case_ids() -> list[int]:
    with reading() as session:
        return sorted(set(session.scalars(select(FlowRecord.case_id))))


def test_a_knock_records_cases_steps_and_clocks_with_their_days(spring: World) -> None:
    paid, refused, waiting = case_ids()
    assert kinds(paid) == Counter(
        {"case.opened": 1, "case.closed": 1, "task.opened": 6, "task.done": 6, "clock.met": 7}
    )
    assert kinds(refused)["clock.missed"] == 1 and kinds(refused)["clock.late"] == 1
    assert kinds(waiting)["task.opened"] == 4
    with reading() as session:
        query = select(FlowRecord).where(
            FlowRecord.case_id == refused, FlowRecord.deadline_key == "qualification"
        )
        late = session.scalars(query.where(FlowRecord.kind == "task.done")).one()
        assert (late.used_days, late.allowed_days, late.is_late) == (11, 7, True)
        assert late.task_id and late.definition_id and late.department_id and late.person_id
        closed = session.scalars(select(FlowRecord).where(FlowRecord.kind == "case.closed")).one()
        assert (closed.outcome, closed.guarantee_type, closed.term_months) == ("disbursed", "credit", 24)
        assert str(closed.amount) == "80000.00"


def test_the_figures_of_a_month(spring: World) -> None:
    with reading() as session:
        found: Figures = figures(session, spring.user(session, "lingdao"), Wanted(MARCH))
        assert (found.opened, found.closed) == (3, 1)
        terms = {
            term.title: (term.met, term.missed, term.allowed_days, term.days.median) for term in found.terms
        }
        assert terms["资格审核时限"] == (2, 1, 7, 3)
        assert terms["承诺办结时限"] == (1, 0, 21, 4)
        steps = {
            step.title: (step.number, step.late, step.days.median, step.days.p90) for step in found.steps
        }
        assert steps["资格审核"] == (3, 1, 3, 11)
        assert found.bottlenecks[0].title == "资格审核"
        assert (
            sum(office.number for office in found.departments)
            == sum(step.number for step in found.steps)
            == 10
        )
        [month] = found.months
        assert (month.title, month.opened, month.closed, month.missed) == ("2026-03", 3, 1, 1)
        said = classes(session, spring.user(session, "lingdao"), Wanted(MARCH))
        assert (said.total.closed, said.total.paid, str(said.total.amount)) == (1, 1, "80000.00")
        for by in ClassBy:
            assert sum(line.closed for line in said.tables[by]) == 1, by
        heat = heat_map(session, spring.user(session, "lingdao"), None, MARCH)
        assert (heat.steps["qualification_review"].number, heat.steps["qualification_review"].late) == (3, 1)
        standing = heat_map(session, spring.user(session, "lingdao"), None, None)
        assert standing.steps["due_diligence"].number == 1
        assert standing.steps["qualification_review"].number == 0


def test_last_month_s_report_survives_calendar_return_migration_and_closing(spring: World) -> None:
    before, head = report(), report(who="danbao0")
    _paid, _refused, waiting = case_ids()
    with transaction() as session:
        # A calendar that no count of March has known.
        session.add(CalendarDay(day=date(2026, 3, 9), kind="off", name="试", source="试", version=2))
        session.execute(update(clock.Installation).values(calendar_version=2))
    with transaction() as session:
        actor = spring.user(session, "danbao1")
        task_id = spring.open_tasks(waiting)["due_diligence"]
        task = worklist.task_for(session, task_id, actor)
        target = next(
            one for one in sending_back.targets(session, task) if one.element_id == "qualification_review"
        )
        wish = target.element_id, "in_order", "需重新审核", actor
        sending_back.send_back(session, task_id, *wish, late_reason="等待材料")
    assert kinds(waiting)["task.returned"] == 1
    assert report() == before and report(who="danbao0") == head
    with transaction() as session:
        session.execute(update(UserTask).values(element_id="renamed", name="改名后的环节"))
        session.execute(update(Deadline).values(due_on=date(2026, 12, 31), missed_at=None))
    assert report() == before
    assert report(SPRING) != before


def test_what_was_sent_back_counts_once_over_both_months(spring: World) -> None:
    _paid, _refused, waiting = case_ids()
    with transaction() as session:
        done = session.scalars(
            select(FlowRecord.task_id).where(
                FlowRecord.case_id == waiting, FlowRecord.step == "资格审核", FlowRecord.kind == "task.done"
            )
        ).all()
        flow_record.taken_back(session, FlowKind.TASK_RETURNED, waiting, [one for one in done if one])
    numbers = [
        next(s.number for s in _figures(period).steps if s.title == "资格审核") for period in (MARCH, SPRING)
    ]
    assert numbers == [3, 2]


def test_a_lifted_miss_no_longer_counts_from_its_own_day_on(spring: World) -> None:
    _paid, refused, _waiting = case_ids()
    with transaction() as session:
        case = session.get_one(CaseFile, refused)
        late = session.scalars(
            select(Deadline).where(Deadline.case_id == refused, Deadline.missed_at.is_not(None))
        ).one()
        lift_miss(session, case, late)
    assert [_figures(period).missed for period in (MARCH, SPRING)] == [1, 0]


def _figures(period: Period) -> Figures:
    with reading() as session:
        return figures(session, World().user(session, "lingdao"), Wanted(period))


def test_a_closed_month_says_what_its_records_say(spring: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = report(SPRING)
    with reading() as session:
        assert flow_month.due_months(session) == []  # a training clock may go back
    monkeypatch.setattr(flow_month, "is_training", lambda: False)
    with on(date(2026, 4, 1)), reading() as session:
        assert flow_month.due_months(session) == []
    with on(date(2026, 4, 2)):
        for is_first in (True, False):
            with transaction() as session:
                due = flow_month.due_months(session)
                assert bool(due) is is_first
                assert flow_month.close_month(session, date(2026, 3, 1)) is is_first
    with reading() as session:
        assert session.scalars(select(FlowMonth)).first() is not None
        session.connection()
    assert report(SPRING) == before
    with transaction() as session:
        session.execute(update(FlowMonth).values(number=FlowMonth.number + 1))
    assert report(SPRING) != before  # it is read
    with transaction() as session:
        for table in (FlowMonth, FlowMonthClose):  # a cache, thrown away at will
            session.execute(delete(table))
    assert report(SPRING) == before


def test_records_are_only_added(spring: World) -> None:
    for statement in ("UPDATE flow_record SET used_days = 1", "DELETE FROM flow_record"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(text(statement))


def test_an_older_database_is_taken_over_once_with_the_same_figures(spring: World) -> None:
    before = _plain()
    with transaction() as session:
        for line in _without_guard(session.get_bind().dialect.name):
            session.execute(text(line))
    with transaction() as session:
        assert flow_takeover.take_over(session) == case_ids_of(session)
        assert flow_takeover.take_over(session) == []
    assert _plain() == before
    with reading() as session:
        assert set(session.scalars(select(FlowRecord.is_taken_over))) == {True}


def case_ids_of(session: Session) -> list[int]:
    return list(session.scalars(select(CaseFile.id).order_by(CaseFile.id)))


def _without_guard(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return ["DROP TRIGGER flow_record_append_only ON flow_record", "DELETE FROM flow_record"]
    return ["DROP TRIGGER flow_record_no_delete", "DELETE FROM flow_record"]


def _plain() -> list[Any]:
    """Every record but what only a knock knows."""
    names = ("case_id", "kind", "on_day", "step", "deadline_key", "department_id", "region_id", "outcome", "allowed_days",
             "used_days", "is_late", "group_code", "bank_id", "term_months", "guarantee_type", "amount", "definition_id")  # fmt: skip
    with reading() as session:
        rows = session.scalars(select(FlowRecord)).all()
    return sorted(tuple(str(getattr(row, name)) for name in names) for row in rows)


def test_sight_of_figures(spring: World) -> None:
    with reading() as session:
        user = {name: spring.user(session, name) for name in ("renshe1", "danbao0", "lingdao")}
        with pytest.raises(Forbidden):
            figures(session, user["renshe1"], Wanted(MARCH))
        with pytest.raises(Forbidden):
            classes(session, user["danbao0"], Wanted(MARCH))
        own = figures(session, user["danbao0"], Wanted(MARCH))
        assert own.is_one_department and {one.department_id for one in own.departments} == {
            user["danbao0"].department_id
        }
        assert (own.opened, own.closed) == (2, 1)
        for bad in ({"region_id": 10**6}, {"department_id": 10**6}, {"scheme": "x"}):
            with pytest.raises(Refusal):
                figures(session, user["lingdao"], Wanted(MARCH, **bad))
        narrowed = figures(
            session, user["lingdao"], Wanted(MARCH, department_id=user["danbao0"].department_id)
        )
        assert [one.number for one in narrowed.departments] == [one.number for one in own.departments]


def test_each_figure_takes_a_fixed_number_of_statements(spring: World) -> None:
    seen: list[int] = []
    for _round in range(2):
        with counted() as tally, reading() as session:
            figures(session, spring.user(session, "lingdao"), Wanted(SPRING))
        seen.append(len(tally))
        spring.submitted()
    assert seen[0] == seen[1] <= 12
