"""Tests of a round's clock and ends: reminders, 督办, withdrawal of a candidate, what the two drawings refuse."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from models.case import CaseFile
from models.database import reading, transaction
from models.meeting import MeetingKind, meetings
from models.notification import Notification
from models.people import User
from models.refusal import Conflict, Forbidden, Refusal
from models.screening import ScreeningRound
from models.supervision import Supervision
from processes import group_review, meeting, supervision, withdrawal
from processes.group_review import Decision
from tests.invariants import check_all
from tests.screening import (
    JUNE,
    NINE,
    all_pass,
    candidates,
    closed,
    decided,
    follow,
    hand_in,
    met,
    opened,
    passing,
    say,
)
from tests.world import World, on

# Ten working days after 8 June 2026, with 端午节 on the 19th.
DUE = date(2026, 6, 23)


def told(case_id: int) -> dict[str, int]:
    """Login name → messages about the round."""
    query = select(User.username, func.count()).join(Notification, Notification.user_id == User.id)
    with reading() as session:
        rows = session.execute(query.where(Notification.case_id == case_id).group_by(User.username))
        return {name: count for name, count in rows}


def case_of(round_id: int) -> int:
    with reading() as session:
        return session.get_one(ScreeningRound, round_id).case_id


def _falls_silent(world: World, round_id: int) -> None:
    """Saturday and Sunday are quiet; when nobody owes anything, so is Monday."""
    case_id = case_of(round_id)
    with on(date(2026, 6, 28)):
        world.fire_due()
    assert told(case_id)["fayuan1"] == 6
    for who in set(NINE.values()) - {"shuiwu1"}:
        say(world, round_id, who, passing(one.id for one in candidates(round_id)), day=date(2026, 6, 28))
        hand_in(world, round_id, who, date(2026, 6, 28))
    with on(date(2026, 6, 30)):
        world.fire_due()
    assert told(case_id)["fayuan1"] == 6
    follow(world, round_id, date(2026, 6, 30))


def test_silence_is_reminded_each_working_day_and_supervised(world: World) -> None:
    round_id = opened(world, 2)
    case_id = case_of(round_id)
    assert world.deadlines(case_id)["opinions"].due_on == DUE
    say(world, round_id, "shuiwu1", passing(one.id for one in candidates(round_id)))
    hand_in(world, round_id, "shuiwu1")
    with on(DUE, 23):
        world.fire_due()
    # Everybody was called once when the list was complete.
    assert set(told(case_id).values()) == {1} and "supervision" not in world.open_tasks(case_id)
    with on(date(2026, 6, 24)):
        world.fire_due()
    # Clerks and heads of the eight; 人民银行 has both, 税务 has answered.
    reminded = {name for name, messages in told(case_id).items() if messages == 2}
    assert reminded == {*NINE.values(), "renhang0"} - {"shuiwu1"}
    assert world.status(case_id) == "collecting" and world.open_tasks(case_id).keys() >= {"supervision"}
    with on(date(2026, 6, 25)):
        world.fire_due()
        assert told(case_id)["fayuan1"] == 3
        with pytest.raises(Refusal, match="不能早于今天"):
            world.complete(case_id, "supervision", {"text": "请提交", "due_on": JUNE}, "jinrong0")
        wanted = {"text": "请于月底前提交", "due_on": date(2026, 6, 30), "late_reason": "部门未提交"}
        world.complete(case_id, "supervision", wanted, "jinrong0")
    with reading() as session:
        rows = session.scalars(select(Supervision).order_by(Supervision.id)).all()
        assert [row.number[-6:] for row in rows] == [f"0000{n}号" for n in range(1, 9)]
        assert {row.missing for row in rows} == {2}
    assert told(case_id)["fayuan1"] == 4
    _falls_silent(world, round_id)
    with reading() as session:
        check_all(session)


def test_silence_is_never_a_yes(world: World) -> None:
    round_id = opened(world, 1)
    case_id, first = case_of(round_id), candidates(round_id)[0]
    for who in list(NINE.values())[:-1]:
        say(world, round_id, who, passing([first.id]))
        hand_in(world, round_id, who)
    follow(world, round_id)
    with on(date(2026, 12, 31)):
        world.fire_due()
        with pytest.raises(Refusal, match="工商联"):
            world.complete(case_id, "collect_opinions", {"late_reason": "部门未提交"}, "jinrong1")
    assert list(world.open_tasks(first.case_id)) == ["opinion_commerce"]
    assert candidates(round_id)[0].at_group_on is None
    with on(JUNE), transaction() as session:
        center, tax = world.user(session, "jinrong1"), world.user(session, "shuiwu1")
        (owing,) = supervision.missing(session, round_id)
        with pytest.raises(Refusal, match="均已提交"):
            supervision.remind(session, round_id, [tax.department_id or 0], center)
        with pytest.raises(Forbidden):
            supervision.remind(session, round_id, [owing], tax)
        assert supervision.remind(session, round_id, [owing, tax.department_id or 0], center) == 1


def test_a_withdrawn_declaration_leaves_the_round(world: World) -> None:
    round_id = opened(world, 2)
    first, second = candidates(round_id)
    say(world, round_id, "shuiwu1", passing([first.id, second.id]))
    hand_in(world, round_id, "shuiwu1")
    with on(JUNE), transaction() as session:
        withdrawal.withdraw(session, first.application_case_id, world.user(session, "jinrong1"), "不再需要")
    follow(world, round_id)
    assert (world.status(first.case_id), world.status(second.case_id)) == ("withdrawn", "giving_opinions")
    assert candidates(round_id)[0].outcome == "left" and world.open_tasks(first.case_id) == {}
    with pytest.raises(Refusal, match="退出"):
        say(world, round_id, "fayuan1", passing([first.id]))
    with reading() as session:
        assert set(supervision.missing(session, round_id).values()) == {1}
    rest = passing([second.id])
    for who in NINE.values():
        if who != "shuiwu1":
            say(world, round_id, who, rest)
            hand_in(world, round_id, who)
    follow(world, round_id)
    decided(world, round_id, [Decision(second.id, "refuse", "经营不稳定")], met(world))
    # Nothing was passed: the round ends without a notice.
    closed(world, round_id)
    with reading() as session:
        assert session.scalars(select(CaseFile.id).where(CaseFile.scheme == "public_notice")).all() == []
        check_all(session)


def test_a_candidate_that_is_through_is_not_called_back_by_a_withdrawal(world: World) -> None:
    round_id = opened(world, 1)
    all_pass(world, round_id)
    decided(world, round_id, [Decision(candidates(round_id)[0].id, "approve")], met(world))
    first = candidates(round_id)[0]
    with on(JUNE), transaction() as session:
        withdrawal.withdraw(session, first.application_case_id, world.user(session, "jinrong1"), "不再需要")
    follow(world, round_id)
    assert candidates(round_id)[0].outcome == "approved"
    assert world.status(first.case_id) == "screening_passed"
    with reading() as session:
        check_all(session)
    # It is not published: nobody waits for it any more.
    closed(world, round_id)
    with reading() as session:
        assert session.scalars(select(CaseFile.id).where(CaseFile.scheme == "public_notice")).all() == []


def test_meetings_are_recorded_once_and_stay_when_a_decision_names_them(world: World) -> None:
    fields = {"kind": MeetingKind.COUNCIL, "number": "〔2026〕议1号", "held_on": JUNE, "topics": "上半年情况"}
    wrong = [
        ("kind", "ghost"),
        ("number", " "),
        ("held_on", date(2026, 6, 9)),
        ("held_on", None),
        ("place", "长" * 101),
    ]
    with on(JUNE), transaction() as session:
        center = world.user(session, "jinrong1")
        for name, value in wrong:
            with pytest.raises(Refusal) as refused:
                meeting.record(session, center, {**fields, name: value})
            assert refused.value.field == name
        with pytest.raises(Forbidden):
            meeting.record(session, world.user(session, "shuiwu1"), fields)
        made = meeting.record(session, center, fields)
        with pytest.raises(Refusal, match="已经登记"):
            meeting.record(session, center, fields)
        assert made.half == "2026年上半年"
        assert meeting.correct(
            session, made.id, center, {**fields, "number": "〔2026〕议2号"}
        ).number.endswith("2号")
        assert [
            one.id for one in meetings(session, center.department.region_id if center.department else 0)
        ] == [made.id]


def test_a_decision_names_a_meeting_of_the_group_that_stays_as_it_is(world: World) -> None:
    fields = {"kind": MeetingKind.COUNCIL, "number": "〔2026〕议1号", "held_on": JUNE}
    with on(JUNE), transaction() as session:
        made = meeting.record(session, world.user(session, "jinrong1"), fields)
    round_id = opened(world, 1)
    all_pass(world, round_id)
    council, group = made.id, met(world)
    first = candidates(round_id)[0].id
    with on(JUNE), transaction() as session:
        xiaozu = world.user(session, "xiaozu1")
        with pytest.raises(Refusal, match="领导小组会议"):
            group_review.decide(session, round_id, council, [Decision(first, "approve")], xiaozu)
        with pytest.raises(Forbidden):
            group_review.decide(
                session, round_id, group, [Decision(first, "approve")], world.user(session, "jinrong1")
            )
    with on(JUNE):
        one = {"decision": "refuse", "meeting_id": str(group), "reason": ""}
        case_id = candidates(round_id)[0].case_id
        with pytest.raises(Refusal, match="须写明理由"):
            world.complete(case_id, "group_decision", one, "xiaozu1")
        world.complete(case_id, "group_decision", {**one, "reason": "经营不稳定"}, "xiaozu1")
    assert world.status(case_id) == "group_refused"
    moved = {"kind": "leading_group", "number": "〔2026〕9号", "held_on": JUNE}
    with on(JUNE), transaction() as session, pytest.raises(Conflict):
        meeting.correct(session, group, world.user(session, "xiaozu1"), moved)
