"""kill -9 at every boundary of every knock: a case is before the step or after it, and goes on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from models.calendar import today
from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import StaleWrite, reading, transaction
from models.pause import PauseKind, pauses_of
from models.workflow import Timer
from processes import case as case_verbs
from processes import pause, withdrawal, worklist
from processes import timer as timer_verbs
from tests.invariants import check_all, check_case
from tests.processes.killing import kill, spawn, survives
from tests.walk import EXTEND, ITEMS, SECURED, Walk
from tests.world import World, answers, on

pytestmark = [pytest.mark.slow, pytest.mark.forks]
INCOMPLETE = {"result": "incomplete", "items": ITEMS, "delivery_method": "direct"}
MORTGAGE = {"approved_amount": Decimal("200000.00"), "guarantee_type": "mortgage"}
FIRST, LATER = date(2026, 3, 2), date(2026, 3, 20)
Act = Callable[[World, int], None]


@dataclass(frozen=True)
class Knock:
    """One act on a case on a day."""

    name: str
    act: Act
    day: date = FIRST


def _submit(world: World, case_id: int) -> None:
    with transaction() as session:
        case_verbs.submit(session, case_id, world.user(session, "renshe1"))


def _claim(world: World, case_id: int) -> None:
    (task_id,) = world.open_tasks(case_id).values()
    with transaction() as session:
        worklist.claim(session, task_id, world.user(session, "renshe1"))


def _withdraw(world: World, case_id: int) -> None:
    with transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "renshe1"), "不再需要")


def _fire(_world: World, case_id: int) -> None:
    # Under one name: a worker that was killed and started anew takes its own leases again.
    with transaction() as session:
        claimed = timer_verbs.claim(session, "test")
        mine = [timer for timer in claimed if session.get_one(Timer, timer).case_id == case_id]
    for timer_id in mine:
        with transaction() as session:
            timer_verbs.fire(session, timer_id, "test")
    with transaction() as session:
        timer_verbs.release(session, "test")


def _pause(kind: PauseKind) -> Act:
    def act(world: World, case_id: int) -> None:
        (task_id,) = world.open_tasks(case_id).values()
        with transaction() as session:
            actor = world.user(session, "renshe1")
            pause.ask(session, task_id, pause.Asked(kind, "需要核实", 5, ITEMS), actor)

    return act


def _end_pause(world: World, case_id: int) -> None:
    with transaction() as session:
        row = pauses_of(session, session.get_one(CaseFile, case_id))[-1]
        head = world.user(session, "renshe0")
        if row.is_asked:
            pause.decide(session, row.id, "approve", "同意", head)
        else:
            pause.resume(session, row.id, today(), "已补齐", head)


def _done(element: str, day: date = FIRST, **over: Any) -> Knock:
    def act(world: World, case_id: int) -> None:
        world.complete(case_id, element, answers(element, **over))

    return Knock(f"{element} {sorted(over)}", act, day)


SUBMIT, FIRE = Knock("submit", _submit), Knock("fire", _fire, LATER)
WHOLE = [
    SUBMIT,
    Knock("claim", _claim),
    _done("acceptance", **INCOMPLETE),
    _done("supplement"),
    _done("acceptance"),
    *(_done(element) for element in ("qualification_review", "due_diligence", "pre_loan_investigation")),
    _done("bank_acceptance", **MORTGAGE),
    _done("counter_guarantee", **EXTEND, extension_days=3),
    _done("extension_approval"),
    FIRE,
    _done("counter_guarantee", LATER, late_reason="登记机关排期"),
    _done("disbursement", LATER, late_reason="登记机关排期"),
]
PATHS = {
    "whole": (WHOLE, CaseStatus.DISBURSED),
    "paused": (
        [
            SUBMIT,
            _done("acceptance"),
            Knock("claim", _claim),
            Knock("pause", _pause(PauseKind.SUPPLEMENT)),
            Knock("resume", _end_pause, date(2026, 3, 4)),
            Knock("ask", _pause(PauseKind.INSPECTION), date(2026, 3, 5)),
            Knock("approve", _end_pause, date(2026, 3, 5)),
            Knock("limit", _fire, LATER),  # the limit of the pause ends it
        ],
        CaseStatus.QUALIFYING,
    ),
    "withdrawn": ([SUBMIT, Knock("withdraw", _withdraw)], CaseStatus.WITHDRAWN),
    "lapsed": (
        [SUBMIT, _done("acceptance", **INCOMPLETE), Knock("lapse", _fire, date(2026, 6, 1))],
        CaseStatus.LAPSED,
    ),
}


def _draft(world: World) -> int:
    with transaction() as session:
        actor = world.user(session, "renshe1")
        return case_verbs.create_draft(session, "startup_loan", "person", world.person(**SECURED), actor).id


def _seen(world: World, case_id: int) -> tuple[str, list[str], int]:
    with reading() as session:
        check_case(session, case_id)
        case = session.get_one(CaseFile, case_id)
        return case.status, sorted(world.open_tasks(case_id)), case.audit_seq


@pytest.mark.parametrize("path", PATHS)
def test_a_kill_at_any_boundary_leaves_the_case_before_or_after_the_step(
    world: World, url: str, path: str
) -> None:
    knocks, ending = PATHS[path]
    twin, case_id = _draft(world), _draft(world)
    before = _seen(world, case_id)
    points = 0
    # A knock that the whole way tries too is not killed once more here.
    known = set() if path == "whole" else {knock.name for knock in WHOLE}
    tried = [knock for knock in knocks if knock.name not in known]
    for knock in knocks:
        with on(knock.day):
            knock.act(world, twin)
            after = _seen(world, twin)
            assert after != before
            if knock in tried:
                points += _crash_everywhere(world, url, case_id, knock, before, after)
            else:
                knock.act(world, case_id)
            before = after
    assert world.status(case_id) == ending
    assert points > 8 * len(tried), "every knock has many boundaries"
    with reading() as session:
        check_all(session)


def _crash_everywhere(
    world: World, url: str, case_id: int, knock: Knock, before: object, after: object
) -> int:
    """Kill at boundary 1, 2, …; only past the commit is the step done, and then exactly once."""
    # A server's connection costs more than the knock: there every second boundary, odd ones and even ones.
    is_file = url.startswith("sqlite")
    for crash_at in count(1) if is_file else count(1 + len(knock.name) % 2, 2):
        is_whole = survives(url, lambda: knock.act(world, case_id), crash_at)
        seen = _seen(world, case_id)
        assert seen in (before, after), (knock.name, crash_at)
        if is_whole or seen == after:
            assert seen == after, knock.name
            return crash_at
    raise AssertionError("unreachable")


def _work(world: World, cases: list[int], seed: int, begun: float) -> None:
    """Random knocks on all cases for ever; the shared clock runs four days a second."""
    chance = random.Random(seed)
    walk = Walk(world, chance.choice)
    while True:
        walk.case_id = chance.choice(cases)
        walk.day = FIRST + timedelta(days=int((time.monotonic() - begun) * 4))
        with suppress(StaleWrite):
            walk.knock()
        walk.log.clear()


def test_a_storm_of_kills_leaves_every_case_whole(world: World, url: str) -> None:
    chance, kills = random.Random(20260302), 0
    cases = [world.submitted() for _ in range(15)]
    for case_id in cases[:3]:
        world.complete(case_id, "acceptance", answers("acceptance"))
    seeds, begun = count(1), time.monotonic()
    workers = [spawn(url, lambda: _work(world, cases, next(seeds), begun)) for _ in range(3)]
    while time.monotonic() - begun < 6:
        time.sleep(chance.uniform(0.05, 0.3))
        victim = chance.randrange(len(workers))
        kill(workers[victim])
        seed = next(seeds)
        workers[victim] = spawn(url, lambda seed=seed: _work(world, cases, seed, begun))
        kills += 1
    for worker in workers:
        kill(worker)
    assert kills > 5
    with reading() as session:
        check_all(session)
        assert sum(session.get_one(CaseFile, case).audit_seq for case in cases) > 3 * len(cases)
    _finish(world, cases)


def _finish(world: World, cases: list[int]) -> None:
    """Everybody's work can be brought to its end afterwards."""
    for case_id in cases:
        walk = Walk(world, random.Random(case_id).choice, day=date(2026, 6, 1), case_id=case_id)
        walk.finish()
    with reading() as session:
        check_all(session)
