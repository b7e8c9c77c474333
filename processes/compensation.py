"""Room compensation: application, consent, payment and confirmation of 代偿, in that order and once (B-21, D-37)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models import audit
from models.arrears import ArrearsFile, file_of, loan_behind
from models.calendar import now, today
from models.case import CaseFile, locked
from models.compensation import Compensation, DueProof, compensation_of
from models.credit_ledger import Payoff
from models.credit_loan import CreditLoan, entries_of
from models.deadline import WORKING, due_for
from models.letter import LetterKind, letters_of
from models.money import format_amount
from models.refusal import Conflict, Refusal
from models.vocabulary import ApprovalResult
from models.vocabulary_credit_loan import EntryKind
from models.words import said
from models.workflow import UserTask
from processes import compensation_proof, credit_ledger
from processes.acts import act
from processes.arrears_letter import center_of, payoff_content, send
from processes.deadline import region_of
from processes.facts import CaseFacts
from processes.message import post
from processes.prefilling import Values, prefill
from processes.steps import ROUTING, Completion, Routing, step

ROUTING |= {"compensation_consented"}
_ACCOUNT = ("account_bank", "account_number")


@step("compensation_application")
def apply(done: Completion) -> Routing:
    """代偿申请 by the bank, after the demand notice (N16)."""
    file, loan = file_of(done.session, done.case), loan_behind(done.session, done.case)
    require_demanded(file)
    if lacking := compensation_proof.missing(done.session, done.case):
        raise Refusal(f"请先在“代偿申请材料”中上传：{'、'.join(lacking)}。", "proofs")
    file.applied_on = today()
    more = {name: done.text(name) for name in ("situation", "security", "manager")}
    owed = payoff_content(credit_ledger.payoff(done.session, loan, today()), today())
    proofs = [DueProof.title_of(value) for value in done.answers.get("proofs") or []]
    account = {name: done.text(name) for name in _ACCOUNT}
    center = [center_of(done.session, done.case)]
    send(done, LetterKind.COMPENSATION_REQUEST, center, {**more, **owed, **account, "proofs": proofs})
    done.give_opinion(
        "applied", **more, proofs=done.answers.get("proofs"), account_bank=account["account_bank"]
    )
    return {}


def require_demanded(file: ArrearsFile) -> None:
    """The order of B-21: day 60 and the demand notice come before everything of 代偿. Raises Refusal."""
    if today() < file.demand_on:
        raise Refusal(f"贷款逾期未满{file.demand_day}日，不能办理代偿。")
    if file.demanded_on is None:
        raise Refusal("尚未发放催收通知书，不能办理代偿。")


@step("compensation_consent")
def decide(done: Completion) -> Routing:
    """旗金融服务中心 consents, or refuses with a reason, and then the bank collects on (B-21, D-37)."""
    file = file_of(done.session, done.case)
    require_demanded(file)
    is_consented = done.text("decision") == ApprovalResult.APPROVE
    if is_consented:
        _consent(done, file)
    else:
        _refuse(done, file)
    done.give_opinion(done.text("decision"), is_risk_shared=file.is_risk_shared if is_consented else None)
    return {"compensation_consented": is_consented}


def _consent(done: Completion, file: ArrearsFile) -> None:
    session, case, loan = done.session, done.case, loan_behind(done.session, done.case)
    file.consented_on, file.is_risk_shared = today(), bool(done.answers.get("is_risk_shared"))
    owed = payoff_content(credit_ledger.payoff(session, loan, today()), today())
    more = {**owed, "is_risk_shared": file.is_risk_shared, "opinion": done.text("opinion")}
    send(done, LetterKind.COMPENSATION_CONSENT, [case.bank_id, case.guarantor_id], more)
    days = CaseFacts(session, case).credit.payment_days
    until = due_for(today(), days, WORKING, region_of(case))
    notice = {
        **more,
        **_account(session, case),
        "payment_days": days,
        "pay_until_on": until.due_on,
        "provisional": until.provisional,
    }
    send(done, LetterKind.COMPENSATION_NOTICE, [case.guarantor_id], notice)


def _account(session: Session, case: CaseFile) -> dict[str, str]:
    """Where the bank wants the money, as its last application says."""
    asked = [row for row in letters_of(session, case) if row.kind == LetterKind.COMPENSATION_REQUEST]
    return {name: str(asked[-1].content.get(name, "")) if asked else "" for name in _ACCOUNT}


def _refuse(done: Completion, file: ArrearsFile) -> None:
    reason = said(done.text("reason_text"))
    if not reason:
        raise Refusal("不同意代偿的，必须写明理由。", "reason_text")
    file.refusals += 1
    send(done, LetterKind.COMPENSATION_REFUSAL, [done.case.bank_id], {"reason": reason})


@prefill("compensation_payment")
def _prefill_payment(session: Session, case: CaseFile, _task: UserTask) -> Values:
    """What is unpaid today; the person pays it, or another day's sum, and nothing else."""
    owed = credit_ledger.payoff(session, loan_behind(session, case), today())
    return {"paid_on": today(), "amount": owed.total}


