"""Room case: drafts, submission, and the corrections an applicant may make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseDepartment, CaseFile, locked, next_number, visible_to
from models.case_status import CaseStatus
from models.crypto import keyed_hash
from models.document import documents_of
from models.identity import mask_account, mask_id, mask_phone
from models.material import required_materials
from models.money import parse_amount
from models.people import Department, DepartmentKind, Permission, Region, Role, User
from models.policy import policy_on
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.scheme import Scheme
from models.vocabulary import ApplicantType
from processes.office import window_of
from processes.party import blacklisted, check_guarantors, register_parties
from processes.workflow import start

# What people may apply for; the other cases of the house come out of these.
APPLIED_FOR = (Scheme.STARTUP_LOAN,)


@dataclass(frozen=True)
class Intake:
    """What a scheme that people apply for checks when an application is handed in, and after a correction."""

    kinds: frozenset[str]
    admit: Callable[[Session, CaseFile, User], None]
    check_again: Callable[[Session, CaseFile], None]


# Filled by the rooms of the schemes.
INTAKE: dict[Scheme, Intake] = {}


def _mask_address(text: str) -> str:
    return f"{text[:6]}***"


_MASKED = {
    "id_number": mask_id,
    "phone": mask_phone,
    "account_number": mask_account,
    "address": _mask_address,
}


def create_draft(
    session: Session, scheme: str, applicant_type: str, fields: Mapping[str, Any], actor: User
) -> CaseFile:
    """A new case in draft; nothing is checked yet but what was typed is kept."""
    actor.require(Permission.CASE_CREATE)
    intake = INTAKE.get(Scheme(scheme)) if scheme in list(Scheme) else None
    if intake is None:
        raise Refusal("没有这项业务。", "scheme")
    if applicant_type not in intake.kinds:
        raise Refusal("申请人类型不正确，请重新选择", "applicant_type")
    case = CaseFile(
        number=next_number(session, f"{Scheme(scheme).series}{today().year}"),
        scheme=scheme,
        applicant_type=applicant_type,
        status=CaseStatus.DRAFT,
        created_by_id=actor.id,
        applicant_user_id=actor.id if actor.role == Role.APPLICANT else None,
        opened_at=now(),
        application=dict(fields),
        audit_seq=0,
        audit_head="",
    )
    _copy_facts(session, case)
    session.add(case)
    session.flush()
    if actor.department_id:
        session.add(CaseDepartment(case_id=case.id, department_id=actor.department_id))
        session.flush()
    audit.record(session, "case.created", "新建申请", actor=actor, case=case, new={"type": applicant_type})
    return case


def save_application(session: Session, case_id: int, fields: Mapping[str, Any], actor: User) -> CaseFile:
    """Keep what was typed into the application; allowed in draft and while 补正 is open (D-12)."""
    case = editable(session, case_id, actor)
    changed = {key for key, value in fields.items() if _text(case.application.get(key)) != _text(value)}
    if not changed:
        return case
    old, new = _masked(case.application, changed), _masked(fields, changed)
    case.application = {**case.application, **fields}
    region_id = case.region_id
    _copy_facts(session, case)
    if case.status == CaseStatus.SUPPLEMENTING:
        if case.region_id != region_id:
            raise Refusal("补正期间不能变更贷款申请区（申报地区）；确需变更的，请撤回后重新申请。", "region")
        INTAKE[case.kind].check_again(session, case)
        register_parties(session, case)
    audit.record(session, "case.edited", "修改申请内容", actor=actor, case=case, old=old, new=new)
    return case


def editable(session: Session, case_id: int, actor: User) -> CaseFile:
    """The locked case if the actor may change its application now. Raises NotFound, Forbidden, Conflict."""
    case = visible(session, case_id, actor)
    require_editable(session, case, actor)
    return case


def require_editable(session: Session, case: CaseFile, actor: User) -> None:
    """Raises Forbidden or Conflict unless the actor may change the application of a case he sees."""
    if not actor.may(Permission.CASE_CREATE):
        raise Forbidden("您没有修改申请的权限。")
    if case.status == CaseStatus.DRAFT:
        if actor.id not in (case.created_by_id, case.applicant_user_id):
            raise Forbidden("草稿只能由填报人修改。")
        return
    if case.status != CaseStatus.SUPPLEMENTING:
        raise Conflict("申请已提交，只有在补正期间才能修改。")
    if actor.id != case.applicant_user_id and actor.department_id != window_of(session, case):
        raise Forbidden("补正期间只有申请人或受理窗口可以修改申请。")


def submit(session: Session, case_id: int, actor: User) -> CaseFile:
    """提交: the caller has validated the form; here the truth is checked and the process starts.

    Raises Refusal with the field when a cap of the policy set or a closed list is not kept.
    """
    case = editable(session, case_id, actor)
    if case.status != CaseStatus.DRAFT:
        raise Conflict("该申请已提交。")
    _copy_facts(session, case)
    register_parties(session, case)
    INTAKE[case.kind].admit(session, case, actor)
    case.submitted_at, case.received_on, case.status = now(), today(), CaseStatus.SUBMITTED
    start(session, case)
    audit.record(
        session,
        "case.submitted",
        "提交申请",
        actor=actor,
        case=case,
        new={"amount": case.amount, "term_months": case.term_months, "received_on": case.received_on},
    )
    return case


def missing_materials(session: Session, case: CaseFile) -> list[Any]:
    """The materials of the published list (A-03) that are not in the file yet."""
    present = {document.kind for document in documents_of(session, case)}
    required = required_materials(case.form_kind, case.application)
    return [kind for kind in required if kind.code not in present]


def visible(session: Session, case_id: int, actor: User) -> CaseFile:
    """The locked case if the actor may see it. Raises NotFound."""
    found = session.scalars(select(CaseFile.id).where(CaseFile.id == case_id, visible_to(actor))).first()
    if found is None:
        raise NotFound("未找到该案卷，或您无权查看。")
    return locked(session, case_id)


def _copy_facts(session: Session, case: CaseFile) -> None:
    """The facts that lists, statistics and rules need as columns; the rest stays encrypted.

    A draft is kept as typed, so anything may stand there: what fits no column is left out of it.
    """
    fields = case.application
    case.applicant_name = _line(fields.get("name" if case.is_person else "enterprise_name"), 100)
    identity = _line(fields.get("id_number" if case.is_person else "uscc"), 40)
    case.identity_hash = keyed_hash(identity) if identity else ""
    case.amount = _decimal(fields.get("amount"))
    case.term_months = _integer(fields.get("term_months"))
    case.loan_ordinal = _integer(fields.get("loan_ordinal"))
    case.group_code = _line(fields.get("group"), 40)
    case.channel = _line(fields.get("channel"), 20)
    case.bank_id = _existing(session, Department, fields.get("bank"))
    case.region_id = _existing(session, Region, fields.get("region"))


def _check_caps(session: Session, case: CaseFile) -> None:
    rules = policy_on(session, case.scheme, today()).rules
    partners = 1 + len(case.application.get("partners") or [])
    limit, term = rules.limit_for(case.applicant_type, partners), rules.term_for(case.applicant_type)
    if case.amount is None or not Decimal(0) < case.amount <= limit:
        raise Refusal(f"金额应大于 0 且不超过 {limit:,.2f} 元（现行政策上限）。", "amount")
    if case.term_months is None or not 0 < case.term_months <= term:
        raise Refusal(f"期限应为 1 至 {term} 个月（现行政策上限）。", "term_months")
    if not 1 <= (case.loan_ordinal or 0) <= rules.subsidised_loans:
        raise Refusal(f"累计享受次数不得超过 {rules.subsidised_loans} 次。", "loan_ordinal")
    offered = case.application.get("guarantors") or case.application.get("collaterals")
    if case.is_person and case.amount <= rules.counter_guarantee_free and offered:
        raise Refusal("个人10万元以下（含）创业担保贷款免除反担保，不得填报反担保内容。", "guarantors")


def _admit(session: Session, case: CaseFile, _actor: User) -> None:
    """What holds at the receipt of a 创业担保贷款. Raises Refusal with the field."""
    if reason := blacklisted(session, case):
        raise Refusal(reason)
    _check_caps(session, case)
    check_guarantors(session, case)
    _choose_departments(session, case)


def _check_again(session: Session, case: CaseFile) -> None:
    """What was checked at submission still holds after a correction. Raises Refusal with the field."""
    _check_caps(session, case)
    check_guarantors(session, case)
    _check_bank(session, case)


def _check_bank(session: Session, case: CaseFile) -> None:
    bank = session.get(Department, case.bank_id) if case.bank_id else None
    if bank is None or bank.kind != DepartmentKind.BANK or not bank.is_active:
        raise Refusal("请选择经办银行。", "bank")


def _choose_departments(session: Session, case: CaseFile) -> None:
    """人社 and the guarantor of the region, the bank the applicant chose."""
    _check_bank(session, case)
    for kind in (DepartmentKind.HRSS, DepartmentKind.GUARANTOR):
        found = session.scalars(
            select(Department.id)
            .where(Department.kind == kind, Department.region_id == case.region_id, Department.is_active)
            .order_by(Department.id)
            .limit(1)
        ).first()
        if found is None:
            raise Refusal(f"该地区尚未设置{kind.label}，请联系系统管理员。", "region")
        setattr(case, f"{kind.value}_id", found)


INTAKE[Scheme.STARTUP_LOAN] = Intake(frozenset(ApplicantType), _admit, _check_again)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _masked(fields: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Values for the log: identifying numbers masked, tables only counted."""
    return {name: _mask(name, fields.get(name)) for name in sorted(names)}


def _mask(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return f"{len(value)} 项"
    for ending, mask in _MASKED.items():
        if name.endswith(ending) and value:
            return mask(str(value))
    return value[:200] if isinstance(value, str) else value


def _decimal(value: Any) -> Decimal | None:
    try:
        return parse_amount(str(value)) if value not in (None, "") else None
    except Refusal:
        return None


def _line(value: Any, length: int) -> str:
    """One printable line: no database keeps a NUL in a text column."""
    return "".join(char for char in str(value or "") if char.isprintable())[:length]


def _existing(session: Session, kind: type[Department | Region], value: Any) -> int | None:
    number = _integer(value)
    return number if number is not None and session.get(kind, number) is not None else None


def _integer(value: Any) -> int | None:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
