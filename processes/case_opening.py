"""Room case, opening: a case that the house itself starts out of another one, or an office out of a register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile, next_number, next_numbers
from models.case_status import CaseStatus
from models.people import User
from models.scheme import Scheme
from models.subject import Subject
from processes.workflow import start, start_all


def open_case(
    session: Session,
    scheme: Scheme,
    region_id: int,
    title: str,
    *,
    actor: User | None = None,
    subject: Subject | None = None,
    parent: CaseFile | None = None,
    series: str = "",
    **columns: Any,
) -> CaseFile:
    """A new case of the house, submitted and on its way; `title` stands where an applicant's name would.

    Facts that its drawing asks for at once must be known to the tables before `begin` is called on it, so
    it is returned without a token. Call `begin` in the same transaction.
    """
    number = next_number(session, _series(series or scheme.series))
    case = _case(number, scheme, region_id, title, actor=actor, subject=subject, parent=parent, **columns)
    session.add(case)
    session.flush()
    return case


def open_cases(
    session: Session,
    scheme: Scheme,
    region_id: int,
    wanted: Sequence[tuple[Subject, CaseFile]],
) -> list[CaseFile]:
    """Many new cases of the house at once, each about a firm and out of a case of it. Call `begin_all`."""
    numbers = next_numbers(session, _series(scheme.series), len(wanted))
    cases = [
        _case(number, scheme, region_id, firm.name, subject=firm, parent=parent)
        for number, (firm, parent) in zip(numbers, wanted, strict=True)
    ]
    session.add_all(cases)
    session.flush()
    return cases


def _series(letters: str) -> str:
    return f"{letters}{today().year}"


def _case(
    number: str,
    scheme: Scheme,
    region_id: int,
    title: str,
    *,
    actor: User | None = None,
    subject: Subject | None = None,
    parent: CaseFile | None = None,
    **columns: Any,
) -> CaseFile:
    return CaseFile(
        number=number,
        scheme=scheme,
        applicant_type=subject.kind if subject else "",
        status=CaseStatus.SUBMITTED,
        applicant_name=title[:100],
        identity_hash="",
        region_id=region_id,
        subject_id=subject.id if subject else None,
        parent_id=parent.id if parent else None,
        created_by_id=actor.id if actor else None,
        opened_at=now(),
        submitted_at=now(),
        received_on=today(),
        application={},
        audit_seq=0,
        audit_head="",
        **columns,
    )


def begin(session: Session, case: CaseFile, summary: str, actor: User | None = None, **new: Any) -> None:
    """Start the token of a case from `open_case`, and write the first line of its log."""
    audit.record(session, "case.opened", summary, actor=actor, case=case, new=new)
    start(session, case)
    session.flush()


def begin_all(session: Session, cases: Iterable[CaseFile], summary: str) -> None:
    """As `begin`, for many cases of one scheme in which nobody takes part yet."""
    begun = list(cases)
    for case in begun:
        audit.record(session, "case.opened", summary, actor=None, case=case)
    start_all(session, begun)
    session.flush()
