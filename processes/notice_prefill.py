"""Room notice, prefill: the words that a notice and a conclusion start with; the office changes what it likes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.calendar import today
from models.case import CaseFile
from models.notice import last_listing, notice_of_case
from models.people import Department
from models.review import last_opinion
from models.workflow import UserTask
from processes.facts import CaseFacts
from processes.prefilling import prefill

BASIS = "《关于在全旗开展中小微企业、个体工商户“信保贷”业务的通知》（伊政办发〔2019〕53号）"
TEXT = (
    "经企业（户）申报（推荐）、有关部门信用甄别和旗县域金融工程领导小组审核，下列企业、个体工商户符合“信保贷”准入条件，"
    "拟确定为信用企业（户），现予公示，公示期{days}个工作日。公示期内，任何单位和个人发现公示对象有重大失信事件的，"
    "请以真实身份向受理机构书面或网上提出异议，写明事实并提供证据和联系方式；单位提出异议的应加盖公章。"
)


@prefill("notice_publication")
def _publication(session: Session, case: CaseFile, task: UserTask) -> dict[str, Any]:
    office, notice = session.get_one(Department, task.department_id), notice_of_case(session, case.id)
    last = last_listing(session, notice.region_id)
    known: dict[str, Any] = {"office": office.name, "phone": office.phone}
    if last is not None:
        known |= {name: last.content.get(name) for name in ("office", "phone", "address")}
    return {
        **known,
        "title": notice.title,
        "basis": BASIS,
        "text": TEXT.format(days=CaseFacts(session, case).credit.notice_days),
        "published_on": today(),
    }


@prefill("objection_decision")
def _decision(session: Session, case: CaseFile, _task: UserTask) -> dict[str, Any]:
    """What the verification has found; the second person reads, and decides for himself."""
    found = last_opinion(session, case, "objection_verification")
    if found is None:
        return {"delivered_on": today()}
    breaches = found.details.get("breaches") or []
    return {"decision": found.result, "breaches": breaches, "delivered_on": today()}
