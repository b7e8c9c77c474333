"""Laws of the pure arithmetic of a loan of 信保贷: schedules, interest, allocation, arrears."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.credit_ledger import (
    Book,
    Paid,
    accrued,
    allocate,
    arrears,
    days_past_due,
    effective_date,
    lines_of,
    payoff_of,
    plan,
    planned_dates,
    principal_parts,
    settle,
)
from models.refusal import Refusal
from models.working_days import official_calendar

D = Decimal
CALENDAR = official_calendar()
START = date(2026, 1, 5)
FEN = st.integers(1, 500_000_000).map(lambda fen: D(fen) / 100)
METHODS = st.sampled_from(["monthly_interest", "equal_principal"])
ROLLS = st.sampled_from(["next_workday", "none"])
DAYS = st.integers(0, 420)
QUICK = settings(max_examples=40, deadline=None)


@st.composite
def books(draw: st.DrawFn, number: int = 1) -> Book:
    """A draw of the year 2026 with its effective due dates, nothing paid."""
    months, drawn_on = draw(st.integers(1, 12)), START + timedelta(days=draw(st.integers(0, 60)))
    amount, roll = draw(FEN), draw(ROLLS)
    due = tuple(effective_date(day, roll, CALENDAR)[0] for day in planned_dates(drawn_on, months))
    parts = tuple(principal_parts(amount, months, draw(METHODS)))
    rate, count = D(draw(st.integers(1, 60_000))) / 10_000, draw(st.sampled_from([360, 365]))
    return Book(number, amount, rate, count, drawn_on, due, parts)


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Book], date]:
    """Two draws with a history of payments, as `allocate` shares them, and a day after all of it."""
    kept = {book.draw: book for book in (draw(books(1)), draw(books(2)))}
    on = max(book.drawn_on for book in kept.values())
    for _payment in range(draw(st.integers(0, 4))):
        on += timedelta(days=draw(st.integers(0, 90)))
        try:
            shares = allocate(list(kept.values()), draw(FEN), on, draw(st.booleans()))
        except Refusal:
            continue
        for share in shares:
            kept[share.draw] = kept[share.draw].plus(Paid(on, share.principal, share.interest))
    return list(kept.values()), on


@QUICK
@given(books(), DAYS)
def test_the_schedule_sums_to_the_draw_and_its_interest_to_the_whole(book: Book, after: int) -> None:
    """Σ principal = the draw; Σ interest = what has run in all, rounded once; the balances come down to 0."""
    on = book.drawn_on + timedelta(days=after)
    lines = plan(book, on)
    assert sum(line.principal for line in lines) == book.amount
    assert sum(line.interest for line in lines) == accrued(book, max(book.due[-1], on), on)
    assert all(line.principal >= 0 and line.interest >= 0 for line in lines)
    assert all(early.due_on <= late.due_on for early, late in pairwise(lines))


@QUICK
@given(lives(), FEN, st.booleans())
def test_a_payment_is_shared_out_to_the_last_fen(
    life: tuple[list[Book], date], amount: D, is_early: bool
) -> None:
    """Never negative, never more than paid, never more than owed; what is due is paid before what is not."""
    known, on = life
    try:
        shares = allocate(known, amount, on, is_early)
    except Refusal as refusal:
        assert refusal.field == "amount"
        return
    assert sum(share.principal + share.interest for share in shares) == amount
    assert all(share.principal >= 0 and share.interest >= 0 for share in shares)
    after = {book.draw: book for book in known}
    for share in shares:
        after[share.draw] = after[share.draw].plus(Paid(on, share.principal, share.interest))
    assert all(book.balance >= 0 for book in after.values())
    due_before = sum(line.open for line in lines_of(known, on) if line.due_on <= on)
    due_after = sum(line.open for line in lines_of(after.values(), on) if line.due_on <= on)
    assert due_after == max(D(0), due_before - amount)


@QUICK
@given(lives(), FEN, DAYS)
def test_prepaying_never_raises_interest(life: tuple[list[Book], date], amount: D, later: int) -> None:
    """What runs until any day is at most what would have run without the payment."""
    known, on = life
    try:
        shares = allocate(known, amount, on, True)
    except Refusal:
        assume(False)
    until = on + timedelta(days=later)
    for share in shares:
        before = next(book for book in known if book.draw == share.draw)
        after = before.plus(Paid(on, share.principal, share.interest))
        assert accrued(after, until, on) <= accrued(before, until, on)
        assert accrued(after, until, until) <= accrued(before, until, until)


@QUICK
@given(lives(), DAYS)
def test_what_ends_a_loan_ends_it(life: tuple[list[Book], date], later: int) -> None:
    """The payoff is everything unpaid; once it is paid nothing is owed or past due, then or later."""
    known, last = life
    on = last + timedelta(days=later)
    owed, shares = payoff_of(known, on), settle(known, on)
    assert sum(share.principal + share.interest for share in shares) == owed.total
    assert owed.principal == sum(book.balance for book in known)
    overdue = arrears(known, on)
    assert overdue.overdue_principal <= owed.principal
    after = {book.draw: book for book in known}
    for share in shares:
        after[share.draw] = after[share.draw].plus(Paid(on, share.principal, share.interest))
    for day in (on, on + timedelta(days=400)):
        assert payoff_of(after.values(), day).total == 0
        assert arrears(after.values(), day).first_due_on is None
    if owed.total:
        assert allocate(known, owed.total, on, True) == shares


@pytest.mark.parametrize(
    ("planned", "roll", "due", "provisional"),
    [
        # The national holiday of 2026: 10-01…10-07 off; 10-08 is a Thursday.
        (date(2026, 10, 1), "next_workday", date(2026, 10, 8), False),
        (date(2026, 10, 1), "none", date(2026, 10, 1), False),
        # A Saturday of make-up work is a working day; the Sunday after it is not.
        (date(2026, 10, 10), "next_workday", date(2026, 10, 10), False),
        (date(2026, 10, 11), "next_workday", date(2026, 10, 12), False),
        # A year without notice: never silently final (D-04).
        (date(2027, 3, 6), "next_workday", date(2027, 3, 8), True),
        (date(2027, 3, 6), "none", date(2027, 3, 6), False),
        (date(2026, 12, 31), "next_workday", date(2026, 12, 31), False),
    ],
)
def test_due_dates_roll(planned: date, roll: str, due: date, provisional: bool) -> None:
    """D-32: `next_workday` moves to the first working day, `none` never."""
    assert effective_date(planned, roll, CALENDAR) == (due, provisional)


def test_days_past_due_count_from_the_effective_date() -> None:
    """D-32: the due date is not overdue, day 1 is the day after it, day 60 comes 60 calendar days later."""
    due, _provisional = effective_date(date(2026, 10, 1), "next_workday", CALENDAR)
    counted = {number: due + timedelta(days=number) for number in (0, 1, 59, 60)}
    assert counted[1] == date(2026, 10, 9) and counted[60] == date(2026, 12, 7)
    assert {number: days_past_due(due, day) for number, day in counted.items()} == {n: n for n in counted}
    assert days_past_due(due, date(2026, 9, 1)) == 0
    book = Book(1, D("360000.00"), D("4.3"), 360, date(2026, 9, 1), (due,), (D("360000.00"),))
    assert arrears([book], due).first_due_on is None
    late = arrears([book], counted[1])
    # 37 nights to the due date and one more: 360,000 × 4.3 % ÷ 360 = 43 a day.
    assert (late.days_past_due, late.overdue_principal, late.overdue_interest) == (
        1,
        D("360000.00"),
        D(38 * 43),
    )
    assert arrears([book], counted[60]).days_past_due == 60


@pytest.mark.parametrize(
    ("rate", "day_count", "interest"),
    [
        ("4.3", 360, ["3.70", "3.35", "3.70"]),
        ("4.3", 365, ["3.65", "3.30", "3.65"]),
        ("0.0001", 360, ["0.00"] * 3),
    ],
)
def test_interest_runs_by_actual_days_and_is_rounded_once(
    rate: str, day_count: int, interest: list[str]
) -> None:
    """31, 28 and 31 days of 1,000 元: the sum of the parts is the rounded whole."""
    due = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
    book = Book(1, D(1000), D(rate), day_count, date(2026, 1, 1), due, (D(0), D(0), D(1000)))
    lines = plan(book, date(2026, 1, 1))
    assert [line.interest for line in lines] == [D(one) for one in interest]
    whole = D(1000) * D(rate) * 90 / (100 * day_count)
    assert abs(sum(line.interest for line in lines) - whole) <= D("0.005")


def test_the_next_instalment_may_be_paid_beforehand_and_no_more_than_it() -> None:
    """Interest of the period up to its due date, principal, and then the payment has to be an early one."""
    due = (date(2026, 2, 2), date(2026, 3, 2))
    book = Book(1, D("120000.00"), D("3.6"), 360, date(2026, 1, 2), due, (D("60000.00"), D("60000.00")))
    first, second = plan(book, date(2026, 1, 2))
    assert (first.interest, second.interest) == (D("372.00"), D("168.00"))
    early = date(2026, 1, 12)
    # 10 nights of 12 a day and 21 of 6: paying principal earlier makes its own interest less.
    (share,) = allocate([book], D("60246.00"), early)
    assert (share.principal, share.interest) == (D("60000.00"), D("246.00"))
    after = book.plus(Paid(early, share.principal, share.interest))
    assert [line.open for line in plan(after, early)] == [D(0), D("60168.00")]
    with pytest.raises(Refusal) as refused:
        allocate([book], D("60246.01"), early)
    assert "60,246.00" in refused.value.message
    (share,) = allocate([book], D("60246.01"), early, True)
    assert (share.principal, share.interest) == (D("60126.01"), D("120.00"))
