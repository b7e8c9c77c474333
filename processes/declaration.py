"""Room declaration: F3 handed in within the window, its form check, and the notice of a result (B-06…B-11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.case import CaseFile
from models.credit_policy import CreditRules, credit_rules_on
from models.crypto import keyed_hash
from models.declaration import (
    DeclarationChannel,
    Window,
    declarations_awaiting,
    standing_declaration,
    window,
)
from models.document import documents_of
from models.identity import normalize
from models.letter import LetterKind
from models.material import INDISPENSABLE, required_materials
from models.notice import NoticeEntry
from models.people import Department, DepartmentKind, User
from models.refusal import Refusal, refuse
from models.scheme import Scheme
from models.subject import Subject, SubjectKind, subject_of_code
from models.workflow import UserTask
from processes import withdrawal
from processes.acts import act
from processes.case import INTAKE, Intake, create_draft
from processes.credit import exclusion
from processes.declaration_facts import gathered
from processes.findings import Finding, findings_of, findings_of_many
from processes.letter import issue
from processes.message import post
from processes.notification import tell
from processes.office import needed_office
from processes.prefilling import Values, prefill
from processes.review import ask_supplement
from processes.steps import ROUTING, Completion, Routing, step

ADMISSION = "admission"
ROUTING |= {"declaration_complete"}
Reasons = Callable[[Session, CaseFile], list[str]]
# Rooms that know why a candidate has not passed: sentences for the notice of the result (N9).
REASONS: list[Reasons] = []


def declare(session: Session, kind: str, fields: dict[str, object], actor: User) -> CaseFile:
    """A draft of F3 for a `SubjectKind`; drafts are taken at any time, whatever stands in them (B-11)."""
    return create_draft(session, Scheme.CREDIT_APPLICATION, kind, fields, actor)


def awaiting(session: Session, region_id: int) -> list[CaseFile]:
    """The declarations of a region that wait for the next round of screening, oldest first."""
    return declarations_awaiting(session, region_id)


def findings(session: Session, case: CaseFile) -> list[Finding]:
    """What the program found about a declaration by the table of its version; whoever asks decides himself."""
    return findings_of(session, case, ADMISSION)


def findings_of_all(session: Session, cases: Sequence[CaseFile]) -> list[list[Finding]]:
    """As `findings`, for many declarations with a fixed number of queries."""
    return findings_of_many(session, ADMISSION, gathered(session, cases))


def _require_open(found: Window) -> None:
    """B-11: outside of the window nothing is received, by nobody. Raises Refusal with the next opening."""
    if not found.is_open:
        told = f"推荐申报时间为每年{found.season}，现不能提交"
        raise Refusal(f"{told}；下次开放日期为{found.opening}，所填内容已保存为草稿。")


def _admit(session: Session, case: CaseFile, actor: User) -> None:
    """What holds at receipt. Raises Refusal, at its field where there is one."""
    rules = credit_rules_on(session, today())
    _require_open(window(session))
    refuse(_faults(session, case, rules, actor))
    case.subject_id = _firm(session, case).id
    _check_standing(session, case)


def _check_again(session: Session, case: CaseFile) -> None:
    """A correction keeps the firm it was made for, and the cap; it brings nobody in who is excluded (D-30)."""
    firm = session.get_one(Subject, case.subject_id)
    if _code(case) != firm.uscc:
        raise Refusal("补正期间不能变更统一社会信用代码；确需变更的，请撤回后重新申报。", "uscc")
    refuse([*_barred(session, case), *_cap(case, credit_rules_on(session, case.received_on or today()))])
    _firm(session, case)


INTAKE[Scheme.CREDIT_APPLICATION] = Intake(frozenset(SubjectKind), _admit, _check_again)


def _faults(session: Session, case: CaseFile, rules: CreditRules, actor: User) -> list[Refusal]:
    needed_office(session, case.region_id or 0, DepartmentKind.FINANCE_CENTER)
    return [
        *_barred(session, case),
        *_cap(case, rules),
        *_age(case, rules),
        *_channel(session, case, actor),
        *_papers(session, case),
    ]


def _barred(session: Session, case: CaseFile) -> list[Refusal]:
    """D-30: neither the firm nor the person whom it names now may be kept out."""
    reason = exclusion(session, _code(case), [_operator(case)])
    return [Refusal(reason, "uscc")] if reason else []


def _cap(case: CaseFile, rules: CreditRules) -> list[Refusal]:
    """B-02, inclusive; the amount may be left open."""
    limit = rules.limit_for(case.applicant_type)
    if case.amount is None or case.amount <= limit:
        return []
    return [Refusal(f"{SubjectKind.title_of(case.applicant_type)}单笔最高 {limit:,.2f} 元。", "amount")]


def _age(case: CaseFile, rules: CreditRules) -> list[Refusal]:
    """D-17: the credit report is at most 30 calendar days old on the day of receipt."""
    reported_on = date.fromisoformat(str(case.application["reported_on"]))
    if (today() - reported_on).days <= rules.evidence_days:
        return []
    return [
        Refusal(f"征信报告查询日期应在提交之日前{rules.evidence_days}日以内，请重新查询。", "reported_on")
    ]


def _channel(session: Session, case: CaseFile, actor: User) -> list[Refusal]:
    """An office other than the center hands in only what it recommends itself."""
    office = session.get(Department, actor.department_id) if actor.department_id else None
    is_other = office is not None and office.kind != DepartmentKind.FINANCE_CENTER
    if is_other and case.channel != DeclarationChannel.RECOMMENDED:
        return [Refusal("由单位代为提交的，申报方式应为“推荐申报”。", "channel")]
    return []


def _papers(session: Session, case: CaseFile) -> list[Refusal]:
    """B-10: neither the credit report nor the signed form may be missing."""
    present = {document.kind for document in documents_of(session, case)}
    needed = [kind for kind in required_materials(case.form_kind, case.application) if kind in INDISPENSABLE]
    missing = [kind.label for kind in needed if kind.code not in present]
    return [Refusal(f"缺少“{'”、“'.join(missing)}”，不能提交，请先上传。", "materials")] if missing else []


def _check_standing(session: Session, case: CaseFile) -> None:
    other = standing_declaration(session, case.subject_id or 0, case.id)
    if other is not None and other.state.is_final:
        raise Refusal("该企业（户）已确定为信用企业（户），无需重复申报。", "uscc")
    if other is not None:
        raise Refusal("该企业（户）已有在办的申报，不能重复提交。", "uscc")


def _firm(session: Session, case: CaseFile) -> Subject:
    """The row of the firm, brought in line with what it declares of itself."""
    region_id = case.region_id or 0
    found = subject_of_code(session, _code(case))
    if found is None:
        found = Subject(
            uscc=_code(case), name=case.applicant_name, kind=case.applicant_type, region_id=region_id,
            operator_hash="", recorded_at=now(),
        )  # fmt: skip
        session.add(found)
    found.name, found.operator_hash = case.applicant_name, _operator(case)
    session.flush()
    return found


def _code(case: CaseFile) -> str:
    return normalize(str(case.application.get("uscc") or ""))


def _operator(case: CaseFile) -> str:
    """The keyed hash by which its operator or legal representative is found."""
    return keyed_hash(normalize(str(case.application.get("legal_id_number") or "")))


@step("form_check")
def check_form(done: Completion) -> Routing:
    """形式审查: complete, or the one list of what is missing; the findings are kept beside the opinion."""
    if done.answers["result"] == "incomplete":
        ask_supplement(done)
        text = f"{done.case.number} {done.case.applicant_name}：申报材料需要补正，请查看一次性告知书。"
        tell(done.session, _recommenders(done.case), "notice", text, done.case)
        return {"declaration_complete": False}
    broken = [found.code for found in findings(done.session, done.case) if found.level != "ok"]
    done.give_opinion("in_order", findings=broken)
    return {"declaration_complete": True}


@step("result_notice")
def notify_result(done: Completion) -> Routing:
    """N9: the result with its reasons, within the term, by letter and message."""
    content = {
        "stage": done.task.name,
        "declared_on": done.case.received_on,
        "reason_text": done.text("reason_text"),
        "clause": done.text("clause"),
        "remedy": done.text("remedy"),
        "next_opening": window(done.session).next_opening,
    }
    letter = issue(
        done.session,
        done.case,
        LetterKind.SCREENING_RESULT,
        content,
        actor=done.actor,
        delivery_method=done.text("delivery_method"),
        delivered_on=done.answers.get("delivered_on"),
    )
    done.give_opinion("notified")
    text = f"{done.case.number} {done.case.applicant_name}：《{letter.title}》已制发，请查收。"
    tell(done.session, _people(done.case), "notice", text, done.case)
    return {}


@act("tell_listed")
def tell_listed(session: Session, case: CaseFile) -> None:
    """N9 of a firm that has passed: the letter and the message, by the house itself."""
    content = {"stage": "listed", "declared_on": case.received_on}
    letter = issue(session, case, LetterKind.SCREENING_RESULT, content, actor=None)
    text = f"{case.number} {case.applicant_name}：经公示无异议，已确定为信用企业（户），《{letter.title}》已制发。"
    tell(session, _people(case), "notice", text, case)


def _recommenders(case: CaseFile) -> list[int]:
    """Who handed in for a firm that has no user of its own; the step itself tells the firm's."""
    return [] if case.applicant_user_id or case.created_by_id is None else [case.created_by_id]


