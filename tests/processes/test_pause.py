"""Pausing a statutory clock: the days that stand still, who may do it, and its own limit."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import AuditEvent
from models.calendar import calendar, today
from models.database import reading, transaction
from models.deadline import NO_DEADLINE, PAUSE_LIMIT, PROMISE, WHILE_PAUSED, Deadline
from models.letter import Letter
from models.notification import Notification
from models.pause import Pause, PauseKind, changes_of
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.workflow import UserTask
from models.working_days import Light, elapsed
from processes import pause, withdrawal, worklist
from tests.invariants import check_all
from tests.processes.engine.bad_drawings import CLOSED, work
from tests.processes.engine.drawings import end, flow, line, start, timer
from tests.processes.standing_timers import REVIEW, published
from tests.walk import ITEMS
from tests.world import World, answers, on
from webapp import jobs

MISSING = pause.Asked(PauseKind.SUPPLEMENT, "缺少场地证明", 10, ITEMS)
INSPECTION = pause.Asked(PauseKind.INSPECTION, "需实地核查经营场所", 5)
MONDAY, WEDNESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)


@pytest.fixture
def reviewing(world: World) -> int:
    """A case accepted on Monday: the qualification review has 7 working days, to 11 March."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    _claim(world, case_id)
    return case_id


def _claim(world: World, case_id: int) -> None:
    with transaction() as session:
        worklist.claim(
            session, world.open_tasks(case_id)["qualification_review"], world.user(session, "renshe2")
        )


def ask(world: World, case_id: int, asked: pause.Asked = MISSING, who: str = "renshe2") -> int:
    with transaction() as session:
        task_id = world.open_tasks(case_id)["qualification_review"]
        return pause.ask(session, task_id, asked, world.user(session, who)).id


def resume(world: World, pause_id: int, on_day: date | None = None, who: str = "renshe2") -> None:
    with transaction() as session:
        pause.resume(session, pause_id, on_day or today(), "材料已补齐", world.user(session, who))


def clock(world: World, case_id: int, key: str = "qualification") -> Deadline:
    return world.deadlines(case_id)[key]


def test_resuming_moves_the_end_by_exactly_the_working_days_paused(world: World, reviewing: int) -> None:
    assert clock(world, reviewing).due_on == date(2026, 3, 11)
    with on(WEDNESDAY):
        paused = ask(world, reviewing)
        standing = clock(world, reviewing)
        assert standing.is_paused and standing.due_at == WHILE_PAUSED
        with reading() as session:
            assert standing.light is Light.PAUSED
            task = session.get_one(UserTask, world.open_tasks(reviewing)["qualification_review"])
            assert task.due_at == WHILE_PAUSED < NO_DEADLINE
            check_all(session)
    # Thursday, Friday, Monday stand still; the weekend between would not have counted anyway.
    with on(date(2026, 3, 9)):
        resume(world, paused)
    assert clock(world, reviewing).due_on == date(2026, 3, 16)
    with reading() as session:
        assert [change.why for change in changes_of(session, clock(world, reviewing).id)] == [
            "pause",
            "resume",
        ]
        check_all(session)


def test_a_pause_is_told_by_letter_and_its_limit_is_a_clock_of_its_own(world: World, reviewing: int) -> None:
    ask(world, reviewing)
    with reading() as session:
        (letter,) = session.query(Letter).filter(Letter.kind == "pause").all()
        assert letter.content["items"] and letter.content["limit_on"] == "2026-03-16"
    assert clock(world, reviewing, PAUSE_LIMIT).due_on == date(2026, 3, 16)


def test_a_pause_never_outlasts_its_limit(world: World, reviewing: int) -> None:
    """It ends by itself on the limit's last day, whenever the worker comes by, and is on record."""
    with on(WEDNESDAY):
        paused = ask(world, reviewing)
    with on(date(2026, 4, 2)):
        jobs.run_due()
        with reading() as session:
            row = session.get_one(Pause, paused)
            assert row.resumed_on == clock(world, reviewing, PAUSE_LIMIT).due_on == date(2026, 3, 18)
            assert elapsed(WEDNESDAY, row.resumed_on, calendar()) == 10
            check_all(session)
        late = clock(world, reviewing)
        assert late.due_on == date(2026, 3, 25), "7 + 10 working days after 2 March"
        assert late.missed_at is not None, "and that day has passed too"


