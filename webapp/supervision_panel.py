"""Room supervision, panel: what pages show of orders: the list with its filters, one order, and those of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for

from forms.base import BaseForm, FormContext
from forms.supervision import AnswerForm, ClosingForm
from models.calendar import calendars, today
from models.case import CaseFile
from models.database import DbSession
from models.people import Permission, User
from models.supervision import (
    OrderLine,
    Orders,
    OrderState,
    Supervision,
    in_state,
    may_answer,
    may_close,
    order_seen,
    orders,
)

if TYPE_CHECKING:
    from webapp.case_page import CasePage

_BIGGEST = 2**31 - 1


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed by."""

    state: str = OrderState.OPEN.value
    case: str = ""
    after: int = 0


@dataclass(frozen=True)
class Shown:
    """One order with the forms of what the reader may do about it."""

    line: OrderLine
    answer: BaseForm | None = None
    closing: BaseForm | None = None

    @property
    def row(self) -> Supervision:
        """The order itself."""
        return self.line.row

    @property
    def is_day_off(self) -> bool:
        """Whether its last day is no working day of the county."""
        return bool(day_off(self.row))

    @property
    def round_url(self) -> str:
        """The page of its round; empty for any other order."""
        return url_for("supervision.show", number=self.line.number) if self.line.is_of_round else ""


def day_off(row: Supervision) -> str:
    """A remark on a last day on which nobody works; empty for a working day."""
    return "" if calendars().of().is_working_day(row.due_on) else f"办结期限 {row.due_on} 为非工作日。"


def asked(given: Mapping[str, str]) -> Asked:
    """What an address says; of what does not exist nothing."""
    state, case = given.get("state", OrderState.OPEN.value), given.get("case", "").strip()[:24]
    after = given.get("after", "")
    is_number = after.isascii() and after.isdigit() and len(after) < 11 and int(after) <= _BIGGEST
    known = state if state in {one.value for one in OrderState} else ""
    return Asked(known, case.replace("\0", ""), int(after) if is_number else 0)


def listed(session: DbSession, user: User, wanted: Asked) -> Orders:
    """A page of the orders that the person may read."""
    criteria: list[Any] = [in_state(OrderState(wanted.state))] if wanted.state else []
    if wanted.case:
        criteria.append(CaseFile.number == wanted.case)
    return orders(session, user, *criteria, after=wanted.after)


def one(session: DbSession, order_id: int, user: User, sent: BaseForm | None = None) -> Shown:
    """One order before one reader; `sent` is the form that came back with faults. Raises NotFound."""
    line = order_seen(session, order_id, user)
    row, context = line.row, FormContext(today=today())
    answer = closing = None
    if may_answer(row, user):
        is_sent = isinstance(sent, AnswerForm)
        answer = sent if is_sent else AnswerForm(None, data={"answer": row.answer}).bind(context)
    if may_close(row, user):
        closing = sent if isinstance(sent, ClosingForm) else ClosingForm(None).bind(context)
    return Shown(line, answer, closing)


@dataclass(frozen=True)
class CaseOrders:
    """What the page of a case shows of orders."""

    lines: list[OrderLine]
    may_order: bool

    def __bool__(self) -> bool:
        return bool(self.lines) or self.may_order


def of_page(page: CasePage) -> CaseOrders:
    """For the page of a case."""
    return of_case(page.session, page.case, page.reader)


def of_case(session: DbSession, case: CaseFile, reader: User) -> CaseOrders:
    """The orders of a case that the reader may read, and whether he may issue one; one statement."""
    may_order = reader.may(Permission.CASE_SUPERVISE) and not case.state.is_final
    if not reader.may(Permission.SUPERVISION_READ):
        return CaseOrders([], False)
    return CaseOrders(orders(session, reader, Supervision.case_id == case.id).lines, may_order)
