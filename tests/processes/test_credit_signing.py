"""The rules of a contract of 信保贷 at their boundaries (B-02…B-05, B-15, B-16, D-20…D-24), and the way to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from models.case import CaseFile
from models.database import reading, transaction
from models.letter import Letter
from models.notification import Notification
from models.people import User
from models.refusal import Conflict, Forbidden, Refusal
from models.subject import Subject
from processes import credit, credit_loan
from processes.credit_exit import ExitGround
from processes.seed import department_ids
from tests import credit_loans as loans
from tests.credit import drafted
from tests.register import CODE, OTHER_CODE, TRADER_CODE, firm, listed
from tests.world import World, on

D = Decimal
FIVE_MILLION = D("5000000.00")
TOMORROW = date(2026, 3, 3)

# What is wrong with a contract → the field that says so.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"amount": FIVE_MILLION + D("0.01")}, "amount"),
    ({"rate": D("4.3001")}, "rate"),
    ({"rate": D("4.3001"), "rate_exception": "风险较高"}, "rate"),
    ({"rate_mode": "benchmark", "benchmark_rate": D("4.35"), "rate": D("5.6551")}, "rate"),
    ({"rate_mode": "benchmark"}, "benchmark_rate"),
    ({"fee_rate": D("1.01")}, "fee_rate"),
    ({"has_security": True}, "has_security"),
    ({"months": 13}, "months"),
    ({"months": 0}, "months"),
    ({"signed_on": TOMORROW}, "signed_on"),
    ({"signed_on": date(2026, 2, 27)}, "signed_on"),
    ({"account_name": "他人"}, "account_name"),
    ({"outcome": "not_signed"}, "reason_text"),
]
# What just passes; nothing more than the boundary is needed.
PASSES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"amount": FIVE_MILLION}, {"line_amount": FIVE_MILLION, "base_rate": D(3), "rate_cap": D("4.3")}),
    (
        {"rate_mode": "benchmark", "benchmark_rate": D("4.35"), "rate": D("5.655"), "fee_rate": D("1.00")},
        {"base_rate": D("4.35"), "rate_cap": D("5.655"), "rate": D("5.655"), "fee_rate": D(1)},
    ),
]


def _refused_at(world: World, case_id: int, **over: Any) -> str:
    with pytest.raises(Refusal) as refused:
        world.complete(case_id, "signing", loans.signing(**over), "yinhang2")
    return refused.value.field or ""


@pytest.mark.parametrize(("over", "kept"), PASSES)
def test_a_contract_keeps_every_cap(world: World, over: dict[str, Any], kept: dict[str, Any]) -> None:
    """One step over each boundary is refused at its field; the boundary itself passes and is kept."""
    case_id = loans.agreed(world, amount=FIVE_MILLION)
    for wrong, field in REFUSED:
        assert _refused_at(world, case_id, **wrong) == field, wrong
    with pytest.raises(Forbidden):  # who investigated for the bank does not sign for it
        world.complete(case_id, "signing", loans.signing(), "yinhang1")
    world.complete(case_id, "signing", loans.signing(**over), "yinhang2")
    loan = loans.loan_of(case_id)
    assert {name: getattr(loan, name) for name in kept} == kept
    assert (loan.line_until, loan.day_count, world.status(case_id)) == (
        date(2027, 3, 2), 360, "loan_active",
    )  # fmt: skip


def test_an_application_needs_a_live_listing_a_commitment_and_room_under_the_caps(world: World) -> None:
    """B-15, B-16, B-02 and D-20 at the door; the firm's own, the bank's and the center's hands only."""
    listed(world), listed(world, TRADER_CODE, "示例加工部")
    with reading() as session:
        offices = department_ids(session)
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("jinrong1", {"amount": FIVE_MILLION + D("0.01")}, "amount"),
        ("jinrong1", {"uscc": TRADER_CODE, "amount": D("500000.01")}, "amount"),
        ("jinrong1", {"uscc": OTHER_CODE}, "uscc"),
        ("jinrong1", {"is_committed": False}, "committed"),
        ("jinrong1", {"committed_by": " "}, "committed_by"),
        ("jinrong1", {"committed_on": TOMORROW}, "committed_on"),
        ("jinrong1", {"purpose": "consumption"}, "purpose"),
        ("jinrong1", {"months": 13}, "months"),
        ("jinrong1", {"bank_id": offices["guarantor"]}, "bank"),
        ("jinrong1", {"guarantor_id": offices["bank"]}, "guarantor"),
        ("youchu1", {}, "bank"),
        ("shenqing", {}, "uscc"),
    ]
    for who, over, field in wrong:
        with pytest.raises(Refusal) as refused, transaction() as session:
            credit_loan.apply(session, loans.application(**over), world.user(session, who))
        assert refused.value.field == field, over
    for who in ("renshe1", "dlt_yinhang1", "shenji"):
        with pytest.raises(Forbidden), transaction() as session:
            credit_loan.apply(session, loans.application(), world.user(session, who))
    case_id = loans.drawn(world, {"amount": FIVE_MILLION}, amount=FIVE_MILLION - 1)
    assert world.status(case_id) == "loan_active"
    with pytest.raises(Refusal, match=r"最多可申请 1\.00 元"):
        loans.applied(world, amount=D("1.01"))
    assert loans.applied(world, amount=D("1.00"))


