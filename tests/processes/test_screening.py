"""Tests of a round: opened once a half-year, answered by nine, decided by the group, closed into a notice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.case import CaseFile
from models.database import reading, transaction
from models.notice import NoticeEntry
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.screening import ScreeningRound
from processes import screening
from processes.declaration import reasons
from processes.group_review import Decision
from processes.publication import Publication, errors_of, store
from processes.screening_check import Answer
from processes.workflow import DEFINITIONS
from tests.credit import checked, code
from tests.invariants import check_all
from tests.screening import JUNE, NINE, all_pass, candidates, closed, decided, met, opened, say
from tests.world import World, on

FAILED = "有未结清的涉税处罚"


def test_a_round_goes_from_declarations_to_the_list_of_its_notice(world: World) -> None:
    round_id = opened(world, 3)
    first, second, third = candidates(round_id)
    assert [one.seq for one in (first, second, third)] == [1, 2, 3]
    assert {found["result"] for found in first.findings} == {"pass"}
    assert world.status(first.application_case_id) == "screening"
    assert set(world.open_tasks(first.case_id)) == {f"opinion_{key}" for key in NINE}
    failing = Answer(second.id, "fail", FAILED, "金税系统")
    all_pass(world, round_id, {"shuiwu1": [failing]})
    assert world.status(second.case_id) == "screening_failed"
    assert world.status(second.application_case_id) == "notifying"
    assert set(world.open_tasks(first.case_id)) == {"group_decision"}
    with pytest.raises(Refusal, match="不能结束"):
        closed(world, round_id)
    _decide(world, round_id)
    with on(JUNE):
        round_case = _case_of(round_id)
        world.complete(round_case, "round_closing", {}, "jinrong2")
        world.fire_due()
    assert world.status(round_case) == "round_closed"
    with reading() as session:
        listed = session.scalars(select(NoticeEntry.application_case_id)).all()
        assert listed == [first.application_case_id]
        check_all(session)
    with pytest.raises(Conflict, match="已结束"):
        say(world, round_id, "shuiwu1", [Answer(first.id, "pass")])


def _decide(world: World, round_id: int) -> None:
    first, second, third = candidates(round_id)
    rows = [
        Decision(first.id, "approve"),
        Decision(third.id, "refuse", "经营不稳定"),
        Decision(second.id, "approve"),
    ]
    done = decided(world, round_id, rows, met(world))
    assert [line.why for line in done.refused] == ["该户尚未经各部门甄别通过，不能审核。"]
    assert world.status(first.case_id) == "screening_passed"
    assert world.status(first.application_case_id) == "awaiting_notice"
    assert world.status(third.case_id) == "group_refused"
    with reading() as session:
        told = [
            reasons(session, session.get_one(CaseFile, one.application_case_id)) for one in (second, third)
        ]
        assert told[0] == [f"伊金霍洛旗税务局：{FAILED}"]
        assert told[1] == ["县域金融工程领导小组：经营不稳定（〔2026〕1号，2026-06-08）"]


def _case_of(round_id: int) -> int:
    with reading() as session:
        return session.get_one(ScreeningRound, round_id).case_id


def test_a_half_year_has_one_round_and_takes_in_late_declarations(world: World) -> None:
    with on(JUNE), transaction() as session:
        with pytest.raises(Refusal, match="没有已通过形式审查"):
            screening.open_round(session, world.user(session, "jinrong1"))
        with pytest.raises(Forbidden):
            screening.open_round(session, world.user(session, "shuiwu1"))
    round_id = opened(world, 1)
    checked(world, code(9))
    with on(JUNE), transaction() as session:
        center = world.user(session, "jinrong1")
        with pytest.raises(Conflict, match="2026年上半年"):
            screening.open_round(session, center)
    with on(JUNE), transaction() as session:
        assert screening.take_in(session, round_id, world.user(session, "jinrong1")).expected == 2
        assert screening.prepare(session, round_id) == 1
        assert screening.prepare(session, round_id) == 0
    with reading() as session:
        round_ = session.get_one(ScreeningRound, round_id)
        assert (round_.prepared, round_.expected, round_.is_ready) == (2, 2, True)
        assert round_.label == "2026年上半年信用甄别"


def test_the_drawing_says_who_screens(world: World) -> None:
    """An owner puts another office into the lane of 工商联: the next round asks that one."""
    drawn = (
        (DEFINITIONS / "screening.bpmn")
        .read_text(encoding="utf-8")
        .replace('name="工商联"', 'name="人社部门"')
    )
    assert errors_of(drawn.encode(), {}) == []
    with transaction() as session:
        store(session, drawn.encode(), {}, None, Publication())
    round_id = opened(world, 1)
    (one,) = candidates(round_id)
    assert say(world, round_id, "renshe1", [Answer(one.id, "pass")]).changed
    with pytest.raises(NotFound):
        say(world, round_id, "gongshang1", [Answer(one.id, "pass")])
    assert len(world.open_tasks(one.case_id)) == 9
