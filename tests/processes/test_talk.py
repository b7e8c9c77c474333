"""Remarks, copies, urging and days to look again: who is told, who may, and what the log keeps."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import audit
from models.audit import AuditEvent
from models.case import CaseFile, visible_to
from models.case_circle import circle_of
from models.comment import CaseComment, comments_of
from models.copying import copies_by, copies_of, copies_to, unread_copies
from models.database import reading, transaction
from models.follow_up import follow_ups_of
from models.notification import Notification
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.urging import times_urged
from models.workflow import UserTask
from processes import comment, copying, follow_up, urging
from tests.world import World, answers, on

FRIDAY, SATURDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)
SECRET = "该同志电话 13900000000，请 @孙三 @李四 核对"


@pytest.fixture
def reviewing(world: World) -> int:
    """A case in qualification review: 人社 alone takes part."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def told(world: World, who: str, kind: str) -> list[str]:
    with reading() as session:
        mine = select(Notification.text).where(
            Notification.user_id == world.user(session, who).id, Notification.kind == kind
        )
        return list(session.scalars(mine.order_by(Notification.id)))


def logged(case_id: int, action: str) -> list[AuditEvent]:
    with reading() as session:
        found = select(AuditEvent).where(AuditEvent.chain == case_id, AuditEvent.action == action)
        return list(session.scalars(found.order_by(AuditEvent.seq)))


def say(world: World, case_id: int, text: str, who: str = "renshe1", named: tuple[str, ...] = ()) -> int:
    with transaction() as session:
        ids = [world.user(session, name).id for name in named]
        case = session.get_one(CaseFile, case_id)
        return comment.say(session, case, text, ids, world.user(session, who)).id


def urge(world: World, case_id: int, element: str, who: str, text: str = "") -> int:
    with transaction() as session:
        return urging.urge(session, world.open_tasks(case_id)[element], text, world.user(session, who)).told


def copy(world: World, case_id: int, to: tuple[str, ...], who: str = "renshe1") -> copying.Copied:
    with transaction() as session:
        ids = [world.user(session, name).id for name in to]
        return copying.copy_to(session, case_id, ids, "请阅", world.user(session, who))


def test_the_circle_is_a_part_of_those_who_may_see_the_case(world: World, reviewing: int) -> None:
    with reading() as session:
        case = session.get_one(CaseFile, reviewing)
        circle = circle_of(session, case)
        leaders = {"lingdao", "lingdao2"}
        assert {person.username for person in circle} == {"renshe0", "renshe1", "renshe2"} | leaders
        for person in session.scalars(select(User)):
            seen = session.scalar(select(CaseFile.id).where(CaseFile.id == reviewing, visible_to(person)))
            assert seen is not None or person not in circle


def test_a_remark_tells_those_it_names_and_the_log_keeps_no_words(world: World, reviewing: int) -> None:
    with on(FRIDAY):
        made = say(world, reviewing, f"  {SECRET}\r\n第二行 ", named=("lingdao",))
    with reading() as session:
        row = comments_of(session, session.get_one(CaseFile, reviewing))[0]
        assert row.text == f"{SECRET}\n第二行"
        assert sorted(mention.user.username for mention in row.mentions) == ["lingdao", "renshe0", "renshe2"]
    event = logged(reviewing, "comment.made")[0]
    words, _comma, names = event.summary.partition("，提醒")
    assert (words, set(names.split("、"))) == (f"留言（{len(SECRET) + 4}字）", {"李四", "孙三", "朱十七"})
    assert "139" not in f"{event.summary}{event.old}{event.new}"
    for who in ("renshe0", "renshe2", "lingdao"):
        assert len(told(world, who, "comment")) == 1 and "139" not in told(world, who, "comment")[0]
    assert told(world, "renshe1", "comment") == told(world, "shenqing", "comment") == []
    with on(FRIDAY), transaction() as session:
        with pytest.raises(Forbidden):
            comment.withdraw(session, made, world.user(session, "renshe2"))
        with pytest.raises(NotFound):
            comment.withdraw(session, made, world.user(session, "danbao1"))
    with on(FRIDAY), transaction() as session:
        assert comment.withdraw(session, made, world.user(session, "renshe1")).is_withdrawn
    with reading() as session:
        assert session.get_one(CaseComment, made).text == ""
        assert list(audit.verify(session)) == []
    with on(FRIDAY), pytest.raises(Conflict), transaction() as session:
        comment.withdraw(session, made, world.user(session, "renshe1"))


