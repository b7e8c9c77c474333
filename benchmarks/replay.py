"""What a replay costs a case: 100 and 1,000 finished cases on a drawing with fewer days, memory and statements."""

from __future__ import annotations

import argparse
import time
import tracemalloc
from datetime import date, timedelta

from benchmarks.ground import counted, county, servers
from models import database
from models.calendar import fixed_at, now
from models.people import user_named
from models.replay import ReplayRun
from processes import replay
from processes.engine.definition import parse_definition
from processes.replay_case import Period, Replay, replay_all
from processes.replay_compare import Side
from processes.replay_habits import Habits
from processes.workflow import newest_definition
from tests import replays
from tests.conftest import MONDAY
from tests.world import World, on
from webapp import handlers_replay

FIRST, LATER = date(2026, 3, 2), date(2026, 5, 1)


def main() -> None:
    """Print a line a size and database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="20 and 100 cases")
    sizes = (20, 100) if parser.parse_args().small else (100, 1000)
    for server in servers():
        with fixed_at(MONDAY), county() as (_url, world):
            made = 0
            for size in sizes:
                for _case in range(size - made):
                    _finished(world)
                made = size
                print(f"{server}, {size} cases: {measure(world)}")


def _finished(world: World) -> None:
    """Six steps to the payout; every second review takes six working days."""
    case_id = replays.accepted(world, FIRST)
    replays.reviewed(world, case_id, FIRST + timedelta(days=8 - 4 * (case_id % 2)))
    replays.paid(world, case_id, FIRST + timedelta(days=11))


def measure(world: World) -> str:
    """One whole run: time and processor a case, statements a case, memory at its peak."""
    row = replays.version()
    bpmn, tables = replays.shorter(row.bpmn), {name: text.encode() for name, text in row.decisions.items()}
    drawn = parse_definition(bpmn.encode(), tables)
    with on(LATER), database.transaction() as session:
        actor = user_named(session, "liucheng")
        assert actor is not None
        source = replay.Source(row.name, bpmn, row.decisions, definition_id=row.id)
        run_id = replay.begin(session, source, drawn, (FIRST, FIRST + timedelta(days=60)), actor).id
    bound = database.bound()
    began, used = time.perf_counter(), time.process_time()
    with counted(bound.reader, bound.writer) as tally, on(LATER):
        handlers_replay.run_replay(run_id)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    with database.reading() as session:
        run = session.get_one(ReplayRun, run_id)
        total, late = run.done, run.counts["found"]["late"]
    peak = _peak(bpmn)
    return (
        f"{total} replayed, {late} late; a case {1000 * took / total:.1f} ms, processor {1000 * cpu / total:.1f} ms,"
        f" statements {len(tally.statements) / total:.2f}; peak of memory {peak / 1e6:.1f} MB"
    )


def _peak(bpmn: str) -> int:
    """Memory at its peak while every case is replayed and none is kept."""
    tracemalloc.start()
    with on(LATER), database.reading() as session:
        row = newest_definition(session, replays.KEY)
        tables = {name: text.encode() for name, text in row.decisions.items()}
        side = Side(parse_definition(bpmn.encode(), tables), bpmn)
        period = Period(FIRST, LATER, now())
        for _line in replay_all(session, Replay(side, Habits()), replays.KEY, period):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


if __name__ == "__main__":
    main()
