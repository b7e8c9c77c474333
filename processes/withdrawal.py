"""Room withdrawal: the applicant takes the case back (撤回), by his own hand or the window's (D-41)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseDepartment, CaseFile, require_open
from models.case_status import CaseStatus
from models.letter import LetterKind
from models.people import Permission, User
from models.refusal import Forbidden, Refusal
from models.scheme import Scheme
from models.words import said
from processes.case import visible
from processes.letter import issue
from processes.notification import tell_departments
from processes.office import window_of
from processes.workflow import advance, definition_of, instance_of

WITHDRAWAL = "withdrawal"
# Rooms that hold something which came out of a case that is withdrawn, and let go of it.
AFTER: list[Callable[[Session, CaseFile], None]] = []


def withdraw(session: Session, case_id: int, actor: User, reason: str) -> CaseFile:
    """撤回: by the applicant, or by the window on his word, any time before payout (D-41)."""
    case = visible(session, case_id, actor)
    require_open(case)
    if not may_withdraw(session, case, actor):
        raise Forbidden("只有申请人或受理窗口可以撤回申请。")
    if not said(reason):
        raise Refusal("请填写撤回原因。", "reason")
    if case.status == CaseStatus.DRAFT:
        case.status, case.closed_at = CaseStatus.WITHDRAWN, now()
    else:
        advance(session, case, lambda instance: instance.send(WITHDRAWAL))
        if case.kind is not Scheme.GENERAL:
            content = {"reason": reason, "withdrawn_on": today()}
            issue(session, case, LetterKind.WITHDRAWAL, content, actor=actor)
        taking_part = select(CaseDepartment.department_id).where(CaseDepartment.case_id == case.id)
        known = [one for one in session.scalars(taking_part) if one in _offices(session, case)]
        tell_departments(session, known, f"{case.number}：申请人已撤回申请。", case)
        for follow in AFTER:
            follow(session, case)
    audit.record(
        session,
        "case.withdrawn",
        f"{_withdrawer(case, actor)}撤回申请：{reason}",
        actor=actor,
        case=case,
        new={"reason": reason, "message": "withdrawal"},
    )
    return case


def _offices(session: Session, case: CaseFile) -> list[int | None]:
    """Those who are told, as far as they take part."""
    return [window_of(session, case), case.guarantor_id, case.bank_id]


def _withdrawer(case: CaseFile, actor: User) -> str:
    """Whose hand it was: the window acts for the applicant on his written request."""
    is_own = case.submitted_at is None or actor.id == case.applicant_user_id
    return "申请人" if is_own else "受理窗口代申请人"


def _waits_for_it(session: Session, case: CaseFile) -> bool:
    """Whether the drawing of a case that a person started knows what a withdrawal is."""
    if case.kind is not Scheme.GENERAL:
        return False
    drawing = definition_of(session, instance_of(session, case).definition_id).drawing
    return WITHDRAWAL in drawing.messages.values()


def may_withdraw(session: Session, case: CaseFile, actor: User) -> bool:
    """Whether the actor may take this case back now: the applicant or the window; a draft, who writes it."""
    if not case.form_kind and not _waits_for_it(session, case):
        return False
    is_window = case.submitted_at is not None and actor.department_id == window_of(session, case)
    is_writer = case.status == CaseStatus.DRAFT and actor.id == case.created_by_id
    is_party = is_window or is_writer or actor.id == case.applicant_user_id
    return is_party and actor.may(Permission.CASE_CREATE) and not case.state.is_final
