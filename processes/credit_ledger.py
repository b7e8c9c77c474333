"""Room loan of 信保贷, the ledger: lines are added, instalments and balances follow; what a loan owes on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile
from models.credit_ledger import (
    Arrears,
    Book,
    Paid,
    Payoff,
    Share,
    allocate,
    arrears,
    effect,
    lines_of,
    payoff_of,
    settle,
)
from models.credit_loan import (
    CreditLoan,
    Draw,
    Instalment,
    LedgerEntry,
    entries_of,
    open_loans_of,
)
from models.money import format_amount
from models.people import User
from models.refusal import Refusal
from models.vocabulary_credit_loan import EntryKind

NOTHING = Decimal("0.00")
_PAYING = (EntryKind.REPAYMENT, EntryKind.PREPAYMENT, EntryKind.COMPENSATION)


@dataclass(frozen=True)
class Entered:
    """What a line of the ledger says beside its amounts; `on` is the value day."""

    kind: EntryKind
    on: date
    reference: str
    note: str = ""
    # The case out of which it comes (代偿, 追偿), and the bank's file it stood in.
    case: CaseFile | None = None
    batch_id: int | None = None


def books_of(session: Session, loan: CreditLoan) -> list[Book]:
    """The draws of a loan with their effective due dates and payments, for the pure arithmetic."""
    return books_by_loan(session, [loan.id]).get(loan.id, [])


def books_by_loan(session: Session, loan_ids: Collection[int]) -> dict[int, list[Book]]:
    """The books of many loans, in three queries whatever their number."""
    due: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for instalment in _lines(session, Instalment, loan_ids, Instalment.draw_id, Instalment.number):
        due[instalment.draw_id].append((instalment.due_on, instalment.principal))
    paid: dict[int, list[Paid]] = defaultdict(list)
    for entry in _lines(session, LedgerEntry, loan_ids, LedgerEntry.seq):
        if entry.kind in _PAYING and entry.draw_id is not None:
            paid[entry.draw_id].append(Paid(entry.value_on, entry.principal, entry.interest))
    books: dict[int, list[Book]] = defaultdict(list)
    for draw in _lines(session, Draw, loan_ids, Draw.number):
        books[draw.loan_id].append(_book(draw, due[draw.id], paid[draw.id]))
    return books


def _lines(session: Session, table: Any, loan_ids: Collection[int], *order: Any) -> Iterable[Any]:
    return session.scalars(select(table).where(table.loan_id.in_(loan_ids)).order_by(table.loan_id, *order))


def _book(draw: Draw, due: Sequence[tuple[date, Decimal]], paid: Sequence[Paid]) -> Book:
    return Book(
        draw.id,
        draw.amount,
        draw.rate,
        draw.day_count,
        draw.drawn_on,
        tuple(day for day, _part in due),
        tuple(part for _day, part in due),
        tuple(paid),
    )


def arrears_on(session: Session, loan: CreditLoan, on: date) -> Arrears:
    """What of the loan is past due on a day: 元, calendar days (D-32). Nothing after 代偿 or the end."""
    return arrears(books_of(session, loan), on)


def require_nothing_overdue(session: Session, subject_id: int, act: str, field: str = "") -> None:
    """B-18, D-29: past due on any loan means no new business, also while day 1 has not been noticed (an outage).

    Raises Refusal naming the loan; `act` is what is refused, in words.
    """
    loans = open_loans_of(session, subject_id)
    books = books_by_loan(session, [loan.id for loan, _case in loans])
    for loan, case in loans:
        found = arrears(books.get(loan.id, []), today())
        if found.first_due_on is not None:
            since = f"应于 {found.first_due_on.isoformat()} 归还的本息未还清"
            raise Refusal(f"该主体的贷款 {case.number} 有逾期：{since}，不能{act}。", field)


def payoff(session: Session, loan: CreditLoan, on: date) -> Payoff:
    """What ends the loan on a day, 元: unpaid principal and contract interest to that day (D-37)."""
    return payoff_of(books_of(session, loan), on)


def enter(
    session: Session, loan: CreditLoan, entered: Entered, amount: Decimal, actor: User | None
) -> list[LedgerEntry]:
    """Add 代偿 or 追偿 to the ledger. Raises Refusal at `amount` for a 代偿 that is not exactly what is owed (D-37)."""
    if entered.kind is EntryKind.RECOVERY:
        shares: Sequence[Share] = [Share(0, amount, NOTHING)]
    else:
        shares = settle(books_of(session, loan), entered.on)
        owed = sum((share.principal + share.interest for share in shares), NOTHING)
        if amount != owed:
            raise Refusal(f"代偿应一次付清全部未偿本息 {format_amount(owed)} 元。", "amount")
    return write(session, loan, entered, shares, actor)


def repay(
    session: Session,
    loan: CreditLoan,
    entered: Entered,
    amount: Decimal,
    actor: User,
    draw_id: int | None = None,
) -> list[LedgerEntry]:
    """Add a payment of the borrower, to one draw or to the oldest due first. Raises Refusal at `amount`."""
    books = [book for book in books_of(session, loan) if draw_id in (None, book.draw)]
    is_early = entered.kind is EntryKind.PREPAYMENT
    return write(session, loan, entered, allocate(books, amount, entered.on, is_early), actor)


def check_value_day(session: Session, loan: CreditLoan, on: date) -> None:
    """The ledger is in order of value days. Raises Refusal at `value_on` before the last one or after today."""
    lines = entries_of(session, loan)
    if on > today():
        raise Refusal("入账日不得晚于今日。", "value_on")
    if lines and on < lines[-1].value_on:
        raise Refusal(f"入账日不得早于台账最后一笔的日期（{lines[-1].value_on.isoformat()}）。", "value_on")


def write(
    session: Session, loan: CreditLoan, entered: Entered, shares: Sequence[Share], actor: User | None
) -> list[LedgerEntry]:
    """Add one line a share, then bring the loan and its instalments in line with the ledger."""
    lines = entries_of(session, loan)
    payment = max((line.payment for line in lines), default=0) + 1
    written = []
    for seq, share in enumerate(shares, len(lines) + 1):
        loan.outstanding += effect(entered.kind, share.principal)
        written.append(
            LedgerEntry(
                loan_id=loan.id,
                seq=seq,
                payment=payment,
                kind=entered.kind,
                draw_id=share.draw or None,
                value_on=entered.on,
                principal=share.principal,
                interest=share.interest,
                balance=loan.outstanding,
                available=loan.available,
                reference=entered.reference,
                note=entered.note,
                case_id=entered.case.id if entered.case else None,
                batch_id=entered.batch_id,
                recorded_by_id=actor.id if actor else None,
                recorded_at=now(),
            )
        )
    session.add_all(written)
    session.flush()
    follow(session, loan)
    _log(session, loan, entered, shares, actor)
    return written


def follow(session: Session, *loans: CreditLoan) -> None:
    """Bring what is kept of the instalments, and the next due date, in line with the ledger; sets, not rows, are read."""
    ids = [loan.id for loan in loans]
    books, rows = books_by_loan(session, ids), instalments_by_loan(session, ids)
    for loan in loans:
        lines = {(line.draw, line.number): line for line in lines_of(books.get(loan.id, []), today())}
        for row in rows[loan.id]:
            line = lines[row.draw_id, row.number]
            row.interest = line.interest
            row.principal_paid = line.principal - line.principal_open
            row.interest_paid = line.interest - line.interest_open
        loan.next_due_on = min((row.due_on for row in rows[loan.id] if row.unpaid), default=None)
    session.flush()


def instalments_by_loan(session: Session, loan_ids: Collection[int]) -> dict[int, list[Instalment]]:
    """The instalments of many loans by draw and number, in one query."""
    found: dict[int, list[Instalment]] = defaultdict(list)
    for row in _lines(session, Instalment, loan_ids, Instalment.draw_id, Instalment.number):
        found[row.loan_id].append(row)
    return found


def _log(
    session: Session, loan: CreditLoan, entered: Entered, shares: Sequence[Share], actor: User | None
) -> None:
    principal = sum((share.principal for share in shares), NOTHING)
    interest = sum((share.interest for share in shares), NOTHING)
    summary = (
        f"{entered.kind.label} {format_amount(principal + interest)} 元"
        f"（本金 {format_amount(principal)}，利息 {format_amount(interest)}），"
        f"入账日 {entered.on.isoformat()}，贷款余额 {format_amount(loan.outstanding)} 元"
    )
    new = {"kind": entered.kind, "on": entered.on, "principal": principal, "interest": interest,
           "balance": loan.outstanding, "reference": entered.reference}  # fmt: skip
    case = session.get_one(CaseFile, loan.case_id)
    audit.record(session, "ledger.entered", summary, actor=actor, case=case, new=new)
