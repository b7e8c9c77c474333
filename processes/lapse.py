"""Room lapse: a term has ended a step by itself; who is told, and how."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.calendar import today
from models.case import CaseFile
from models.deadline import Deadline
from models.letter import LetterKind
from models.scheme import Scheme
from processes.letter import issue
from processes.notification import tell, tell_departments
from processes.office import window_of


def tell_lapsed(session: Session, case: CaseFile, deadline: Deadline) -> None:
    """The applicant let his own term pass (D-12): he is told by letter and message, his office by a message."""
    if case.kind is Scheme.GENERAL:
        _tell_ended(session, case, deadline)
        return
    reason = f"{deadline.name}于 {deadline.due_on.isoformat()} 届满，逾期未补正，视为撤回申请"
    content = {"reason": reason, "withdrawn_on": today()}
    issue(session, case, LetterKind.WITHDRAWAL, content, actor=None)
    tell_departments(session, [window_of(session, case)], f"{case.number}：{reason}。", case)
    if case.applicant_user_id is not None:
        text = f"{case.number}：{reason}，申请已终止，告知书已制发。可重新提出申请。"
        tell(session, [case.applicant_user_id], "notice", text, case)


def _tell_ended(session: Session, case: CaseFile, deadline: Deadline) -> None:
    """A term of a process whose meaning the house does not know: those who take part are told the fact."""
    text = f"{case.number}：{deadline.name}于 {deadline.due_on.isoformat()} 届满，相应环节已终止。"
    tell_departments(session, [window_of(session, case)], text, case)
    if case.applicant_user_id is not None:
        tell(session, [case.applicant_user_id], "notice", text, case)
