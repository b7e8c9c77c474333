"""What completing one task costs: the floor, our verb, and the whole request of a browser."""

from __future__ import annotations

import argparse
import gc
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import floor
from benchmarks.ground import clocked, counted, county, median, p95, servers
from models import database
from models.calendar import fixed_at
from models.people import user_named
from models.settings import Settings
from processes import worklist
from processes.seed import SAMPLE_PASSWORD
from processes.workflow import definition_of
from tests.conftest import MONDAY
from tests.world import WHO, World, answers
from webapp import create_app

BEFORE = ("acceptance", "qualification_review", "due_diligence")
STEP = "pre_loan_investigation"


def main() -> None:
    """Print a table a database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="20 steps a kind instead of 200")
    steps = 20 if parser.parse_args().small else 200
    for server in servers():
        with fixed_at(MONDAY), county() as (url, world):
            print(f"\n{server}, {steps} steps a kind (贷前调查), milliseconds")
            measure(url, world, steps)
            census(world)


def measure(url: str, world: World, steps: int) -> None:
    """The three kinds in turn, interleaved, so that a busy machine disturbs all of them alike."""
    kinds = {"floor": _floor(), "verb": _verb(world), "request": _request(url)}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _warm in range(3):
        for act in kinds.values():
            act(_prepared(world))
    gc.collect()
    for _round in range(steps):
        for kind, act in kinds.items():
            task_id = _prepared(world)
            times[kind].append(clocked(lambda act=act, task_id=task_id: act(task_id)))
    least = median(times["floor"])
    bound = database.bound()
    for kind, act in kinds.items():
        task_id = _prepared(world)
        with counted(bound.writer, bound.reader) as tally:
            act(task_id)
        middle = median(times[kind])
        print(
            f"  {kind:8} best {min(times[kind]):6.2f}  median {middle:6.2f}  p95 {p95(times[kind]):6.2f}  × floor {middle / least:4.2f}"
            f"  statements {len(tally.statements):3}  commits {tally.commits}"
        )


def census(world: World) -> None:
    """Statements and commits of every step of a normal case, the actor being known."""
    case_id = world.submitted()
    for element in (*BEFORE, STEP, "bank_acceptance", "disbursement"):
        task_id = world.open_tasks(case_id)[element]
        with database.reading() as session:
            actor = user_named(session, WHO[element])
        assert actor is not None
        with counted(database.bound().writer) as tally, database.transaction() as session:
            worklist.complete(session, task_id, actor, answers(element))
        print(f"  {element:24} statements {len(tally.statements):3}  commits {tally.commits}")


def _prepared(world: World) -> int:
    """The id of an open 贷前调查 whose parallel 尽职调查 is done."""
    case_id = world.submitted()
    for element in BEFORE:
        world.complete(case_id, element, answers(element))
    return world.open_tasks(case_id)[STEP]


def _floor() -> Callable[[int], None]:
    with database.reading() as session:
        definition = definition_of(session, 1)
    return lambda task_id: floor.step(database.bound(), definition, task_id)


def _verb(world: World) -> Callable[[int], None]:
    with database.reading() as session:
        actor = user_named(session, "yinhang1")
    assert actor is not None

    def act(task_id: int) -> None:
        with database.transaction() as session:
            worklist.complete(session, task_id, actor, answers(STEP))

    return act


def _request(url: str) -> Callable[[int], None]:
    folder = Path(tempfile.mkdtemp())
    app = create_app(Settings(url, "benchmark", bytes(range(32)), folder, True, False, 30))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    entered = client.post("/login", data={"username": "yinhang1", "password": SAMPLE_PASSWORD})
    assert entered.status_code == 302, entered.text

    def act(task_id: int) -> None:
        sent = client.post(f"/tasks/{task_id}", data=answers(STEP))
        assert sent.status_code in (302, 303), sent.text

    return act


if __name__ == "__main__":
    main()
