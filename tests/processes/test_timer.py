"""Due timers are claimed with a lease, fired once, put off when they fail, and seen when they stand still."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import audit_log, database
from models.calendar import end_of, real_now
from models.calendar_draft import Typed, read_rows
from models.database import reading, transaction
from models.deadline import NO_DEADLINE, PROMISE
from models.refusal import Forbidden
from models.timer import stalled
from models.workflow import ARMED, FIRED, STALLED, Timer
from processes import background, calendar
from processes import timer as timer_verbs
from processes.timer import BATCH, MAX_ATTEMPTS, claim, fire, next_due, note_fault, release, retry
from tests.invariants import check_all
from tests.processes.engine.bad_drawings import CLOSED, work
from tests.processes.engine.drawings import catch, end, flow, gateway, line, start, timer
from tests.processes.standing_timers import many_fired, published
from tests.world import World, answers, on
from webapp import handlers

FIRST, LATER = date(2026, 3, 2), date(2026, 3, 20)
EXPIRED = timedelta(seconds=-1)
REVIEW = {"deadline": "qualification", "clause": "第二条"}


def _claimed(worker: str, **how: Any) -> list[int]:
    with transaction() as session:
        return claim(session, worker, **how)


def _fired(timer_id: int, worker: str) -> bool:
    with transaction() as session:
        return fire(session, timer_id, worker)


def _rows(case_id: int) -> list[Timer]:
    with reading() as session:
        return list(session.scalars(sa.select(Timer).where(Timer.case_id == case_id).order_by(Timer.id)))


def test_a_claim_is_a_lease_in_due_order(world: World) -> None:
    with on(date(2026, 3, 3)):
        late = world.submitted()
    with on(FIRST):
        early = world.submitted()
        assert _claimed("a") == []
    with on(LATER):
        first, second = _rows(early)[0].id, _rows(late)[0].id
        assert _claimed("a", limit=1) == [first]
        assert _claimed("b") == [second]
        assert _claimed("c") == []
        assert _claimed("a") == [first], "a worker that was started anew takes its own leases again"
        with transaction() as session:
            release(session, "b")
        assert _claimed("c") == [second]


def test_a_worker_that_overslept_its_lease_is_fenced_off(world: World) -> None:
    case_id = world.submitted()
    with on(LATER):
        (timer_id,) = _claimed("zombie", lease=EXPIRED)
        assert _claimed("heir") == [timer_id]
        assert not _fired(timer_id, "zombie")
        assert _fired(timer_id, "heir")
        assert not _fired(timer_id, "heir"), "once"
        assert _rows(case_id)[0].status == FIRED
        assert world.deadlines(case_id)["notification"].missed_at == _rows(case_id)[0].due_at


def test_a_submit_fires_what_is_due_also_under_a_worker_s_lease(world: World) -> None:
    case_id = world.submitted()
    with on(LATER):
        (timer_id,) = _claimed("worker")
        world.complete(case_id, "acceptance", answers("acceptance", late_reason="窗口人手不足"))
        assert world.deadlines(case_id)["notification"].missed_at
        assert not _fired(timer_id, "worker")


def test_what_was_moved_after_the_claim_does_not_fire(world: World) -> None:
    case_id = world.submitted()
    with on(LATER):
        (timer_id,) = _claimed("worker")
    with on(FIRST):
        assert not _fired(timer_id, "worker")
    assert (_rows(case_id)[0].status, _rows(case_id)[0].leased_by) == (ARMED, "")


def test_held_timers_are_not_claimed_and_the_next_due_one_is_known(world: World) -> None:
    with reading() as session:
        assert next_due(session) is None
    case_id = world.submitted()
    with reading() as session:
        assert next_due(session) == world.deadlines(case_id)["notification"].due_at
    with transaction() as session:
        session.execute(sa.update(Timer).values(is_held=True))
    with on(LATER):
        assert _claimed("worker") == []
    with reading() as session:
        assert next_due(session) is None


def test_what_fails_is_put_off_longer_each_time_then_stands_still(world: World) -> None:
    case_id = world.submitted()
    with on(LATER):
        (timer_id,) = _claimed("worker")
        for attempt in range(1, MAX_ATTEMPTS + 1):
            with transaction() as session:
                note_fault(session, timer_id, "other", "说谎")
                note_fault(session, timer_id, "worker", f"第{attempt}次")
            assert _claimed("worker") == [], "put off"
            (row,) = _rows(case_id)
            assert (row.attempts, row.fault) == (attempt, f"第{attempt}次")
            with transaction() as session:
                row = session.get_one(Timer, timer_id)
                assert row.lease_until is not None
                wait = (row.lease_until - real_now()).total_seconds()
                assert 2**attempt * 0.9 < wait < 2**attempt * 1.3
                row.leased_by = "worker"
        with reading() as session:
            (seen,) = stalled(session)
            assert (seen.id, seen.attempts, seen.fault) == (timer_id, MAX_ATTEMPTS, "第8次")
            assert timer_verbs.drawn_name(session, seen) == "一次性告知时限"
            (last, *_rest) = audit_log.log_page(session, audit_log.Asked(case=seen.number)).lines
            assert "停滞" in last.event.summary


def test_only_an_administrator_arms_stalled_timers_again(world: World) -> None:
    case_id = world.submitted()
    with transaction() as session:
        session.execute(sa.update(Timer).values(status=STALLED, fault="连接中断", attempts=8))
    ids = [row.id for row in _rows(case_id)]
    with transaction() as session, pytest.raises(Forbidden):
        retry(session, ids, world.user(session, "renshe1"))
    for retried in (1, 0):
        with transaction() as session:
            assert retry(session, [*ids, 999], world.user(session, "guanli")) == retried
    with on(LATER):
        assert world.fire_due() == 1
    with reading() as session:
        check_all(session)


def test_a_stalled_clock_of_the_house_stops_nobody(world: World) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    (promise,) = [row for row in _rows(case_id) if row.kind == PROMISE]
    with transaction() as session:
        session.get_one(Timer, promise.id).status = STALLED
    with on(date(2026, 6, 1)):
        world.complete(
            case_id, "qualification_review", answers("qualification_review", late_reason="补充核查")
        )
        assert world.deadlines(case_id)[PROMISE].missed_at is None
        with transaction() as session:
            retry(session, [promise.id], None)
        world.fire_due()
        assert world.deadlines(case_id)[PROMISE].missed_at == promise.due_at


FAULTY = (
    start(),
    work("acceptance", **{"form": "acceptance"}),
    timer("due", "acceptance", "working_days(2)", **REVIEW),
    gateway("which", default="f_which_a"),
    *(CLOSED, end("a"), end("b")),
    *line("begin", "acceptance", "finish"),
    *line("due", "which", "a"),
    flow("which", "b", "1 / (term_months * 2 - 48) > 2"),  # of 24 months only: no sample finds it
)


def test_a_timer_that_cannot_fire_does_not_stop_the_clerk(world: World) -> None:
    """Before it stands still as after: his step is done, late, and the miss is on record all the same."""
    published(*FAULTY)
    soon, later = world.submitted(), world.submitted()
    with on(LATER):
        first, second = _claimed("worker")
        with pytest.raises(Exception, match="除数为零"):
            _fired(first, "worker")
        with transaction() as session:
            session.get_one(Timer, second).status = STALLED
        for case_id in (soon, later):
            world.complete(case_id, "acceptance", answers("acceptance", late_reason="窗口人手不足"))
            clock = world.deadlines(case_id)["qualification"]
            assert (clock.done_on, clock.missed_at) == (LATER, end_of(date(2026, 3, 4)))
        with reading() as session:
            check_all(session)


ODD = (
    start(),
    gateway("fork", "parallel"),
    work("acceptance", **{"form": "acceptance"}),
    timer("urge", "acceptance", "every(3, working_days(2))", kind="timeCycle"),
    work("other", **{"form": "qualification_review"}),
    timer("due", "other", "working_days(5, accepted_on)", **REVIEW),
    gateway("join", "parallel"),
    *(CLOSED, end("urged"), end("late")),
    *line("begin", "fork", "acceptance", "join", "finish"),
    *line("fork", "other", "join"),
    flow("urge", "urged"),
    flow("due", "late"),
)


def test_a_cycle_has_a_row_a_time_and_a_clock_waits_for_its_fact(world: World) -> None:
    published(*ODD)
    case_id = world.submitted()
    with reading() as session:
        (seen,) = stalled(session)
        assert (seen.due_at, seen.element_id) == (NO_DEADLINE, "due")
        assert "起算日尚未确定" in seen.fault
        check_all(session)
    with on(date(2026, 3, 7)):
        assert world.fire_due() == 1
        assert world.fire_due() == 0
    with on(LATER):
        assert world.fire_due() == 1, "the third is fired with the second, of which it is born"
    urged = [row for row in _rows(case_id) if row.element_id == "urge"]
    assert [(row.status, row.due_at) for row in urged] == [
        (FIRED, end_of(date(2026, 3, day))) for day in (4, 6, 10)
    ]
    with on(LATER):
        world.complete(case_id, "acceptance", answers("acceptance"))
        (clock,) = [row for row in _rows(case_id) if row.element_id == "due"]
        assert (clock.status, clock.due_at) == (FIRED, end_of(date(2026, 3, 9)))
        assert world.deadlines(case_id)["qualification"].missed_at == clock.due_at
        with reading() as session:
            assert stalled(session) == []
            check_all(session)


def test_an_event_without_a_clock_follows_the_calendar(world: World) -> None:
    wait = catch("wait", "working_days(3)")
    published(start(), wait, work("acceptance"), CLOSED, *line("begin", "wait", "acceptance", "finish"))
    case_id = world.submitted()
    assert _rows(case_id)[0].due_at == end_of(date(2026, 3, 5))
    with transaction() as session:
        draft = read_rows(
            2026, "days", "测试文〔2026〕1号", [Typed(date(2026, 3, 4), None, "off", "测试假日")]
        )
        notice = calendar.propose(session, draft, None)
        calendar.apply(session, notice.id, None)
    version = str(notice.applied_version)
    assert background.status(calendar.RECOUNT, [version]) == {version: "ENQUEUED"}
    handlers.recount()
    key = f"{case_id}-{version}"
    assert background.status(handlers.RECOUNT_CASE, [key]) == {key: "ENQUEUED"}
    handlers.recount_case(case_id)
    assert _rows(case_id)[0].due_at == end_of(date(2026, 3, 6))
    with on(date(2026, 3, 7)):
        assert world.fire_due() == 1
    assert list(world.open_tasks(case_id)) == ["acceptance"]


def test_finding_what_is_due_reads_only_what_is_due(world: World) -> None:
    """By the partial index of due timers: neither the far, the held, the stalled nor the fired ones are read."""
    many_fired(world.submitted())
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    writer = database.bound().writer
    sa.event.listen(writer, "before_cursor_execute", note)
    _claimed("worker")
    with transaction() as session:
        next_due(session)
    sa.event.remove(writer, "before_cursor_execute", note)
    questions = [(text, given) for text, given in asked if "FROM timer" in text]
    assert len(questions) == 2
    assert f"LIMIT {BATCH}" in questions[0][0] or BATCH in _values(questions[0][1])
    for text, given in questions:
        assert "ix_timer_due" in _plan(text, given)


def _values(given: Any) -> list[Any]:
    return list(given.values() if isinstance(given, dict) else given)


def _plan(text: str, given: Any) -> str:
    """How the database will answer; a small table is no reason to read it whole."""
    bound = database.bound()
    with bound.reader.connect() as connection:
        if not bound.is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")
            connection.exec_driver_sql("SET enable_sort = off")
            connection.exec_driver_sql("SET enable_bitmapscan = off")
        word = "EXPLAIN QUERY PLAN" if bound.is_sqlite else "EXPLAIN"
        rows = connection.exec_driver_sql(f"{word} {text}", given).all()
    return "\n".join(str(row) for row in rows)
