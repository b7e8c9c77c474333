"""Law: whatever people, banks and time do to a loan, arrears go day 1 → day 60 → notice → consent → 代偿, each once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.arrears import ArrearsFile
from models.case_status import CaseStatus
from models.credit_ledger import days_past_due
from models.database import reading
from models.refusal import Refusal
from models.scheme import Scheme
from tests import arrears as told
from tests.credit_loans import active, arrears_of, draw, ledger, loan_of, pay_overdue, payoff_of, repay
from tests.invariants import check_all, check_case
from tests.register import cases, listed, listing
from tests.world import World, on

EXAMPLES = int(os.environ.get("WALKS", "40")) // 6
_histories = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIRST = date(2026, 1, 13)
OTHER_WAYS: dict[str, list[dict[str, Any]]] = {
    "compensation_consent": [{"decision": "refuse", "reason_text": "清收不足。"}],
    "compensation_payment": [{"amount": Decimal("1.00")}, {"paid_on": date(2026, 1, 1)}],
    "recovery": [
        {
            "step": "received",
            "way": "borrower",
            "amount": Decimal(amount),
            "recovered_on": None,
            "voucher": "",
        }
        for amount in ("1000.00", "90000000.00")
    ],
}


@dataclass
class History:
    """One loan and what is done to it; `choose` is the only source of chance."""

    world: World
    choose: Callable[[Any], Any]
    code: str
    day: date = FIRST
    loan: int = 0
    paid: list[tuple[date, Decimal]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """A firm of its own, with a loan of one or two draws."""
        with on(self.day):
            subject = listed(self.world, self.code, self.code, f"operator of {self.code}")
            terms = {"account_name": self.code, "contract_number": self.code}
            self.loan = active(self.world, terms, uscc=self.code, name=self.code)
            self._draw(self.choose([2, 4]))
            if self.choose([True, False]):
                self._draw(3, method="equal_principal", amount=Decimal("100000.00"))
        self.subject = subject

    def _draw(self, months: int, **over: Any) -> None:
        papers: dict[str, Any] = {
            "account": {"account_name": self.code},
            "receipt_number": f"{self.code}-{months}",
        }
        draw(self.world, self.loan, months=months, **papers, **over)

    def step(self) -> None:
        """Time passes, or somebody acts, in turn or out of it, or the worker comes."""
        acts = (
            [self.answer] * 5
            + [self.wait] * 4
            + [self.wake, self.pay_part, self.pay_what_is_due, self.draw_again]
        )
        act = self.choose(acts)
        with on(self.day):
            try:
                act()
            except Refusal as refusal:
                self.log.append(refusal.message)
        self.log.append(f"{self.day} {act.__name__}")

    def wait(self) -> None:
        self.day += timedelta(days=self.choose([1, 2, 15, 31, 61]))

    def wake(self) -> None:
        told.wake(self.world)

    def pay_part(self) -> None:
        repay(self.world, self.loan, self.choose(["500.00", "2500.00"]))

    def pay_what_is_due(self) -> None:
        pay_overdue(self.world, self.loan)

    def draw_again(self) -> None:
        self._draw(1, amount=Decimal("1000.00"))

    def answer(self) -> None:
        """Any step of the newest file, by whoever may, in one of its ways."""
        file = told.file_of(self.loan)
        open_tasks = self.world.open_tasks(file.case_id) if file else {}
        if file is None or not open_tasks:
            raise Refusal("没有待办事项。")
        element = self.choose(sorted(open_tasks, reverse=True))
        over = dict(self.choose([{}, {}, {}, *OTHER_WAYS.get(element, [])]))
        if "recovered_on" in over:
            over["recovered_on"] = self.day
        owed = payoff_of(self.loan, self.day).total
        told.do(self.world, self.loan, element, **over)
        if element == "compensation_payment":
            self.paid.append((self.day, owed))

    def files(self) -> list[ArrearsFile]:
        with reading() as session:
            query = select(ArrearsFile).where(ArrearsFile.loan_case_id == self.loan)
            return list(session.scalars(query.order_by(ArrearsFile.id)))


def _check(history: History) -> None:
    files = history.files()
    for file in files:
        _check_order(history, file)
    compensated = [row for file in files for row in told.compensations(file.case_id)]
    assert [(row.paid_on, row.amount) for row in compensated] == history.paid, history.log
    assert len(compensated) <= 1
    assert sum(file.ended_on is None for file in files) <= 1
    assert len(cases(Scheme.CREDIT_EXIT, history.subject)) == min(1, len(files))
    # Never again after the first day 1, and from that very day on.
    listed_now = listing(history.subject)
    assert listed_now.is_live == (not files)
    assert listed_now.cancelled_on == (files[0].day_one_on if files else None)
    with reading() as session:
        check_case(session, history.loan)


def _check_order(history: History, file: ArrearsFile) -> None:
    """Day 1, day 60, notice, application, consent, payment: none without the one before, none twice."""
    dates = [file.due_on, file.demanded_on, file.applied_on, file.consented_on]
    paid = told.compensations(file.case_id)
    known = [day for day in (*dates, *(row.paid_on for row in paid)) if day is not None]
    assert dates[: len([day for day in dates if day])] == [day for day in dates if day], (
        "no stage is left out"
    )
    assert known == sorted(known), history.log
    assert file.demanded_on is None or days_past_due(file.counted_from, file.demanded_on) >= 60
    assert not paid or file.consented_on is not None
    kinds = Counter(letter.kind for letter in told.letters_of(file.case_id))
    assert kinds["demand"] == kinds["sixty_report"] // 2 == (file.demanded_on is not None)
    assert kinds["arrears_report"] == 2 * (file.reported_on is not None)
    assert kinds["comp_notice"] == (file.consented_on is not None) and kinds["comp_refusal"] == file.refusals
    if paid and paid[0].confirmed_on:
        assert payoff_of(history.loan, history.day).total == 0
    with reading() as session:
        check_case(session, file.case_id)


def _choice(data: st.DataObject) -> Callable[[Any], Any]:
    return lambda options: options[data.draw(st.integers(0, len(options) - 1))]


@pytest.mark.slow
@pytest.mark.once
def test_arrears_keep_their_order_and_happen_once_under_random_histories(world: World) -> None:
    count, ended = 0, Counter[str]()

    @_histories
    @given(st.data())
    def law(data: st.DataObject) -> None:
        nonlocal count
        count += 1
        history = History(world, _choice(data), f"91150627MA{count:08d}")
        history.begin()
        for _act in range(data.draw(st.integers(8, 22))):
            history.step()
        _check(history)
        _finish(history)
        ended.update(world.status(file.case_id) for file in history.files())

    law()
    assert set(ended) <= {CaseStatus.RECOVERED, CaseStatus.ARREARS_PAID} and CaseStatus.RECOVERED in ended
    with reading() as session:
        check_all(session)


def _finish(history: History) -> None:
    """Good answers from here on: every file comes to its end, and the loan is never owed a 分 after it."""
    world = history.world
    if loan_of(history.loan).compensated_on is None:
        history.day += timedelta(days=200)
    for _knock in range(12):
        with on(history.day):
            told.wake(world)
            file = told.file_of(history.loan)
            assert file is not None, "unpaid for 200 days and no file"
            if CaseStatus(world.status(file.case_id)).is_final:
                break
            element = sorted(world.open_tasks(file.case_id))[0]
            owed = payoff_of(history.loan, history.day).total
            told.do(world, history.loan, element)
            if element == "compensation_payment":
                history.paid.append((history.day, owed))
    _check(history)
    with on(history.day):
        assert arrears_of(history.loan, history.day).first_due_on is None
    assert all(line.balance >= 0 for line in ledger(history.loan))
