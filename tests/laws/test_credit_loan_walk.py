"""Random histories of a line of 信保贷 by public verbs: whatever happens, the ledger agrees with itself."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.arrears import ArrearsFile
from models.case import CaseFile
from models.credit_ledger import effect
from models.credit_loan import credit_loan_of, entries_of, instalments_of
from models.database import reading
from models.refusal import Refusal
from processes.credit_ledger import books_of, payoff
from tests import credit_loans as loans
from tests.invariants import check_all
from tests.world import World, on

NOTHING = Decimal("0.00")


class Life:
    """One loan on its way; `chance` is the only source of chance."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.day = world, random.Random(seed), date(2026, 3, 2)
        self.case_id = loans.active(world)

    def knock(self) -> None:
        """Time passes, the worker looks, the bank draws or enters a payment that may be refused."""
        with on(self.day):
            act = self.chance.choice(
                [self.wait, self.wait, self.fire, self.draw, self.pay, self.pay, self.pay_due]
            )
            with suppress(Refusal):
                act()

    def wait(self) -> None:
        self.day += timedelta(days=self.chance.choice([1, 3, 10, 31, 45]))

    def fire(self) -> None:
        self.world.fire_due()

    def draw(self) -> None:
        amount = Decimal(self.chance.randrange(1, 60_000_000)) / 100
        method = self.chance.choice(["monthly_interest", "equal_principal"])
        loans.draw(self.world, self.case_id, amount=amount, months=self.chance.randrange(1, 8), method=method)

    def pay(self) -> None:
        amount = Decimal(self.chance.randrange(1, 40_000_000)) / 100
        value_on = self.day - timedelta(days=self.chance.choice([0, 0, 2, 9]))
        kind = self.chance.choice(["repayment", "prepayment"])
        loans.repay(self.world, self.case_id, amount, kind=kind, value_on=value_on)

    def pay_due(self) -> None:
        loans.pay_overdue(self.world, self.case_id)

    def check(self) -> None:
        """Balances are the fold of the ledger; instalments, timer and arrears follow it."""
        with reading() as session:
            loan = credit_loan_of(session, session.get_one(CaseFile, self.case_id))
            assert loan is not None
            balance = NOTHING
            for number, line in enumerate(entries_of(session, loan), 1):
                balance += effect(line.kind, line.principal)
                assert (line.seq, line.balance, line.available) == (number, balance, loan.line - balance)
                assert balance >= 0 and line.principal >= 0 and line.interest >= 0
            rows, books = instalments_of(session, loan), books_of(session, loan)
            assert loan.outstanding == balance == sum((book.balance for book in books), NOTHING)
            assert sum((row.principal - row.principal_paid for row in rows), NOTHING) == balance
            assert sum((row.interest_paid for row in rows), NOTHING) <= sum(
                (book.interest_paid for book in books), NOTHING
            )
            assert payoff(session, loan, self.day).principal == balance
            unpaid = [row.due_on for row in rows if row.unpaid]
            watched = [row.due_on for row in rows if row.unpaid and row.missed_on is None]
            assert loan.next_due_on == min(unpaid, default=None)
            query = select(ArrearsFile).where(ArrearsFile.loan_case_id == self.case_id)
            files = session.scalars(query).all()
        armed = loans.armed(self.case_id)
        assert (armed is not None) == bool(watched)
        assert sum(file.ended_on is None for file in files) <= 1


@pytest.mark.parametrize("seed", range(2))
def test_the_ledger_agrees_with_itself_whatever_happens(world: World, seed: int) -> None:
    """Draws, payments of any size and kind, days that pass, a worker that comes or does not."""
    life = Life(world, seed)
    for _knock in range(25):
        life.knock()
        life.check()
    with on(life.day):
        while world.fire_due():
            pass
        if owed := loans.payoff_of(life.case_id, life.day).total:
            loans.repay(world, life.case_id, owed, kind="prepayment")
    life.check()
    assert loans.loan_of(life.case_id).outstanding == 0 and loans.armed(life.case_id) is None
    with reading() as session:
        check_all(session)
