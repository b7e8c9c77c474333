"""Room credit, exit: a breach is reported and checked, the qualification cancelled the same day (B-18)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit import listing_of
from models.credit_exit import REPORTABLE, ExitFile, ExitGround, exit_of
from models.notice import NoticeKind
from models.people import DepartmentKind, Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.review import last_opinion
from models.scheme import Scheme
from models.subject import Subject
from models.words import said
from processes import exit_opening
from processes.acts import act
from processes.credit import leave
from processes.notice import announce
from processes.notification import tell_departments
from processes.office import needed_office
from processes.steps import ROUTING, Completion, Routing, step

REPORTERS = (DepartmentKind.BANK, DepartmentKind.GUARANTOR, DepartmentKind.FINANCE_CENTER)
ROUTING |= {"exit_confirmed"}
# The step of the drawing that is the guarantor's; the other one with the form is the bank's.
GUARANTOR_TASK = "guarantor_preservation"


def may_report(actor: User) -> bool:
    """Whether a breach may be reported by this person: a bank, a guarantor or the center."""
    office = actor.department
    return office is not None and office.kind in REPORTERS and actor.may(Permission.CREDIT_WORK)


def report(session: Session, subject_id: int, ground: str, facts: str, actor: User) -> CaseFile:
    """A bank, a guarantor or the center reports that a condition of admission is no longer met.

    Raises Refusal at the field; Conflict while another report on the firm is open.
    """
    if not may_report(actor) or actor.department is None:
        raise Forbidden("只有合作金融机构、担保公司和旗金融服务中心可以报告退出情形。")
    subject = session.get(Subject, subject_id)
    if subject is None or subject.region_id != actor.department.region_id:
        raise NotFound("未找到该主体，或您无权办理。")
    listing = listing_of(session, subject.id)
    if listing is None or not listing.is_live:
        raise Refusal("该主体不是有效的信用企业（户），无需办理退出。")
    if ground not in REPORTABLE:
        raise Refusal("请选择违反的准入条件。", "ground")
    if not said(facts):
        raise Refusal("请写明事实和依据。", "facts")
    if open_exit_of(session, subject.id) is not None:
        raise Conflict("该主体的退出情形正在核实，请勿重复报告。")
    chosen = ExitGround(ground)
    case = exit_opening.open_exit(session, subject, chosen, facts.strip(), today(), parent=None, actor=actor)
    text = f"{case.number}：{actor.department.name}报告{subject.name}{chosen.label}，请核实。"
    center = needed_office(session, subject.region_id, DepartmentKind.FINANCE_CENTER)
    tell_departments(session, [center], text, case)
    return case


def open_exit_of(session: Session, subject_id: int) -> CaseFile | None:
    """The report on a firm that is still being checked, if any."""
    return session.scalars(
        select(CaseFile)
        .where(
            CaseFile.scheme == Scheme.CREDIT_EXIT,
            CaseFile.subject_id == subject_id,
            CaseFile.status == CaseStatus.EXIT_CHECKING,
        )
        .limit(1)
    ).first()


@step("exit_check")
def check(done: Completion) -> Routing:
    """The center finds the breach proved, and the qualification ends today; or it does not, with a reason."""
    file = exit_of(done.session, done.case.id)
    is_confirmed = done.answers["decision"] == "approve"
    file.finding = done.text("finding")
    done.give_opinion(done.text("decision"), finding=file.finding)
    if not is_confirmed and file.reporter_id is not None:
        text = f"{done.case.number}：经核实，不予取消资格。{file.finding}"
        tell_departments(done.session, [file.reporter_id], text, done.case)
    return {"exit_confirmed": is_confirmed}


@act("cancel_listing")
def cancel(session: Session, case: CaseFile) -> None:
    """The qualification ends at the instant of the finding; the warnings leave with it."""
    file = exit_of(session, case.id)
    opinion = last_opinion(session, case, "exit_check")
    actor = session.get(User, opinion.actor_id) if opinion else None
    subject = session.get_one(Subject, file.subject_id)
    leave(session, subject, ExitGround(file.ground), file.facts, today(), case, actor=actor)
    # Arrears may have cancelled it while the report was being checked: then its day stands.
    listing = listing_of(session, subject.id)
    file.cancelled_on = listing.cancelled_on if listing else today()


@step("exit_announcement")
def make_public(done: Completion) -> Routing:
    """N14: the cancellation is announced to the public at once, without a period."""
    file = exit_of(done.session, done.case.id)
    subject = done.session.get_one(Subject, file.subject_id)
    file.notice_id = announced(done, NoticeKind.CANCELLATION, subject)
    done.give_opinion("announced", title=done.text("title"), notice_id=file.notice_id)
    return {}


def announced(done: Completion, kind: NoticeKind, subject: Subject) -> int:
    """Publish what the center has written about one firm; the id of the notice."""
    title, text = done.text("title"), done.text("text")
    case, actor = done.case, done.actor
    notice = announce(
        done.session, kind, subject.region_id, title, text, subjects=[subject], case=case, actor=actor
    )
    done.session.flush()
    return notice.id


@step("exit_preservation")
def secure(done: Completion) -> Routing:
    """Bank and guarantor each say which measure they take, or why none yet (“可采取保全措施或补充抵质押担保条件”)."""
    file: ExitFile = exit_of(done.session, done.case.id)
    measure, note = done.text("measure"), done.text("note")
    if done.task.element_id == GUARANTOR_TASK:
        file.guarantor_measure, file.guarantor_note = measure, note
    else:
        file.measure, file.measure_note = measure, note
    done.give_opinion("secured", measure=measure, note=note)
    summary = f"{done.actor.display_name}登记保全措施"
    new = {"measure": measure, "by": done.task.element_id}
    audit.record(done.session, "exit.secured", summary, actor=done.actor, case=done.case, new=new)
    return {}
