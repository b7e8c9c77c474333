"""Room arrears, register: each file with its days, sums, stage and whose turn it is, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from models.arrears import ArrearsCause, Stage, stage_of
from models.arrears_register import EXPORTED, Row, Rows, Running, Wanted, balances_of, find, one
from models.calendar import today
from models.case import CaseFile
from models.credit_ledger import NOTHING, Arrears, Payoff, arrears, payoff_of
from models.deadline import Deadline
from models.people import Permission, User
from processes.credit_ledger import books_by_loan

__all__ = ["Line", "Page", "Running", "Wanted", "every", "line_of", "page"]


@dataclass(frozen=True)
class Line:
    """One file as it stands today. Amounts in 元, days past due in calendar days (D-32)."""

    row: Row
    stage: Stage
    days: int
    overdue: Arrears
    owed: Payoff
    left: Decimal
    demand_on: date

    @property
    def number(self) -> str:
        """Of the arrears case."""
        return self.row.case.number

    @property
    def turn(self) -> list[str]:
        """Whose turn it is: the office and its step; empty while only days pass, or at the end."""
        return [f"{task.department.name}：{task.name}" for task in self.row.tasks]

    @property
    def clocks(self) -> list[Deadline]:
        """The running clocks of the open steps, the nearest first."""
        found = [task.deadline for task in self.row.tasks if task.deadline is not None]
        return sorted(found, key=lambda clock: (clock.due_on, clock.id))

    @property
    def overdue_total(self) -> Decimal:
        """Past due today, principal and interest, 元."""
        return self.overdue.overdue_principal + self.overdue.overdue_interest

    @property
    def cause(self) -> str:
        """Why it was not paid, as far as the bank has reported it."""
        return ArrearsCause.title_of(self.row.file.cause) if self.row.file.cause else ""

    @property
    def is_risk_shared(self) -> bool | None:
        """Whether the 代偿 goes into 政策性融资担保和风险补偿; None before the consent."""
        return self.row.file.is_risk_shared


@dataclass(frozen=True)
class Page:
    """Some lines, and the cursor that continues after them."""

    lines: list[Line]
    after: str = ""


def page(session: Session, wanted: Wanted, actor: User) -> Page:
    """One page of the register for those who may read 信保贷. Raises Forbidden, Refusal for a broken cursor."""
    actor.require(Permission.CREDIT_READ)
    rows: Rows = find(session, actor, wanted)
    return Page(_lines(session, rows.items), rows.after)


def every(session: Session, wanted: Wanted, actor: User) -> list[Line]:
    """All lines for a workbook, up to EXPORTED."""
    actor.require(Permission.CREDIT_READ)
    return _lines(session, find(session, actor, wanted, EXPORTED).items)


def line_of(session: Session, case: CaseFile) -> Line:
    """The line of one case, which the caller may see."""
    return _lines(session, [one(session, case)])[0]


def _lines(session: Session, rows: Sequence[Row]) -> list[Line]:
    books = books_by_loan(session, [row.loan.id for row in rows]) if rows else {}
    left, on = balances_of(session, rows), today()
    lines = []
    for row in rows:
        kept, file, paid = books.get(row.loan.id, []), row.file, row.compensation
        lines.append(
            Line(
                row=row,
                stage=stage_of(row.case.status),
                days=file.days_past_due(on),
                overdue=arrears(kept, on) if file.settled_on is None else Arrears(None, 0, NOTHING, NOTHING),
                owed=payoff_of(kept, on) if file.settled_on is None else Payoff(NOTHING, NOTHING),
                left=left.get(paid.id, paid.amount) if paid else NOTHING,
                demand_on=file.demand_on,
            )
        )
    return lines
