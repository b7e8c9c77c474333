"""What due timers cost: to claim, to fire with a full case step, to be late, and to move when the calendar changes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from benchmarks.ground import clocked, county, median, servers
from models import database, tables
from models.calendar import end_of, fixed_at, now, real_now
from models.calendar_draft import Typed, read_rows
from models.workflow import FIRED, Timer
from processes import calendar as calendar_verbs
from processes import timer as timer_verbs
from tests.conftest import MONDAY
from tests.processes.standing_timers import copies, publish_with_timers
from tests.world import World

T = tables.metadata.tables
BATCH, FIRST, TODAY = 20_000, 1_000_000, date(2026, 3, 2)
LATE, FAR = MONDAY - timedelta(days=1), MONDAY + timedelta(days=90)
WORKER = "benchmark"


def main() -> None:
    """Print what was measured, a block a database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="2,000 timers and 50 case steps")
    is_small = parser.parse_args().small
    rows, steps = (2_000, 50) if is_small else (100_000, 1_000)
    for server in servers():
        print(f"\n{server}, {rows:,} timers due, {rows:,} not due")
        with fixed_at(MONDAY), county() as (_url, world):
            _claims(world, rows)
        with county() as (_url, world):
            _steps(world, rows, steps)
        with fixed_at(MONDAY), county() as (_url, world):
            _moves(world, rows)


def _claims(world: World, rows: int) -> None:
    """Claim fifty and mark them, until nothing is due; without and with timers that are not due."""
    pattern = _pattern(world)
    _insert("timer", (_timer(pattern, n, LATE) for n in range(rows)))
    alone = _emptied(rows)
    _insert("timer", (_timer(pattern, n, LATE) for n in range(rows, 2 * rows)))
    _insert("timer", (_timer(pattern, n, FAR) for n in range(2 * rows, 3 * rows)))
    among = _emptied(rows)
    idle = median([clocked(_look) for _ in range(200)])
    print(f"  claim and mark, batches of {timer_verbs.BATCH}   {rows / alone:9,.0f} /s alone")
    print(f"  the same among those not due    {rows / among:9,.0f} /s, cost × {among / alone:.2f}")
    print(f"  nothing due: claim, next instant {idle:8.2f} ms")


def _emptied(rows: int) -> float:
    """Seconds until everything due is claimed and marked."""
    _analyze()
    begun, seen = time.perf_counter(), 0
    while claimed := _claim():
        with database.transaction() as session:
            session.execute(sa.update(Timer).where(Timer.id.in_(claimed)).values(status=FIRED))
        seen += len(claimed)
    assert seen == rows
    return time.perf_counter() - begun


def _claim() -> list[int]:
    with database.transaction() as session:
        return timer_verbs.claim(session, WORKER)


def _look() -> None:
    assert _claim() == []
    with database.reading() as session:
        timer_verbs.next_due(session)


def _steps(world: World, rows: int, steps: int) -> None:
    """Real cases, one statutory timer each: first all due at once, then one after the other at half that pace."""
    pattern = _pattern(world)
    _insert("timer", (_timer(pattern, n, now() + timedelta(days=90)) for n in range(rows)))
    publish_with_timers(1)
    cases = copies(world, steps)
    half = steps // 2
    _spread(cases[:half], timedelta(0))
    used = time.process_time()
    burst = _fired(half)
    each = (time.process_time() - used) / half * 1000
    pace = half / max(burst)
    _spread(cases[half:], timedelta(seconds=2 / pace))
    steady = _fired(steps - half)
    minutes = 100_000 / pace / 60
    print(f"  claim and full case step, {half:5} {pace:9,.0f} /s, {each:.1f} ms of processor each")
    print(f"  100,000 of them by one worker   {minutes:9,.0f} min")
    print(f"  lateness, all due at once       p50 {_at(burst, 50):8.2f} s   p99 {_at(burst, 99):8.2f} s")
    print(f"  lateness, half of that pace     p50 {_at(steady, 50):8.3f} s   p99 {_at(steady, 99):8.3f} s")