def test_a_remark_is_refused_to_strangers_and_for_strangers(world: World, reviewing: int) -> None:
    for text, named, field in (
        (" \n", (), "text"),
        ("长" * 1001, (), "text"),
        ("坏\0", (), "text"),
        ("好", ("danbao1",), "mentions"),
        ("好", ("shenji",), "mentions"),
    ):
        with pytest.raises(Refusal) as refused:
            say(world, reviewing, text, named=named)
        assert refused.value.field == field
    for who in ("shenqing", "shenji", "guanli"):
        with pytest.raises(Forbidden):
            say(world, reviewing, "好", who)
    with on(FRIDAY, 9):
        made = say(world, reviewing, "好")
    with on(FRIDAY, 10), pytest.raises(Conflict), transaction() as session:
        comment.withdraw(session, made, world.user(session, "renshe1"))
    with reading() as session:
        assert [row.text for row in comments_of(session, session.get_one(CaseFile, reviewing))] == ["好"]


def test_a_copy_goes_once_to_a_person_who_may_see_the_case(world: World, reviewing: int) -> None:
    for to in (("danbao1",), ("shenji",), ("renshe1",), ()):
        with pytest.raises(Refusal) as refused:
            copy(world, reviewing, to)
        assert refused.value.field == "people"
    first = copy(world, reviewing, ("renshe2", "lingdao"))
    assert [person.username for person in first.told] == ["renshe2", "lingdao"]
    again = copy(world, reviewing, ("renshe2", "renshe0"))
    assert ([p.username for p in again.told], [p.username for p in again.had_it]) == (
        ["renshe0"],
        ["renshe2"],
    )
    with pytest.raises(Conflict):
        copy(world, reviewing, ("renshe2",))
    with pytest.raises(NotFound):
        copy(world, reviewing, ("renshe2",), who="danbao1")
    assert len(told(world, "renshe2", "copy")) == 1
    assert logged(reviewing, "case.copied")[0].summary.startswith("抄送给")
    with reading() as session:
        assert len(copies_of(session, session.get_one(CaseFile, reviewing))) == 3


def test_a_copy_is_marked_read_once_and_its_sender_sees_it(world: World, reviewing: int) -> None:
    copy(world, reviewing, ("renshe2", "lingdao"))
    with reading() as session:
        reader = world.user(session, "lingdao")
        line = copies_to(session, reader, unread_only=True).lines[0]
        assert (line.person, line.note, line.read_at, unread_copies(session, reader)) == (
            "钱二",
            "请阅",
            None,
            1,
        )
    for _twice in range(2):
        with transaction() as session:
            copying.read_copy(session, line.id, world.user(session, "lingdao"))
    with pytest.raises(NotFound), transaction() as session:
        copying.read_copy(session, line.id, world.user(session, "renshe2"))
    assert len(logged(reviewing, "copy.read")) == 1
    with reading() as session:
        reader, sender = world.user(session, "lingdao"), world.user(session, "renshe1")
        assert (copies_to(session, reader, True).lines, unread_copies(session, reader)) == ([], 0)
        sent = {line.person: line.read_at is not None for line in copies_by(session, sender).lines}
        assert sent == {"孙三": False, "朱十七": True}


