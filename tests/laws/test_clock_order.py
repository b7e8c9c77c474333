"""Law: pausing, extending and a new calendar give the same end, in whatever order they come."""

from __future__ import annotations

from datetime import date
from itertools import product

from sqlalchemy import select

from models.calendar import now, today
from models.calendar_book import CalendarNotice
from models.case import CaseFile
from models.database import reading, transaction
from models.loan import Extension
from models.pause import PauseKind, pauses_of
from processes import deadline, pause, worklist
from tests.invariants import check_case
from tests.processes.calendar_acts import applied, single, undone
from tests.walk import ITEMS
from tests.world import World, answers, on

BEFORE, BETWEEN, AFTER = date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 10)
PAUSED, RESUMED, DAY_OFF = date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 12)


def test_pause_extension_and_calendar_commute(world: World) -> None:
    """7 + 3 working days from 2 March, the 5th, 6th and 9th paused, the 12th off: 20 March."""
    for extended_on, changed_on in product((BEFORE, BETWEEN, AFTER), repeat=2):
        case_id = _case(world)
        acts = [(PAUSED, _pause), (RESUMED, _resume), (extended_on, _extend), (changed_on, _announce)]
        for day, act in sorted(acts, key=lambda one: one[0]):
            with on(day):
                act(world, case_id)
        with reading() as session:
            check_case(session, case_id)
        assert world.deadlines(case_id)["qualification"].due_on == date(2026, 3, 20), (
            extended_on,
            changed_on,
        )
        with on(AFTER):
            undone(world, _newest_notice())
        assert world.deadlines(case_id)["qualification"].due_on == date(2026, 3, 19)


def _case(world: World) -> int:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    with transaction() as session:
        worklist.claim(session, _review(world, case_id), world.user(session, "renshe2"))
    return case_id


def _review(world: World, case_id: int) -> int:
    return world.open_tasks(case_id)["qualification_review"]


def _pause(world: World, case_id: int) -> None:
    asked = pause.Asked(PauseKind.SUPPLEMENT, "缺少材料", 10, ITEMS)
    with transaction() as session:
        pause.ask(session, _review(world, case_id), asked, world.user(session, "renshe2"))


def _resume(world: World, case_id: int) -> None:
    with transaction() as session:
        (row,) = pauses_of(session, session.get_one(CaseFile, case_id))
        pause.resume(session, row.id, today(), "已补齐", world.user(session, "renshe2"))


def _extend(world: World, case_id: int) -> None:
    with transaction() as session:
        case = session.get_one(CaseFile, case_id)
        head = world.user(session, "renshe0")
        clock = deadline.running(session, case, "qualification")
        extension = Extension(
            case_id=case_id,
            deadline_id=clock.id,
            procedure="mortgage",
            reason="登记排期",
            working_days=3,
            old_due_on=clock.due_on,
            requested_by_id=head.id,
            requested_at=now(),
        )
        session.add(extension)
        deadline.extend(session, case, clock, extension, head)


def _announce(world: World, _case_id: int) -> None:
    applied(world, single(world, "off", DAY_OFF))


def _newest_notice() -> int:
    with reading() as session:
        return max(session.scalars(select(CalendarNotice.id)))
