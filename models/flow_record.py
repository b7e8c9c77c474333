"""Room flow record: what happened to cases, steps and clocks, counted as on its day; figures come from nothing else.

Rows are only added. A calendar, a migration or a step sent back later never changes what was written: it adds rows
of its own, dated on their own day, so that the report of a month that is over stays what it was.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, Index, String, event, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from models.calendar import now, today
from models.database import Base, BigId, Money
from models.deadline import Deadline
from models.vocabulary import Labelled
from models.workflow import UserTask


class FlowKind(Labelled):
    """What a row records."""

    CASE_OPENED = "case.opened", "收件"
    CASE_CLOSED = "case.closed", "办结"
    TASK_OPENED = "task.opened", "环节到达"
    TASK_DONE = "task.done", "环节办结"
    TASK_CANCELLED = "task.cancelled", "环节终止"
    # What was done is history since then: the case was sent back before it, or its person recalled it.
    TASK_RETURNED = "task.returned", "环节退回重办"
    # With it goes its arrival: the step arrives again.
    TASK_UNOPENED = "task.unopened", "环节到达撤销"
    CLOCK_MET = "clock.met", "按时办结"
    # Ended after its last day; the miss itself was recorded on the day it was found.
    CLOCK_LATE = "clock.late", "超期办结"
    CLOCK_MISSED = "clock.missed", "超期"
    # A new calendar has moved the end of a missed clock into the future.
    CLOCK_LIFTED = "clock.lifted", "超期撤销"
    # The case was sent back before its end, and it counts on.
    CLOCK_REOPENED = "clock.reopened", "时限恢复计算"


# As `outcome` of a step or a term: it waited for the applicant, not for an office.
APPLICANTS = "applicant"
# Rows that take back another one, named by their `counted_on`, from their own day on.
TAKES_BACK = {
    FlowKind.TASK_RETURNED: (FlowKind.TASK_DONE,),
    FlowKind.TASK_UNOPENED: (FlowKind.TASK_OPENED,),
    FlowKind.CLOCK_LIFTED: (FlowKind.CLOCK_MISSED,),
    FlowKind.CLOCK_REOPENED: (FlowKind.CLOCK_MET, FlowKind.CLOCK_LATE),
}
_BACK = text("kind IN ('task.returned', 'task.unopened', 'clock.lifted', 'clock.reopened')")
_CLOSED = text("kind = 'case.closed'")


class FlowRecord(Base):
    """One thing that happened, with everything by which it is ever counted.

    No foreign keys: a figure outlives what it counts, and each key costs every knock as much as the row.
    """

    __tablename__ = "flow_record"
    __table_args__ = (
        Index("ix_flow_record_day", "kind", "on_day", "department_id"),
        Index("ix_flow_record_case", "case_id"),
        Index("ix_flow_record_back", "on_day", postgresql_where=_BACK, sqlite_where=_BACK),
        Index("ix_flow_record_closed", "on_day", "scheme", postgresql_where=_CLOSED, sqlite_where=_CLOSED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    on_day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[int]
    scheme: Mapped[str] = mapped_column(String(30))
    process_key: Mapped[str] = mapped_column(String(60))
    definition_id: Mapped[int | None]
    # The step as it was drawn then, and its name then; empty for cases and their promise.
    element_id: Mapped[str] = mapped_column(String(80), default="")
    step: Mapped[str] = mapped_column(String(100), default="")
    deadline_key: Mapped[str] = mapped_column(String(40), default="")
    task_id: Mapped[int | None] = mapped_column(BigId)
    deadline_id: Mapped[int | None]
    department_id: Mapped[int | None]
    region_id: Mapped[int | None]
    person_id: Mapped[int | None]
    # Of a case: the status it ended in; of a step or a term: whether it was the applicant's.
    outcome: Mapped[str] = mapped_column(String(20), default="")
    # As counted on that day: a step in working days net of pauses, a clock in its own unit.
    allowed_days: Mapped[int | None]
    used_days: Mapped[int | None]
    is_late: Mapped[bool] = mapped_column(default=False)
    # Of a row that takes back another: the day on which that one was counted.
    counted_on: Mapped[date | None]
    # Written by the upgrade out of the rows of an older release, not by the knock itself.
    is_taken_over: Mapped[bool] = mapped_column(default=False)
    # A-20, frozen with the end of the case.
    applicant_type: Mapped[str] = mapped_column(String(20), default="")
    group_code: Mapped[str] = mapped_column(String(40), default="")
    bank_id: Mapped[int | None]
    term_months: Mapped[int | None]
    guarantee_type: Mapped[str] = mapped_column(String(20), default="")
    amount: Mapped[Decimal | None] = mapped_column(Money)
    # For the unit of work alone: task and clock get their numbers with the same knock.
    task: Mapped[UserTask | None] = relationship(
        primaryjoin=lambda: foreign(FlowRecord.task_id) == UserTask.id, lazy="raise"
    )
    deadline: Mapped[Deadline | None] = relationship(
        primaryjoin=lambda: foreign(FlowRecord.deadline_id) == Deadline.id, lazy="raise"
    )

    def __init__(self, kind: FlowKind, **values: object) -> None:
        """A row of this instant."""
        super().__init__(kind=kind.value, at=now(), on_day=today(), **values)


class FlowMonth(Base):
    """Rows of a month that is over, counted once: the same figures, read from a hundredth of the rows.

    Built by processes/flow_month.py and thrown away at will; the rows themselves are the truth.
    """

    __tablename__ = "flow_month"
    __table_args__ = (Index("ix_flow_month_month", "month", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Its first day.
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    scheme: Mapped[str] = mapped_column(String(30))
    process_key: Mapped[str] = mapped_column(String(60))
    definition_id: Mapped[int | None]
    element_id: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(100))
    deadline_key: Mapped[str] = mapped_column(String(40))
    department_id: Mapped[int | None]
    region_id: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(20))
    allowed_days: Mapped[int | None]
    used_days: Mapped[int | None]
    is_late: Mapped[bool]
    number: Mapped[int]


class FlowMonthClose(Base):
    """A month that FlowMonth holds whole."""

    __tablename__ = "flow_month_close"

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    rows: Mapped[int]


class WeeklyDigest(Base):
    """One weekly digest to one person: the key keeps a second one out, also from another process."""

    __tablename__ = "weekly_digest"

    user_id: Mapped[int] = mapped_column(primary_key=True)
    # The Monday of the week in which it was sent.
    week: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]


# As for the audit log: rows are added, never changed or deleted.
GUARD_SQLITE = tuple(
    f"CREATE TRIGGER flow_record_no_{verb.lower()} BEFORE {verb} ON flow_record "
    "BEGIN SELECT RAISE(ABORT, 'flow_record is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
GUARD_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION flow_record_guard() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'flow_record is append-only'; END $$",
    "CREATE TRIGGER flow_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON flow_record "
    "FOR EACH STATEMENT EXECUTE FUNCTION flow_record_guard()",
)


def _guard(_table: object, connection: Connection, **_options: object) -> None:
    statements = GUARD_POSTGRESQL if connection.dialect.name == "postgresql" else GUARD_SQLITE
    for statement in statements:
        connection.exec_driver_sql(statement)


event.listen(FlowRecord.__table__, "after_create", _guard)
