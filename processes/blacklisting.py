"""Room credit, blacklisting: proposal, statement, decision of the leading group, receipts (B-22, D-38, F11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.blacklisting import BlacklistGround, Blacklisting, BlacklistReceipt, blacklisting_of, receipts_of
from models.calendar import now, today
from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit import ExclusionCause, exclusions_of
from models.credit_exit import ExitGround
from models.credit_policy import credit_rules_on
from models.deadline import due_for
from models.document import documents_of
from models.letter import LetterKind
from models.meeting import Meeting
from models.notice import NoticeKind
from models.people import SCREENING, DepartmentKind, Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.review import last_opinion
from models.scheme import Scheme
from models.subject import Subject
from models.words import said
from models.working_days import ONE_DAY
from processes.acts import act
from processes.case_opening import begin, open_case
from processes.credit import exclude, leave, note_blacklisted
from processes.credit_exit import announced
from processes.deadline import region_of
from processes.facts import CaseFacts
from processes.group_review import require_meeting
from processes.letter import issue
from processes.notification import tell_departments
from processes.office import join, offices
from processes.steps import ROUTING, Completion, Routing, step

# “取消其他一切政策、资金扶持”: everybody who could support the firm, but not the two who decided, nor the operator.
TOLD = (
    *SCREENING,
    DepartmentKind.HRSS,
    DepartmentKind.FINANCE,
    DepartmentKind.GUARANTOR,
    DepartmentKind.BANK,
)
# What kind of file proves the ground; without one nobody decides (B-22: 有证据).
EVIDENCE = "blacklist_evidence"
ROUTING |= {"blacklist_approved"}


@dataclass(frozen=True)
class Proposal:
    """What the center writes (F11); `told_on` is the day on which the firm was told of its right to speak."""

    ground: str
    facts: str
    evidence: str
    debts: str
    collection: str
    told_on: date


def is_center(actor: User) -> bool:
    """Whether the person works at 旗金融服务中心."""
    office = actor.department
    is_at_center = office is not None and office.kind == DepartmentKind.FINANCE_CENTER
    return is_at_center and actor.may(Permission.CREDIT_WORK)


def propose(session: Session, subject_id: int, proposal: Proposal, actor: User) -> CaseFile:
    """The center proposes a firm for the blacklist; only one of three grounds, with facts and evidence.

    Raises Refusal at the field, Conflict while another proposal is open or the firm is on the list.
    """
    if not is_center(actor) or actor.department is None:
        raise Forbidden("只有旗金融服务中心可以提出列入黑名单的建议。")
    subject = session.get(Subject, subject_id)
    if subject is None or subject.region_id != actor.department.region_id:
        raise NotFound("未找到该主体，或您无权办理。")
    _check(session, subject, proposal)
    region_id = subject.region_id
    case = open_case(session, Scheme.BLACKLISTING, region_id, subject.name, actor=actor, subject=subject)
    row = Blacklisting(
        case_id=case.id,
        subject_id=subject.id,
        ground=proposal.ground,
        facts=proposal.facts.strip(),
        evidence=proposal.evidence.strip(),
        debts=proposal.debts.strip(),
        collection=proposal.collection.strip(),
        proposed_on=today(),
        proposed_by_id=actor.id,
        told_on=proposal.told_on,
        recorded_at=now(),
    )
    session.add(row)
    session.flush()
    begin(
        session, case, f"建议将{subject.name}列入信贷“黑名单”：{row.ground_label}", actor, ground=row.ground
    )
    days = credit_rules_on(session, row.told_on).statement_days
    content = {"ground": row.ground_label, "facts": row.facts, "told_on": row.told_on, "days": days}
    issue(session, case, LetterKind.STATEMENT_NOTICE, content, actor=actor, delivered_on=row.told_on)
    return case


def _check(session: Session, subject: Subject, proposal: Proposal) -> None:
    if proposal.ground not in BlacklistGround.__members__.values():
        raise Refusal("事由只能是骗取、挪用或恶意逃废；逾期、代偿本身不构成列入黑名单的事由。", "ground")
    for field, text in (("facts", proposal.facts), ("evidence", proposal.evidence)):
        if not said(text):
            raise Refusal("请写明事实和证据。", field)
    # D-38: the term to speak lies ahead; a day before the letter exists would have used it up already.
    if proposal.told_on != today():
        raise Refusal("告知书随建议制发，告知当事人日期应为今日；陈述期限自次日起计算。", "told_on")
    if any(row.cause == ExclusionCause.BLACKLIST for row in exclusions_of(session, subject.uscc, ())):
        raise Conflict("该主体已列入信贷“黑名单”。")
    if open_proposal(session, subject.id) is not None:
        raise Conflict("该主体列入黑名单的建议正在办理，请勿重复提出。")


def open_proposal(session: Session, subject_id: int) -> CaseFile | None:
    """The proposal on a firm that has not ended yet, if any."""
    ended = [status.value for status in CaseStatus if status.is_final]
    return session.scalars(
        select(CaseFile)
        .where(
            CaseFile.scheme == Scheme.BLACKLISTING,
            CaseFile.subject_id == subject_id,
            CaseFile.status.not_in(ended),
        )
        .limit(1)
    ).first()


@step("blacklist_statement")
def hear(done: Completion) -> Routing:
    """What the firm says for itself, or that it does not wish to (D-38); without it the term runs to its end."""
    row = blacklisting_of(done.session, done.case.id)
    on: date = done.answers["stated_on"]
    if not row.told_on <= on <= today():
        raise Refusal("陈述日期应在告知日至今日之间。", "stated_on")
    row.stated_on = on
    row.statement = done.text("statement") or "当事人书面放弃陈述。"
    done.give_opinion(done.text("result"), stated_on=on, statement=row.statement)
    return {}


@step("blacklist_decision")
def decide(done: Completion) -> Routing:
    """The leading group decides in a meeting of the register, on evidence; the statement lies before it."""
    row = blacklisting_of(done.session, done.case.id)
    if not any(file.kind == EVIDENCE for file in documents_of(done.session, done.case)):
        raise Refusal("案卷中还没有证据材料，请旗金融服务中心上传后再审议。", "decision")
    meeting = _meeting(done, row)
    met_on = meeting.held_on
    row.is_approved = done.answers["decision"] == "approve"
    row.meeting_id, row.meeting_number, row.meeting_on = meeting.id, meeting.number, met_on
    row.reason, row.decided_on = done.text("reason"), today()
    done.give_opinion(
        done.text("decision"), meeting_number=row.meeting_number, meeting_on=met_on, reason=row.reason
    )
    content = {
        "name": done.case.applicant_name,
        "ground": row.ground_label,
        "is_approved": row.is_approved,
        "facts": row.facts,
        "reason": row.reason,
        "meeting_number": row.meeting_number,
        "meeting_on": met_on,
        "collection": row.collection,
    }
    issue(done.session, done.case, LetterKind.BLACKLIST_DECISION, content, actor=done.actor)
    return {"blacklist_approved": row.is_approved}


def _meeting(done: Completion, row: Blacklisting) -> Meeting:
    """The meeting of the group, held when the firm had spoken, or its term was over (D-38)."""
    given = int(done.answers.get("meeting_id") or 0)
    meeting = require_meeting(done.session, done.case.region_id or 0, given)
    heard_on = row.stated_on
    if heard_on is None:
        days = CaseFacts(done.session, done.case).credit.statement_days
        heard_on = due_for(row.told_on, days, region_code=region_of(done.case)).due_on + ONE_DAY
    if meeting.held_on < heard_on:
        message = f"会议应在听取当事人陈述或陈述期满之后（{heard_on.isoformat()} 起）召开。"
        raise Refusal(message, "meeting_id")
    return meeting


@act("blacklist")
def put_on(session: Session, case: CaseFile) -> None:
    """The only way onto the blacklist: firm and operator, both schemes, without an end; a listing ends with it."""
    row = blacklisting_of(session, case.id)
    opinion = last_opinion(session, case, "blacklist_decision")
    actor = session.get(User, opinion.actor_id) if opinion else None
    subject = session.get_one(Subject, row.subject_id)
    exclude(session, subject, ExclusionCause.BLACKLIST, today(), case)
    note_blacklisted(session, subject, row.ground, row.facts, case, actor)
    new = {"uscc": subject.uscc, "ground": row.ground, "meeting": row.meeting_number}
    summary = f"将{subject.name}列入信贷“黑名单”：{row.ground_label}"
    audit.record(session, "blacklist.added", summary, actor=actor, case=case, new=new)
    leave(session, subject, ExitGround.BLACKLIST, row.facts, today(), case, actor=actor)
    circulate(session, subject, row, case)


def circulate(session: Session, subject: Subject, row: Blacklisting, case: CaseFile) -> None:
    """N17: letter, message and a line for the receipt of every department."""
    told = offices(session, subject.region_id, TOLD)
    content = {
        "name": subject.name,
        "uscc": subject.uscc,
        "ground": row.ground_label,
        "facts": row.facts,
        "meeting_number": row.meeting_number,
        "meeting_on": row.meeting_on,
        "recipients": [office.name for office in told],
    }
    issue(session, case, LetterKind.BLACKLIST_CIRCULAR, content, actor=None, addressee="各有关部门和单位")
    session.add_all(
        BlacklistReceipt(case_id=case.id, department_id=office.id, sent_at=now()) for office in told
    )
    join(session, case, told)
    text = (
        f"{case.number}：{subject.name}（{subject.uscc}）已列入信贷“黑名单”，请签收通报并停止政策、资金扶持。"
    )
    tell_departments(session, [office.id for office in told], text, case)


@step("blacklist_announcement")
def make_public(done: Completion) -> Routing:
    """The decision is announced to the public at once."""
    row = blacklisting_of(done.session, done.case.id)
    subject = done.session.get_one(Subject, row.subject_id)
    row.notice_id = announced(done, NoticeKind.BLACKLIST, subject)
    done.give_opinion("announced", title=done.text("title"), notice_id=row.notice_id)
    return {}


@step("blacklist_circulation")
def close_circulation(done: Completion) -> Routing:
    """Every department has taken note. Raises Refusal naming those that have not."""
    missing = [
        row.department_id for row in receipts_of(done.session, done.case.id) if row.received_at is None
    ]
    if missing:
        raise Refusal(f"还有 {len(missing)} 个部门未签收，请催办，或登记其书面签收后再办理。")
    done.give_opinion("received", note=done.text("note"))
    return {}
