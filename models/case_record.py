"""Room case, record: everything that has happened in one case, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditEvent
from models.case import CaseFile
from models.deadline import Deadline
from models.document import Document, documents_of
from models.letter import Letter, letters_of
from models.loan import Extension, Loan, extensions_of, loan_of
from models.people import User
from models.progress import deadlines_of
from models.review import Opinion, Supplement, supplements_of
from models.workflow import OPEN, ProcessInstance, UserTask


@dataclass(frozen=True)
class Track:
    """The version a case runs on, and how often its token has passed each element."""

    definition_id: int
    passed: Mapping[str, int]


@dataclass(frozen=True)
class CaseRecord:
    """The rows of one case, each list oldest first."""

    case: CaseFile
    track: Track | None
    tasks: list[UserTask]
    deadlines: list[Deadline]
    opinions: list[Opinion]
    letters: list[Letter]
    documents: list[Document]
    supplements: list[Supplement]
    loan: Loan | None
    extensions: list[Extension]
    events: list[AuditEvent]

    @property
    def open_tasks(self) -> list[UserTask]:
        """The steps that wait for a person."""
        return [task for task in self.tasks if task.status == OPEN]


def record_of(session: Session, case: CaseFile) -> CaseRecord:
    """Read the whole record; the caller has checked that the case may be seen."""
    return CaseRecord(
        case=case,
        track=track_of(session, case),
        tasks=tasks_of(session, case),
        deadlines=deadlines_of(session, case),
        opinions=_opinions(session, case),
        letters=letters_of(session, case),
        documents=documents_of(session, case),
        supplements=supplements_of(session, case),
        loan=loan_of(session, case),
        extensions=extensions_of(session, case),
        events=events_of(session, case),
    )


def track_of(session: Session, case: CaseFile) -> Track | None:
    """Where the token has been, without loading the engine's state; None before submission."""
    row = session.execute(
        select(ProcessInstance.definition_id, ProcessInstance.passed).where(
            ProcessInstance.case_id == case.id
        )
    ).first()
    return None if row is None else Track(row.definition_id, row.passed)


def tasks_of(session: Session, case: CaseFile) -> list[UserTask]:
    """All steps of a case, with department, person and clock."""
    query = (
        select(UserTask)
        .where(UserTask.case_id == case.id)
        .options(
            joinedload(UserTask.department),
            joinedload(UserTask.assignee),
            joinedload(UserTask.owner),
            joinedload(UserTask.deadline),
        )
        .order_by(UserTask.id)
    )
    return list(session.scalars(query))


def events_of(session: Session, case: CaseFile) -> list[AuditEvent]:
    """The chain of a case."""
    return list(
        session.scalars(select(AuditEvent).where(AuditEvent.chain == case.id).order_by(AuditEvent.seq))
    )


def doer_of(session: Session, task: UserTask) -> User | None:
    """Who has finished the task, or holds it."""
    who = task.done_by_id or task.assignee_id
    return session.get(User, who) if who else None


def _opinions(session: Session, case: CaseFile) -> list[Opinion]:
    query = (
        select(Opinion)
        .where(Opinion.case_id == case.id)
        .options(joinedload(Opinion.actor), joinedload(Opinion.department))
        .order_by(Opinion.id)
    )
    return list(session.scalars(query))
