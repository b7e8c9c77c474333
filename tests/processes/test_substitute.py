"""代办: who may stand in for whom, that the first one has the task, that both names stand, and that duties stay apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models import audit
from models.audit import AuditEvent
from models.database import reading, transaction
from models.inbox import Filters, Scope, page
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.workflow import OPEN, UserTask
from processes import follow_up, substitute, worklist
from processes.substitute import Wanted, standing_in
from tests.invariants import check_all
from tests.processes.test_talk import told, urge
from tests.world import World, answers, on
from webapp.reminders import remind_due

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
QUALIFY = "qualification_review"
Set = Callable[..., int]


@pytest.fixture
def away(world: World) -> Set:
    """Sets an absence from Monday to Friday; its id."""

    def set_up(
        absent: str,
        stand_in: str,
        by: str = "",
        days: tuple[date, date] = (MONDAY, FRIDAY),
    ) -> int:
        with transaction() as session:
            who = world.user(session, absent).id, world.user(session, stand_in).id
            wanted = Wanted(*who, *days, "年休假")
            return substitute.set_substitute(session, wanted, world.user(session, by or absent)).id

    return set_up


def act(world: World, verb: Callable[..., object], case_id: int, element: str, who: str) -> None:
    with transaction() as session:
        verb(session, world.open_tasks(case_id)[element], world.user(session, who))


def in_order() -> None:
    with reading() as session:
        assert check_all(session) == 1


def claim(world: World, case_id: int, element: str, who: str) -> None:
    act(world, worklist.claim, case_id, element, who)


def listed(world: World, who: str, scope: Scope) -> list[str]:
    with reading() as session:
        return [line.element_id for line in page(session, world.user(session, who), scope, Filters()).items]


def task_of(world: World, case_id: int, element: str) -> UserTask:
    with reading() as session:
        return session.get_one(UserTask, world.open_tasks(case_id)[element])


def events(case_id: int) -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.chain == case_id).order_by(AuditEvent.seq))
        return [(row.actor_name.rpartition(" ")[2], row.summary) for row in rows]


@pytest.fixture
def reviewing(world: World) -> int:
    """A case whose qualification review renshe2 has claimed."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    claim(world, case_id, QUALIFY, "renshe2")
    return case_id


def test_who_stands_in_does_the_task_and_both_names_stand(world: World, reviewing: int, away: Set) -> None:
    with pytest.raises(Conflict):
        claim(world, reviewing, QUALIFY, "renshe1")
    away("renshe2", "renshe1")
    assert listed(world, "renshe1", Scope.SUBSTITUTE) == [QUALIFY]
    assert listed(world, "renshe0", Scope.SUBSTITUTE) == listed(world, "renshe1", Scope.MINE) == []
    assert urge(world, reviewing, QUALIFY, "renshe0") == 2
    claim(world, reviewing, QUALIFY, "renshe1")
    assert (listed(world, "renshe1", Scope.MINE), listed(world, "renshe2", Scope.SUBSTITUTE)) == (
        [QUALIFY],
        [QUALIFY],
    )
    task_id = world.open_tasks(reviewing)[QUALIFY]
    world.complete(reviewing, QUALIFY, answers(QUALIFY), who="renshe1")
    with reading() as session:
        task = session.get_one(UserTask, task_id)
        names = {one: world.user(session, one).id for one in ("renshe1", "renshe2")}
        assert (task.done_by_id, task.on_behalf_of_id) == (names["renshe1"], names["renshe2"])
        assert list(audit.verify(session)) == []
    both = [summary for who, summary in events(reviewing) if who == "钱二（代孙三）"]
    assert both == ["代孙三签收“资格审核”", "资格审核：同意"]
    assert ("李四", "催办“资格审核”（2人）") in events(reviewing)
    assert told(world, "renshe2", "task")[-1].endswith("钱二代您签收“资格审核”。")
    in_order()


