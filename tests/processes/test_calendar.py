"""A notice in force: every running clock moves, at once and exactly, and goes back when it is undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from models import database
from models.audit import AuditEvent
from models.calendar import calendar
from models.calendar_book import APPLIED, UNDONE, CalendarDay, CalendarNotice
from models.calendar_text import read_text
from models.database import reading, transaction
from models.deadline import Deadline, due_for
from models.refusal import Conflict, Forbidden, Refusal
from models.workflow import ARMED, OPEN, Timer, UserTask
from processes import calendar as verbs
from tests.notices import notice
from tests.processes.calendar_acts import applied, proposed, single, undone
from tests.world import World, answers, on
from webapp.jobs import run_due

JANUARY = date(2027, 1, 18)


def test_task_and_timer_follow_the_clock_and_a_held_timer_is_let_go(world: World) -> None:
    with on(JANUARY):
        case_id = world.submitted()
        items = [{"material": "business_licence", "problem": "复印件不清晰", "requirement": "原件一份"}]
        over = {"items": items, "delivery_method": "direct", "delivered_on": JANUARY}
        incomplete = answers("acceptance", result="incomplete", **over)
        world.complete(case_id, "acceptance", incomplete)

        def state() -> tuple[Any, ...]:
            with reading() as session:
                task = session.scalars(select(UserTask).where(UserTask.status == OPEN)).one()
                timer = session.scalars(
                    select(Timer).where(Timer.status == ARMED, Timer.deadline_id == task.deadline_id)
                ).one()
                clock = session.get_one(Deadline, task.deadline_id)
                assert task.due_at == timer.due_at == clock.due_at
                return clock.due_on, clock.provisional, timer.is_held

        before = state()
        assert before[1:] == (True, True)
        notice_id = proposed(world)
        applied(world, notice_id)
        due = state()
        assert due[1:] == (False, False)
        assert due[0] > before[0]
        undone(world, notice_id)
        assert state() == before
        applied(world, proposed(world))
    # Once official, the end comes by itself.
    with on(due[0] + timedelta(days=1)):
        run_due()
        assert world.status(case_id) == "lapsed"


def test_an_amendment_and_a_local_notice_move_the_end_by_one_working_day(world: World) -> None:
    start, n = date(2026, 3, 2), 7

    def due(region: str = "") -> date:
        with reading():
            return due_for(start, n, region_code=region).due_on

    assert due() == date(2026, 3, 11)
    local = single(world, "off", date(2026, 3, 5), region="150627")
    assert due("150627") == date(2026, 3, 11)
    applied(world, local)
    assert (due(), due("150600"), due("150627")) == (date(2026, 3, 11), date(2026, 3, 11), date(2026, 3, 12))
    amendment = single(world, "off", date(2026, 3, 6))
    applied(world, amendment)
    assert (due(), due("150627")) == (date(2026, 3, 12), date(2026, 3, 13))
    undone(world, local)
    undone(world, amendment)
    assert (due(), due("150627")) == (date(2026, 3, 11), date(2026, 3, 11))


def test_a_corrected_year_replaces_the_first_and_gives_it_back(world: World) -> None:
    def year() -> dict[date, str]:
        with reading() as session:
            rows = session.scalars(select(CalendarDay).where(CalendarDay.until_version.is_(None)))
            return {row.day: row.kind for row in rows if row.day.year == 2027}

    first = proposed(world)
    applied(world, first)
    as_first = year()
    text = notice(2027).replace(
        "1月31日（周日）、2月20日（周六）上班", "2月20日（周六）、2月21日（周日）上班"
    )
    with transaction() as session:
        corrected = verbs.propose(session, read_text(text), world.user(session, "guanli")).id
    applied(world, corrected)
    assert (year().get(date(2027, 1, 31)), year()[date(2027, 2, 21)]) == (None, "work")
    with pytest.raises(Refusal, match="后来的通知"):
        undone(world, first)
    undone(world, corrected)
    assert year() == as_first
    undone(world, first)
    assert year() == {}
    with reading() as session:
        states = session.scalars(select(CalendarNotice.state).where(CalendarNotice.year == 2027)).all()
        assert set(states) == {UNDONE}
        # Rows are only ended, never changed: every version can still be explained.
        assert all(row.version < (row.until_version or 99) for row in session.scalars(select(CalendarDay)))
        noted = select(AuditEvent).where(AuditEvent.action.like("calendar.%")).order_by(AuditEvent.id)
        log = session.scalars(noted).all()
        assert [event.action.split(".")[1] for event in log] == [
            *("proposed", "applied", "proposed", "applied", "undone", "undone")
        ]
        assert all(len(event.new["sha256"]) == 64 for event in log if event.action != "calendar.proposed")


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_that_is_official_already_says_nothing_new(world: World, year: int) -> None:
    with pytest.raises(Refusal, match="内容相同"):
        proposed(world, year)


def test_what_is_refused(world: World) -> None:
    notice_id = proposed(world)
    with pytest.raises(Refusal, match="正在等待批准"):
        proposed(world)
    with pytest.raises(Refusal, match="没有这个地区"):
        single(world, "off", date(2026, 3, 5), region="999999")
    with pytest.raises(Refusal, match="本来就是工作日"):
        single(world, "work", date(2026, 3, 5))
    for forbidden in (verbs.apply, verbs.undo, verbs.discard):
        with pytest.raises(Forbidden), transaction() as session:
            forbidden(session, notice_id, world.user(session, "renshe0"))
    with pytest.raises(Conflict, match="没有生效"):
        undone(world, notice_id)
    with pytest.raises(Conflict, match="重新查看预览"), transaction() as session:
        verbs.apply(session, notice_id, world.user(session, "guanli"), seen=99)
    with reading() as session:
        shipped = session.scalars(select(CalendarNotice.id).where(CalendarNotice.state == APPLIED)).first()
    assert shipped is not None
    with pytest.raises(Conflict, match="随系统提供"):
        undone(world, shipped)
    with transaction() as session:
        verbs.discard(session, notice_id, world.user(session, "guanli"))
    with pytest.raises(Conflict, match="已经处理过"):
        applied(world, notice_id)
    # What was discarded may be proposed again.
    applied(world, proposed(world))


def test_a_change_that_is_taken_back_leaves_no_trace_in_memory(world: World) -> None:
    notice_id = proposed(world)
    with pytest.raises(ZeroDivisionError), transaction() as session:
        verbs.apply(session, notice_id, world.user(session, "guanli"))
        raise ZeroDivisionError
    local = single(world, "off", date(2026, 3, 5))
    applied(world, local)
    with reading():
        assert not calendar().is_official(date(2027, 3, 1))
        assert not calendar().is_working_day(date(2026, 3, 5))


def test_two_changes_at_once_are_one_change_and_one_refusal(world: World) -> None:
    """Both have the calendar open and want it alone: neither may wait for the other for ever."""
    if database.bound().is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    notices = [proposed(world), single(world, "off", date(2026, 3, 5))]
    both_open = Barrier(2)

    def change(notice_id: int) -> str:
        try:
            with transaction() as session:
                both_open.wait(10)
                verbs.apply(session, notice_id, world.user(session, "guanli"))
        except Conflict as refused:
            return refused.message
        return "applied"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(change, notices))
    assert told == ["applied", "另一项日历或时钟调整正在进行，请稍后重试。"]
