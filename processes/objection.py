"""Room objection: somebody objects by his real name; the office verifies, decides, and answers him (D-27)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile, locked
from models.deadline import Deadline
from models.document import documents_of
from models.letter import LetterKind
from models.notice import EntryOutcome, NoticeEntry, PublicNotice
from models.objection import (
    KEY,
    Objection,
    ObjectionChannel,
    ObjectionOutcome,
    SeriousBreach,
    note_submission,
    objection_of_case,
)
from models.people import DepartmentKind, Permission, User
from models.refusal import Forbidden, NotFound, Refusal
from models.scheme import Scheme
from models.subject import Subject
from processes.acts import act
from processes.case_opening import begin, open_case
from processes.document import keep
from processes.letter import issue
from processes.message import post
from processes.notification import tell_departments
from processes.office import office_in
from processes.steps import ROUTING, Completion, Routing, step

ROUTING |= {"upheld"}
MAX_FILES = 5
EVIDENCE, SEAL = "objection_evidence", "objection_seal"
_SAID = ("name", "phone", "address", "unit", "facts")


@dataclass(frozen=True)
class HandedIn:
    """A file beside an objection: `kind` is EVIDENCE or SEAL."""

    kind: str
    file_name: str
    content: bytes


def object_publicly(
    session: Session, notice_id: int, said: Mapping[str, Any], files: Sequence[HandedIn], address: str
) -> Objection:
    """An objection by the public form, until 24:00 of the last day of the period.

    Raises Refusal (period over, firm not on the list, bad file) and TooManyObjections.
    """
    notice = _locked_notice(session, notice_id)
    if not notice.is_open:
        raise Refusal("公示期已结束或公示尚未发布，不再受理异议；其他情况可向受理机构反映。")
    if said.get("is_unit") and not any(one.kind == SEAL for one in files):
        raise Refusal("单位提出异议须上传加盖公章的异议书。", "seal")
    if (known := _sent_before(session, notice, said)) is not None:
        return _complete(session, known, files, None)
    note_submission(session, address)
    return _open(
        session, notice, said, files, channel=ObjectionChannel.ONLINE, received_on=today(), actor=None
    )


def register_written(
    session: Session,
    notice_id: int,
    said: Mapping[str, Any],
    files: Sequence[HandedIn],
    *,
    received_on: date,
    actor: User,
) -> Objection:
    """An objection on paper, received at the office within the period; it may be recorded a little later."""
    notice = _locked_notice(session, notice_id)
    require_center(session, notice, actor)
    if said.get("is_unit") and not said.get("sealed") and not any(one.kind == SEAL for one in files):
        message = "单位提出异议须加盖公章：请上传异议书扫描件，或确认已收到加盖公章的纸质异议书。"
        raise Refusal(message, "sealed")
    period = notice.period
    if period is None or notice.confirmed_on is not None:
        raise Refusal("该公示未在公示期内，不能登记异议。")
    if not notice.published_on or not notice.published_on <= received_on <= min(today(), period.last_on):
        raise Refusal(
            f"收到日期应在公示发布日至公示期最后一日（{period.last_on.isoformat()}）之间，且不晚于今日。",
            "received_on",
        )
    if (known := _sent_before(session, notice, said)) is not None:
        return _complete(session, known, files, actor)
    return _open(
        session, notice, said, files, channel=ObjectionChannel.COUNTER, received_on=received_on, actor=actor
    )


def due_on(session: Session, objection: Objection) -> str:
    """The last day of the verification, as text."""
    query = select(Deadline.due_on).where(Deadline.case_id == objection.case_id, Deadline.key == KEY)
    return session.scalars(query).one().isoformat()


def require_center(session: Session, notice: PublicNotice, actor: User) -> None:
    """Raises Forbidden unless the actor works in the 金融服务中心 of the notice's region."""
    actor.require(Permission.CREDIT_WORK)
    center = office_in(session, notice.region_id, DepartmentKind.FINANCE_CENTER)
    if center is None or actor.department_id != center:
        raise Forbidden("只有该公示的受理机构可以登记书面异议。")


def _locked_notice(session: Session, notice_id: int) -> PublicNotice:
    """The notice as it is once nobody else is confirming it: an objection and the confirmation stand in line."""
    notice = session.get(PublicNotice, notice_id)
    if notice is None or notice.published_on is None:
        raise NotFound("未找到该公示。")
    if notice.has_period and notice.case_id is not None:
        locked(session, notice.case_id)
        session.refresh(notice)
    return notice


def _open(
    session: Session,
    notice: PublicNotice,
    said: Mapping[str, Any],
    files: Sequence[HandedIn],
    *,
    channel: ObjectionChannel,
    received_on: date,
    actor: User | None,
) -> Objection:
    entry = _entry(session, notice, str(said.get("uscc") or ""))
    _check_files(files)
    subject = session.get_one(Subject, entry.subject_id)
    parent = session.get(CaseFile, notice.case_id)
    title = f"对“{entry.name}”的异议"
    case = open_case(
        session, Scheme.OBJECTION, notice.region_id, title, actor=actor, subject=subject, parent=parent
    )
    objection = Objection(
        case_id=case.id,
        notice_id=notice.id,
        entry_id=entry.id,
        channel=channel.value,
        category=str(said["category"]),
        received_at=now(),
        received_on=received_on,
        statement=_statement(said),
        outcome="",
        breaches=[],
    )
    session.add(objection)
    session.flush()
    summary = f"{channel.label}：收到{title}（{objection.category_label}）"
    begin(session, case, summary, actor, notice=notice.id, received_on=received_on)
    for one in files:
        keep(session, case, one.kind, one.file_name, one.content, actor)
    center = office_in(session, notice.region_id, DepartmentKind.FINANCE_CENTER)
    tell_departments(session, [center], f"{case.number}：收到{title}，请及时核实。", case)
    return objection


