"""Warnings leave as one digest a person a working day: who, when, with what, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from models.calendar import calendar, end_of, real_now, today
from models.database import reading, transaction
from models.deadline import Deadline
from models.digest import Digest, DigestLine
from models.notification import Notification
from models.pause import PauseKind
from models.people import User
from models.settings import Outside
from models.term import Span
from models.worker import Outbox
from processes import channel, pause, reminder, worklist
from tests.walk import ITEMS
from tests.world import World, answers, at, on
from webapp.reminders import remind_due

DUE, OFFICE = date(2026, 3, 11), ("renshe0", "renshe1", "renshe2")


def told() -> dict[str, list[str]]:
    """Login name → digests, oldest first."""
    with reading() as session:
        rows = session.execute(
            select(User.username, Notification.text)
            .join(User, User.id == Notification.user_id)
            .where(Notification.kind == "reminder")
            .order_by(User.username, Notification.id)
        )
        found: dict[str, list[str]] = {}
        for name, text in rows:
            found.setdefault(name, []).append(text)
        return found


def remind(day: date, hour: int = 10) -> list[str]:
    """The login names that were told on that day."""
    before = told()
    with on(day, hour):
        remind_due()
    return [name for name, texts in told().items() if len(texts) > len(before.get(name, []))]


def in_review(world: World, actor: str = "renshe1") -> int:
    """A case accepted on Monday 2026-03-02: 资格审核 ends on Wednesday 03-11."""
    case_id = world.submitted(actor=actor)
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def reminder_day(due: date, before: int) -> date:
    """So many working days before `due`, which is one."""
    with reading():
        days = [due - timedelta(days=n) for n in range(1, 12)]
        return [day for day in days if calendar().is_working_day(day)][before - 1]


def id_of(world: World, username: str) -> int:
    with reading() as session:
        return world.user(session, username).id


def test_one_case_from_two_days_before_its_end_to_its_decision(world: World) -> None:
    case_id = in_review(world)
    clock = world.deadlines(case_id)["qualification"]
    assert (clock.due_on, clock.remind_on) == (DUE, date(2026, 3, 9))
    assert [remind(date(2026, 3, day)) for day in (3, 6, 7, 8)] == [[]] * 4
    assert remind(date(2026, 3, 9), hour=8) == []
    # Nobody has signed for it: everybody in the office who may do it.
    assert remind(date(2026, 3, 9)) == [*OFFICE]
    head, line = told()["renshe2"][0].split("\n")
    assert head == "今日新增提醒 1 件：1 件临近到期。"
    assert line.endswith(" 资格审核时限：2026-03-11 到期，剩 2 日")
    with transaction() as session:
        task_id = world.open_tasks(case_id)["qualification_review"]
        worklist.claim(session, task_id, world.user(session, "renshe2"))
    assert remind(date(2026, 3, 10)) == []
    assert remind(DUE) == ["renshe2"]
    with on(date(2026, 3, 12), 0):
        world.fire_due()
        assert remind_due() == []
    assert remind(date(2026, 3, 12)) == ["renshe0", "renshe2"]
    assert "1 件已超期。" in told()["renshe0"][-1]
    assert [remind(date(2026, 3, day)) for day in (13, 14, 15, 16)] == [["renshe0"], [], [], ["renshe0"]]
    with on(date(2026, 3, 16), 11):
        late = answers("qualification_review", late_reason="核查")
        world.complete(case_id, "qualification_review", late, who="renshe2")
    assert world.deadlines(case_id)["qualification"].remind_on is None
    # The guarantor's and the bank's people have theirs: 3 working days from the 16th.
    assert remind(date(2026, 3, 17)) == ["danbao0", "danbao1", "yinhang0", "yinhang1", "yinhang2"]


def test_an_outage_is_made_up_for_in_one_message_on_the_next_working_day(world: World) -> None:
    for _case in range(2):
        in_review(world)
    assert remind(date(2026, 3, 14)) == []  # a Saturday
    assert remind(date(2026, 3, 16)) == [*OFFICE]
    assert {name: len(texts) for name, texts in told().items()} == dict.fromkeys(OFFICE, 1)
    assert told()["renshe1"][0].startswith("今日新增提醒 2 件：2 件已超期。目前已超期的待办共 2 件。\n")
    assert remind(date(2026, 3, 16), hour=15) == []
    # What comes up after the digest of the day waits for the next one; the head has his daily one anyway.
    with transaction() as session:
        session.execute(update(Deadline).values(remind_on=date(2026, 3, 16), reminded_on=None))
    assert remind(date(2026, 3, 16), hour=16) == []
    assert remind(date(2026, 3, 17)) == [*OFFICE]


def test_many_processes_at_once_tell_everybody_once(world: World) -> None:
    for _case in range(3):
        in_review(world)
    with on(DUE, 10), ThreadPoolExecutor(4) as workers:
        lines = [workers.submit(copy_context().run, remind_due) for _worker in range(4)]
        sent = sum(int(line.result()[0].split()[1]) for line in lines if line.result())
        remind_due()
        with transaction() as session:
            assert not reminder.remind_person(session, world.user(session, "renshe1").id)
    assert sent == len(OFFICE)
    assert {name: len(texts) for name, texts in told().items()} == dict.fromkeys(OFFICE, 1)


def test_two_hundred_cases_are_one_message_of_twenty_lines(world: World) -> None:
    clock, user_id = world.deadlines(in_review(world))["qualification"], id_of(world, "renshe1")
    common = {"case_id": clock.case_id, "key": "many", "clause": "第一条", "length": 1, "unit": "working"}
    with transaction() as session:
        for number in range(200):
            due = DUE - timedelta(days=1) + timedelta(days=number % 3)
            facts = {"start_on": clock.start_on, "due_on": due, "due_at": end_of(due), "calendar_version": 1}
            row = Deadline(name=f"时限{number}", provisional=False, **common, **facts)
            session.add(row)
            session.flush()
            session.add(DigestLine(user_id=user_id, deadline_id=row.id, added_at=real_now()))
    with on(DUE):
        with transaction() as session:
            assert reminder.remind_person(session, user_id)
        (text,) = told()["renshe1"]
    lines = text.split("\n")
    assert lines[0] == "今日新增提醒 200 件：67 件已超期、67 件今日到期、66 件临近到期。"
    assert (len(lines), lines[-1]) == (22, "其余 180 件请在待办中查看。")
    assert all("超期 1 日" in line for line in lines[1:-1])


def test_a_pause_silences_and_a_later_end_moves_the_warning(world: World) -> None:
    case_id = in_review(world)
    remind(date(2026, 3, 9))
    with on(date(2026, 3, 10)), transaction() as session:
        clock = session.get_one(Deadline, world.deadlines(case_id)["qualification"].id)
        reminder_day = clock.remind_on
        clock.recompute([Span(date(2026, 3, 10), None)])
        assert (reminder_day, clock.remind_on) == (DUE, None)
    assert remind(date(2026, 3, 12)) == []
    with on(date(2026, 3, 20)), transaction() as session:
        clock = session.get_one(Deadline, clock.id)
        clock.recompute([Span(date(2026, 3, 10), date(2026, 3, 20))])
        # One working day was left: it ends on Monday, and today there is something to say again.
        assert (clock.due_on, clock.remind_on) == (date(2026, 3, 23), date(2026, 3, 20))
        clock.cancelled_on = today()
        assert clock.remind_on is None


def test_the_limit_of_a_pause_and_the_promise_warn_too(world: World) -> None:
    case_id, renshe2 = in_review(world, actor="shenqing"), id_of(world, "renshe2")
    asked = pause.Asked(PauseKind.SUPPLEMENT, "缺少场地证明", 10, ITEMS)
    with on(date(2026, 3, 3)), transaction() as session:
        actor = world.user(session, "renshe2")
        task_id = world.open_tasks(case_id)["qualification_review"]
        worklist.claim(session, task_id, actor)
        begun = pause.ask(session, task_id, asked, actor).id
    # The clock and the promise stand still; the limit of the pause does not: 10 days from the 3rd.
    assert [remind(date(2026, 3, day)) for day in (9, 11, 12)] == [[], [], []]
    assert remind(date(2026, 3, 13)) == ["renshe2", "shenqing"]
    assert told()["renshe2"][0].endswith("受理后补正材料期限：2026-03-17 到期，剩 2 日")
    assert "受理后补正材料期限至 2026-03-17 止，剩 2 日，请及时办理" in told()["shenqing"][0]
    with on(date(2026, 3, 16)), transaction() as session:
        pause.resume(session, begun, today(), "已补齐", session.get_one(User, renshe2))
    promise = world.deadlines(case_id)["promise"]
    assert promise.remind_on == reminder_day(promise.due_on, 2)
    # Both clocks in one message; the stage is over, the promise is not.
    assert remind(promise.remind_on) == ["renshe0", "renshe2"]
    head, *lines = told()["renshe2"][-1].split("\n")
    assert head == "今日新增提醒 2 件：1 件已超期、1 件临近到期。目前已超期的待办共 1 件。"
    assert "承诺办结时限" in lines[1]
    assert "承诺办结时限" not in told()["renshe0"][-1]


def test_the_leader_of_the_region_is_told_when_the_drawing_says_so(world: World) -> None:
    clock = world.deadlines(in_review(world))["qualification"]
    with transaction() as session:
        session.execute(update(Deadline).where(Deadline.id == clock.id).values(ladder="1=manager"))
        session.execute(update(User).where(User.username == "renshe1").values(is_active=False))
    assert remind(date(2026, 3, 12)) == ["lingdao", "lingdao2"]


def test_an_applicant_is_told_of_the_end_of_his_own_term_in_his_own_words(world: World) -> None:
    items = [{"material": "营业执照", "problem": "缺", "requirement": "补交"}]
    case_id = world.submitted(actor="shenqing")
    asked = answers("acceptance", result="incomplete", items=items, delivered_on=None)
    world.complete(case_id, "acceptance", asked)
    assert world.deadlines(case_id)["supplement"].due_on == date(2026, 3, 30)
    assert remind(date(2026, 3, 26)) == ["shenqing"]
    (text,) = told()["shenqing"]
    assert text.startswith("您的申请 ")
    assert text.endswith("至 2026-03-30 止，剩 2 日，请及时办理。逾期未补正的，视为撤回申请。")


@pytest.fixture
def mail_out(world: World) -> Iterator[None]:
    """The way out by e-mail is open; nobody carries what is put there."""
    channel.bind(Outside(smtp_url="smtp://127.0.0.1:9", mail_from="a@example.gov.cn"))
    yield
    channel.bind(Outside())


def test_an_e_mail_says_no_more_than_the_case_number(world: World, mail_out: None) -> None:
    case_id, renshe2 = in_review(world), id_of(world, "renshe2")
    with transaction() as session:
        session.execute(update(User).where(User.id == renshe2).values(email="renshe2@example.cn"))
        task_id = world.open_tasks(case_id)["qualification_review"]
        worklist.assign(session, task_id, renshe2, world.user(session, "renshe0"))
    remind(date(2026, 3, 9))
    with reading() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
    (number,) = told()["renshe2"][0].split("\n")[1].split()[:1]
    subjects = [f"【多审培训】案卷 {number} 有新消息", "【多审培训】时限提醒：今日新增 1 件"]
    assert [(row.user_id, row.subject) for row in rows] == [(renshe2, subject) for subject in subjects]
    assert all(number in row.text and "赵一" not in row.text for row in rows)


def test_digests_leave_within_half_an_hour_after_the_office_opens(world: World) -> None:
    in_review(world), in_review(world)
    with on(DUE, 8), reading() as session:
        opened = at(DUE, 8) + timedelta(minutes=30)
        leaves = [reminder.opens_at(user_id) - opened for user_id in range(1, 2000)]
        assert not reminder.is_due(session)
        assert timedelta(minutes=1) <= min(leaves) < timedelta(minutes=2)
        assert timedelta(minutes=29) < max(leaves) <= timedelta(minutes=30)
        assert reminder.next_at(session) == opened + timedelta(minutes=30)
    with on(DUE):
        with transaction() as session:
            assert reminder.collect(session, limit=1) == 1
            assert reminder.due_people(session) == []
            assert reminder.collect(session) == 1
            assert session.scalar(select(func.count()).select_from(DigestLine)) == 2 * len(OFFICE)
        with reading() as session:
            assert len(reminder.due_people(session)) == len(OFFICE)
    # Lines that wait on a day off wait on.
    with on(date(2026, 3, 14)), reading() as session:
        assert not calendar().is_working_day(today())
        assert reminder.due_people(session) == []
        assert session.scalar(select(func.count()).select_from(Digest)) == 0
