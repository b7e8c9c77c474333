"""What it costs to send a case back and to recall a step: processor and clock beside a step that goes on."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from time import perf_counter, process_time

from benchmarks.ground import counted, county, load, median, servers
from models import database
from models.calendar import fixed_at
from models.people import User, user_named
from processes import recall, sending_back, worklist
from tests.conftest import MONDAY
from tests.moving_back import at_step, done_task
from tests.world import WHO, World, answers

LAST, EARLIER, BEFORE = "bank_acceptance", "due_diligence", "pre_loan_investigation"
Act = Callable[[], None]


def main() -> None:
    """A line a kind of knock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="10 cases instead of 100")
    cases = 10 if parser.parse_args().small else 100
    for server in servers():
        with fixed_at(MONDAY), county() as (_url, world):
            print(f"\n{server}, {cases} cases, milliseconds; load {load()}", flush=True)
            _measure(world, cases)


def _measure(world: World, cases: int) -> None:
    """Every case does the same four knocks in turn; the first two cases warm up and do not count."""
    busy: dict[str, list[float]] = {}
    clock: dict[str, list[float]] = {}
    statements: dict[str, int] = {}
    for number in range(cases + 2):
        case_id = at_step(world, BEFORE)
        world.complete(case_id, EARLIER, answers(EARLIER))
        gc.collect()
        for name, prepare in _knocks(world, case_id).items():
            act = prepare()
            with counted(database.bound().writer) as tally:
                begun, worked = perf_counter(), process_time()
                act()
                used, spent = (process_time() - worked) * 1000, (perf_counter() - begun) * 1000
            if number >= 2:
                busy.setdefault(name, []).append(used)
                clock.setdefault(name, []).append(spent)
                statements[name] = len(tally.statements)
    for name, times in busy.items():
        print(f"  {name:34} busy median {median(times):6.2f} best {min(times):6.2f}   clock median "
              f"{median(clock[name]):6.2f} best {min(clock[name]):6.2f}   statements {statements[name]}")  # fmt: skip


def _knocks(world: World, case_id: int) -> dict[str, Callable[[], Act]]:
    """A step goes on, is recalled by whoever did it, goes on again, and the next one sends the case back across the join."""
    bank, lender = _person(WHO[BEFORE]), _person("yinhang2")

    def going_on() -> Act:
        task_id = world.open_tasks(case_id)[BEFORE]
        return lambda: _done(task_id, bank)

    def recalling() -> Act:
        task_id = done_task(case_id, BEFORE)
        return lambda: _recalled(task_id, bank)

    def sending_back_() -> Act:
        task_id = world.open_tasks(case_id)[LAST]
        return lambda: _sent_back(task_id, lender)

    first = {"a step goes on": going_on, "it is recalled": recalling}
    return {**first, "it goes on again (moves: 1)": going_on, "the next one sends back": sending_back_}


def _done(task_id: int, actor: User) -> None:
    with database.transaction() as session:
        worklist.complete(session, task_id, actor, answers(BEFORE))


def _recalled(task_id: int, actor: User) -> None:
    with database.transaction() as session:
        recall.recall(session, task_id, actor)


def _sent_back(task_id: int, actor: User) -> None:
    with database.transaction() as session:
        sending_back.send_back(session, task_id, EARLIER, "in_order", "材料有误，请核实", actor)


def _person(username: str) -> User:
    with database.reading() as session:
        found = user_named(session, username)
    assert found is not None
    return found


if __name__ == "__main__":
    main()
