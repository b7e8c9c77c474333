"""Room personal data: who may read ID numbers, telephones and accounts of a case in full, and the log of it."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import audit
from models.case import CaseFile, case_numbered, locked
from models.people import User
from models.refusal import Refusal
from models.workflow import OPEN, UserTask


def may_read_in_full(session: Session, case: CaseFile, actor: User) -> bool:
    """The applicant himself, and whoever is working on the case now, or answers for a step that he has delegated."""
    if actor.id == case.applicant_user_id:
        return True
    held = select(UserTask.id).where(
        UserTask.case_id == case.id,
        UserTask.status == OPEN,
        UserTask.department_id == actor.department_id,
        or_(UserTask.assignee_id == actor.id, UserTask.owner_id == actor.id),
    )
    return session.scalars(held.limit(1)).first() is not None


def reveal(session: Session, number: str, actor: User, reason: str) -> CaseFile:
    """Log that the actor reads the personal data of a case in full. Raises NotFound, Refusal at `reason`."""
    case = locked(session, case_numbered(session, number, actor).id)
    text = "".join(char for char in reason if char.isprintable()).strip()[:200]
    if not text:
        raise Refusal("请填写查看原因。", "reason")
    audit.record(
        session,
        "personal_data.viewed",
        f"查看完整个人信息：{text}",
        actor=actor,
        case=case,
        new={"reason": text},
    )
    return case
