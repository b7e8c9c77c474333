"""Room loan of 信保贷, due dates: one timer a loan, at the end of the next unpaid effective due date (D-32).

It fires with its own instant, 0:00 of the first day past due, also when the server was down: each missed due date
is noticed once, with its date. While the year has no official calendar the timer is held (D-04).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, end_of, today
from models.case import CaseFile
from models.credit_ledger import effective_date
from models.credit_loan import CreditLoan, Instalment, credit_loan_of, instalments_of
from models.people import Region
from models.vocabulary_credit_loan import DueDateRoll
from models.workflow import ARMED, CANCELLED, Timer
from processes import arrears
from processes.credit_ledger import follow, instalments_by_loan
from processes.house_timer import FOLLOWERS, house_timer

ARREARS = "arrears"
SET = 500
_IS_UNPAID = Instalment.principal + Instalment.interest > Instalment.principal_paid + Instalment.interest_paid


def arm(session: Session, *loans: CreditLoan) -> None:
    """Let each loan's timer stand at its next due date that is unpaid and not yet noticed; none: no timer."""
    of_cases = Timer.case_id.in_([loan.case_id for loan in loans])
    waiting = select(Timer).where(of_cases, Timer.kind == ARREARS, Timer.status == ARMED)
    timers = {timer.case_id: timer for timer in session.scalars(waiting)}
    rows = instalments_by_loan(session, [loan.id for loan in loans])
    for loan in loans:
        coming = _next(rows[loan.id]) if loan.is_open else None
        _stand(session, loan, timers.get(loan.case_id), coming)


def _stand(session: Session, loan: CreditLoan, timer: Timer | None, coming: Instalment | None) -> None:
    if coming is None:
        if timer is not None:
            timer.status = CANCELLED
        return
    if timer is None:
        timer = Timer(case_id=loan.case_id, kind=ARREARS, due_at=end_of(coming.due_on))
        session.add(timer)
    timer.due_at, timer.is_held = end_of(coming.due_on), coming.is_provisional


def _next(rows: Iterable[Instalment]) -> Instalment | None:
    open_rows = [row for row in rows if row.unpaid and row.missed_on is None]
    return min(open_rows, key=lambda row: (row.due_on, row.id), default=None)


@house_timer(ARREARS, "还款到期日")
def notice_missed(session: Session, case: CaseFile) -> None:
    """The day after a due date begins and something of it is unpaid: that is noted, and the arrears begin (B-19)."""
    loan = credit_loan_of(session, case)
    if loan is None or not loan.is_open:
        return
    follow(session, loan)
    for row in instalments_of(session, loan):
        if row.due_on < today() and row.unpaid and row.missed_on is None:
            row.missed_on = row.due_on
            summary = f"{row.due_on.isoformat()} 到期的本息未按期偿还，尚欠 {row.unpaid:,.2f} 元"
            new = {"instalment": row.id, "due_on": row.due_on, "unpaid": row.unpaid}
            audit.record(session, "instalment.missed", summary, actor=None, case=case, new=new)
    session.flush()
    arrears.begin_if_overdue(session, case)
    arm(session, loan)


def doubt_missed(session: Session, case: CaseFile, loan: CreditLoan, value_on: date) -> None:
    """A payment whose value day is not after a due date came to the books only after that date was noticed as missed.

    Nothing is undone by itself (D-29, D-30): the log of the loan keeps it; the arrears tell the center as they end.
    """
    rows = [row for row in instalments_of(session, loan) if row.missed_on is not None and not row.unpaid]
    paid_in_time = sorted({row.due_on for row in rows if value_on <= row.due_on})
    if not paid_in_time:
        return
    days = "、".join(day.isoformat() for day in paid_in_time)
    summary = f"{days} 到期的本息入账日不晚于还款日，登记晚于还款日；是否误判逾期，请核对"
    new = {"due_on": paid_in_time, "value_on": value_on}
    audit.record(session, "instalment.doubted", summary, actor=None, case=case, new=new)


@FOLLOWERS.append
def recount(session: Session) -> None:
    """Effective due dates that are neither paid nor missed follow a calendar that has changed.

    Everybody waits meanwhile: only what moves is loaded, SET loans at a time, by as many statements for one as for all.
    """
    moved: dict[int, list[_Moved]] = defaultdict(list)
    for row in _moved(session):
        moved[row.loan_id].append(row)
    ids = sorted(moved)
    for first in range(0, len(ids), SET):
        _follow_calendar(session, {loan_id: moved[loan_id] for loan_id in ids[first : first + SET]})


@dataclass(frozen=True)
class _Moved:
    """An instalment whose effective due date is another one by the calendar in force."""

    loan_id: int
    id: int
    planned_on: date
    due_on: date
    is_provisional: bool


def _moved(session: Session) -> list[_Moved]:
    row = Instalment
    query = (
        select(row.loan_id, row.id, row.planned_on, row.due_on, row.is_provisional, Region.code)
        .join(CreditLoan, CreditLoan.id == row.loan_id)
        .join(CaseFile, CaseFile.id == CreditLoan.case_id)
        .outerjoin(Region, Region.id == CaseFile.region_id)
        .where(CreditLoan.due_date_roll == DueDateRoll.NEXT_WORKDAY, CreditLoan.closed_on.is_(None))
        .where(CreditLoan.next_due_on.is_not(None), row.missed_on.is_(None), _IS_UNPAID)
        .order_by(row.id)
    )
    found = []
    for loan_id, row_id, planned_on, due_on, is_provisional, region in session.execute(query):
        day, guessed = effective_date(planned_on, DueDateRoll.NEXT_WORKDAY, calendar(region or ""))
        if (day, guessed) != (due_on, is_provisional):
            found.append(_Moved(loan_id, row_id, planned_on, day, guessed))
    return found


def _follow_calendar(session: Session, moved: Mapping[int, Sequence[_Moved]]) -> None:
    # By their keys in one statement; nothing of them has been loaded in this transaction.
    rows = [row for of_loan in moved.values() for row in of_loan]
    values = [{"id": row.id, "due_on": row.due_on, "is_provisional": row.is_provisional} for row in rows]
    session.execute(update(Instalment), values)
    query = select(CreditLoan, CaseFile).join(CaseFile, CaseFile.id == CreditLoan.case_id)
    query = query.where(CreditLoan.id.in_(moved)).order_by(CaseFile.id).with_for_update(of=CaseFile)
    found = session.execute(query).all()
    loans = [row.CreditLoan for row in found]
    follow(session, *loans)
    arm(session, *loans)
    audit.record_all(
        session, "instalment.moved", [_line(case, moved[loan.id]) for loan, case in found], actor=None
    )


def _line(case: CaseFile, rows: Sequence[_Moved]) -> audit.Line:
    new = {row.planned_on.isoformat(): row.due_on for row in rows}
    return audit.Line(case, f"因工作日日历调整，{len(rows)} 个还款到期日重新计算", new)