def _people(case: CaseFile) -> list[int]:
    """The firm's own user, and whoever handed in for it."""
    return [user for user in (case.applicant_user_id, case.created_by_id) if user is not None]


def reasons(session: Session, case: CaseFile) -> list[str]:
    """Why the firm has not passed, as far as a room can tell."""
    return [sentence for source in REASONS for sentence in source(session, case)]


def _removed(session: Session, case: CaseFile) -> list[str]:
    """Why it was taken off a public notice."""
    query = select(NoticeEntry.reason).where(NoticeEntry.application_case_id == case.id)
    return [reason for reason in session.scalars(query.order_by(NoticeEntry.id)) if reason]


REASONS.append(_removed)


@prefill("result_notice")
def _result_notice(session: Session, case: CaseFile, task: UserTask) -> Values:
    """What the departments, the group and the verification of an objection have written down."""
    office = session.get_one(Department, task.department_id)
    place = f"{office.name}（电话：{office.phone}）" if office.phone else office.name
    return {
        "reason_text": "\n".join(reasons(session, case))[:1000],
        "clause": "伊政办发〔2019〕53号二、（一）3.准入条件",
        "remedy": f"如有疑问，可向{place}咨询。",
        "delivered_on": today(),
    }


def _stop_candidates(session: Session, case: CaseFile) -> None:
    """What came out of a withdrawn declaration ends with it, where its drawing waits for that."""
    running = select(CaseFile.id).where(CaseFile.parent_id == case.id, CaseFile.closed_at.is_(None))
    post(session, session.scalars(running).all(), "withdrawal")


withdrawal.AFTER.append(_stop_candidates)
