"""Room loan of 信保贷, use of the money: what the bank or the guarantor looked at, with its evidence (B-17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.credit_loan import UseCheck
from models.people import Permission, User
from models.refusal import Forbidden, Refusal
from models.vocabulary_credit_loan import UseResult
from processes.credit_loan import loan_numbered


@dataclass(frozen=True)
class Checked:
    """A check as it is typed."""

    checked_on: date
    result: str
    finding: str
    evidence: str


def record_use(session: Session, number: str, checked: Checked, actor: User) -> UseCheck:
    """资金使用检查 by the bank or the guarantor of a signed loan. Raises Refusal with the field, Forbidden."""
    actor.require(Permission.CREDIT_WORK)
    case, loan = loan_numbered(session, number, actor)
    if actor.department_id is None or actor.department_id not in (loan.bank_id, loan.guarantor_id):
        raise Forbidden("资金使用检查由该笔贷款的合作金融机构或担保公司办理。")
    if checked.result not in dict(UseResult.choices()):
        raise Refusal("请选择检查结论。", "result")
    if loan.signed_on is None or not loan.signed_on <= checked.checked_on <= today():
        raise Refusal("检查日期应在签约之后，且不晚于今日。", "checked_on")
    row = UseCheck(
        loan_id=loan.id,
        checked_on=checked.checked_on,
        result=checked.result,
        finding=checked.finding,
        evidence=checked.evidence,
        department_id=actor.department_id,
        recorded_by_id=actor.id,
        recorded_at=now(),
    )
    session.add(row)
    session.flush()
    summary = f"资金使用检查：{UseResult.title_of(checked.result)}（凭证：{checked.evidence[:100]}）"
    audit.record(session, "use.checked", summary, actor=actor, case=case, new={"result": checked.result})
    return row