def test_a_step_is_urged_once_a_working_day_by_those_who_wait_for_it(world: World, reviewing: int) -> None:
    step = "qualification_review"
    with on(FRIDAY):
        assert urge(world, reviewing, step, "lingdao", "请抓紧") == 3
        with pytest.raises(Conflict, match="2026-03-09 起"):
            urge(world, reviewing, step, "renshe0")
    with on(SATURDAY), pytest.raises(Conflict):
        urge(world, reviewing, step, "renshe0")
    with on(MONDAY):
        assert urge(world, reviewing, step, "renshe0") == 2
    assert [text.partition("：")[2] for text in told(world, "renshe2", "urge")] == [
        "伊金霍洛旗财政局 朱十七催办“资格审核”，请尽快办理。请抓紧",
        "伊金霍洛旗人力资源和社会保障局 李四催办“资格审核”，请尽快办理。",
    ]
    task_id = world.open_tasks(reviewing)[step]
    with reading() as session:
        assert times_urged(session, [task_id, task_id + 1]) == {task_id: 2}
        assert session.get_one(UserTask, task_id).due_at == world.deadlines(reviewing)["qualification"].due_at
    for who, fault in (("danbao1", NotFound), ("shenji", Forbidden), ("shenqing", Forbidden)):
        with pytest.raises(fault):
            urge(world, reviewing, step, who)
    assert len(logged(reviewing, "task.urged")) == 2


def test_who_has_a_parallel_or_later_step_may_urge_and_the_cool_down_is_the_operators(
    world: World, reviewing: int
) -> None:
    world.complete(reviewing, "qualification_review", answers("qualification_review"))
    with on(FRIDAY):
        assert urge(world, reviewing, "due_diligence", "yinhang1") == 2
        assert urge(world, reviewing, "pre_loan_investigation", "renshe1") == 3
        with pytest.raises(NotFound):
            urge(world, reviewing, "due_diligence", "youchu1")
        urging.bind(0)
        try:
            assert urge(world, reviewing, "due_diligence", "yinhang1") == 2
        finally:
            urging.bind(1)
    world.complete(reviewing, "pre_loan_investigation", answers("pre_loan_investigation"))
    done = world.open_tasks(reviewing)["due_diligence"]
    world.complete(reviewing, "due_diligence", answers("due_diligence"))
    with pytest.raises(Conflict), transaction() as session:
        urging.urge(session, done, "", world.user(session, "renshe0"))


def test_a_late_step_is_urged_before_its_head_too_and_its_holder_not_by_himself(
    world: World, reviewing: int
) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]
    with transaction() as session:
        session.get_one(UserTask, task_id).assignee_id = world.user(session, "renshe2").id
    with on(date(2026, 3, 20)):
        for who in ("renshe1", "renshe2"):
            with pytest.raises(Forbidden):
                urge(world, reviewing, "qualification_review", who)
        assert urge(world, reviewing, "qualification_review", "lingdao") == 2
    assert len(told(world, "renshe0", "urge")) == 1


def test_a_day_to_look_again_is_ones_own(world: World, reviewing: int) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]

    def set_day(day: date | None, who: str = "lingdao", note: str = "问银行") -> None:
        with transaction() as session:
            follow_up.follow_up(session, task_id, day, note, world.user(session, who))

    set_day(FRIDAY)
    set_day(MONDAY)
    for day, note in ((date(2026, 3, 1), ""), (date(2028, 1, 1), ""), (MONDAY, "长" * 201)):
        with pytest.raises(Refusal):
            set_day(day, note=note)
    with pytest.raises(NotFound):
        set_day(MONDAY, who="danbao1")
    with reading() as session:
        mine = follow_ups_of(session, world.user(session, "lingdao"))
        assert [(line.on_day, line.note, line.step) for line in mine] == [(MONDAY, "问银行", "资格审核")]
        assert follow_ups_of(session, world.user(session, "lingdao"), until=FRIDAY) == []
        assert follow_ups_of(session, world.user(session, "renshe2")) == []
    set_day(None)
    set_day(None)
    set_day(FRIDAY)
    world.complete(reviewing, "qualification_review", answers("qualification_review"))
    with reading() as session:
        assert follow_ups_of(session, world.user(session, "lingdao")) == []
    with pytest.raises(Conflict):
        set_day(FRIDAY)
