"""Room credit, receipts: every department takes note of a blacklisting, here or on paper (N17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.blacklisting import BlacklistObjection, BlacklistReceipt, blacklisting_of, receipts_of
from models.calendar import SHANGHAI, local_date, now, today
from models.case import CaseFile, locked, require_open, visible_to
from models.document import Document
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.scheme import Scheme
from models.words import said
from processes import document
from processes.blacklisting import EVIDENCE, is_center
from processes.notification import tell_departments

FILES = (EVIDENCE, "firm_statement")


def take_note(session: Session, case_id: int, measures: str, actor: User) -> BlacklistReceipt:
    """签收: a department says what it stops. Raises NotFound for one that was not told, Conflict the second time."""
    actor.require(Permission.CREDIT_WORK)
    case = _case(session, case_id, actor)
    return _receive(session, case, actor.department_id, measures, now(), actor)


def note_paper(
    session: Session, case_id: int, department_id: int, measures: str, on: date, actor: User
) -> BlacklistReceipt:
    """登记书面签收: the center files the paper of a department that has nobody here."""
    if not is_center(actor):
        raise Forbidden("只有旗金融服务中心可以登记书面签收。")
    case = _case(session, case_id, actor)
    receipt = receipt_of(session, case.id, department_id)
    if not local_date(receipt.sent_at) <= on <= today():
        raise Refusal("签收日期应在通报日至今日之间。", "received_on")
    at = now() if on == today() else datetime.combine(on, time(12), SHANGHAI)
    return _receive(session, case, department_id, measures, at, actor)


def receipt_of(session: Session, case_id: int, department_id: int | None) -> BlacklistReceipt:
    """The line of a department that was told. Raises NotFound for any other."""
    found = session.get(BlacklistReceipt, (case_id, department_id)) if department_id else None
    if found is None:
        raise NotFound("该通报没有发给这个部门。")
    return found


def urge(session: Session, case_id: int, actor: User) -> int:
    """催办: a message to every department that has not taken note; how many they are."""
    if not is_center(actor):
        raise Forbidden("只有旗金融服务中心可以催办签收。")
    case = _case(session, case_id, actor)
    missing = [row.department_id for row in receipts_of(session, case.id) if row.received_at is None]
    text = f"{case.number}：请尽快签收信贷“黑名单”通报（{case.applicant_name}）。"
    tell_departments(session, missing, text, case)
    summary = f"催办 {len(missing)} 个部门签收通报"
    audit.record(session, "receipt.urged", summary, actor=actor, case=case, new={"departments": missing})
    return len(missing)


def note_objection(
    session: Session, case_id: int, statement: Mapping[str, str], received_on: date, reply: str, actor: User
) -> BlacklistObjection:
    """登记异议 against a decision with the answer; the exclusion has no end and stays (D-38)."""
    if not is_center(actor):
        raise Forbidden("只有旗金融服务中心可以登记异议。")
    case = _case(session, case_id, actor)
    decided_on = blacklisting_of(session, case.id).decided_on
    if decided_on is None or not decided_on <= received_on <= today():
        raise Refusal("收到日期应在决定日至今日之间；作出决定前的意见，作为当事人陈述登记。", "received_on")
    row = BlacklistObjection(
        case_id=case.id,
        received_on=received_on,
        statement=dict(statement),
        reply=reply.strip(),
        recorded_by_id=actor.id,
        recorded_at=now(),
    )
    session.add(row)
    new = {"received_on": received_on}
    audit.record(session, "blacklist.objected", "登记对黑名单决定的异议", actor=actor, case=case, new=new)
    return row


def add_evidence(
    session: Session, case_id: int, kind: str, file_name: str, content: bytes, actor: User
) -> Document:
    """Evidence or the firm's written statement, by the center, until the case has ended. Raises Refusal at `file`."""
    if not is_center(actor):
        raise Forbidden("只有旗金融服务中心可以上传证据。")
    case = _case(session, case_id, actor)
    require_open(case)
    if kind not in FILES:
        raise Refusal("请选择材料种类。", "kind")
    return document.keep(session, case, kind, file_name, content, actor)


def _case(session: Session, case_id: int, actor: User) -> CaseFile:
    seen = select(CaseFile.id).where(CaseFile.id == case_id, visible_to(actor))
    found = session.scalars(seen.where(CaseFile.scheme == Scheme.BLACKLISTING)).first()
    if found is None:
        raise NotFound("未找到该黑名单案卷，或您无权查看。")
    return locked(session, found)


def _receive(
    session: Session, case: CaseFile, department_id: int | None, measures: str, at: datetime, actor: User
) -> BlacklistReceipt:
    receipt = receipt_of(session, case.id, department_id)
    if receipt.received_at is not None:
        raise Conflict("该部门已签收。")
    if not said(measures):
        raise Refusal("请写明停止的政策、资金扶持；没有的，写“无”。", "measures")
    receipt.received_at, receipt.received_by_id, receipt.measures = at, actor.id, measures.strip()
    new = {"department": department_id, "measures": receipt.measures}
    audit.record(session, "receipt.noted", "签收信贷“黑名单”通报", actor=actor, case=case, new=new)
    return receipt