def test_the_first_one_has_it_and_the_one_who_is_back_takes_it_again(
    world: World, reviewing: int, away: Set
) -> None:
    away("renshe2", "renshe1")
    claim(world, reviewing, QUALIFY, "renshe1")
    with pytest.raises(Conflict):
        claim(world, reviewing, QUALIFY, "renshe0")
    claim(world, reviewing, QUALIFY, "renshe2")
    assert task_of(world, reviewing, QUALIFY).on_behalf_of_id is None
    with pytest.raises(Conflict):
        world.complete(reviewing, QUALIFY, answers(QUALIFY), who="renshe1")
    claim(world, reviewing, QUALIFY, "renshe1")
    act(world, worklist.release, reviewing, QUALIFY, "renshe1")
    with reading() as session:
        task = session.get_one(UserTask, world.open_tasks(reviewing)[QUALIFY])
        assert (task.assignee_id, task.on_behalf_of_id) == (world.user(session, "renshe2").id, None)
    world.complete(reviewing, QUALIFY, answers(QUALIFY), who="renshe2")
    assert all("（代" not in who for who, summary in events(reviewing) if "同意" in summary)
    in_order()


def test_it_ends_by_its_date_by_hand_and_with_a_change_of_office(
    world: World, reviewing: int, away: Set
) -> None:
    def stands(who: str = "renshe1") -> bool:
        with reading() as session:
            return bool(standing_in(session, world.user(session, who)))

    first = away("renshe2", "renshe1", days=(TUESDAY, FRIDAY))
    assert not stands()
    with on(TUESDAY):
        assert stands() and not stands("renshe0")
    with on(FRIDAY, 23):
        assert stands()
        claim(world, reviewing, QUALIFY, "renshe1")
    with on(FRIDAY + timedelta(days=1), 0):
        assert not stands()
        # What was begun is finished, or taken again.
        world.complete(reviewing, QUALIFY, answers(QUALIFY), who="renshe1")
    with on(TUESDAY):
        with transaction() as session:
            session.get_one(User, world.user(session, "renshe2").id).is_active = False
        assert not stands()
        with transaction() as session:
            session.get_one(User, world.user(session, "renshe2").id).is_active = True
        for who, fault in (("renshe1", NotFound), ("danbao0", NotFound), ("shenqing", Forbidden)):
            with pytest.raises(fault), transaction() as session:
                substitute.end(session, first, world.user(session, who))
        with transaction() as session:
            substitute.end(session, first, world.user(session, "renshe0"))
        assert not stands()
        with pytest.raises(Conflict), transaction() as session:
            substitute.end(session, first, world.user(session, "renshe2"))
    assert "由李四结束" in told(world, "renshe1", "substitute")[-1]


REFUSED = [
    (("renshe2", "danbao1"), "renshe2", (MONDAY, FRIDAY), "stand_in"),
    (("renshe2", "renshe2"), "renshe2", (MONDAY, FRIDAY), "stand_in"),
    (("renshe2", "renshe1"), "renshe2", (date(2026, 3, 1), FRIDAY), "from_on"),
    (("renshe2", "renshe1"), "renshe2", (FRIDAY, MONDAY), "until_on"),
    (("renshe2", "renshe1"), "renshe2", (MONDAY, date(2027, 4, 1)), "until_on"),
    (("renshe2", "renshe1"), "renshe1", (MONDAY, FRIDAY), None),
    (("renshe2", "renshe1"), "danbao0", (MONDAY, FRIDAY), None),
    (("lingdao", "caizheng1"), "lingdao", (MONDAY, FRIDAY), None),
]


def test_what_is_refused(world: World, away: Set) -> None:
    for people, by, days, field in REFUSED:
        with pytest.raises(Refusal if field else Forbidden) as refused:
            away(*people, by, days)
        assert refused.value.field == field