@prefill("compensation_confirmation")
def _prefill_confirmation(_session: Session, _case: CaseFile, _task: UserTask) -> Values:
    return {"received_on": today()}


@step("compensation_payment")
def pay(done: Completion) -> Routing:
    """代偿: one payment of exactly what is unpaid on the payment day, after consent (B-21, D-37)."""
    session, case, file = done.session, done.case, file_of(done.session, done.case)
    # Neither a repayment nor another 代偿 may come between the sum and its payment.
    locked(session, file.loan_case_id)
    loan, paid_on = loan_behind(session, case), done.answers["paid_on"]
    _require_payable(session, file, paid_on)
    _require_order(session, loan, paid_on)
    owed = credit_ledger.payoff(session, loan, paid_on)
    _require_exact(owed, done, paid_on)
    row = Compensation(
        file_id=file.id,
        paid_on=paid_on,
        principal=owed.principal,
        interest=owed.interest,
        amount=owed.total,
        voucher=done.text("voucher"),
        paid_by_id=done.actor.id,
        recorded_at=now(),
    )
    session.add(row)
    entered = credit_ledger.Entered(EntryKind.COMPENSATION, paid_on, row.voucher, case=case)
    credit_ledger.enter(session, loan, entered, row.amount, done.actor)
    file.settled_on = loan.compensated_on = paid_on
    details = {"paid_on": paid_on, "amount": row.amount, "voucher": row.voucher}
    done.give_opinion("compensated", **details)
    return {}


def _require_payable(session: Session, file: ArrearsFile, paid_on: date) -> None:
    require_demanded(file)
    if file.consented_on is None:
        raise Refusal("旗金融服务中心尚未同意代偿，不能付款。")
    if compensation_of(session, file) is not None:
        raise Conflict("该笔贷款已经代偿，不能重复付款。")
    if not file.consented_on <= paid_on <= today():
        raise Refusal(f"付款日应在同意代偿之日（{file.consented_on}）至今日之间。", "paid_on")


def _require_exact(owed: Payoff, done: Completion, paid_on: date) -> None:
    """In full and not a 分 more; penalty interest is no part of it."""
    if done.answers["amount"] != owed.total:
        sums = f"本金 {format_amount(owed.principal)} 元、合同利息 {format_amount(owed.interest)} 元"
        message = (
            f"代偿应一次付清全部未清偿本息：截至 {paid_on} 为 {format_amount(owed.total)} 元（{sums}）。"
        )
        raise Refusal(message, "amount")


def _require_order(session: Session, loan: CreditLoan, paid_on: date) -> None:
    """The ledger is in order of value days: what came in later has changed what is owed."""
    last_on = max((entry.value_on for entry in entries_of(session, loan)), default=paid_on)
    if paid_on < last_on:
        raise Refusal(f"台账最后一笔的日期为 {last_on}，付款日不得早于该日。", "paid_on")


@step("compensation_confirmation")
def confirm(done: Completion) -> Routing:
    """代偿确认 by the bank: the whole sum has arrived; the loan is closed by it (N16)."""
    session, case, file = done.session, done.case, file_of(done.session, done.case)
    row, received_on = compensation_of(session, file), done.answers["received_on"]
    if row is None or row.confirmed_on is not None:
        raise Conflict("没有待确认的代偿款。")
    if not row.paid_on <= received_on <= today():
        raise Refusal(f"到账日应在付款日（{row.paid_on}）至今日之间。", "received_on")
    row.confirmed_on, row.confirmed_by_id = today(), done.actor.id
    owed = payoff_content(Payoff(row.principal, row.interest), row.paid_on)
    more = {**owed, "paid_on": row.paid_on, "received_on": received_on, "voucher": row.voucher}
    send(done, LetterKind.COMPENSATION_CONFIRMATION, [case.guarantor_id, center_of(session, case)], more)
    done.give_opinion("arrived", received_on=received_on)
    return {}


@act("close_compensated_loan")
def close_loan(session: Session, case: CaseFile) -> None:
    """The bank has the whole sum: the loan ends as 已代偿; the guarantor goes after the borrower (追偿)."""
    file = file_of(session, case)
    row = compensation_of(session, file)
    amount = format_amount(row.amount) if row else ""
    summary = f"担保公司已全额代偿 {amount} 元，贷款以代偿结清，转入追偿"
    audit.record(session, "loan.compensated", summary, actor=None, case=case, new={"amount": amount})
    post(session, [file.loan_case_id], "loan_compensated")