def test_a_paused_step_is_neither_late_nor_to_be_completed(world: World, reviewing: int) -> None:
    with on(WEDNESDAY):
        paused = ask(world, reviewing)
    with on(date(2026, 3, 17)):
        with pytest.raises(Refusal, match="先恢复计时"):
            world.complete(reviewing, "qualification_review", answers("qualification_review"))
        assert not clock(world, reviewing).is_over
        resume(world, paused, FRIDAY)
        # The materials came on Friday: counted on from there, the term is over since the 13th.
        assert clock(world, reviewing).due_on == date(2026, 3, 13)
        assert clock(world, reviewing).missed_at is not None


def test_special_procedures_need_the_head_and_not_the_same_person(world: World, reviewing: int) -> None:
    paused = ask(world, reviewing, INSPECTION)
    assert not clock(world, reviewing).is_paused
    with pytest.raises(Conflict, match="等待审批"):
        ask(world, reviewing, INSPECTION)
    with transaction() as session, pytest.raises(Forbidden):
        pause.decide(session, paused, "approve", "同意", world.user(session, "renshe2"))
    with transaction() as session:
        # What nobody has in hand, of a case without an account of the applicant, is not the applicant's.
        task_id = world.open_tasks(reviewing)["qualification_review"]
        worklist.release(session, task_id, world.user(session, "renshe2"))
    with transaction() as session:
        pause.decide(session, paused, "approve", "同意", world.user(session, "renshe0"))
    assert clock(world, reviewing).is_paused
    with transaction() as session, pytest.raises(Conflict):
        pause.decide(session, paused, "approve", "同意", world.user(session, "renshe0"))


