"""Warnings leave as one digest a person a working day: who, when, with what, and never twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select, update

from models.calendar import today
from models.database import reading, transaction
from models.deadline import Deadline
from models.notification import Notification
from models.people import User
from models.worker import Outbox
from processes.reminder import collect, due_people, remind_person
from tests.world import World, answers, on
from webapp.reminders import remind_due


def told(world: World) -> dict[str, list[str]]:
    """Login name → digests, oldest first."""
    with reading() as session:
        rows = session.execute(
            select(User.username, Notification.text)
            .join(User, User.id == Notification.user_id)
            .where(Notification.kind == "reminder")
            .order_by(Notification.id)
        )
        found: dict[str, list[str]] = {}
        for name, text in rows:
            found.setdefault(name, []).append(text)
        return found


def counts(world: World) -> Mapping[str, int]:
    return {name: len(texts) for name, texts in told(world).items()}


def remind_on(day: date, hour: int = 10) -> list[str]:
    with on(day, hour):
        return remind_due()


def in_review(world: World, **over: str) -> int:
    """A case accepted on Monday 2026-03-02: 资格审核 due on 03-11."""
    case_id = world.submitted(**over)
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def test_the_ladder_of_one_case_from_two_days_before_to_the_daily_one(world: World) -> None:
    case_id = in_review(world)
    clock = world.deadlines(case_id)["qualification"]
    assert (clock.due_on, clock.remind_on) == (date(2026, 3, 11), date(2026, 3, 9))
    for day in (3, 4, 5, 6, 7, 8):
        assert remind_on(date(2026, 3, day)) == []
    assert remind_on(date(2026, 3, 9), 8) == []
    assert remind_on(date(2026, 3, 9)) == ["已发出 3 份时限提醒。"]
    # Nobody has signed for it: all of the office who may do it.
    assert counts(world) == {"renshe0": 1, "renshe1": 1, "renshe2": 1}
    assert told(world)["renshe2"][0].startswith("您有 1 件事项需要注意：1 件临近到期。\n")
    assert "资格审核时限：2026-03-11 到期，剩 2 日" in told(world)["renshe2"][0]
    assert remind_on(date(2026, 3, 10)) == []
