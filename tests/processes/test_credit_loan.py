"""Loans of 信保贷 by public verbs: application, caps, signing, draws, repayments, due dates, closing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.calendar import today
from models.refusal import Refusal
from tests import credit_loans as loans
from tests.arrears import number_of
from tests.world import World, on

D = Decimal


def test_a_line_is_drawn_repaid_and_drawn_again(world: World) -> None:
    """B-03: what is available follows the ledger, and every line agrees with the one before it."""
    case_id = loans.drawn(world)
    assert world.status(case_id) == "loan_active"
    assert loans.due_dates(case_id)[:2] == [date(2026, 4, 2), date(2026, 5, 6)]
    with on(date(2026, 4, 2)):
        loans.pay_overdue(world, case_id)
        loans.repay(world, case_id, "200000.00", kind="prepayment")
        loans.draw(world, case_id, amount=D("500000.00"), months=5, method="equal_principal")
    lines = loans.ledger(case_id)
    assert [(line.kind, line.principal, line.interest, line.balance) for line in lines] == [
        ("draw", D("600000.00"), D(0), D("600000.00")),
        ("repayment", D(0), D("2221.67"), D("600000.00")),
        ("prepayment", D("200000.00"), D(0), D("400000.00")),
        ("draw", D("500000.00"), D(0), D("900000.00")),
    ]
    assert all(line.balance + line.available == D("1000000.00") for line in lines)
    assert today() == date(2026, 3, 2)


def test_one_loan_past_due_stops_new_business_before_its_day_1_is_noticed(world: World) -> None:
    """B-18: the worker is down on day 1; no other loan of the firm is applied for, signed or drawn."""
    late = loans.drawn(world, {"amount": D("600000.00")})
    other = loans.active(world, {"contract_number": "XBHT-2"})
    unsigned = loans.agreed(world)
    with on(date(2026, 4, 2)):
        loans.draw(world, other, amount=D("1000.00"))
    with on(date(2026, 4, 3)):
        named = f"{number_of(late)} 有逾期：应于 2026-04-02 归还"
        with pytest.raises(Refusal, match=named):
            loans.draw(world, other, amount=D("1000.00"))
        with pytest.raises(Refusal, match=named):
            world.complete(unsigned, "signing", loans.signing(), "yinhang2")
        with pytest.raises(Refusal, match=named) as refused:
            loans.applied(world)
        assert refused.value.field == "uscc"
