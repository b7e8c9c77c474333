"""kill -9 at every boundary of what is not a step of one case: calendar, drawing, warnings, messages."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.calendar import Installation, real_now
from models.calendar_book import APPLIED, UNDONE, CalendarDay, CalendarNotice
from models.calendar_text import read_text
from models.database import reading, transaction
from models.deadline import Deadline
from models.digest import DigestLine
from models.notification import Notification
from models.pause import DeadlineChange
from models.people import User, user_named
from models.settings import Outside
from models.worker import SENT, Outbox
from models.workflow import ProcessDefinition, Timer
from processes import background, channel, outbox, publication
from processes import calendar as calendar_verbs
from processes.notification import tell
from tests.invariants import check_all
from tests.notices import notice
from tests.processes.killing import crash_everywhere, survives
from tests.processes.test_publication import AS_SHIPPED, BPMN, TABLES, published
from tests.sink import mail_sink
from tests.webapp.knock import paused
from tests.world import World, answers, on
from webapp import handlers
from webapp.reminders import remind_due

pytestmark = [pytest.mark.slow, pytest.mark.forks]
JANUARY = date(2027, 1, 18)
COUNTED = (AuditEvent, CalendarDay, CalendarNotice, DeadlineChange, Notification, Outbox, ProcessDefinition)


def _office() -> tuple[Any, ...]:
    """What the house itself keeps: how many rows of each kind, what is in force, and where every clock ends."""
    with reading() as session:
        return (
            [session.scalar(select(func.count()).select_from(table)) for table in COUNTED],
            session.get_one(Installation, 1).calendar_version,
            session.scalars(select(CalendarNotice.state).order_by(CalendarNotice.id)).all(),
            session.execute(select(Deadline.due_on, Deadline.due_at).order_by(Deadline.id)).all(),
            session.execute(select(Timer.due_at, Timer.is_held).order_by(Timer.id)).all(),
        )


def test_a_notice_is_in_force_for_every_clock_or_for_none(world: World, url: str) -> None:
    with on(JANUARY):
        reviewing, standing = world.submitted(), world.submitted()
        for case_id in (reviewing, standing):
            world.complete(case_id, "acceptance", answers("acceptance"))
        paused(world, standing)
        first = _office()[3]
        with transaction() as session:
            admin = world.user(session, "guanli")
            notice_id = calendar_verbs.propose(session, read_text(notice(2027)), admin).id

        def move(verb: Any) -> None:
            with transaction() as session:
                verb(session, notice_id, world.user(session, "guanli"))

        for verb, state in ((calendar_verbs.apply, APPLIED), (calendar_verbs.undo, UNDONE)):
            assert crash_everywhere(url, lambda verb=verb: move(verb), _office) > 15
            with reading() as session:
                assert session.get_one(CalendarNotice, notice_id).state == state
                check_all(session)
            assert (_office()[3] == first) is (state == UNDONE)


def test_a_drawing_is_published_whole_or_not_at_all(world: World, url: str) -> None:
    world.submitted()
    renamed = BPMN.replace("受理审查".encode(), "材料审查".encode())

    def publish() -> None:
        with transaction() as session:
            said = publication.Publication()
            publication.store(session, renamed, TABLES, world.user(session, "liucheng"), said)

    assert publication.problems_of(renamed, TABLES) == []
    assert crash_everywhere(url, publish, _office) > 5
    new = world.submitted()
    world.complete(new, "acceptance", answers("acceptance"))
    with reading() as session:
        check_all(session)
    assert published() == sorted([*AS_SHIPPED, ("combined_review", 2)])


def test_a_warning_reaches_everybody_once_wherever_its_sender_dies(world: World, url: str) -> None:
    case_ids = [world.submitted() for _ in range(2)]
    for case_id in case_ids:
        world.complete(case_id, "acceptance", answers("acceptance"))
    with on(date(2026, 3, 9), 11):
        # Each child begins with what the ones before have left.
        for crash_at in count(1):
            if survives(url, remind_due, crash_at):
                break
            assert max(_digests().values(), default=0) <= 1
        assert crash_at > 8
        told = _digests()
        remind_due()
        assert _digests() == told
        assert set(told) >= {"renshe1", "renshe2"} and set(told.values()) == {1}
        with reading() as session:
            lines = session.execute(select(DigestLine.user_id, DigestLine.deadline_id)).all()
            assert len(lines) == len(set(lines))
            check_all(session)


def _digests() -> Counter[str]:
    with reading() as session:
        told = select(User.username).join(Notification).where(Notification.kind == "reminder")
        return Counter(session.scalars(told))


def test_a_message_and_its_job_are_both_there_or_neither_and_it_is_sent(world: World, url: str) -> None:
    with mail_sink() as sink:
        channel.bind(Outside(smtp_url=sink.url, mail_from="a@example.gov.cn"))
        with transaction() as session:
            world.user(session, "renshe1").email = "renshe1@example.gov.cn"

        def post() -> None:
            with transaction() as session:
                person = user_named(session, "renshe1")
                assert person is not None
                tell(session, [person.id], "notice", "有新消息", None)

        assert crash_everywhere(url, post, _messages) > 4
        ((outbox_id, job),) = _messages()
        assert job == "ENQUEUED"
        for crash_at in count(1):
            attempt = _put_off_to_now(outbox_id)
            if survives(url, lambda attempt=attempt: handlers.deliver(outbox_id, attempt), crash_at):
                break
        with reading() as session:
            assert session.get_one(Outbox, outbox_id).status == SENT
        # Killed between the mail and its note, it leaves again: under the same id, which the reader's
        # program shows once.
        assert sink.mails and len({mail["Message-ID"] for mail in sink.mails}) == 1
        channel.bind(Outside())


def _put_off_to_now(outbox_id: int) -> int:
    """What the sweeper finds after a while: the number of the try that is next."""
    with transaction() as session:
        row = session.get_one(Outbox, outbox_id)
        row.not_before = real_now()
        return row.attempts


def _messages() -> list[tuple[int, str | None]]:
    with reading() as session:
        ids = session.scalars(select(Outbox.id).order_by(Outbox.id)).all()
    jobs = background.status(outbox.DELIVER, [f"{n}-0" for n in range(1, 5)])
    assert len(jobs) == len(ids)
    return [(each, jobs.get(f"{each}-0")) for each in ids]
