"""Arrears of 信保贷: day 1 on its own day, paid until day 59, day 60, 代偿 in order and once, recovery."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.case_status import CaseStatus
from models.database import reading
from models.refusal import Conflict, Refusal
from models.scheme import Scheme
from tests.arrears import (
    DAY,
    arrears_case,
    compensations,
    do,
    file_of,
    lent,
    letters_of,
    recoveries,
    wake,
)
from tests.credit_loans import active, draw, loan_of, pay_overdue, payoff_of, repay, subject_of
from tests.invariants import check_all
from tests.register import cases, listing
from tests.world import World, on

# Drawn on, effective due date (the first month later, rolled to a working day), its day 1 and day 60.
EXAMPLES = [
    (date(2026, 3, 30), date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 29)),
    (date(2026, 9, 1), date(2026, 10, 8), date(2026, 10, 9), date(2026, 12, 7)),
    (date(2026, 1, 13), date(2026, 2, 13), date(2026, 2, 14), date(2026, 4, 14)),
    # Calendar days need no notice: day 60 comes in a year whose holidays nobody has published.
    (date(2026, 10, 30), date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 29)),
]


@pytest.mark.parametrize(("drawn_on", "due_on", "day_one", "day_sixty"), EXAMPLES)
def test_day_one_and_day_sixty_are_calendar_days_and_keep_their_dates(
    world: World, drawn_on: date, due_on: date, day_one: date, day_sixty: date
) -> None:
    """Day 1 is due + 1, also on a holiday; the worker comes 70 days late and everything has its own date."""
    case_id = lent(world, drawn_on)
    with on(due_on, 23):
        wake(world)
    assert file_of(case_id) is None, "the due date itself is not overdue"
    with on(day_sixty + 10 * DAY):
        wake(world)
        wake(world)
    file = file_of(case_id)
    assert file is not None and (file.due_on, file.day_one_on, file.demand_on) == (due_on, day_one, day_sixty)
    gone = listing(subject_of(case_id).id)
    assert (gone.status, gone.cancelled_on) == ("cancelled", day_one)
    (exit_case,) = cases(Scheme.CREDIT_EXIT, subject_of(case_id).id)
    assert exit_case.received_on == day_one
    clocks = world.deadlines(file.case_id)
    assert clocks["day_one_report"].start_on == day_one
    assert clocks["sixty_report"].start_on == day_sixty
    assert world.status(file.case_id) == CaseStatus.DEMANDING
    assert set(world.open_tasks(file.case_id)) == {"day_one_collection", "demand_notice"}
    with reading() as session:
        check_all(session)


def test_full_payment_until_the_end_of_day_59_stops_it_and_restores_nothing(world: World) -> None:
    """A part does not; the worker comes after day 60, and the message of day 59 is still heard before it."""
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 5, 1)):
        wake(world)
        do(world, case_id, "day_one_collection")
        reports = letters_of(arrears_case(case_id))
        assert [letter.kind for letter in reports] == ["arrears_report"] * 2
        assert len({letter.addressee for letter in reports}) == 2
        assert reports[0].content["overdue_interest"] == str(_monthly_interest())
    day_59 = date(2026, 6, 28)
    with on(day_59, 22):
        repay(world, case_id, "1000.00")
    assert world.status(arrears_case(case_id)) == CaseStatus.ARREARS_COLLECTING
    with on(day_59, 23):
        pay_overdue(world, case_id)
    with on(day_59 + 2 * DAY):
        wake(world)
    file = file_of(case_id)
    assert file is not None and (file.settled_on, file.ended_on) == (day_59, day_59)
    # The instalment of 30 May was past due too: it counted from the oldest.
    assert file.days_past_due(day_59) == 59
    assert world.status(file.case_id) == CaseStatus.ARREARS_PAID
    assert world.open_tasks(file.case_id) == {} and file.demanded_on is None
    assert "sixty_report" not in world.deadlines(file.case_id)
    assert listing(subject_of(case_id).id).status == "cancelled", "paying does not restore it (D-29)"
    with pytest.raises(Refusal), on(day_59 + 2 * DAY):
        draw(world, case_id, amount=Decimal("1000"))
    with reading() as session:
        check_all(session)


def _monthly_interest() -> Decimal:
    """600,000 元 for the 31 days from 30 March to 30 April at 4.3 % on 360 days."""
    return (Decimal(600000) * 31 * Decimal("4.3") / 36000).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_the_oldest_instalment_paid_moves_day_60_to_the_next_one(world: World) -> None:
    """D-32: nothing has been past due for 60 days then; the file goes on."""
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 6, 10)):
        wake(world)
        repay(world, case_id, _monthly_interest())
        wake(world)
    file = file_of(case_id)
    assert file is not None and (file.due_on, file.counted_from) == (date(2026, 4, 30), date(2026, 6, 1))
    with on(date(2026, 7, 30)):
        wake(world)
        assert "demand_notice" not in world.open_tasks(file.case_id)
    with on(date(2026, 7, 31), 0):
        wake(world)
        assert "demand_notice" in world.open_tasks(file.case_id)
        do(world, case_id, "day_one_collection")
        do(world, case_id, "demand_notice")
    with on(date(2026, 8, 3)):
        pay_overdue(world, case_id)
    ended = file_of(case_id)
    assert ended is not None and ended.days_past_due(date(2026, 9, 1)) == 95, "the longest arrears are kept"
    for letter in letters_of(file.case_id):
        said = letter.content["due_on"], letter.content["days_past_due"]
        assert said == ("2026-06-01", 60), "the days count from the date that is printed"
    with reading() as session:
        check_all(session)


def test_paid_after_day_60_ends_the_file_and_the_demand_notice_stays(world: World) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 6, 29)):
        wake(world)
        do(world, case_id, "demand_notice")
    demand = next(row for row in letters_of(arrears_case(case_id)) if row.kind == "demand")
    assert demand.content["days_past_due"] == 60 and demand.content["account_number"]
    with on(date(2026, 7, 3)):
        do(world, case_id, "compensation_application")
        pay_overdue(world, case_id)
        with pytest.raises(Conflict):
            do(world, case_id, "compensation_consent")
        wake(world)
    file = file_of(case_id)
    assert file is not None and world.status(file.case_id) == CaseStatus.ARREARS_PAID
    assert (file.demanded_on, file.demand_number) == (date(2026, 6, 29), demand.number)
    assert compensations(file.case_id) == []


def test_recorded_too_late_by_the_bank_is_told_to_the_center_and_restores_nothing(world: World) -> None:
    """Paid on the due date, entered the day after: the qualification is gone at 0:00; people have to look at it."""
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 5, 1)):
        wake(world)
        repay(world, case_id, _monthly_interest(), value_on=date(2026, 4, 30))
        wake(world)
    file = file_of(case_id)
    assert file is not None and file.was_paid_in_time and file.ended_on == date(2026, 5, 1)
    # B-19, D-31: the two reports of day 1 are owed all the same, and in time.
    reports = letters_of(file.case_id)
    assert [letter.kind for letter in reports] == ["arrears_report"] * 2
    assert len({letter.addressee for letter in reports}) == 2 and file.reported_on == date(2026, 5, 1)
    assert reports[0].content["overdue_interest"] == str(_monthly_interest())
    assert reports[0].content["settled_on"] == "2026-04-30" and reports[0].content["is_late_entry"]
    assert not listing(subject_of(case_id).id).is_live


def test_compensation_comes_after_demand_and_consent_in_full_and_once(world: World) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 6, 29)):
        wake(world)
        do(world, case_id, "demand_notice")
        do(world, case_id, "compensation_application")
    file_case = arrears_case(case_id)
    assert world.deadlines(file_case)["compensation_consent"].due_on == date(2026, 7, 13)
    with on(date(2026, 7, 2)):
        with pytest.raises(Refusal, match="理由"):
            do(world, case_id, "compensation_consent", decision="refuse", reason_text=" ")
        do(world, case_id, "compensation_consent", decision="refuse", reason_text="清收措施不足。")
        do(world, case_id, "further_collection")
        do(world, case_id, "compensation_application")
        do(world, case_id, "compensation_consent")
    with on(date(2026, 7, 9)):
        owed = payoff_of(case_id, date(2026, 7, 9)).total
        for wrong in (owed - Decimal("0.01"), owed + Decimal("0.01"), Decimal("100000.00")):
            with pytest.raises(Refusal, match="一次付清"):
                do(world, case_id, "compensation_payment", amount=wrong)
        with pytest.raises(Refusal, match="同意代偿之日"):
            do(world, case_id, "compensation_payment", paid_on=date(2026, 7, 1))
        do(world, case_id, "compensation_payment")
        assert world.status(file_case) == CaseStatus.PAYMENT_CONFIRMING
        assert payoff_of(case_id, date(2026, 7, 9)).total == 0
    with on(date(2026, 7, 10)):
        with pytest.raises(Conflict):
            repay(world, case_id, "1.00")
        do(world, case_id, "compensation_confirmation")
        wake(world)
    assert world.status(case_id) == CaseStatus.LOAN_COMPENSATED
    _check_paid(case_id, file_case, owed)
    _recover(world, case_id, owed)
    with reading() as session:
        check_all(session)


def _check_paid(case_id: int, file_case: int, owed: Decimal) -> None:
    """One payment of what was owed, one refusal before it, and their letters."""
    (paid,) = compensations(file_case)
    assert (paid.amount, paid.principal, paid.confirmed_on) == (owed, Decimal("600000.00"), date(2026, 7, 10))
    file = file_of(case_id)
    assert file is not None and (file.refusals, file.is_risk_shared) == (1, True)
    kinds = [letter.kind for letter in letters_of(file_case)]
    assert kinds.count("comp_refusal") == kinds.count("comp_notice") == 1
    assert kinds.count("comp_consent") == kinds.count("comp_confirm") == kinds.count("comp_request") == 2


def _recover(world: World, case_id: int, owed: Decimal) -> None:
    """Sum by sum, never more than is left; then the end with its reason."""
    line = {"step": "received", "way": "borrower", "voucher": "ZC-1"}
    with on(date(2026, 8, 3)):
        with pytest.raises(Refusal, match="未追回余额"):
            do(world, case_id, "recovery", **line, amount=owed + 1, recovered_on=date(2026, 8, 3))
        do(world, case_id, "recovery", **line, amount=Decimal("200000.00"), recovered_on=date(2026, 8, 1))
        line["voucher"] = "ｚｃ- 1"
        with pytest.raises(Refusal, match="已登记") as twice:
            do(world, case_id, "recovery", **line, amount=Decimal("100000.00"), recovered_on=date(2026, 8, 3))
        assert twice.value.field == "voucher"
        line["voucher"] = "ZC-2"
        do(world, case_id, "recovery", **line, amount=Decimal("100000.00"), recovered_on=date(2026, 8, 3))
    file_case = arrears_case(case_id)
    assert [row.balance for row in recoveries(file_case)] == [owed - 200000, owed - 300000]
    assert world.status(file_case) == CaseStatus.RECOVERING
    with on(date(2026, 9, 1)):
        do(world, case_id, "recovery")
    assert world.status(file_case) == CaseStatus.RECOVERED
    (paid,) = compensations(file_case)
    assert (paid.closed_on, paid.closed_reason) == (date(2026, 9, 1), "unenforceable")


def test_two_workers_open_one_file(world: World) -> None:
    """Both claim, each fires; the second finds everything done."""
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 7, 20)):
        for worker in ("one", "two", "one", "two"):
            world.fire_due(worker)
    (found,) = cases(Scheme.ARREARS, subject_of(case_id).id)
    assert found.id == arrears_case(case_id)
    assert len(cases(Scheme.CREDIT_EXIT, subject_of(case_id).id)) == 1


def test_a_second_loan_of_the_firm_has_a_file_of_its_own_and_leaves_nothing_again(world: World) -> None:
    with on(date(2026, 3, 30)):
        case_id = active(world)
        draw(world, case_id)
    assert loan_of(case_id).next_due_on == date(2026, 4, 30)
    with on(date(2026, 5, 5)):
        wake(world)
        pay_overdue(world, case_id)
        wake(world)
    with on(date(2026, 6, 2)):
        wake(world)
    assert len(cases(Scheme.ARREARS, subject_of(case_id).id)) == 2, "paid once, past due again"
    assert len(cases(Scheme.CREDIT_EXIT, subject_of(case_id).id)) == 1
