"""业务发起: a process that nobody foresaw runs from its text alone: start, offices, gateway, clock, end, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEvent
from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import DbSession, reading, transaction
from models.people import Region, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.scheme import Scheme
from models.workflow import UserTask
from processes import general, withdrawal, worklist
from processes.publication import Publication, errors_of, store
from tests.drawn import unforeseen
from tests.world import World, on

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (2, 3, 4))
REGISTERED: dict[str, Any] = {
    "topic": "创业市集", "guests": 80, "fee": None, "held_on": date(2026, 3, 20), "is_open": False, "sponsor": "",
}  # fmt: skip
CLAIM: dict[str, Any] = {
    "claimant": "赵一", "claimant_id": "150627199001010005", "claimant_phone": "13900000000",
    "claim_item": "rent", "premises": "示例镇三号", "claim_amount": Decimal("8000.00"),
    "incurred_on": date(2026, 2, 1), "has_claimed": False, "claimed_where": "",
    "bank_account": "62220000000001", "claim_note": "",
}  # fmt: skip


def published(world: World, bpmn: bytes) -> None:
    with transaction() as session:
        store(session, bpmn, {}, world.user(session, "liucheng"), Publication())


def region_id(session: DbSession, code: str = "150627") -> int:
    return session.scalars(select(Region.id).where(Region.code == code)).one()


def started(world: World, key: str, who: str, title: str = "示例事项") -> int:
    with transaction() as session:
        actor = world.user(session, who)
        where = None if actor.department_id else region_id(session)
        return general.start_case(session, key, title, where, actor).id


def reviewed(world: World, **over: Any) -> int:
    """A 补贴申领 up to 初审."""
    case_id = started(world, "subsidy_claim", "shenqing")
    world.complete(case_id, "fill_in", {**CLAIM, **over}, "shenqing")
    return case_id


def test_a_process_that_nobody_foresaw_runs_to_its_end(world: World) -> None:
    assert errors_of(unforeseen(), {}) == []
    published(world, unforeseen())
    with on(MONDAY, 10):
        case_id = started(world, "venue_event", "renshe1")
        with reading() as session:
            case = session.get_one(CaseFile, case_id)
            task = session.scalars(select(UserTask).where(UserTask.case_id == case_id)).one()
            assert (case.number, case.kind, case.process) == ("ZZ202600001", Scheme.GENERAL, "venue_event")
            assert (case.state, task.priority) == (CaseStatus.PROCESSING, 0)
            assert task.assignee_id == world.user(session, "renshe1").id
        world.complete(case_id, "register", REGISTERED, "renshe1")
        with reading() as session:
            tasks = session.scalars(
                select(UserTask).where(UserTask.case_id == case_id, UserTask.element_id == "safety")
            )
            assert tasks.one().priority == 1
    with on(WEDNESDAY, 10):
        world.fire_due()
        clock = world.deadlines(case_id)["safety"]
        assert (clock.due_on, clock.missed_at is not None) == (TUESDAY, True)
        late = {"safety_result": "ok", "late_reason": "人手不足"}
        world.complete(case_id, "safety", late, "jingzhen1")
        assert world.deadlines(case_id)["safety"].late_reason == "人手不足"
        world.complete(case_id, "approve", {"paid_fee": Decimal("0.00")}, "caizheng1")
    assert world.status(case_id) == CaseStatus.COMPLETED
    assert world.open_tasks(case_id) == {}


@pytest.mark.parametrize(
    ("over", "comes"),
    [
        ({"guests": 50, "fee": Decimal("999.99")}, "approve"),
        ({"guests": 50, "fee": Decimal("1000.00")}, "safety"),
        ({"guests": 51}, "safety"),
    ],
)
def test_the_gateway_asks_for_what_was_answered(world: World, over: dict[str, Any], comes: str) -> None:
    published(world, unforeseen())
    case_id = started(world, "venue_event", "renshe1")
    world.complete(case_id, "register", {**REGISTERED, **over}, "renshe1")
    assert set(world.open_tasks(case_id)) == {comes}


@pytest.mark.parametrize(
    ("amount", "comes"), [("5000.00", "payment"), ("5000.01", "recheck")], ids=["small", "large"]
)
def test_the_third_scheme_needs_no_python(world: World, amount: str, comes: str) -> None:
    case_id = reviewed(world, claim_amount=Decimal(amount))
    passed = {"review_result": "pass", "review_checks": ["identity"], "review_reason": ""}
    world.complete(case_id, "first_review", passed, "renshe1")
    assert set(world.open_tasks(case_id)) == {comes}
    if comes == "recheck":
        world.complete(case_id, "recheck", {"recheck_result": "pass", "recheck_reason": ""}, "caizheng1")
    paid = {"paid_amount": Decimal(amount), "paid_on": date(2026, 3, 2), "payment_voucher": "V-1"}
    world.complete(case_id, "payment", paid, "caizheng2")
    assert world.status(case_id) == CaseStatus.COMPLETED


def test_it_comes_back_and_the_last_answer_counts(world: World) -> None:
    case_id = reviewed(world)
    back = {"review_result": "return", "review_checks": [], "review_reason": "缺租赁合同"}
    world.complete(case_id, "first_review", back, "renshe1")
    assert world.status(case_id) == CaseStatus.FILLING
    world.complete(case_id, "fill_in", {**CLAIM, "claim_amount": Decimal("100.00")}, "shenqing")
    passed = {"review_result": "pass", "review_checks": [], "review_reason": ""}
    world.complete(case_id, "first_review", passed, "renshe2")
    assert set(world.open_tasks(case_id)) == {"payment"}


def test_a_refusal_is_told(world: World) -> None:
    case_id = reviewed(world)
    failed = {"review_result": "fail", "review_checks": [], "review_reason": "不符合条件"}
    world.complete(case_id, "first_review", failed, "renshe1")
    told = {"notice_method": "sms", "notice_on": date(2026, 3, 2), "notice_words": "不符合条件"}
    world.complete(case_id, "refusal_notice", told, "renshe1")
    assert world.status(case_id) == CaseStatus.DECLINED


def test_the_applicant_takes_it_back(world: World) -> None:
    case_id = reviewed(world)
    with transaction() as session, pytest.raises(NotFound):
        withdrawal.withdraw(session, case_id, world.user(session, "caizheng1"), "不归我管")
    with transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "shenqing"), "不再需要")
    assert world.status(case_id) == CaseStatus.WITHDRAWN


def test_a_drawing_that_waits_for_no_withdrawal_knows_none(world: World) -> None:
    published(world, unforeseen())
    case_id = started(world, "venue_event", "renshe1")
    with transaction() as session, pytest.raises(Forbidden):
        withdrawal.withdraw(session, case_id, world.user(session, "renshe1"), "不办了")


Knock = Callable[[DbSession, Callable[[str], User]], object]
REFUSED: list[tuple[Knock, type[Exception]]] = [
    (lambda s, who: general.start_case(s, "venue_event", "x", None, who("jingzhen1")), NotFound),
    (lambda s, who: general.start_case(s, "venue_event", "x", None, who("shenqing")), NotFound),
    (lambda s, who: general.start_case(s, "combined_review", "x", None, who("renshe1")), NotFound),
    (lambda s, who: general.start_case(s, "nothing", "x", None, who("renshe1")), NotFound),
    (lambda s, who: general.start_case(s, "venue_event", "  ", None, who("renshe1")), Refusal),
    (lambda s, who: general.start_case(s, "venue_event", "x", None, who("dlt_renshe1")), Refusal),
    (lambda s, who: general.start_case(s, "subsidy_claim", "x", None, who("shenqing")), Refusal),
    (lambda s, who: general.start_case(s, "subsidy_claim", "x", 10**9, who("shenqing")), Refusal),
    (lambda s, who: general.start_case(s, "venue_event", "x", None, who("liucheng")), Forbidden),
]


def test_who_may_not_start_it_opens_nothing(world: World) -> None:
    published(world, unforeseen())
    for knock, fault in REFUSED:
        with pytest.raises(fault), transaction() as session:
            knock(session, lambda name: world.user(session, name))
    with reading() as session:
        assert session.scalars(select(CaseFile)).all() == []


def test_offices_are_offered_what_begins_with_them(world: World) -> None:
    published(world, unforeseen())
    seen = {}
    with reading() as session:
        for name in ("renshe1", "shenqing", "caizheng1", "dlt_renshe1"):
            offered = general.startable(session, world.user(session, name))
            seen[name] = [one.drawing.key for one in offered]
        regions = general.served_regions(
            session, general.startable(session, world.user(session, "shenqing"))[0].drawing
        )
    both = ["subsidy_claim", "venue_event"]
    assert seen == {"renshe1": both, "shenqing": ["subsidy_claim"], "caizheng1": [], "dlt_renshe1": both}
    assert [name for _id, name in regions] == ["伊金霍洛旗"]


def test_an_office_acts_on_behalf_of_an_applicant(world: World) -> None:
    case_id = started(world, "subsidy_claim", "renshe1")
    world.complete(case_id, "fill_in", CLAIM, "renshe1")
    with pytest.raises(Conflict), transaction() as session:
        task = session.scalars(select(UserTask).where(UserTask.element_id == "fill_in")).one()
        worklist.complete(session, task.id, world.user(session, "renshe1"), CLAIM)


def test_the_log_names_nobody(world: World) -> None:
    case_id = reviewed(world)
    with reading() as session:
        lines = session.scalars(select(AuditEvent).where(AuditEvent.case_id == case_id)).all()
        text = "".join(f"{line.summary}{line.new}{line.old}" for line in lines)
    assert [line.action for line in lines] == ["case.opened", "task.completed"]
    assert "场地租金" in text and "8,000.00" in text
    assert not any(
        private in text for private in ("赵一", "150627199001010005", "13900000000", "62220000000001")
    )
