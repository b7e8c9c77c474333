"""Room loan of 信保贷, its page: what one reader sees of one loan, and the same as an Excel file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from models.calendar import today
from models.case import CaseFile
from models.credit_ledger import Arrears, Line, Payoff, arrears, lines_of, payoff_of
from models.credit_loan import (
    CreditLoan,
    Draw,
    Instalment,
    LedgerEntry,
    UseCheck,
    checks_of,
    draws_of,
    entries_of,
    instalments_of,
)
from models.credit_loan_search import due_light
from models.credit_policy import credit_rules_on
from models.database import DbSession
from models.people import Department, DepartmentKind, Permission, User
from models.refusal import Conflict, Forbidden, Refusal
from models.subject import Subject
from models.vocabulary_credit_loan import CreditMethod, CreditPurpose, DueDateRoll, RateMode, UseResult
from processes.credit_draw import frozen
from processes.credit_ledger import books_of
from processes.credit_loan import loan_numbered, may_withdraw
from processes.sheet import write_sheet


@dataclass(frozen=True)
class Due:
    """One instalment as the page shows it."""

    line: Line
    draw: Draw
    row: Instalment
    light: tuple[str, str]

    @property
    def paid(self) -> Decimal:
        """Principal and interest paid, 元."""
        return self.line.principal + self.line.interest - self.line.open


class LoanPage:
    """A loan before a reader who may see it; NotFound for strangers."""

    def __init__(self, session: DbSession, number: str, reader: User) -> None:
        self.session, self.reader = session, reader
        self.case: CaseFile
        self.loan: CreditLoan
        self.case, self.loan = loan_numbered(session, number, reader)
        self.subject = session.get_one(Subject, self.loan.subject_id)
        self.bank = session.get_one(Department, self.loan.bank_id)
        self.guarantor = session.get_one(Department, self.loan.guarantor_id)
        self.draws = draws_of(session, self.loan)
        self.entries: list[LedgerEntry] = entries_of(session, self.loan)
        self.checks: list[UseCheck] = checks_of(session, self.loan)
        self._books = books_of(session, self.loan)

    @cached_property
    def dues(self) -> list[Due]:
        """Every instalment, the oldest due date first."""
        draws = {draw.id: draw for draw in self.draws}
        rows = {(row.draw_id, row.number): row for row in instalments_of(self.session, self.loan)}
        lines = lines_of(self._books, today())
        return [
            Due(line, draws[line.draw], rows[line.draw, line.number], _light(line, self.loan))
            for line in lines
        ]

    @cached_property
    def arrears(self) -> Arrears:
        """What is past due today."""
        return arrears(self._books, today())

    @cached_property
    def payoff(self) -> Payoff:
        """What would end the loan today."""
        return payoff_of(self._books, today())

    @cached_property
    def frozen(self) -> str:
        """Why nothing of the line can be drawn now; empty when it can."""
        return frozen(self.session, self.loan)

    @property
    def available(self) -> Decimal:
        """What may be drawn today, 元."""
        return Decimal(0) if self.frozen else self.loan.available

    @property
    def coming(self) -> Decimal:
        """Open principal and interest of what is due today or next, 元."""
        ahead = [due.line for due in self.dues if due.line.open and due.line.due_on >= today()]
        return sum((line.open for line in ahead if line.due_on == ahead[0].due_on), Decimal(0))

    @property
    def receipts(self) -> list[tuple[str, str]]:
        """The draws that are not paid off, as choices."""
        return [(row.receipt_number, f"{row.receipt_number}（{row.amount:,.2f} 元）") for row in self.draws]

    @property
    def is_manager(self) -> bool:
        """Whether the reader works for the bank of an open line."""
        return self._is_bank and self.loan.is_open

    @property
    def _is_bank(self) -> bool:
        return self.reader.department_id == self.loan.bank_id and self.reader.may(Permission.CREDIT_WORK)

    def managed(self) -> LoanPage:
        """The page, for the bank of an open line. Raises Forbidden for others, Conflict for a line that is not open."""
        if not self._is_bank:
            raise Forbidden("只有该笔贷款的合作金融机构可以办理。")
        if not self.loan.is_open:
            raise Conflict("该笔贷款尚未签约，或已结清、已代偿。")
        return self

    @property
    def may_check(self) -> bool:
        """Whether the reader records how the money is used."""
        offices = (self.loan.bank_id, self.loan.guarantor_id)
        is_office = self.reader.department_id in offices and self.reader.may(Permission.CREDIT_WORK)
        return is_office and self.loan.signed_on is not None

    @property
    def may_withdraw(self) -> bool:
        """Whether the reader may take the application back."""
        return may_withdraw(self.session, self.case, self.loan, self.reader)

    @property
    def total_rate(self) -> Decimal | None:
        """Loan rate and fee together, %/yr."""
        if self.loan.rate is None or self.loan.fee_rate is None:
            return None
        return self.loan.rate + self.loan.fee_rate

    @property
    def is_above_target(self) -> bool:
        """D-24: the total is above “6%左右”, which is information only."""
        if self.total_rate is None or self.loan.signed_on is None:
            return False
        try:
            target = credit_rules_on(self.session, self.loan.signed_on).total_rate_target
        except Refusal:
            return False
        return self.total_rate > target

    def words(self, name: str) -> str:
        """A choice of the loan in words."""
        known: dict[str, Any] = {
            "purpose": CreditPurpose, "rate_mode": RateMode, "due_date_roll": DueDateRoll,
        }  # fmt: skip
        return str(known[name].title_of(getattr(self.loan, name)))

    def method(self, draw: Draw) -> str:
        """还款方式 of a draw."""
        return CreditMethod.title_of(draw.method)

    def result(self, check: UseCheck) -> str:
        """Outcome of a use-of-funds check."""
        return UseResult.title_of(check.result)

    def workbook(self) -> bytes:
        """The ledger and the schedule as an Excel file."""
        head = (
            "类别",
            "日期",
            "借据号",
            "期次",
            "本金（元）",
            "利息（元）",
            "贷款余额（元）",
            "可用额度（元）",
            "流水号",
            "备注",
        )
        return write_sheet("台账和还款计划", head, (12, 12, 18, 8, 16, 14, 16, 16, 20, 30), self._rows())

    def _rows(self) -> Iterator[Sequence[Any]]:
        receipts = {draw.id: draw.receipt_number for draw in self.draws}
        for entry in self.entries:
            receipt = receipts.get(entry.draw_id or 0, "")
            yield (
                entry.kind_label, entry.value_on, receipt, None, entry.principal, entry.interest,
                entry.balance, entry.available, entry.reference, entry.note,
            )  # fmt: skip
        for due in self.dues:
            line = due.line
            yield (
                "还款计划", line.due_on, due.draw.receipt_number, line.number, line.principal, line.interest,
                None, None, None, due.light[1],
            )  # fmt: skip


def _light(line: Line, loan: CreditLoan) -> tuple[str, str]:
    if not line.open:
        return "done", "已还清"
    return due_light(line.due_on, today()) if loan.is_open else ("none", "已办结")


def is_lender(user: User) -> bool:
    """Whether the person works for a bank of 信保贷."""
    return user.department is not None and user.department.kind == DepartmentKind.BANK
