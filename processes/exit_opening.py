"""Room credit, exit: the case of an exit begins, whoever found the ground."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit_exit import ExitFile, ExitGround
from models.people import DepartmentKind, User
from models.scheme import Scheme
from models.subject import Subject
from processes.case_opening import begin, open_case
from processes.office import join


def open_exit(
    session: Session,
    subject: Subject,
    ground: ExitGround,
    facts: str,
    on: date,
    *,
    parent: CaseFile | None,
    actor: User | None,
    cancelled_on: date | None = None,
) -> CaseFile:
    """An exit case on its way. With `cancelled_on` nothing is left to check: only to announce and to secure."""
    bank_id, guarantor_id = _lenders(session, subject, parent, actor)
    case = open_case(
        session,
        Scheme.CREDIT_EXIT,
        subject.region_id,
        subject.name,
        actor=actor,
        subject=subject,
        parent=parent,
        bank_id=bank_id,
        guarantor_id=guarantor_id,
    )
    file = ExitFile(case_id=case.id, subject_id=subject.id, ground=ground, facts=facts, recorded_at=now())
    file.reported_on, file.cancelled_on, file.is_cancelled_before = on, cancelled_on, cancelled_on is not None
    if actor is not None:
        file.reported_by_id, file.reporter_id = actor.id, actor.department_id
    session.add(file)
    session.flush()
    begin(session, case, f"{subject.name}退出：{ground.label}", actor, ground=ground, facts=facts)
    if actor is not None and actor.department is not None:
        join(session, case, [actor.department])
    return case


def _lenders(
    session: Session, subject: Subject, parent: CaseFile | None, actor: User | None
) -> tuple[int | None, int | None]:
    """The bank and the guarantor of the loan that runs: of the parent case, else the newest loan's, else who reports."""
    loan = session.scalars(
        select(CaseFile)
        .where(
            CaseFile.subject_id == subject.id,
            CaseFile.scheme == Scheme.CREDIT_LOAN,
            CaseFile.status == CaseStatus.LOAN_ACTIVE,
        )
        .order_by(CaseFile.id.desc())
        .limit(1)
    ).first()
    source = parent if parent is not None and parent.bank_id else loan
    if source is not None:
        return source.bank_id, source.guarantor_id
    office = actor.department if actor else None
    kind = office.kind if office else ""
    by_bank, by_guarantor = kind == DepartmentKind.BANK, kind == DepartmentKind.GUARANTOR
    return (actor.department_id if by_bank and actor else None), (
        actor.department_id if by_guarantor and actor else None
    )
