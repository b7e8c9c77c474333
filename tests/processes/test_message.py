"""What one case tells another arrives once, in due order with the timers, and never at a case that has ended."""

from __future__ import annotations

from datetime import date

import pytest

from models.case import CaseFile
from models.database import reading, transaction
from models.refusal import Conflict
from models.timer import stalled
from models.workflow import FIRED, MESSAGE, STALLED, Timer
from processes import message
from processes import timer as timer_verbs
from processes.engine.faults import EngineFault
from processes.timer import describe, retry
from tests.credit import checked
from tests.invariants import check_all
from tests.walk import ITEMS
from tests.world import World, answers, on
from webapp import jobs

FIRST, LATER = date(2026, 3, 2), date(2026, 3, 20)
INCOMPLETE = {"result": "incomplete", "items": ITEMS, "delivery_method": "direct"}


def _post(case_id: int, name: str = "withdrawal") -> None:
    with transaction() as session:
        message.post(session, [case_id], name)


def _number(case_id: int) -> str:
    with reading() as session:
        return session.get_one(CaseFile, case_id).number


def _messages(case_id: int) -> list[Timer]:
    with reading() as session:
        return [row for row in session.query(Timer).filter_by(case_id=case_id, kind=MESSAGE)]


def test_a_message_is_delivered_once_in_a_knock_of_its_own(world: World) -> None:
    with on(FIRST):
        first, second = world.submitted(), world.submitted()
        _post(first)
        assert world.status(first) == "submitted"
        assert jobs.run_due() == [f"{_number(first)}：其他案卷的消息已到期。"]
        assert (world.status(first), world.status(second)) == ("withdrawn", "submitted")
        assert jobs.run_due() == []
    with reading() as session:
        check_all(session)


def test_a_case_hears_what_has_arrived_before_anybody_acts_on_it(world: World) -> None:
    with on(FIRST):
        case_id = world.submitted()
        _post(case_id)
        with pytest.raises(Conflict):
            world.complete(case_id, "acceptance", answers("acceptance"))
        assert world.status(case_id) == "submitted", "the refused knock has changed nothing"
        jobs.run_due()
        assert world.status(case_id) == "withdrawn"


def _supplementing(world: World) -> int:
    with on(FIRST):
        case_id = world.submitted()
        world.complete(case_id, "acceptance", {**answers("acceptance"), **INCOMPLETE, "delivered_on": FIRST})
    return case_id


@pytest.mark.parametrize(("posted", "status"), [(LATER, "withdrawn"), (date(2026, 5, 8), "lapsed")])
def test_messages_and_timers_come_in_due_order_after_an_outage(
    world: World, posted: date, status: str
) -> None:
    """The term of 20 working days ends on 2026-03-30; the worker wakes up in June."""
    case_id = _supplementing(world)
    with on(posted):
        _post(case_id)
    with on(date(2026, 6, 1)):
        jobs.run_due()
        assert world.status(case_id) == status
        assert [row.status for row in _messages(case_id)] == [FIRED]
    with reading() as session:
        check_all(session)


def test_what_nobody_waits_for_is_dropped(world: World) -> None:
    with on(FIRST):
        case_id = world.submitted()
        _post(case_id, "listed")
        jobs.run_due()
        assert (world.status(case_id), _messages(case_id)[0].status) == ("submitted", FIRED)


def test_a_message_that_stands_still_is_shown_and_tried_again(world: World) -> None:
    with on(FIRST):
        case_id = world.submitted()
        _post(case_id)
        with transaction() as session:
            session.get_one(Timer, _messages(case_id)[0].id).status = STALLED
        with reading() as session:
            (found,) = stalled(session)
            assert timer_verbs.drawn_name(session, found) == "其他案卷的消息"
        with transaction() as session:
            assert retry(session, [found.id], None) == 1
        jobs.run_due()
        assert world.status(case_id) == "withdrawn"
        with reading() as session:
            assert "其他案卷的消息" in describe(session, found.id)


def test_what_comes_after_a_message_that_stands_still_waits_for_it(world: World) -> None:
    """Delivered out of order the second would find no wait, and be lost for good."""
    case_id = checked(world)
    with on(date(2026, 6, 8)):
        for name in ("round_opened", "screening_passed", "notice_published"):
            _post(case_id, name)
        first, *later = _messages(case_id)
        with transaction() as session:
            session.get_one(Timer, first.id).status = STALLED
        with pytest.raises(EngineFault, match="更早的消息停滞"), transaction() as session:
            timer_verbs.claim(session, "test")
            timer_verbs.fire(session, later[0].id, "test")
        assert world.status(case_id) == "awaiting_round"
        with transaction() as session:
            retry(session, [first.id], None)
        jobs.run_due()
        assert world.status(case_id) == "on_notice"
