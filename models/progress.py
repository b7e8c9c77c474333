"""Room progress: where a case stands: its tasks, its clocks and its milestones (办理过程)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditEvent
from models.case import CaseFile
from models.deadline import Deadline
from models.workflow import OPEN, UserTask

MILESTONES = (
    "case.created", "case.submitted", "case.withdrawn", "task.claimed", "task.completed", "deadline.missed",
    "task.returned", "task.recalled", "token.moved", "fact.corrected",
    "deadline.extended", "deadline.pause_requested", "deadline.pause_refused", "deadline.paused", "deadline.resumed",
    "letter.issued", "supplement.repeated", "deadline.pause_lapsed",
    "listing.cancelled", "blacklist.added", "blacklist.objected", "receipt.noted", "receipt.urged",
    "task.reassigned", "task.delegated", "task.handed_back", "task.taken_back", "task.set_aside", "task.taken_up",
    "task.submitted", "task.submission_returned", "review.asked", "review.answered", "review.removed",
    "review.handed_over", "review.asked_again",
    "case.opened", "notice.announced", "notice.confirmed", "notice.entry_removed",
)  # fmt: skip


def open_tasks(session: Session, case: CaseFile) -> list[UserTask]:
    """The open tasks with department, person and clock, in due order."""
    query = (
        select(UserTask)
        .where(UserTask.case_id == case.id, UserTask.status == OPEN)
        .options(
            joinedload(UserTask.department), joinedload(UserTask.assignee), joinedload(UserTask.deadline)
        )
        .order_by(UserTask.due_at, UserTask.id)
    )
    return list(session.scalars(query))


def deadlines_of(session: Session, case: CaseFile) -> list[Deadline]:
    """Every clock that ever ran, in the order in which they started."""
    return list(
        session.scalars(
            select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.start_on, Deadline.id)
        )
    )


def milestones(session: Session, case: CaseFile) -> list[AuditEvent]:
    """What happened, without the reads and edits of the full log; oldest first."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.chain == case.id, AuditEvent.action.in_(MILESTONES))
        .order_by(AuditEvent.seq)
    )
    return list(session.scalars(query))