def test_one_at_a_time_and_nobody_who_is_away_himself(world: World, away: Set) -> None:
    away("renshe2", "renshe1", "renshe0")
    for absent, stand_in, field in (("renshe2", "renshe0", "from_on"), ("renshe0", "renshe2", "stand_in")):
        with pytest.raises(Refusal) as refused:
            away(absent, stand_in, days=(FRIDAY, date(2026, 3, 10)))
        assert refused.value.field == field
    away("renshe1", "renshe0")
    assert "另行安排" in told(world, "renshe2", "substitute")[-1]
    with reading() as session:
        # No chains: renshe0 stands in for renshe1 and not for renshe2.
        assert standing_in(session, world.user(session, "renshe0")) == {world.user(session, "renshe1").id}
        log = session.scalars(select(AuditEvent).where(AuditEvent.action == "substitute.set")).all()
        assert log[0].summary.endswith("孙三 2026-03-02 至 2026-03-06由钱二代办") and len(log) == 2


def test_a_clerk_does_his_heads_step_only_by_the_heads_own_word(world: World, away: Set) -> None:
    """The extension of the guarantee is a head's to approve, and never by who asked for it."""
    case_id = world.submitted(amount="200000.00", total_amount="200000.00", waiver_claimed=False)
    for element in ("acceptance", QUALIFY, "due_diligence", "pre_loan_investigation"):
        world.complete(case_id, element, answers(element))
    secured = answers("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    world.complete(case_id, "bank_acceptance", secured)
    asked = {
        "outcome": "extend",
        "procedure": "mortgage",
        "extension_days": 3,
        "extension_reason": "登记排期",
    }
    world.complete(case_id, "counter_guarantee", asked)
    approval = "extension_approval"
    with pytest.raises(NotFound):
        claim(world, case_id, approval, "yinhang2")
    first = away("yinhang0", "yinhang1")
    assert listed(world, "yinhang1", Scope.SUBSTITUTE) == [approval]
    with pytest.raises(Forbidden, match="岗位分离"):
        claim(world, case_id, approval, "yinhang1")
    with transaction() as session:
        substitute.end(session, first, world.user(session, "yinhang0"))
    away("yinhang0", "yinhang2")
    claim(world, case_id, approval, "yinhang2")
    world.complete(case_id, approval, answers(approval), who="yinhang2")
    both = [summary.partition("：")[2] for who, summary in events(case_id) if who == "王捌（代冯九）"]
    assert both[0] == "" and "同意" in "".join(both)
    in_order()


def test_duties_stay_apart_for_both(world: World, away: Set) -> None:
    case_id = world.submitted()
    for element in ("acceptance", QUALIFY, "due_diligence"):
        world.complete(case_id, element, answers(element))
    claim(world, case_id, "pre_loan_investigation", "yinhang1")
    away("yinhang1", "yinhang2")
    claim(world, case_id, "pre_loan_investigation", "yinhang2")
    world.complete(case_id, "pre_loan_investigation", answers("pre_loan_investigation"), who="yinhang2")
    # Neither who did it nor in whose place it was done may accept at the bank.
    for who in ("yinhang1", "yinhang2"):
        with pytest.raises(Forbidden, match="岗位分离"):
            claim(world, case_id, "bank_acceptance", who)
    claim(world, case_id, "bank_acceptance", "yinhang0")
    with reading() as session:
        open_tasks = session.scalars(select(UserTask).where(UserTask.status == OPEN)).all()
        assert [task.element_id for task in open_tasks] == ["bank_acceptance"]
    with transaction() as session:
        assert follow_up.follow_up(session, open_tasks[0].id, FRIDAY, "", world.user(session, "yinhang2"))


def test_warnings_reach_both(world: World, reviewing: int, away: Set) -> None:
    away("renshe2", "renshe1", days=(MONDAY, date(2026, 3, 20)))
    with on(date(2026, 3, 9), 10):
        remind_due()
    assert [len(told(world, who, "reminder")) for who in ("renshe2", "renshe1", "danbao1")] == [1, 1, 0]
