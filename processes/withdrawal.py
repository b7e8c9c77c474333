"""Room withdrawal: the applicant takes the case back (撤回), by his own hand or the window's (D-41)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseDepartment, CaseFile, CaseStatus, require_open
from models.letter import LetterKind
from models.people import Permission, User
from models.refusal import Forbidden, Refusal
from processes.case import visible
from processes.letter import issue
from processes.notification import tell_departments
from processes.workflow import advance


def withdraw(session: Session, case_id: int, actor: User, reason: str) -> CaseFile:
    """撤回: by the applicant, or by the window on his word, any time before payout (D-41)."""
    case = visible(session, case_id, actor)
    require_open(case)
    if not may_withdraw(case, actor):
        raise Forbidden("只有申请人或受理窗口可以撤回申请。")
    if not reason.strip():
        raise Refusal("请填写撤回原因。", "reason")
    if case.status == CaseStatus.DRAFT:
        case.status, case.closed_at = CaseStatus.WITHDRAWN, now()
    else:
        advance(session, case, lambda instance: instance.send("withdrawal"))
        content = {"reason": reason, "withdrawn_on": today()}
        issue(session, case, LetterKind.WITHDRAWAL, content, actor=actor)
        departments = [case.hrss_id, case.guarantor_id, case.bank_id]
        known = session.scalars(
            select(CaseDepartment.department_id).where(
                CaseDepartment.case_id == case.id, CaseDepartment.department_id.in_(departments)
            )
        ).all()
        tell_departments(session, known, f"{case.number}：申请人已撤回申请。", case)
    audit.record(
        session,
        "case.withdrawn",
        f"{_withdrawer(case, actor)}撤回申请：{reason}",
        actor=actor,
        case=case,
        new={"reason": reason},
    )
    return case


def _withdrawer(case: CaseFile, actor: User) -> str:
    """Whose hand it was: the window acts for the applicant on his written request."""
    is_own = case.hrss_id is None or actor.id == case.applicant_user_id
    return "申请人" if is_own else "受理窗口代申请人"


def may_withdraw(case: CaseFile, actor: User) -> bool:
    """Whether the actor may take this case back now: the applicant or the window; a draft, who writes it."""
    is_window = case.hrss_id is not None and actor.department_id == case.hrss_id
    is_writer = case.status == CaseStatus.DRAFT and actor.id == case.created_by_id
    is_party = is_window or is_writer or actor.id == case.applicant_user_id
    return is_party and actor.may(Permission.CASE_CREATE) and not case.state.is_final
