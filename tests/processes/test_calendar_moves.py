"""All clocks moved at once stand where each would stand alone, and go back exactly."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.calendar import calendar, end_of
from models.database import reading, transaction
from models.deadline import PROMISE, Deadline
from models.pause import DeadlineChange, Pause, PauseKind
from models.workflow import UserTask
from processes import calendar as verbs
from processes.deadline import spans_of
from tests.invariants import check_all
from tests.processes.calendar_acts import applied, proposed, single, undone
from tests.world import World, answers, on

LATE_2026 = date(2026, 12, 28)


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


def test_a_miss_that_a_new_calendar_moves_away_is_lifted_and_may_come_again(world: World) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    with on(date(2026, 3, 12)):
        world.fire_due()
        assert world.deadlines(case_id)["qualification"].missed_at == end_of(date(2026, 3, 11))
        notice = single(world, "off", date(2026, 3, 11))
        applied(world, notice)
    lifted = world.deadlines(case_id)["qualification"]
    assert (lifted.due_on, lifted.missed_at) == (date(2026, 3, 12), None)
    with reading() as session:
        check_all(session)
    with on(date(2026, 3, 13)):
        world.fire_due()
        world.fire_due()
    assert world.deadlines(case_id)["qualification"].missed_at == end_of(date(2026, 3, 12))
    with on(date(2026, 3, 13)):
        world.complete(
            case_id, "qualification_review", answers("qualification_review", late_reason="补充核查")
        )
    with reading() as session:
        check_all(session)