def _spread(cases: list[int], apart: timedelta) -> None:
    """Their timers fall due one after the other, from this very moment on."""
    begin = now() + apart
    with database.transaction() as session:
        for number, case_id in enumerate(cases):
            due = sa.update(Timer).where(Timer.case_id == case_id).values(due_at=begin + number * apart)
            session.execute(due)


def _fired(count: int) -> list[float]:
    """Seconds by which each timer was late, as a worker's loop fires them."""
    late: list[float] = []
    while len(late) < count:
        for timer_id in _claim():
            with database.transaction() as session:
                assert timer_verbs.fire(session, timer_id, WORKER)
                due_at = session.get_one(Timer, timer_id).due_at
            late.append((real_now() - due_at).total_seconds())
        with database.reading() as session:
            next_at = timer_verbs.next_due(session)
        if next_at is not None and len(late) < count:
            time.sleep(min(max((next_at - now()).total_seconds(), 0), 5))
    return late


def _moves(world: World, rows: int) -> None:
    """A day off that was a working day: every running clock moves with its task and its timer."""
    pattern = _pattern(world)
    _insert("deadline", (_deadline(pattern, n) for n in range(rows)))
    _insert("user_task", (_task(pattern, n) for n in range(rows)))
    _insert("timer", (_timer(pattern, n, end_of(date(2026, 3, 9)), FIRST + n) for n in range(rows)))
    _analyze()
    with database.transaction() as session:
        draft = read_rows(
            2026, "days", "测试文〔2026〕1号", [Typed(date(2026, 3, 5), None, "off", "测试假日")]
        )
        notice_id = calendar_verbs.propose(session, draft, world.user(session, "guanli")).id
    begun = time.perf_counter()
    with database.transaction() as session:
        moved = calendar_verbs.apply(session, notice_id, world.user(session, "guanli")).moved
    print(f"  calendar change: {moved:,} clocks moved {time.perf_counter() - begun:8.2f} s")
    assert moved >= rows


def _pattern(world: World) -> Any:
    """The row of a case on which bulk rows hang."""
    case_id = world.submitted()
    with database.reading() as session:
        return session.execute(sa.select(T["user_task"]).where(T["user_task"].c.case_id == case_id)).one()


def _timer(pattern: Any, n: int, due_at: datetime, deadline_id: int | None = None) -> dict[str, Any]:
    return {"id": FIRST + n, "case_id": pattern.case_id, "kind": "drawn", "engine_task_id": None,
            "element_id": "acceptance_due", "deadline_id": deadline_id, "due_at": due_at, "status": "armed",
            "is_held": False, "leased_by": "", "attempts": 0, "fault": ""}  # fmt: skip


def _deadline(pattern: Any, n: int) -> dict[str, Any]:
    return {"id": FIRST + n, "case_id": pattern.case_id, "key": "notification", "name": "受理", "clause": "第二条",
            "start_on": TODAY, "length": 5, "unit": "working", "region_code": "", "extension_days": 0,
            "due_on": date(2026, 3, 9), "due_at": end_of(date(2026, 3, 9)), "provisional": False,
            "calendar_version": 1, "late_reason": "", "ladder": ""}  # fmt: skip


def _task(pattern: Any, n: int) -> dict[str, Any]:
    own = {"id": FIRST + n, "engine_task_id": f"{n:036d}", "deadline_id": FIRST + n}
    return {**pattern._mapping, **own, "due_at": end_of(date(2026, 3, 9))}


def _insert(table: str, rows: Iterator[dict[str, Any]]) -> None:
    with database.bound().writer.begin() as connection:
        while batch := list(islice(rows, BATCH)):
            connection.execute(sa.insert(T[table]), batch)


def _analyze() -> None:
    with database.bound().writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))


def _at(late: list[float], percent: int) -> float:
    return sorted(late)[min(len(late) * percent // 100, len(late) - 1)]


if __name__ == "__main__":
    main()
