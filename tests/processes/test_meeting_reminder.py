"""Tests of D-39: a half-year whose 议事会议 is not recorded is told to the center once, in its last month."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models.database import reading, transaction
from models.meeting import MeetingKind
from models.notification import Notification
from models.people import User
from processes import meeting
from tests.world import World, on
from webapp.handlers_credit import remind_of_council


def _told(day: date) -> list[tuple[str, str]]:
    with on(day):
        remind_of_council()
    with reading() as session:
        query = select(User.username, Notification.text).join(Notification, Notification.user_id == User.id)
        rows = session.execute(query.where(Notification.text.contains("议事会议")))
        return sorted((name, text[:8]) for name, text in rows)


def test_the_center_is_told_once_in_the_last_month_of_a_half_year_without_its_meeting(world: World) -> None:
    assert _told(date(2026, 5, 31)) == []
    first = _told(date(2026, 6, 1))
    assert {name for name, _text in first} >= {"jinrong1", "jinrong2", "jinrong0"}
    assert {name[:7] for name, _text in first} == {"jinrong"} and {text for _name, text in first} == {
        "2026年上半年"
    }
    assert _told(date(2026, 6, 1)) == _told(date(2026, 6, 30)) == first
    with on(date(2026, 12, 1)), transaction() as session:
        fields = {"kind": MeetingKind.COUNCIL.value, "number": "下半年", "held_on": date(2026, 7, 1)}
        meeting.record(session, world.user(session, "jinrong1"), fields)
    assert _told(date(2026, 12, 1)) == first
    assert len(_told(date(2027, 6, 1))) == 2 * len(first)
