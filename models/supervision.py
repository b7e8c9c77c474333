"""Room supervision: orders (督办) with one numbering: of a case, of one of its steps, or of a department in a round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, and_, false, or_, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.calendar import today
from models.case import CaseFile, visible_to
from models.database import Base
from models.people import Department, Permission, User
from models.refusal import NotFound
from models.vocabulary import Labelled
from models.workflow import UserTask

PAGE = 50
_WAITS = text("remind_on IS NOT NULL")
_Issuer = aliased(User)


class Supervision(Base):
    """督办 of one department: numbered, with what is asked, until when, what it answered and how it ended.

    `task_id` names the step it is about, `round_id` the round of screening; both empty: the case as a whole.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        # Whom the reminders ask: few rows among all.
        Index("ix_supervision_remind", "remind_on", "id", postgresql_where=_WAITS, sqlite_where=_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("screening_round.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    # The office that issued it, and that alone may end it; empty: its issuer belonged to none.
    office_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    text: Mapped[str] = mapped_column(Text)
    # Of a round: answers that were missing on the day of issue.
    missing: Mapped[int]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    # The next day to remind on; empty once it is answered or closed.
    remind_on: Mapped[date | None]
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    escalated_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closing: Mapped[str] = mapped_column(Text, default="")
    closed_on: Mapped[date | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def is_late(self) -> bool:
        """Its term has passed, and it has been neither answered nor closed."""
        return self.closed_on is None and self.answered_on is None and self.due_on < today()

    @property
    def light(self) -> str:
        """The light of today."""
        if self.closed_on:
            return "done"
        if self.due_on < today():
            return "over"
        return "ok" if self.answered_on else "soon"

    @property
    def words(self) -> str:
        """已办结, 已答复, 待答复; with 逾期 once the term has passed."""
        if self.closed_on:
            return "已办结"
        late = "，已逾期" if self.due_on < today() else ""
        return f"{'已答复，待办结' if self.answered_on else '待答复'}{late}"


class OrderState(Labelled):
    """How far an order is, for lists."""

    OPEN = "open", "未办结"
    WAITING = "waiting", "待答复"
    LATE = "late", "逾期未答复"
    ANSWERED = "answered", "已答复待办结"
    CLOSED = "closed", "已办结"


@dataclass(frozen=True)
class OrderLine:
    """One order with the names that a list shows."""

    row: Supervision
    department: str
    issuer: str
    number: str
    applicant_name: str
    step: str
    # The number of the case is that of a round, whose own page shows the order with its numbers.
    is_of_round: bool


@dataclass(frozen=True)
class Orders:
    """One page of orders, newest first, and the id that continues after it (0: there is no more)."""

    lines: list[OrderLine]
    after: int = 0


def sight(user: User) -> ColumnElement[bool]:
    """The orders that a person may read: to his office, of his office, and of cases that he oversees."""
    if not user.may(Permission.SUPERVISION_READ) or user.department_id is None:
        return visible_to(user) if user.may(Permission.CASE_OVERSEE) else false()
    own = or_(Supervision.department_id == user.department_id, Supervision.office_id == user.department_id)
    return or_(own, visible_to(user)) if user.may(Permission.CASE_OVERSEE) else own


def in_state(state: OrderState) -> ColumnElement[bool]:
    """Criterion: the orders of that state."""
    row = Supervision
    waits = and_(row.closed_on.is_(None), row.answered_on.is_(None))
    return {
        OrderState.OPEN: row.closed_on.is_(None),
        OrderState.WAITING: waits,
        OrderState.LATE: and_(waits, row.due_on < today()),
        OrderState.ANSWERED: and_(row.closed_on.is_(None), row.answered_on.is_not(None)),
        OrderState.CLOSED: row.closed_on.is_not(None),
    }[state]


def to_answer(user: User) -> ColumnElement[bool]:
    """Criterion: the orders that wait for an answer of the person's office, if he answers for it (督办待答复)."""
    answers = user.may(Permission.TASK_WORK) and user.may(Permission.SUPERVISION_READ)
    if not answers or user.department_id is None:
        return false()
    return and_(Supervision.department_id == user.department_id, in_state(OrderState.WAITING))


def orders(
    session: Session, user: User, *criteria: ColumnElement[bool], after: int = 0, limit: int = PAGE
) -> Orders:
    """A page of the orders that the person may read and that meet the criteria; one statement."""
    query = (
        select(
            Supervision,
            Department.name,
            _Issuer.name,
            CaseFile.number,
            CaseFile.applicant_name,
            UserTask.name,
        )
        .join(Department, Department.id == Supervision.department_id)
        .join(_Issuer, _Issuer.id == Supervision.issued_by_id)
        .join(CaseFile, CaseFile.id == Supervision.case_id)
        .outerjoin(UserTask, UserTask.id == Supervision.task_id)
        .where(sight(user), *criteria)
    )
    if after:
        query = query.where(Supervision.id < after)
    rows = session.execute(query.order_by(Supervision.id.desc()).limit(limit + 1)).all()
    lines = [
        OrderLine(row, office, issuer, number, name, step or "", row.round_id is not None)
        for row, office, issuer, number, name, step in rows[:limit]
    ]
    return Orders(lines, lines[-1].row.id if len(rows) > limit else 0)


def order_seen(session: Session, order_id: int, user: User) -> OrderLine:
    """The order if the person may read it. Raises NotFound, also when it exists for others."""
    found = orders(session, user, Supervision.id == order_id).lines
    if not found:
        raise NotFound("未找到该督办，或您无权查看。")
    return found[0]


def may_answer(row: Supervision, user: User) -> bool:
    """Whether the person answers for the office to which the order went."""
    works = user.may(Permission.TASK_WORK) and user.may(Permission.SUPERVISION_READ)
    return works and row.department_id == user.department_id and row.closed_on is None


def may_close(row: Supervision, user: User) -> bool:
    """Whether the person may end an order of his own office; one of a round is ended on the round's page."""
    mine = row.office_id == user.department_id if row.office_id else row.issued_by_id == user.id
    return user.may(Permission.CASE_SUPERVISE) and row.round_id is None and mine and row.closed_on is None
