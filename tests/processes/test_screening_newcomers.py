"""Declarations that pass their form check while a round runs: taken in, told with a true date, and not too late."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text

from models.database import reading, transaction
from models.notification import Notification
from models.refusal import Conflict
from models.screening import ScreeningRound
from processes import screening
from processes.group_review import Decision
from tests.credit import MAY, checked, code
from tests.screening import JUNE, all_pass, candidates, decided, met, opened
from tests.world import World, on
from webapp import handlers_credit


def _jobs() -> list[str]:
    """The keys of the preparations that were put in."""
    with transaction() as session:
        place = "" if session.get_bind().dialect.name == "sqlite" else "dbos."
        found = session.scalars(text(f"SELECT workflow_uuid FROM {place}workflow_status"))
        return [key for key in found if key.startswith(screening.PREPARE)]


def _told(world: World, round_id: int) -> list[str]:
    with reading() as session:
        case_id = session.get_one(ScreeningRound, round_id).case_id
        query = select(Notification.text).where(
            Notification.case_id == case_id, Notification.user_id == world.user(session, "shuiwu1").id
        )
        return list(session.scalars(query.order_by(Notification.id)))


def _take_in(world: World, round_id: int, day: date) -> None:
    with on(day), transaction() as session:
        screening.take_in(session, round_id, world.user(session, "jinrong1"))


def test_newcomers_have_a_job_of_their_own_and_their_own_term(world: World) -> None:
    round_id = opened(world, 1)
    checked(world, code(8), day=MAY)
    # A job that was lost is put in again: the same number of declarations, and a job all the same.
    late = date(2026, 12, 25)
    for _ in range(2):
        _take_in(world, round_id, late)
    assert len(set(_jobs())) == 3
    with on(late):
        for _ in range(2):
            handlers_credit.prepare_round(round_id, 1)
    checked(world, code(9), day=MAY)
    with on(late):
        # A preparation that runs again takes nobody in by itself.
        handlers_credit.prepare_round(round_id)
    assert len(candidates(round_id)) == 2
    first, second = _told(world, round_id)
    assert "名单共 1 户，请于 2026-06-23 前" in first
    # The holidays of 2027 are not published yet.
    assert "名单补充列入 1 户，现共 2 户，请于 2027-01-11 前（暂定）提交" in second


def test_nobody_is_taken_in_once_the_answers_are_collected(world: World) -> None:
    round_id = opened(world, 1)
    all_pass(world, round_id)
    with reading() as session:
        case_id = session.get_one(ScreeningRound, round_id).case_id
    with on(JUNE):
        world.complete(case_id, "collect_opinions", {}, "jinrong1")
    checked(world, code(9), day=MAY)
    with pytest.raises(Conflict, match="已收齐"):
        _take_in(world, round_id, JUNE)
    decided(world, round_id, [Decision(candidates(round_id)[0].id, "approve")], met(world))
    with on(JUNE):
        world.complete(case_id, "round_closing", {}, "jinrong1")
    assert world.status(case_id) == "round_closed"