def test_the_status_is_looked_at_again_at_signing_and_at_each_draw(world: World) -> None:
    """B-16, B-18: whoever has left the register signs nothing and draws nothing."""
    waiting, running = loans.agreed(world), loans.drawn(world)
    with transaction() as session:
        subject = session.scalars(select(Subject).where(Subject.uscc == CODE)).one()
        ground, on_day = ExitGround.TAX, date(2026, 3, 2)
        credit.leave(
            session, subject, ground, "降为C级", on_day, session.get_one(CaseFile, running), actor=None
        )
    with pytest.raises(Refusal, match="不得再申请"):
        world.complete(waiting, "signing", loans.signing(), "yinhang2")
    with pytest.raises(Refusal, match="不得再申请"):
        loans.draw(world, running, amount=D(100))
    loans.repay(world, running, "100.00", kind="prepayment")


def test_the_firm_applies_for_itself_and_only_for_itself(world: World) -> None:
    """The person who declared for a listed firm applies for it, sees the loan, and may not draw on it."""
    declared = drafted(world, CODE, who="shenqing")
    with transaction() as session:
        case, subject = session.get_one(CaseFile, declared), firm(session, CODE, loans.NAME)
        credit.enlist(session, subject, None, case, world.user(session, "jinrong1"))
    listed(world, OTHER_CODE, "示例二号有限公司")
    with pytest.raises(Refusal), transaction() as session:
        credit_loan.apply(session, loans.application(uscc=OTHER_CODE), world.user(session, "shenqing"))
    case_id = loans.applied(world, "shenqing")
    with transaction() as session:
        own, number = world.user(session, "shenqing"), session.get_one(CaseFile, case_id).number
        assert [one.uscc for one in credit_loan.firms_of(session, own)] == [CODE]
        assert credit_loan.loan_numbered(session, number, own)[0].applicant_user_id == own.id
        with pytest.raises(Forbidden):
            credit_loan.managed(session, number, own)
        assert credit_loan.withdraw(session, number, "另行融资", own).status == "withdrawn"


def test_one_opinion_against_it_ends_in_a_letter_with_the_reasons(world: World) -> None:
    """B-16: both are needed; the letter says whose reason it was; the firm may apply again."""
    case_id = loans.applied(world)
    with on(date(2026, 3, 10)):
        world.fire_due()
    with reading() as session:
        query = select(User.username).join(Notification, Notification.user_id == User.id)
        told = set(session.scalars(query.where(Notification.text.contains("尚未出具"))))
    assert {"danbao1", "yinhang1"} <= told and "jinrong1" not in told
    with pytest.raises(Refusal):
        world.complete(case_id, "bank_investigation", {**loans.DISAGREED, "reason_text": ""}, "yinhang1")
    world.complete(case_id, "bank_investigation", loans.DISAGREED, "yinhang1")
    assert set(world.open_tasks(case_id)) == {"guarantor_investigation"}
    world.complete(case_id, "guarantor_investigation", loans.AGREED, "danbao1")
    assert world.status(case_id) == "loan_refusing"
    sent = {"opinion": "", "delivery_method": "direct", "delivered_on": date(2026, 3, 2)}
    world.complete(case_id, "refusal_notice", sent, "yinhang1")
    with reading() as session:
        letter = session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
    assert letter.content["reasons"] == [{"office": "银行贷款调查", "text": loans.DISAGREED["reason_text"]}]
    assert world.status(case_id) == "loan_refused" and loans.applied(world)


def _withdraw(world: World, case_id: int, who: str) -> None:
    with transaction() as session:
        number = session.get_one(CaseFile, case_id).number
        credit_loan.withdraw(session, number, "另行融资", world.user(session, who))


def test_an_application_is_taken_back_until_money_is_paid_out(world: World) -> None:
    """D-41: by the office that handed it in, whoever works there; the line of a signed one ends with it."""
    first, second, third = loans.applied(world), loans.active(world), loans.drawn(world)
    with pytest.raises(Forbidden):
        _withdraw(world, first, "yinhang1")
    _withdraw(world, first, "jinrong2")
    _withdraw(world, second, "jinrong2")
    with pytest.raises(Conflict, match="已放款"):
        _withdraw(world, third, "jinrong1")
    found = [world.status(case) for case in (first, second, third)]
    assert found == ["withdrawn", "withdrawn", "loan_active"]
    assert not world.open_tasks(first) and not loans.loan_of(second).is_open
    with pytest.raises(Conflict):
        loans.draw(world, second)
