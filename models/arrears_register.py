"""Room arrears, register: the files of loans past due as a list, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from models.arrears import ArrearsFile, Stage, statuses_of
from models.case import CaseFile, visible_to
from models.compensation import Compensation, Recovery
from models.credit import CreditListing
from models.credit_loan import CreditLoan
from models.keyset import containing
from models.people import Department, User
from models.refusal import Refusal
from models.subject import Subject
from models.vocabulary import Labelled
from models.workflow import IS_OPEN, UserTask

PAGE = 50
EXPORTED = 5000
_Loan, _Bank, _Guarantor = aliased(CaseFile), aliased(Department), aliased(Department)


class Running(Labelled):
    """Which files are listed."""

    RUNNING = "running", "处置中"
    ENDED = "ended", "已终结"
    ALL = "all", "全部"


@dataclass(frozen=True)
class Wanted:
    """What a person may narrow the register by; empty means everything."""

    text: str = ""
    stage: str = ""
    running: str = Running.RUNNING
    after: str = ""


@dataclass(frozen=True)
class Row:
    """One file with what stands beside it in the tables; the sums come from the ledger."""

    file: ArrearsFile
    case: CaseFile
    subject: Subject
    loan: CreditLoan
    loan_number: str
    bank: str
    guarantor: str
    compensation: Compensation | None
    cancelled_on: date | None
    tasks: list[UserTask] = field(default_factory=list)


@dataclass(frozen=True)
class Rows:
    """One page, and the cursor that continues after it."""

    items: list[Row]
    after: str = ""


def find(session: Session, user: User, wanted: Wanted, limit: int = PAGE) -> Rows:
    """One page of what `user` may see, the longest past due first, in two queries. Raises Refusal for a broken cursor."""
    key = tuple_(ArrearsFile.counted_from, ArrearsFile.id)
    query = _lines().where(visible_to(user), *_narrowed(wanted))
    if wanted.after:
        query = query.where(key > _cursor(wanted.after))
    found = session.execute(query.order_by(ArrearsFile.counted_from, ArrearsFile.id).limit(limit + 1)).all()
    items = _rows(session, found[:limit])
    last = items[-1].file if len(found) > limit else None
    return Rows(items, f"{last.counted_from.isoformat()}-{last.id}" if last else "")


def one(session: Session, case: CaseFile) -> Row:
    """The line of one case, which the caller may see."""
    return _rows(session, session.execute(_lines().where(CaseFile.id == case.id)).all())[0]


def _lines() -> Any:
    return (
        select(
            ArrearsFile,
            CaseFile,
            Subject,
            CreditLoan,
            _Loan.number.label("loan_number"),
            _Bank.name.label("bank"),
            _Guarantor.name.label("guarantor"),
            Compensation,
            CreditListing.cancelled_on,
        )
        .join(CaseFile, CaseFile.id == ArrearsFile.case_id)
        .join(_Loan, _Loan.id == ArrearsFile.loan_case_id)
        .join(CreditLoan, CreditLoan.case_id == _Loan.id)
        .join(Subject, Subject.id == CreditLoan.subject_id)
        .join(_Bank, _Bank.id == CreditLoan.bank_id)
        .join(_Guarantor, _Guarantor.id == CreditLoan.guarantor_id)
        .outerjoin(CreditListing, CreditListing.subject_id == Subject.id)
        .outerjoin(Compensation, Compensation.file_id == ArrearsFile.id)
    )


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.running in (Running.RUNNING, Running.ENDED):
        is_running = wanted.running == Running.RUNNING
        found.append(ArrearsFile.ended_on.is_(None) if is_running else ArrearsFile.ended_on.is_not(None))
    if wanted.stage in Stage.__members__.values():
        found.append(CaseFile.status.in_(statuses_of(Stage(wanted.stage))))
    if text := wanted.text.strip():
        pattern = containing(text)
        columns = (Subject.name, Subject.uscc, CaseFile.number, _Loan.number, CreditLoan.contract_number)
        found.append(or_(*(func.lower(column).like(pattern.lower(), escape="\\") for column in columns)))
    return found


def _cursor(text: str) -> tuple[date, int]:
    day, _, number = text.rpartition("-")
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise ValueError(number)
        return date.fromisoformat(day), int(number)
    except ValueError as error:
        raise Refusal("翻页位置无效，请从第一页重新查询。", "after") from error


def _rows(session: Session, found: Sequence[Any]) -> list[Row]:
    tasks = _tasks(session, [line.CaseFile.id for line in found])
    return [Row(*(*line, tasks.get(line.CaseFile.id, []))) for line in found]


def _tasks(session: Session, case_ids: Collection[int]) -> dict[int, list[UserTask]]:
    """Whose turn it is: the open steps with their clocks and offices."""
    query = select(UserTask).where(UserTask.case_id.in_(case_ids), IS_OPEN).order_by(UserTask.id)
    loaded = query.options(joinedload(UserTask.deadline), joinedload(UserTask.department))
    open_tasks: dict[int, list[UserTask]] = {}
    for task in session.scalars(loaded) if case_ids else ():
        open_tasks.setdefault(task.case_id, []).append(task)
    return open_tasks


def balances_of(session: Session, rows: Collection[Row]) -> dict[int, Any]:
    """Compensation id → what has not come back of it, 元, for those with a recovery."""
    ids = [row.compensation.id for row in rows if row.compensation is not None]
    if not ids:
        return {}
    last = select(func.max(Recovery.id)).where(Recovery.compensation_id.in_(ids))
    query = select(Recovery.compensation_id, Recovery.balance)
    lines = query.where(Recovery.id.in_(last.group_by(Recovery.compensation_id)))
    return {row.compensation_id: row.balance for row in session.execute(lines)}
