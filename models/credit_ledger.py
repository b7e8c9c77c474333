"""Room loan of 信保贷, pure arithmetic: due dates, schedules, interest, allocation, arrears. No tables, no clock.

Interest runs by actual days on the unpaid principal at the contract rate (no penalty, no interest on interest):
the night after a draw counts, the day of a payment does not. What has run since the draw is rounded once, half up
to 0.01 元, and an instalment asks for the difference to the one before it, so the parts always sum to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from models.identity import add_months
from models.money import FEN, format_amount, round_fen
from models.refusal import Refusal
from models.vocabulary_credit_loan import CreditMethod, DueDateRoll, EntryKind
from models.working_days import Calendar, roll_forward

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Paid:
    """One payment that counts from `on`; 元."""

    on: date
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True)
class Book:
    """One draw with its effective due dates and what was paid on it. 元, %/yr, days of a year."""

    draw: int
    amount: Decimal
    rate: Decimal
    day_count: int
    drawn_on: date
    due: tuple[date, ...]
    parts: tuple[Decimal, ...]
    paid: tuple[Paid, ...] = ()

    def plus(self, paid: Paid) -> Book:
        """The book after one more payment."""
        return replace(self, paid=(*self.paid, paid))

    @property
    def balance(self) -> Decimal:
        """Unpaid principal after all payments, 元."""
        return self.amount - sum((p.principal for p in self.paid), Decimal(0))

    @property
    def interest_paid(self) -> Decimal:
        """Interest paid so far, 元."""
        return sum((p.interest for p in self.paid), Decimal(0))


@dataclass(frozen=True)
class Line:
    """One instalment: what it asks for in all, and what of it is open; 元."""

    draw: int
    number: int
    due_on: date
    principal: Decimal
    interest: Decimal
    principal_open: Decimal
    interest_open: Decimal

    @property
    def open(self) -> Decimal:
        """Open principal and interest together, 元."""
        return self.principal_open + self.interest_open


@dataclass(frozen=True)
class Share:
    """What a payment gives to one draw, 元."""

    draw: int
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True)
class Arrears:
    """How a loan stands on a day: due before that day and not paid. Calendar days, 元."""

    first_due_on: date | None
    days_past_due: int
    overdue_principal: Decimal
    overdue_interest: Decimal


@dataclass(frozen=True)
class Payoff:
    """All that is owed on a day: unpaid principal, contract interest to that day (D-37: no penalty); 元."""

    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        """Principal and interest together, 元."""
        return self.principal + self.interest


def planned_dates(drawn_on: date, months: int) -> list[date]:
    """The same day of each following month, else the last day of that month (民法典 202)."""
    return [add_months(drawn_on, number) for number in range(1, months + 1)]


def effective_date(planned_on: date, roll: str, calendar: Calendar) -> tuple[date, bool]:
    """When an instalment is due by the contract's `due_date_roll` (D-32), and whether that is provisional (D-04)."""
    if roll != DueDateRoll.NEXT_WORKDAY:
        return planned_on, False
    due_on = roll_forward(planned_on, calendar)
    return due_on, not (calendar.is_official(planned_on) and calendar.is_official(due_on))


def principal_parts(amount: Decimal, months: int, method: str) -> list[Decimal]:
    """The principal of each instalment, 元; what does not divide evenly comes with the last one."""
    if method == CreditMethod.EQUAL_PRINCIPAL:
        part = (amount / months).quantize(FEN, "ROUND_DOWN")
        return [part] * (months - 1) + [amount - part * (months - 1)]
    return [NOTHING] * (months - 1) + [amount]


def accrued(book: Book, until: date, on: date) -> Decimal:
    """Interest from the draw up to `until`, 元, the night of `until` not counted.

    Up to `on` as the ledger says; from `on` as if principal were paid when it falls due.
    """
    edges = sorted({book.drawn_on, until, on, *(p.on for p in book.paid), *book.due})
    sums = (
        _balance(book, first, on) * (last - first).days
        for first, last in pairwise(edges)
        if book.drawn_on <= first and last <= until
    )
    return round_fen(sum(sums, Decimal(0)) * book.rate / (100 * book.day_count))


def _balance(book: Book, day: date, on: date) -> Decimal:
    """Principal on which the night after `day` counts."""
    gone = sum((p.principal for p in book.paid if p.on <= day), Decimal(0))
    if day >= on:
        planned = (part for due_on, part in zip(book.due, book.parts, strict=True) if due_on <= day)
        gone = max(gone, sum(planned, Decimal(0)))
    return book.amount - gone


def plan(book: Book, on: date) -> list[Line]:
    """The instalments as they stand on a day. After the last due date interest runs on in the last one."""
    principal_paid, interest_paid = book.amount - book.balance, book.interest_paid
    lines, planned, earned = [], NOTHING, NOTHING
    for number, (due_on, part) in enumerate(zip(book.due, book.parts, strict=True), 1):
        until = max(due_on, on) if number == len(book.due) else due_on
        total = accrued(book, until, on)
        opened = _open(planned, part, principal_paid), _open(earned, total - earned, interest_paid)
        lines.append(Line(book.draw, number, due_on, part, total - earned, *opened))
        planned, earned = planned + part, total
    return lines


