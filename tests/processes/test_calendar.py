"""A notice in force: every running clock moves, at once and exactly, and goes back when it is undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import database
from models.audit import AuditEvent
from models.calendar import calendar, end_of
from models.calendar_book import APPLIED, UNDONE, CalendarDay, CalendarNotice
from models.calendar_draft import Kind, Typed, read_rows
from models.calendar_text import read_text
from models.database import reading, transaction
from models.deadline import PROMISE, Deadline, due_for
from models.pause import DeadlineChange, Pause, PauseKind
from models.refusal import Conflict, Forbidden, Refusal
from models.workflow import ARMED, OPEN, Timer, UserTask
from processes import calendar as verbs
from processes.deadline import spans_of
from tests.notices import notice
from tests.world import World, answers, on
from webapp.jobs import run_due

LATE_2026, JANUARY = date(2026, 12, 28), date(2027, 1, 18)


def proposed(world: World, year: int = 2027, region: str = "") -> int:
    with transaction() as session:
        return verbs.propose(session, read_text(notice(year)), world.user(session, "guanli"), region).id


def applied(world: World, notice_id: int) -> int:
    with transaction() as session:
        return verbs.apply(session, notice_id, world.user(session, "guanli")).moved


def undone(world: World, notice_id: int) -> None:
    with transaction() as session:
        verbs.undo(session, notice_id, world.user(session, "guanli"))


def single(world: World, kind: Kind, day: date, region: str = "") -> int:
    """The id of a notice that names one day."""
    with transaction() as session:
        rows = [Typed(day, None, kind, "测试假日")]
        draft = read_rows(day.year, "days", "测试文〔2026〕1号", rows)
        return verbs.propose(session, draft, world.user(session, "guanli"), region).id


def clocks(session: Session) -> dict[int, tuple[Any, ...]]:
    rows = session.scalars(select(Deadline).order_by(Deadline.id))
    return {r.id: (r.due_on, r.due_at, r.provisional, r.paused_on, r.remind_on) for r in rows}


def random_clocks(session: Session, case_id: int, count: int) -> None:
    """Running clocks of every kind around the end of 2026, with pauses that ended and pauses that last."""
    dice = Random(20261228)
    actor = session.scalars(select(UserTask.department_id)).first()
    assert actor is not None
    for number in range(count):
        start = LATE_2026 - timedelta(days=dice.randrange(60))
        unit = dice.choice(("working", "working", "working", "calendar"))
        row = Deadline(
            case_id=case_id,
            key=PROMISE if not number else f"random{number}",
            name="测试",
            clause="测试",
            start_on=start,
            length=dice.randrange(1, 45),
            unit=unit,
            region_code=dice.choice(("", "150627", "150600")),
            extension_days=dice.choice((0, 0, 5)),
            due_on=start,
            due_at=end_of(start),
            provisional=False,
            calendar_version=0,
        )
        session.add(row)
        session.flush()
        for _ in range(dice.randrange(3)):
            _pause(session, row, dice)
        session.flush()
        row.recompute(spans_of(session, row))
    # The promise counts the pauses of every clock of its case.
    promise = session.scalars(select(Deadline).where(Deadline.key == PROMISE)).one()
    promise.recompute([span for span in spans_of(session, promise) if span.to_on])


def _pause(session: Session, row: Deadline, dice: Random) -> None:
    begun = row.start_on + timedelta(days=dice.randrange(40))
    ended = dice.choice((None, begun + timedelta(days=dice.randrange(25))))
    session.add(
        Pause(
            case_id=row.case_id,
            deadline_id=row.id,
            kind=PauseKind.SUPPLEMENT,
            basis="测试",
            reason="测试",
            items=[],
            limit_days=20,
            requested_by_id=1,
            requested_at=end_of(begun),
            paused_on=begun,
            resumed_on=ended,
        )
    )


def test_every_clock_moves_as_if_alone_and_goes_back_exactly(world: World) -> None:
    with on(LATE_2026):
        case_id = world.submitted()
        with transaction() as session:
            random_clocks(session, case_id, 200)
        with reading() as session:
            before = clocks(session)
        notice_id = proposed(world)
        with reading() as session:
            seen = {move.deadline_id: move for move in verbs.preview(session, notice_id)}
            assert clocks(session) == before
        assert applied(world, notice_id) == len(seen) > 60
        with transaction() as session:
            after = clocks(session)
            assert {key for key in after if after[key][:3] != before[key][:3]} <= set(seen)
            for row in session.scalars(select(Deadline)):
                spans = [s for s in spans_of(session, row) if row.key != PROMISE or s.to_on]
                row.recompute(spans)
                assert row.calendar_version == calendar().version
            assert clocks(session) == after
            changes = session.scalars(select(DeadlineChange)).all()
            assert {c.deadline_id: c.old_due_on for c in changes} == {
                i: m.old_due_on for i, m in seen.items()
            }
            assert all((c.new_due_on is None) == seen[c.deadline_id].is_paused for c in changes)
            assert {c.why for c in changes} == {"calendar"}
        undone(world, notice_id)
        with reading() as session:
            assert clocks(session) == before
            whys = dict(
                session.execute(select(DeadlineChange.why, func.count()).group_by(DeadlineChange.why)).all()
            )
            assert whys == {"calendar": len(seen), "undo": len(seen)}


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
        log = session.scalars(select(AuditEvent).where(AuditEvent.action.like("calendar.%"))).all()
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
