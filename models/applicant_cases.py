"""Room case, applicant: what else the same person or enterprise has open or has been paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.case import CaseFile, visible_to
from models.case_status import CaseStatus
from models.people import User

MOST = 20
_OPEN = [status for status in CaseStatus if not status.is_final and status != CaseStatus.DRAFT]


@dataclass(frozen=True)
class Siblings:
    """Other cases of one applicant: those the reader may see, and how many open ones he may not."""

    seen: Sequence[tuple[str, CaseStatus]] = ()
    """(number, status) of each, newest first."""
    hidden: int = 0

    def __bool__(self) -> bool:
        return bool(self.seen or self.hidden)


def siblings_of(session: Session, case: CaseFile, reader: User) -> Siblings:
    """The newest MOST other cases of the same identity: open or paid where visible, else open ones counted."""
    if not case.identity_hash:
        return Siblings()
    is_seen = visible_to(reader)
    query = (
        select(CaseFile.number, CaseFile.status, is_seen.label("is_seen"))
        .where(CaseFile.identity_hash == case.identity_hash, CaseFile.id != case.id)
        .where(or_(CaseFile.status.in_(_OPEN), (CaseFile.status == CaseStatus.DISBURSED) & is_seen))
        .order_by(CaseFile.id.desc())
        .limit(MOST)
    )
    rows = session.execute(query).all()
    seen = [(row.number, CaseStatus(row.status)) for row in rows if row.is_seen]
    return Siblings(seen, len(rows) - len(seen))
