"""Room case, recent: the cases that a person has looked at lately (最近案卷), as the access log has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access_log import AccessRecord, Door, LookKind
from models.case import CaseFile, type_title, visible_to
from models.case_status import CaseStatus
from models.people import User

RECENT = 30
# So many of the person's last looks are searched through: the page costs the same after ten years.
LOOKS = 600


@dataclass(frozen=True)
class Recent:
    """A case that was looked at lately."""

    number: str
    applicant_name: str
    type_label: str
    status: CaseStatus
    at: datetime


def recent(session: Session, user: User, limit: int = RECENT) -> list[Recent]:
    """What the person has looked at lately and may still see, newest first; one query."""
    looks = (
        select(AccessRecord.id, AccessRecord.case_id, AccessRecord.at, AccessRecord.kind, AccessRecord.door)
        .where(AccessRecord.user_id == user.id)
        .order_by(AccessRecord.id.desc())
        .limit(LOOKS)
        .subquery()
    )
    last = (
        select(looks.c.case_id, func.max(looks.c.at).label("at"), func.max(looks.c.id).label("look"))
        .where(looks.c.kind == LookKind.CASE, looks.c.door == Door.PAGE)
        .group_by(looks.c.case_id)
        .subquery()
    )
    query = (
        select(CaseFile.number, CaseFile.applicant_name, CaseFile.scheme, CaseFile.applicant_type, CaseFile.status, last.c.at)
        .join(last, last.c.case_id == CaseFile.id)
        .where(visible_to(user))
        .order_by(last.c.look.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        Recent(row.number, row.applicant_name, type_title(row.scheme, row.applicant_type), CaseStatus(row.status), row.at)
        for row in session.execute(query)
    ]  # fmt: skip
