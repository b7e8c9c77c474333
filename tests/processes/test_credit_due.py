"""Due dates of 信保贷: the timer of a loan, missed days after an outage, the calendar, the ledger's own order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from models.audit import AuditEvent
from models.calendar import end_of, local_date
from models.case import CaseFile
from models.credit_loan import Instalment
from models.database import reading, transaction
from models.refusal import Conflict, Forbidden, Refusal
from models.scheme import Scheme
from processes import credit_draw
from tests import credit_loans as loans
from tests.invariants import check_all
from tests.processes.calendar_acts import applied, proposed, undone
from tests.register import cases
from tests.webapp.knock import counted
from tests.world import World, on

D = Decimal


def _missed(case_id: int) -> list[tuple[date, date]]:
    """Due date and the day on which the log says that it was missed."""
    with reading() as session:
        loan_id = loans.loan_of(case_id).id
        query = select(Instalment).where(Instalment.loan_id == loan_id, Instalment.missed_on.is_not(None))
        rows = {row.id: row for row in session.scalars(query.order_by(Instalment.due_on))}
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "instalment.missed"))
        noted = {event.new["instalment"]: local_date(event.at) for event in events}
        return [(row.due_on, noted[row.id]) for row in rows.values()]


def test_missed_days_keep_their_dates_when_the_server_was_down(world: World) -> None:
    """Every due date is noticed once at its own 24:00, and only one file of arrears is opened (B-19, D-32)."""
    case_id = loans.drawn(world)
    with on(date(2026, 4, 2)):
        assert not world.fire_due()  # the due date itself is not overdue
    with on(date(2026, 6, 20)):  # down since March
        while world.fire_due():
            pass
        assert _missed(case_id) == [
            (date(2026, 4, 2), date(2026, 4, 3)),
            (date(2026, 5, 6), date(2026, 5, 7)),
            (date(2026, 6, 2), date(2026, 6, 3)),
        ]
        (file,) = cases(Scheme.ARREARS, loans.subject_of(case_id).id)
        assert local_date(file.opened_at) == date(2026, 4, 3)
        armed = loans.armed(case_id)
        assert armed is not None and armed.due_at == end_of(date(2026, 7, 2))
        owed = loans.arrears_of(case_id, date(2026, 6, 20))
        # 92 nights up to the last due date: 600,000 × 4.3 % ÷ 360 a night.
        assert (owed.first_due_on, owed.days_past_due) == (date(2026, 4, 2), 79)
        assert owed.overdue_interest == D("6593.33")
        with pytest.raises(Refusal, match=r"不得再申请|逾期"):
            loans.draw(world, case_id, amount=D(1))


def test_a_late_knock_notices_what_was_due_before_it_acts(world: World) -> None:
    """A payment of day 1 is never counted as in time because no worker has looked yet."""
    case_id = loans.drawn(world)
    with on(date(2026, 4, 3), 0):
        loans.pay_overdue(world, case_id)
    assert _missed(case_id) == [(date(2026, 4, 2), date(2026, 4, 3))]
    assert loans.arrears_of(case_id, date(2026, 4, 3)).first_due_on is None
    assert not _doubted()
    with on(date(2026, 5, 7)):
        loans.repay(world, case_id, "2436.67", value_on=date(2026, 5, 6))
    # Paid on the last day and booked on the next: nothing is undone, but somebody is told to look.
    assert _doubted() == ["2026-05-06 到期的本息入账日不晚于还款日，登记晚于还款日；是否误判逾期，请核对"]


def test_what_is_paid_in_time_is_never_missed_and_the_line_is_closed(world: World) -> None:
    """Paid on the due date at the latest: the timer goes on to the next; settled and closed by the bank: the end."""
    case_id = loans.drawn(world)
    with on(date(2026, 4, 2), 23):
        loans.pay_overdue(world, case_id)
    with on(date(2026, 4, 20)):
        assert not world.fire_due() and not _missed(case_id)
        armed = loans.armed(case_id)
        assert armed is not None and armed.due_at == end_of(date(2026, 5, 6))
        number = _number(case_id)
        with pytest.raises(Refusal, match="尚有未偿本息"), transaction() as session:
            credit_draw.close_loan(session, number, date(2026, 4, 20), "", world.user(session, "yinhang1"))
        owed = loans.payoff_of(case_id, date(2026, 4, 20))
        assert (owed.principal, owed.interest) == (D("600000.00"), D("1290.00"))
        loans.repay(world, case_id, owed.total, kind="prepayment")
        with transaction() as session:
            credit_draw.close_loan(session, number, date(2026, 4, 20), "", world.user(session, "yinhang1"))
    assert loans.armed(case_id) is None and world.status(case_id) == "loan_settled"
    with on(date(2026, 12, 1)):
        assert not world.fire_due()
        with pytest.raises(Conflict):
            loans.draw(world, case_id)


def test_a_day_of_a_year_without_notice_is_held_and_follows_the_calendar(world: World) -> None:
    """D-04: nobody is cut off on a provisional date; once the notice is there the due date moves, and counts."""
    with on(date(2026, 8, 10)):
        case_id = loans.drawn(world)
    for day in (date(2026, 9, 10), date(2026, 10, 10), date(2026, 11, 10), date(2026, 12, 10)):
        with on(day):
            loans.pay_overdue(world, case_id)
    armed = loans.armed(case_id)
    assert loans.due_dates(case_id)[-2:] == [date(2027, 1, 11), date(2027, 2, 10)]
    assert armed is not None and armed.is_held and armed.due_at == end_of(date(2027, 1, 11))
    with on(date(2027, 2, 12)):
        assert not world.fire_due() and not _missed(case_id)
        applied(world, proposed(world))
        assert loans.due_dates(case_id)[-2:] == [date(2027, 1, 11), date(2027, 2, 15)]
        moved = loans.armed(case_id)
        assert moved is not None and not moved.is_held
        world.fire_due()
        assert _missed(case_id) == [(date(2027, 1, 11), date(2027, 1, 12))]
        following = loans.armed(case_id)
        assert following is not None and following.due_at == end_of(date(2027, 2, 15))


def test_a_notice_asks_the_same_of_two_loans_and_of_eight(world: World) -> None:
    """Everybody waits for the calendar: loans are read and written by sets, and only those that move."""
    asked, small = [], {"amount": D("600000.00")}
    for more in (2, 6):
        with on(date(2026, 8, 10)):
            moving = [loans.drawn(world, small, amount=D("1000.00")) for _each in range(more)]
            apart = loans.drawn(world, small, amount=D("1000.00"), months=2)
        with counted() as statements:
            applied(world, notice_id := proposed(world))
        asked.append(len(statements))
        assert {loans.due_dates(case)[-1] for case in moving} == {date(2027, 2, 15)}
        undone(world, notice_id)
        assert {loans.due_dates(case)[-1] for case in moving} == {date(2027, 2, 10)}
        assert _moves(apart) == 0 and _moves(moving[0]) == 2
    assert asked[0] == asked[1]
    with reading() as session:
        check_all(session)


def _moves(case_id: int) -> int:
    with reading() as session:
        events = select(AuditEvent.id).where(AuditEvent.action == "instalment.moved")
        return len(session.scalars(events.where(AuditEvent.case_id == case_id)).all())


def test_the_ledger_is_in_order_and_only_grows(world: World) -> None:
    """A past value day is accepted, but not before the last line; the database refuses to change a line."""
    case_id, other = loans.drawn(world), loans.drawn(world)
    with on(date(2026, 4, 2)):
        loans.repay(world, case_id, "2221.67", value_on=date(2026, 4, 1))
        with pytest.raises(Refusal, match="已登记"):
            loans.repay(world, other, "2221.67", reference=f"ls-{case_id}-2")
        with pytest.raises(Refusal, match="已登记"):
            loans.draw(world, other, amount=D("1000.00"), receipt_number="ｊｊ -１")
        with pytest.raises(Refusal, match="不可见"):
            loans.repay(world, other, "2221.67", reference="LS\u200b-9")
        with pytest.raises(Refusal) as early:
            loans.repay(world, case_id, "1.00", value_on=date(2026, 3, 31))
        with pytest.raises(Refusal) as late:
            loans.repay(world, case_id, "1.00", value_on=date(2026, 4, 3))
        with pytest.raises(Refusal, match="已登记"):
            loans.repay(world, case_id, "1.00", reference=f" ｌｓ-{case_id} -２")
        with pytest.raises(Forbidden):
            loans.repay(world, case_id, "1.00", who="danbao1")
        with pytest.raises(Refusal) as much:
            loans.repay(world, case_id, "900000.00")
    assert [each.value.field for each in (early, late, much)] == ["value_on", "value_on", "amount"]
    for statement in ("UPDATE credit_ledger SET interest = 0", "DELETE FROM credit_ledger"):
        with pytest.raises(Exception, match="append-only"), transaction() as session:
            session.execute(text(statement))


def _doubted() -> list[str]:
    with reading() as session:
        events = select(AuditEvent.summary).where(AuditEvent.action == "instalment.doubted")
        return list(session.scalars(events))


def _number(case_id: int) -> str:
    with reading() as session:
        return session.get_one(CaseFile, case_id).number
