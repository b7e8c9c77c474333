"""What a migration costs: dry run and act of 1,000 running cases against 100, and the page of the plan."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time

from benchmarks.ground import counted, county, servers
from models import database
from models.calendar import fixed_at
from models.migration_board import counts, lines, plan_row
from models.migration_choice import Chosen
from models.people import user_named
from processes import migration
from tests.migrating import OWNER, SECOND, next_version
from tests.processes.standing_timers import copies
from tests.world import World, at
from webapp import handlers_migration

SIZES = (100, 1_000)
SHORTER = ("working_days(5, received_on)", "working_days(3, received_on)")


def main() -> None:
    """Milliseconds a case by the clock and of the processor, and how they grow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="20 and 200 cases")
    sizes = tuple(size // 5 for size in SIZES) if parser.parse_args().small else SIZES
    for server in servers():
        found = []
        for size in sizes:
            with fixed_at(at(date(2026, 3, 2))), county() as (_url, world):
                print(f"{server}, {size} cases, load {os.getloadavg()[0]:.1f}", flush=True)
                found.append(measure(world, size))
        for name, few in found[0].items():
            print(f"  {name:10} × {found[1][name] / few:.2f} a case", flush=True)


def measure(world: World, size: int) -> dict[str, float]:
    """Processor milliseconds a case of the dry run and of the act."""
    copies(world, size)
    to_id = next_version(SHORTER)
    with database.transaction() as session:
        owner = user_named(session, OWNER)
        assert owner is not None
        plan_id = migration.create_plan(session, owner, to_id, "测量", Chosen(), {}).id
    busy = {"dry run": _timed("dry run", size, lambda: handlers_migration.check_plan(plan_id))}
    with database.transaction() as session:
        second = user_named(session, SECOND)
        assert second is not None
        migration.begin(session, plan_id, second)
    busy["act"] = _timed("act", size, lambda: handlers_migration.apply_plan(plan_id))
    with database.reading() as session, counted(database.bound().reader) as tally:
        begun = perf_counter()
        plan, summary, page = plan_row(session, plan_id), counts(session, plan_id), lines(session, plan_id)
        took = perf_counter() - begun
    assert plan.status == "applied" and summary.of("applied") == size and page.rows
    print(f"  page of the plan: {took * 1000:.1f} ms, {len(tally.statements)} statements", flush=True)
    return busy


def _timed(name: str, size: int, act: Callable[[], object]) -> float:
    begun, worked = perf_counter(), process_time()
    act()
    clock, busy = perf_counter() - begun, process_time() - worked
    print(
        f"  {name}: {clock / size * 1000:.1f} ms by the clock, {busy / size * 1000:.1f} ms busy, a case",
        flush=True,
    )
    return busy / size


if __name__ == "__main__":
    main()
