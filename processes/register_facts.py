"""Room credit, facts: what the drawings of the exit and of the blacklist may ask; and what their forms begin with."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.blacklisting import blacklisting_of
from models.calendar import today
from models.case import CaseFile
from models.credit_exit import exit_of
from models.subject import Subject
from models.workflow import UserTask
from processes.facts import FACTS
from processes.prefilling import prefill

FACTS.update(
    {
        "exit_is_cancelled": lambda f: exit_of(f.session, f.case.id).is_cancelled_before,
        "exit_reported_on": lambda f: exit_of(f.session, f.case.id).reported_on,
        # The act that sets it follows in the same knock, on the same day.
        "exit_cancelled_on": lambda f: exit_of(f.session, f.case.id).cancelled_on or today(),
        "exit_has_lender": lambda f: f.case.bank_id is not None,
        "exit_has_guarantor": lambda f: f.case.guarantor_id is not None,
        "exit_days": lambda f: f.credit.report_days,
        "blacklist_told_on": lambda f: blacklisting_of(f.session, f.case.id).told_on,
        "blacklist_decided_on": lambda f: blacklisting_of(f.session, f.case.id).decided_on or today(),
        "statement_days": lambda f: f.credit.statement_days,
    }
)


@prefill("exit_announcement")
def _cancellation(session: Session, case: CaseFile, _task: UserTask) -> dict[str, Any]:
    """取消资格公告 (F6): name, code, ground, day and basis; the center still reads it."""
    file = exit_of(session, case.id)
    subject = session.get_one(Subject, file.subject_id)
    on = file.cancelled_on or today()
    text = (
        f"{subject.name}（统一社会信用代码：{subject.uscc}）因{file.ground_label}，依据伊政办发〔2019〕53号"
        f"文件第二条第（二）项，自{on.year}年{on.month}月{on.day}日起取消信用企业（户）资格，"
        "不得再申请“信保贷”业务。特此公告。"
    )
    return {"title": f"关于取消{subject.name}信用企业（户）资格的公告", "text": text}


@prefill("blacklist_announcement")
def _blacklist(session: Session, case: CaseFile, _task: UserTask) -> dict[str, Any]:
    """黑名单通报: name, code, ground, meeting and effect."""
    row = blacklisting_of(session, case.id)
    subject = session.get_one(Subject, row.subject_id)
    text = (
        f"{subject.name}（统一社会信用代码：{subject.uscc}）因{row.ground_label}信贷资金，依据伊政办发〔2019〕53号"
        f"文件第二条第（四）项，经县域金融工程领导小组会议（{row.meeting_number}）审议，列入信贷“黑名单”。"
        "今后不再纳入“信保贷”范围，取消其他一切政策、资金扶持。特此通报。"
    )
    return {"title": f"关于将{subject.name}列入信贷“黑名单”的通报", "text": text}