def _sent_before(session: Session, notice: PublicNotice, said: Mapping[str, Any]) -> Objection | None:
    """The same objection that is still open: the same person says the same of the same firm, or a second click."""
    query = (
        select(Objection)
        .join(NoticeEntry, NoticeEntry.id == Objection.entry_id)
        .where(Objection.notice_id == notice.id, Objection.outcome == "")
        .where(NoticeEntry.uscc == str(said.get("uscc") or "").upper())
    )
    same = [
        row for row in session.scalars(query.order_by(Objection.id)) if _words(row.statement) == _words(said)
    ]
    return same[0] if same else None


def _statement(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an objection, encrypted; `sealed` only where the paper was seen."""
    kept = {**{key: str(said.get(key) or "") for key in _SAID}, "is_unit": bool(said.get("is_unit"))}
    return {**kept, "sealed": True} if said.get("sealed") else kept


def _words(said: Mapping[str, Any]) -> list[str]:
    return ["".join(str(said.get(name) or "").split()) for name in ("name", "unit", "facts")]


def _complete(session: Session, known: Objection, files: Sequence[HandedIn], actor: User | None) -> Objection:
    """Sent again, perhaps for a file that was forgotten: what is not there yet is kept with the first."""
    case = locked(session, known.case_id)
    there = documents_of(session, case)
    digests = {row.sha256 for row in there}
    fresh = [one for one in files if hashlib.sha256(one.content).hexdigest() not in digests]
    _check_files([*(HandedIn(row.kind, row.file_name, b"") for row in there), *fresh])
    for one in fresh:
        keep(session, case, one.kind, one.file_name, one.content, actor)
    return known


def _entry(session: Session, notice: PublicNotice, uscc: str) -> NoticeEntry:
    query = select(NoticeEntry).where(NoticeEntry.notice_id == notice.id, NoticeEntry.uscc == uscc.upper())
    found = session.scalars(query).first()
    if found is None:
        raise Refusal("公示名单中没有该统一社会信用代码，请核对后填写。", "uscc")
    if found.outcome:
        raise Refusal("该企业（户）已不在公示名单中。", "uscc")
    return found


def _check_files(files: Sequence[HandedIn]) -> None:
    if sum(one.kind == EVIDENCE for one in files) > MAX_FILES:
        raise Refusal(f"证据材料最多上传 {MAX_FILES} 个文件。", "file")
    if sum(one.kind == SEAL for one in files) > 1:
        raise Refusal("加盖公章的异议书只上传 1 个文件。", "seal")


@step("objection_verification")
def verify(done: Completion) -> Routing:
    """异议核实: what was found, by which departments, and what it amounts to; another person decides."""
    done.give_opinion(
        done.text("decision"),
        method=done.text("method"),
        departments=done.text("departments"),
        findings=done.text("findings"),
        breaches=_breaches(done),
    )
    return {}


@step("objection_decision")
def decide(done: Completion) -> Routing:
    """审定核实结论: 属实 names what was proved; the objector gets a letter either way."""
    objection = objection_of_case(done.session, done.case.id)
    objection.outcome, objection.decided_on = done.text("decision"), today()
    objection.breaches = _breaches(done)
    done.give_opinion(objection.outcome, breaches=objection.breaches, conclusion=done.text("conclusion"))
    said = objection.statement
    content = {
        "received_on": objection.received_on,
        "receipt": done.case.number,
        "firm": done.case.applicant_name,
        "outcome": objection.outcome,
        "breaches": objection.breach_labels,
        "conclusion": done.text("conclusion"),
    }
    issue(
        done.session,
        done.case,
        LetterKind.OBJECTION,
        content,
        actor=done.actor,
        addressee=(said.get("unit") if said.get("is_unit") else said.get("name")) or "异议人",
        delivery_method=done.text("delivery_method"),
        delivered_on=done.answers.get("delivered_on"),
    )
    return {"upheld": objection.outcome == ObjectionOutcome.UPHELD}


def _breaches(done: Completion) -> list[str]:
    """The proved kinds of 重大失信. Raises Refusal when 属实 names none: nothing else takes a firm off."""
    if done.text("decision") != ObjectionOutcome.UPHELD:
        return []
    named = [key for key in done.answers.get("breaches") or [] if key in SeriousBreach.__members__.values()]
    if not named:
        raise Refusal("认定属实的，须选择所属的重大失信情形。", "breaches")
    return named


@act("remove_entry")
def remove_entry(session: Session, case: CaseFile) -> None:
    """A proved 重大失信: the firm leaves the notice, and its declaration goes on to the notice of the result."""
    objection = objection_of_case(session, case.id)
    entry = session.get_one(NoticeEntry, objection.entry_id)
    if entry.outcome:
        return  # proved twice
    entry.outcome, entry.settled_on = EntryOutcome.REMOVED.value, today()
    entry.reason = "、".join(objection.breach_labels)[:300]
    if entry.application_case_id is not None:
        post(session, [entry.application_case_id], "not_listed")
    new = {"notice": objection.notice_id, "uscc": entry.uscc, "breaches": objection.breaches}
    audit.record(session, "notice.entry_removed", f"{entry.name}移出公示名单", actor=None, case=case, new=new)