def _open(before: Decimal, size: Decimal, paid: Decimal) -> Decimal:
    """What of a part is open when the parts `before` it are paid first."""
    return size - min(size, max(NOTHING, paid - before))


def lines_of(books: Iterable[Book], on: date) -> list[Line]:
    """The instalments of all draws, the oldest due date first."""
    lines = [line for book in books for line in plan(book, on)]
    return sorted(lines, key=lambda line: (line.due_on, line.draw, line.number))


def arrears(books: Iterable[Book], on: date) -> Arrears:
    """What was due before `on` and is open then; the due date itself is not overdue (D-32)."""
    late = [line for line in lines_of(books, on) if line.due_on < on and line.open]
    first = late[0].due_on if late else None
    return Arrears(
        first,
        days_past_due(first, on) if first else 0,
        sum((line.principal_open for line in late), NOTHING),
        sum((line.interest_open for line in late), NOTHING),
    )


def days_past_due(due_on: date, on: date) -> int:
    """Calendar days after the effective due date: 1 on the day after it (D-32)."""
    return max(0, (on - due_on).days)


def payoff_of(books: Iterable[Book], on: date) -> Payoff:
    """What ends the loan on a day."""
    kept = list(books)
    interest = sum((_owed_interest(book, on) for book in kept), NOTHING)
    return Payoff(sum((book.balance for book in kept), NOTHING), interest)


def _owed_interest(book: Book, on: date) -> Decimal:
    return max(NOTHING, accrued(book, on, on) - book.interest_paid)


def settle(books: Iterable[Book], on: date) -> list[Share]:
    """The shares that pay every draw off on a day."""
    owed = (Share(book.draw, book.balance, _owed_interest(book, on)) for book in books)
    return [share for share in owed if share.principal or share.interest]


def allocate(books: Sequence[Book], amount: Decimal, on: date, is_early: bool = False) -> list[Share]:
    """Who gets what of a payment: what is due, the oldest first, in it interest before principal.

    The rest pays the next due date beforehand or, when `is_early`, the interest that has run and then principal.
    Raises Refusal at `amount` for more than that.
    """
    kept, rest = _take_due({book.draw: book for book in books}, amount, on)
    kept, rest = _take_early(kept, rest, on) if is_early else _take_next(kept, rest, on)
    if rest:
        most = format_amount(amount - rest)
        advice = "" if is_early else "；提前归还本金的，请选择“提前还款”"
        raise Refusal(f"还款金额超过应还金额，最多可还 {most} 元{advice}。", "amount")
    return [share for book in books if (share := _share(book, kept[book.draw])) is not None]


Taken = tuple[dict[int, Book], Decimal]


def _share(before: Book, after: Book) -> Share | None:
    principal, interest = before.balance - after.balance, after.interest_paid - before.interest_paid
    return Share(before.draw, principal, interest) if principal or interest else None


def _take_due(kept: dict[int, Book], rest: Decimal, on: date) -> Taken:
    for line in lines_of(kept.values(), on):
        if line.due_on <= on:
            kept, rest = _pay(kept, rest, on, line.draw, line.interest_open, line.principal_open)
    return kept, rest


def _take_next(kept: dict[int, Book], rest: Decimal, on: date) -> Taken:
    """The coming due date, in every draw that has it; its interest as it is once its principal is paid today."""
    coming = [line for line in lines_of(kept.values(), on) if line.due_on > on and line.open]
    for line in coming:
        if rest and line.due_on == coming[0].due_on:
            ahead = kept[line.draw].plus(Paid(on, line.principal_open, NOTHING))
            interest = plan(ahead, on)[line.number - 1].interest_open
            kept, rest = _pay(kept, rest, on, line.draw, interest, line.principal_open)
    return kept, rest


def _take_early(kept: dict[int, Book], rest: Decimal, on: date) -> Taken:
    order = dict.fromkeys(line.draw for line in lines_of(kept.values(), on) if line.open)
    for draw in [*order, *(draw for draw in kept if draw not in order)]:
        book = kept[draw]
        kept, rest = _pay(kept, rest, on, draw, _owed_interest(book, on), book.balance)
    return kept, rest


def _pay(
    kept: dict[int, Book], rest: Decimal, on: date, draw: int, interest: Decimal, principal: Decimal
) -> Taken:
    first = min(rest, interest)
    second = min(rest - first, principal)
    if not first + second:
        return kept, rest
    return {**kept, draw: kept[draw].plus(Paid(on, second, first))}, rest - first - second


def effect(kind: str, principal: Decimal) -> Decimal:
    """What a line of the ledger does to the outstanding principal, 元; 追偿 pays the guarantor, not the bank."""
    if kind == EntryKind.RECOVERY:
        return NOTHING
    return principal if kind == EntryKind.DRAW else -principal
