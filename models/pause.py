"""Room deadline: the ledger of pauses (暂停计时): why a clock stood still, by whom, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, literal, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile
from models.database import Base
from models.people import Permission, Role, User
from models.term import Span
from models.workflow import IS_OPEN, UserTask

LISTED = 100


class PauseKind(StrEnum):
    """The closed list of reasons for which a statutory clock stands still, each with its basis."""

    label: str
    basis: str
    needs_approval: bool
    days: int

    def __new__(
        cls, value: str, label: str = "", basis: str = "", needs_approval: bool = False, days: int = 20
    ) -> PauseKind:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.basis = basis
        member.needs_approval = needs_approval
        member.days = days
        return member

    SUPPLEMENT = (
        "supplement",
        "受理后补正材料",
        "内人社发〔2021〕22号第二条（一次性告知需补充完善的手续和资料）",
        False,
        20,
    )
    INSPECTION = "inspection", "现场核查", "比照《行政许可法》第四十五条（检验、检测、检疫）", True, 10
    EXPERT_REVIEW = "expert_review", "专家评审", "比照《行政许可法》第四十五条（鉴定和专家评审）", True, 15


_ASKED = text("decision = '' AND paused_on IS NULL")


class Pause(Base):
    """One pause of one clock. Days after `paused_on` up to and including `resumed_on` do not count."""

    __tablename__ = "deadline_pause"
    __table_args__ = (
        Index("ix_deadline_pause_case", "case_id", "id"),
        # What may wait for approval: few rows among all.
        Index("ix_deadline_pause_asked", "case_id", postgresql_where=_ASKED, sqlite_where=_ASKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    basis: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    items: Mapped[list[Any]]
    limit_days: Mapped[int]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(10), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_text: Mapped[str] = mapped_column(Text, default="")
    paused_on: Mapped[date | None]
    limit_deadline_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    resumed_on: Mapped[date | None]
    resumed_at: Mapped[datetime | None]
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    result: Mapped[str] = mapped_column(Text, default="")

    @property
    def title(self) -> str:
        """The Chinese title of its kind."""
        return PauseKind(self.kind).label

    @property
    def is_asked(self) -> bool:
        """Waits for the approval of the head of the department."""
        return not self.decision and self.paused_on is None

    @property
    def is_open(self) -> bool:
        """The clock stands still because of it."""
        return self.paused_on is not None and self.resumed_on is None

    @property
    def span(self) -> Span | None:
        """The days it takes out of the count; None when it never took effect."""
        return Span(self.paused_on, self.resumed_on, self.title) if self.paused_on else None


class DeadlineChange(Base):
    """One recomputation of one clock: what changed, old and new end. Written once, never changed.

    A new calendar writes 100,000 of them at once, and on PostgreSQL every foreign key costs as much as the row:
    the one to the clock, which knows its case, is enough.
    """

    __tablename__ = "deadline_change"
    __table_args__ = (Index("ix_deadline_change_deadline", "deadline_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(20))
    old_due_on: Mapped[date]
    # Empty while the clock stands still.
    new_due_on: Mapped[date | None]
    provisional: Mapped[bool]
    calendar_version: Mapped[int]
    notice_id: Mapped[int | None] = mapped_column(index=True)
    actor_id: Mapped[int | None]


CHANGES = {
    "extension": "延期",
    "pause": "暂停计时",
    "resume": "恢复计时",
    "calendar": "工作日日历调整",
    "undo": "撤销日历调整",
    "migration": "案卷迁移",
    "reopened": "退回后继续计算",
    "correction": "更正起算日期",
}


def pauses_of(session: Session, case: CaseFile) -> list[Pause]:
    """Every pause of a case, also asked and refused ones, oldest first."""
    return list(session.scalars(select(Pause).where(Pause.case_id == case.id).order_by(Pause.id)))


def changes_of(session: Session, deadline_id: int) -> list[DeadlineChange]:
    """The recomputations of a clock, oldest first."""
    query = select(DeadlineChange).where(DeadlineChange.deadline_id == deadline_id)
    return list(session.scalars(query.order_by(DeadlineChange.id)))


@dataclass(frozen=True)
class Request:
    """A request to stand still that waits for the head of a department, and the step it is about."""

    pause_id: int
    number: str
    step: str


def requests_for(session: Session, head: User) -> list[Request]:
    """What waits for the approval of this head, oldest first, at most LISTED; his own requests are not his.

    One query; none for whoever approves nothing.
    """
    if head.department_id is None or not head.may(Permission.EXTENSION_APPROVE):
        return []
    permissions = sorted(permission.value for permission in Role(head.role).permissions)
    query = (
        select(Pause.id, CaseFile.number, UserTask.name)
        .join(UserTask, (UserTask.case_id == Pause.case_id) & (UserTask.deadline_id == Pause.deadline_id))
        .join(CaseFile, CaseFile.id == Pause.case_id)
        .where(Pause.decision == literal("", literal_execute=True), Pause.paused_on.is_(None))
        .where(Pause.requested_by_id != head.id, IS_OPEN, UserTask.department_id == head.department_id)
        .where(UserTask.permission.in_(permissions))
    )
    return [Request(*row) for row in session.execute(query.order_by(Pause.id).limit(LISTED))]
