"""Room workflow: published drawings, running instances, the worklist (待办) and due instants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    literal,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.calendar import end_of, today
from models.case import CaseFile
from models.database import Base, BigId
from models.deadline import NO_DEADLINE, Deadline
from models.people import Department, User

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
ARMED, FIRED, STALLED = "armed", "fired", "stalled"
# What a timer belongs to: an event of the drawing, or a clock of the house itself (processes/case_clock.py).
DRAWN = "drawn"
# A message of another case that has arrived (processes/message.py).
MESSAGE = "message"
_HELD = "status = 'open' AND assignee_id IS NOT NULL AND board = ''"
_FREE = "status = 'open' AND assignee_id IS NULL AND board = ''"


def partial(name: str, condition: str, *columns: str) -> Index:
    """An index over the rows that a list shows, and no others; the same on both databases."""
    return Index(name, *columns, postgresql_where=text(condition), sqlite_where=text(condition))


class ProcessDefinition(Base):
    """One published version of a drawing with its decision tables; never changed afterwards."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    bpmn: Mapped[str] = mapped_column(Text)
    decisions: Mapped[dict[str, Any]]
    spec_json: Mapped[str] = mapped_column(Text)
    # Decision id → rows of inputs and what is expected of them; run before every publication.
    tests: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # The second person, where one had to agree.
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    # It came with the program; an owner's version lies above it until the owner takes it over.
    is_shipped: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime]
    # From this instant new cases start on it.
    effective_at: Mapped[datetime]
    # Taken back before it was in force; no case has ever started on it.
    withdrawn_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ProcessInstance(Base):
    """The token of one case: the engine's state as bytes (never JSONB: key order carries data)."""

    __tablename__ = "process_instance"
    __table_args__ = (
        # Tokens that stand still: few among all.
        Index(
            "ix_process_instance_fault",
            "case_id",
            postgresql_where=text("fault <> ''"),
            sqlite_where=text("fault <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    engine_version: Mapped[str] = mapped_column(String(20))
    state: Mapped[bytes] = mapped_column(LargeBinary)
    is_finished: Mapped[bool] = mapped_column(default=False)
    passed: Mapped[dict[str, Any]]
    # How often it was sent back, recalled or moved by hand; 0 for nearly every case.
    moves: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}


class UserTask(Base):
    """One row a step that waits for a person; a projection of the engine's READY tasks."""

    __tablename__ = "user_task"
    __table_args__ = (
        partial("ix_user_task_mine", _HELD, "assignee_id", "due_at", "id"),
        partial("ix_user_task_pool", _FREE, "department_id", "due_at", "id"),
        partial("ix_user_task_team", _HELD, "department_id", "due_at", "id"),
        # The same lists in the order of arrival.
        partial("ix_user_task_mine_arrived", _HELD, "assignee_id", "created_at", "id"),
        partial("ix_user_task_pool_arrived", _FREE, "department_id", "created_at", "id"),
        partial("ix_user_task_team_arrived", _HELD, "department_id", "created_at", "id"),
        # What a person has delegated, and what another has taken in his place (代办): few rows among all.
        partial("ix_user_task_owned", "status = 'open' AND owner_id IS NOT NULL", "owner_id", "due_at", "id"),
        partial("ix_user_task_behalf", "status = 'open' AND on_behalf_of_id IS NOT NULL", "on_behalf_of_id"),
        # Every open step of every office, in due order: the stalled board.
        partial("ix_user_task_open", "status = 'open'", "due_at", "id"),
        partial("ix_user_task_open_arrived", "status = 'open'", "created_at", "id"),
        # The same of one office, for its head (models/board.py: reach); “id > 0” keeps it from serving the lists of the
        # inbox, whose own indexes hold only what they show.
        partial("ix_user_task_office", "status = 'open' AND id > 0", "department_id", "due_at", "id"),
        Index("ix_user_task_done", "done_by_id", "done_at", "id"),
        Index("ix_user_task_case", "case_id", "status"),
        UniqueConstraint("engine_task_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    engine_task_id: Mapped[str] = mapped_column(String(36))
    element_id: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(100))
    form_key: Mapped[str] = mapped_column(String(60))
    # The board on which many such tasks are answered at once; empty: listed one by one in the inbox.
    board: Mapped[str] = mapped_column(String(20), default="")
    # 0: ordinary; 1: urgent (急件), as the drawing says.
    priority: Mapped[int] = mapped_column(default=0)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    permission: Mapped[str] = mapped_column(String(40))
    # The drawing gives the step to the applicant; an office may do it on his behalf.
    is_applicants: Mapped[bool] = mapped_column(default=False, server_default=false())
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # 委派: who answers for the step and submits it, while `assignee_id` works on it for him; else empty.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # 挂起: out of the active list before this day; its clocks run on.
    set_aside_until: Mapped[date | None]
    # 加签: how many opinions are outstanding (models/task_review.py), and whether the submission waits for them.
    open_reviews: Mapped[int] = mapped_column(default=0, server_default="0")
    is_sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[str] = mapped_column(String(10), default=OPEN)
    deadline_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id"))
    due_at: Mapped[datetime] = mapped_column(default=NO_DEADLINE)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # 代办: in whose place `done_by_id` has done it (models/substitute.py); else empty.
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # When somebody who may work on it first looked at it; what came before can no longer be recalled (撤回).
    opened_at: Mapped[datetime | None]
    # It was done, and the case has been sent back before it (退回): history, no longer a ground for anything.
    superseded_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()
    case: Mapped[CaseFile] = relationship(lazy="raise")
    deadline: Mapped[Deadline | None] = relationship(lazy="raise")
    department: Mapped[Department] = relationship(lazy="raise")
    assignee: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[assignee_id])
    owner: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def holder_id(self) -> int | None:
        """Who answers for the step and may submit it: its owner while it is delegated, else who has it."""
        return self.owner_id or self.assignee_id

    @property
    def is_delegated(self) -> bool:
        """Whether somebody works on it for its owner."""
        return self.owner_id is not None

    @property
    def is_set_aside(self) -> bool:
        """Whether it is out of the active list; on the last day of its term it is back by itself."""
        until = self.set_aside_until
        return until is not None and until > today() and self.due_at > end_of(today())


class Timer(Base):
    """One row an armed timer; the worker asks this table, never the instances."""

    __tablename__ = "timer"
    __table_args__ = (
        Index(
            "ix_timer_due",
            "due_at",
            "id",
            postgresql_where=text("status = 'armed' AND NOT is_held"),
            sqlite_where=text("status = 'armed' AND is_held = 0"),
        ),
        Index(
            "ix_timer_stalled",
            "due_at",
            "id",
            postgresql_where=text("status = 'stalled'"),
            sqlite_where=text("status = 'stalled'"),
        ),
        Index("ix_timer_case", "case_id", "status"),
        UniqueConstraint("engine_task_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(20), default=DRAWN)
    # Empty for the clocks of the house itself.
    engine_task_id: Mapped[str | None] = mapped_column(String(36))
    element_id: Mapped[str] = mapped_column(String(80), default="")
    deadline_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id"), index=True)
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default=ARMED)
    # An interrupting timer on a provisional date waits for the official calendar (D-04).
    is_held: Mapped[bool] = mapped_column(default=False)
    # The worker that has it in hand and until when, in real time; past that instant any worker may take it.
    leased_by: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")
    deadline: Mapped[Deadline | None] = relationship(lazy="raise")


class TaskDraft(Base):
    """What a person has typed into a task and not yet submitted; private to him."""

    __tablename__ = "task_draft"
    __table_args__ = (UniqueConstraint("task_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
    # How often it was saved, and the tab of the browser that did it last: an older tab does not overwrite it.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    tab: Mapped[str] = mapped_column(String(36), default="", server_default="")


# Written into the statement, not bound: a prepared plan for any status cannot use the partial indexes.
IS_OPEN = UserTask.status == literal(OPEN, literal_execute=True)
# In the inbox; what is answered on a board is not listed one by one.
IS_LISTED = and_(IS_OPEN, UserTask.board == literal("", literal_execute=True))
IS_ARMED = Timer.status == literal(ARMED, literal_execute=True)


def is_active() -> ColumnElement[bool]:
    """Criterion: not set aside today (挂起); on the last day of its term a task is back by itself."""
    until = UserTask.set_aside_until
    return or_(until.is_(None), until <= today(), UserTask.due_at <= end_of(today()))


def is_set_aside() -> ColumnElement[bool]:
    """Criterion: set aside today (挂起)."""
    return and_(UserTask.set_aside_until > today(), UserTask.due_at > end_of(today()))


def open_tasks_of(case: CaseFile) -> Any:
    """Criterion: the open tasks of a case."""
    return and_(UserTask.case_id == case.id, UserTask.status == OPEN)