def test_a_refused_request_leaves_the_clock_alone(world: World, reviewing: int) -> None:
    paused = ask(world, reviewing, INSPECTION)
    with transaction() as session:
        pause.decide(session, paused, "refuse", "无需核查", world.user(session, "renshe0"))
    assert clock(world, reviewing).due_on == date(2026, 3, 11) and not clock(world, reviewing).is_paused
    with pytest.raises(Conflict):
        resume(world, paused)
    # A request that nobody has decided ends with its step: said in the log, to who asked and to the head.
    undecided = ask(world, reviewing, INSPECTION)
    world.complete(reviewing, "qualification_review", answers("qualification_review"))
    with reading() as session:
        row, words = session.get_one(Pause, undecided), "计时的申请失效：所属环节已办结或终止"
        lines = select(AuditEvent.summary).where(AuditEvent.action == "deadline.pause_lapsed")
        assert row.decision == "refuse" and words in session.scalars(lines).one()
        told = select(Notification.user_id).where(Notification.text.contains(words))
        people = [world.user(session, who).id for who in ("renshe0", "renshe2")]
        assert sorted(session.scalars(told)) == sorted(people)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (pause.Asked(PauseKind.SUPPLEMENT, " ", 5, ITEMS), "事由"),
        (pause.Asked(PauseKind.SUPPLEMENT, "缺材料", 5), "全部材料"),
        (pause.Asked(PauseKind.SUPPLEMENT, "缺材料", 21, ITEMS), "1 至 20"),
        (pause.Asked(PauseKind.INSPECTION, "核查", 0), "1 至 10"),
    ],
)
def test_a_pause_without_reason_list_or_limit_is_refused(
    world: World, reviewing: int, asked: pause.Asked, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        ask(world, reviewing, asked)


def test_who_and_when(world: World, reviewing: int) -> None:
    with pytest.raises(NotFound):
        ask(world, reviewing, who="danbao1")
    with pytest.raises(Conflict):
        ask(world, reviewing, who="renshe1")
    paused = ask(world, reviewing)
    with pytest.raises(Conflict):
        ask(world, reviewing)
    for day in (date(2026, 3, 1), date(2026, 3, 3)):
        with pytest.raises(Refusal, match="恢复日期"):
            resume(world, paused, day)
    with pytest.raises(NotFound):
        resume(world, paused, who="yinhang1")
    resume(world, paused)
    with pytest.raises(Conflict):
        resume(world, paused)
    with on(date(2026, 3, 11)), pytest.raises(Refusal, match="最后一日"):
        ask(world, reviewing)
    with on(date(2026, 3, 12)), pytest.raises(Refusal, match="届满"):
        ask(world, reviewing)


def test_the_promise_for_the_whole_case_stands_still_with_its_stage(world: World, reviewing: int) -> None:
    before = clock(world, reviewing, PROMISE)
    assert before.start_on == MONDAY and before.is_running
    paused = ask(world, reviewing)
    assert clock(world, reviewing, PROMISE).is_paused
    with on(WEDNESDAY):
        resume(world, paused)
    after = clock(world, reviewing, PROMISE)
    with reading():
        assert elapsed(before.due_on, after.due_on, calendar()) == 2


def test_a_second_list_by_the_same_body_is_put_before_its_head(world: World, reviewing: int) -> None:
    for expected in (0, 1):
        paused = ask(world, reviewing)
        resume(world, paused)
        with reading() as session:
            flagged = session.query(AuditEvent).filter(AuditEvent.action == "supplement.repeated").count()
            assert flagged == expected


def test_the_promise_counts_on_when_the_other_branch_ends_a_paused_step(world: World, reviewing: int) -> None:
    world.complete(reviewing, "qualification_review", answers("qualification_review"))
    before = clock(world, reviewing, PROMISE).due_on
    with transaction() as session:
        guarantor = world.user(session, "danbao1")
        task_id = world.open_tasks(reviewing)["due_diligence"]
        worklist.claim(session, task_id, guarantor)
        pause.ask(session, task_id, MISSING, guarantor)
    refusal = answers("pre_loan_investigation", decision="fail", reason_codes=["B01"], reason_text="负债过高")
    with on(WEDNESDAY):
        world.complete(reviewing, "pre_loan_investigation", refusal)
    promise = clock(world, reviewing, PROMISE)
    assert promise.is_running and not promise.is_paused
    with reading() as session:
        assert elapsed(before, promise.due_on, calendar()) == 2
        check_all(session)


def closed(element: str) -> str:
    """The end of a case whose term has passed."""
    return end(element, f'<bpmn:terminateEventDefinition id="t_{element}" />', status="lapsed")


def test_a_step_that_a_due_event_ends_is_not_paused_any_more(world: World) -> None:
    """No letter goes out for a clock that the very knock ends."""
    events = (
        timer("lapse", "acceptance", "working_days(2)", True),
        timer("due", "acceptance", "working_days(7)", **REVIEW),
    )
    ends = closed("lapsed"), flow("lapse", "lapsed"), end("late"), flow("due", "late")
    step = work("acceptance", form="acceptance")
    published(start(), step, *events, CLOSED, *line("begin", "acceptance", "finish"), *ends)
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    with transaction() as session:
        worklist.claim(session, task_id, world.user(session, "renshe1"))
    with on(FRIDAY), pytest.raises(Conflict, match="已终止"), transaction() as session:
        pause.ask(session, task_id, MISSING, world.user(session, "renshe1"))


@pytest.mark.parametrize("clerks", [["renshe1"], []])
def test_a_provisional_end_that_a_pause_has_brought_ends_nothing(world: World, clerks: list[str]) -> None:
    """D-04: official before the pause, the end lies in a year without a notice once it counts on: by a clerk, by itself."""
    lapse = timer("due", "acceptance", "working_days(7)", True, **REVIEW)
    flows = *line("begin", "acceptance", "finish"), flow("due", "late")
    published(start(), work("acceptance", form="acceptance"), lapse, closed("late"), CLOSED, *flows)
    with on(date(2026, 12, 14)):
        case_id = world.submitted()
        task_id = world.open_tasks(case_id)["acceptance"]
        with transaction() as session:
            clerk = world.user(session, "renshe1")
            worklist.claim(session, task_id, clerk)
            paused = pause.ask(session, task_id, MISSING, clerk).id
    with on(date(2026, 12, 28)):
        for clerk_name in clerks:
            resume(world, paused, today(), clerk_name)
    with on(date(2027, 2, 2)):
        jobs.run_due()
        assert "acceptance" in world.open_tasks(case_id)
        with reading() as session:
            check_all(session)


def test_withdrawal_ends_pause_limit_and_promise(world: World, reviewing: int) -> None:
    paused = ask(world, reviewing)
    with transaction() as session:
        withdrawal.withdraw(session, reviewing, world.user(session, "renshe1"), "不再需要")
    with reading() as session:
        assert session.get_one(Pause, paused).resumed_on == MONDAY
        check_all(session)
    assert not any(row.is_running for row in world.deadlines(reviewing).values())
