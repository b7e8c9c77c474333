"""Room loan of 信保贷: application with the signed commitment (F10), caps, withdrawal; who may work on a loan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.case import CaseDepartment, CaseFile, case_numbered, locked, require_open
from models.credit import CreditListing
from models.credit_loan import CreditLoan, credit_loan_of, is_drawn, outstanding_of
from models.credit_policy import CreditRules, credit_rules_on
from models.money import format_amount
from models.people import Department, DepartmentKind, Permission, Role, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.scheme import Scheme
from models.subject import Subject, subject_of_code
from models.vocabulary_credit_loan import CreditPurpose
from models.words import said
from processes.case_opening import begin, open_case
from processes.credit import require_listed
from processes.credit_ledger import require_nothing_overdue
from processes.notification import tell_departments
from processes.office import needed_office
from processes.workflow import advance

COMMITMENT = "贷款资金用于生产经营，不得用于消费等其他支出"
_OFFICES = (DepartmentKind.BANK, DepartmentKind.FINANCE_CENTER)


@dataclass(frozen=True)
class Applied:
    """F10 as it is typed: amounts in 元, term in months."""

    uscc: str
    bank_id: int
    guarantor_id: int
    amount: Decimal
    months: int
    purpose: str
    purpose_text: str
    is_committed: bool
    committed_by: str
    committed_on: date


def apply(session: Session, applied: Applied, actor: User) -> CaseFile:
    """提交贷款申请: by the listed firm, or by a bank or 旗金融服务中心 on its behalf.

    Raises Refusal with the field: not listed live (B-16), no commitment (B-15), over a cap (B-02, D-20).
    """
    actor.require(Permission.CASE_CREATE)
    subject, listing = _borrower(session, applied.uscc, actor)
    require_nothing_overdue(session, subject.id, "申请新的贷款", "uscc")
    _check_offices(session, applied, subject, actor)
    _check_commitment(applied)
    rules = credit_rules_on(session, today())
    if not 1 <= applied.months <= rules.line_months:
        raise Refusal(f"期限应为 1 至 {rules.line_months} 个月。", "months")
    check_caps(session, rules, subject, applied.amount)
    parent = session.get(CaseFile, listing.application_case_id) if listing.application_case_id else None
    case = open_case(
        session,
        Scheme.CREDIT_LOAN,
        subject.region_id,
        subject.name,
        actor=actor,
        subject=subject,
        parent=parent,
        bank_id=applied.bank_id,
        guarantor_id=applied.guarantor_id,
        amount=applied.amount,
        term_months=applied.months,
        applicant_user_id=parent.applicant_user_id if parent else None,
    )
    center = needed_office(session, subject.region_id, DepartmentKind.FINANCE_CENTER)
    taking_part = {center, applied.bank_id, applied.guarantor_id}
    session.add_all(CaseDepartment(case_id=case.id, department_id=one) for one in sorted(taking_part))
    session.add(_loan(case, subject, listing, applied))
    session.flush()
    new = {"amount": applied.amount, "months": applied.months, "purpose": applied.purpose,
           "committed_by": applied.committed_by, "committed_on": applied.committed_on}  # fmt: skip
    begin(session, case, f"提交“信保贷”贷款申请，并签署用途承诺：{COMMITMENT}", actor, **new)
    return case


def _loan(case: CaseFile, subject: Subject, listing: CreditListing, applied: Applied) -> CreditLoan:
    return CreditLoan(
        case_id=case.id,
        subject_id=subject.id,
        listing_number=listing.number,
        bank_id=applied.bank_id,
        guarantor_id=applied.guarantor_id,
        requested_amount=applied.amount,
        requested_months=applied.months,
        purpose=applied.purpose,
        purpose_text=applied.purpose_text,
        committed_by=applied.committed_by,
        committed_on=applied.committed_on,
        outstanding=Decimal(0),
    )


def _borrower(session: Session, uscc: str, actor: User) -> tuple[Subject, CreditListing]:
    """The firm of a code with its live listing; an applicant learns nothing of a firm that is not his."""
    unknown = Refusal("未找到该统一社会信用代码对应的信用企业（户），不能申请“信保贷”贷款。", "uscc")
    subject = subject_of_code(session, uscc)
    if subject is None or not _speaks_for(session, subject, actor):
        raise unknown
    try:
        return subject, require_listed(session, subject.id)
    except Refusal as refusal:
        raise Refusal(refusal.message, "uscc") from refusal


def _speaks_for(session: Session, subject: Subject, actor: User) -> bool:
    if actor.role == Role.APPLICANT:
        return any(firm.id == subject.id for firm in firms_of(session, actor))
    office = actor.department
    is_office = office is not None and office.kind in _OFFICES and office.region_id == subject.region_id
    if not is_office or not actor.may(Permission.CREDIT_WORK):
        raise Forbidden("贷款申请由信用企业（户）本人提交，或由合作金融机构、旗金融服务中心代为提交。")
    return True


def firms_of(session: Session, actor: User) -> list[Subject]:
    """The firms for which an applicant declared and that are on the register, by name."""
    query = (
        select(Subject)
        .join(CreditListing, CreditListing.subject_id == Subject.id)
        .join(CaseFile, CaseFile.id == CreditListing.application_case_id)
        .where(CaseFile.applicant_user_id == actor.id)
    )
    return list(session.scalars(query.order_by(Subject.name)))


def _check_offices(session: Session, applied: Applied, subject: Subject, actor: User) -> None:
    chosen = {"bank": (applied.bank_id, DepartmentKind.BANK, "合作金融机构"),
              "guarantor": (applied.guarantor_id, DepartmentKind.GUARANTOR, "担保公司")}  # fmt: skip
    for field, (department_id, kind, word) in chosen.items():
        office = session.get(Department, department_id)
        is_right = office is not None and office.kind == kind and office.is_active
        if office is None or not is_right or office.region_id != subject.region_id:
            raise Refusal(f"请选择本旗的{word}。", field)
    is_bank = actor.department is not None and actor.department.kind == DepartmentKind.BANK
    if is_bank and applied.bank_id != actor.department_id:
        raise Refusal("银行代为提交的申请，合作金融机构应为本行。", "bank")


def _check_commitment(applied: Applied) -> None:
    """B-15: nothing is received without the signed commitment, and consumption is no purpose."""
    if not applied.is_committed:
        raise Refusal(f"须承诺“{COMMITMENT}”方可申请。", "committed")
    if not applied.committed_by.strip():
        raise Refusal("请填写承诺人签名。", "committed_by")
    if applied.committed_on > today():
        raise Refusal("承诺日期不得晚于今日。", "committed_on")
    if applied.purpose not in dict(CreditPurpose.choices()):
        raise Refusal("贷款用途应为生产经营。", "purpose")


def check_caps(session: Session, rules: CreditRules, subject: Subject, amount: Decimal) -> None:
    """B-02 for the loan and D-20 for everything of the borrower that is outstanding, inclusive, 元."""
    limit, owed = rules.limit_for(subject.kind), outstanding_of(session, subject.id)
    if amount <= 0:
        raise Refusal("金额应大于 0 元。", "amount")
    if amount > limit:
        raise Refusal(f"{subject.kind_label}单笔贷款不得超过 {format_amount(limit)} 元。", "amount")
    if owed + amount > limit:
        raise Refusal(
            f"该主体“信保贷”余额 {format_amount(owed)} 元，本次最多可申请 {format_amount(limit - owed)} 元。",
            "amount",
        )


def withdraw(session: Session, number: str, reason: str, actor: User) -> CaseFile:
    """撤回 until the first draw (D-41): by the firm, or by the office that handed the application in for it.

    Raises NotFound, Forbidden, Conflict, Refusal at `reason`. A line that was signed already ends with it.
    """
    case = locked(session, case_numbered(session, number, actor).id)
    require_open(case)
    loan = credit_loan_of(session, case)
    if loan is None or not _is_party(session, case, actor):
        raise Forbidden("只有申请人或代为提交的机构可以撤回贷款申请。")
    if is_drawn(session, loan):
        raise Conflict("贷款已放款，不能撤回申请。")
    if not said(reason):
        raise Refusal("请填写撤回原因。", "reason")
    if loan.is_open:
        loan.closed_on = today()
    advance(session, case, lambda instance: instance.send("withdrawal"))
    noted = {"message": "withdrawal"}
    audit.record(session, "case.withdrawn", f"撤回贷款申请：{reason}", actor=actor, case=case, new=noted)
    offices = [case.bank_id, case.guarantor_id]
    tell_departments(session, offices, f"{case.number}：申请人已撤回贷款申请。", case)
    return case


def may_withdraw(session: Session, case: CaseFile, loan: CreditLoan, actor: User) -> bool:
    """Whether the actor may take the application back now: any time before the money is paid out."""
    return not case.state.is_final and _is_party(session, case, actor) and not is_drawn(session, loan)


def _is_party(session: Session, case: CaseFile, actor: User) -> bool:
    """The applicant, or anybody of the office that handed the application in: persons change, the office stays."""
    writer = session.get(User, case.created_by_id) if case.created_by_id else None
    is_office = (
        writer is not None and actor.department_id is not None and actor.department_id == writer.department_id
    )
    is_own = actor.id in (case.applicant_user_id, case.created_by_id)
    return (is_own or is_office) and actor.may(Permission.CASE_CREATE)


def loan_numbered(session: Session, number: str, actor: User) -> tuple[CaseFile, CreditLoan]:
    """The loan of a case that the actor may see. Raises NotFound."""
    case = case_numbered(session, number, actor)
    loan = credit_loan_of(session, case)
    if loan is None:
        raise NotFound("未找到该贷款，或您无权查看。")
    return case, loan


def managed(session: Session, number: str, actor: User) -> tuple[CaseFile, CreditLoan]:
    """A signed loan of the actor's bank, locked, with everything fired that was due before this knock.

    Raises NotFound, Forbidden for other offices, Conflict for a loan that is not signed or has ended.
    """
    actor.require(Permission.CREDIT_WORK)
    case = locked(session, case_numbered(session, number, actor).id)
    loan = credit_loan_of(session, case)
    if loan is None:
        raise NotFound("未找到该贷款，或您无权查看。")
    if actor.department_id != loan.bank_id:
        raise Forbidden("只有该笔贷款的合作金融机构可以办理。")
    require_open(case)
    advance(session, case, lambda _instance: None)
    if not loan.is_open:
        raise Conflict("该笔贷款尚未签约，或已结清、已代偿。")
    return case, loan


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Account details as they are kept, encrypted."""
    return {key: str(values.get(key) or "") for key in ("account_bank", "account_name", "account_number")}
