"""Room loan of 信保贷, on a signed line: draw and re-draw, repay, close (B-03)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, now, today
from models.case import CaseFile
from models.credit_ledger import Share, effective_date, planned_dates, principal_parts
from models.credit_loan import CreditLoan, Draw, Instalment, LedgerEntry, draws_of, outstanding_of
from models.credit_policy import credit_rules_on
from models.identity import plain_number
from models.money import format_amount
from models.people import Department, User
from models.refusal import Refusal
from models.subject import Subject
from models.vocabulary_credit_loan import CreditMethod, EntryKind
from processes import arrears
from processes.credit import require_listed
from processes.credit_due import arm, doubt_missed
from processes.credit_ledger import Entered, check_value_day, payoff, repay, require_nothing_overdue, write
from processes.credit_loan import managed, plain
from processes.deadline import region_of
from processes.workflow import advance

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Drawn:
    """A draw as it is typed: 元, months; `account` has bank, name and number."""

    amount: Decimal
    drawn_on: date
    months: int
    method: str
    receipt_number: str
    purpose_text: str
    account: Mapping[str, Any]


@dataclass(frozen=True)
class Repaid:
    """A repayment as it is typed or read: 元; `receipt_number` names one draw, empty: the oldest due first."""

    amount: Decimal
    value_on: date
    kind: str
    reference: str
    receipt_number: str = ""
    note: str = ""
    batch_id: int | None = None


def draw(session: Session, number: str, drawn: Drawn, actor: User) -> Draw:
    """提款: the status is checked live again, then the line, the caps and the dates (B-02, B-16, D-20, D-21).

    Raises Refusal with the field.
    """
    drawn = replace(drawn, receipt_number=plain_number(drawn.receipt_number, "receipt_number"))
    case, loan = managed(session, number, actor)
    # Two loans of one borrower stand in line here, so that together they keep the cap.
    subject = session.scalars(select(Subject).where(Subject.id == loan.subject_id).with_for_update()).one()
    require_listed(session, subject.id)
    _check_days(session, loan, drawn)
    _check_amount(session, loan, subject, drawn.amount)
    _check_paper(session, loan, subject, drawn)
    row = _draw(session, loan, drawn, actor)
    _schedule(session, case, loan, row)
    entered = Entered(EntryKind.DRAW, drawn.drawn_on, drawn.receipt_number, drawn.purpose_text)
    write(session, loan, entered, [Share(row.id, drawn.amount, NOTHING)], actor)
    arm(session, loan)
    return row


def frozen(session: Session, loan: CreditLoan) -> str:
    """Why nothing can be drawn on a signed line now, in the words of `draw`; empty when it can."""
    if not loan.is_open:
        return "贷款已结清、已代偿或已撤回。"
    if loan.is_expired:
        return f"循环额度已于 {loan.line_until} 到期，不能再提款；可重新申请。"
    try:
        require_listed(session, loan.subject_id)
        require_nothing_overdue(session, loan.subject_id, "提款")
    except Refusal as refusal:
        return refusal.message
    return ""


def _check_days(session: Session, loan: CreditLoan, drawn: Drawn) -> None:
    if loan.signed_on is None or drawn.drawn_on < loan.signed_on:
        raise Refusal("放款日不得早于合同签订日。", "drawn_on")
    try:
        check_value_day(session, loan, drawn.drawn_on)
    except Refusal as refusal:
        raise Refusal(refusal.message.replace("入账日", "放款日"), "drawn_on") from refusal
    last = planned_dates(drawn.drawn_on, max(1, drawn.months))
    if loan.is_expired or loan.line_until is None or drawn.drawn_on > loan.line_until:
        raise Refusal(f"循环额度已于 {loan.line_until} 到期，不能再提款；可重新申请。", "drawn_on")
    if drawn.months < 1 or last[-1] > loan.line_until:
        raise Refusal(f"最后一期不得晚于额度到期日 {loan.line_until.isoformat()}。", "months")
    if last[0] < today():
        raise Refusal("首期还款日已过，请核对放款日。", "drawn_on")


def _check_amount(session: Session, loan: CreditLoan, subject: Subject, amount: Decimal) -> None:
    require_nothing_overdue(session, subject.id, "提款", "amount")
    if not 0 < amount <= loan.available:
        raise Refusal(f"提款金额应大于 0 且不超过可用额度 {format_amount(loan.available)} 元。", "amount")
    limit, owed = (
        credit_rules_on(session, today()).limit_for(subject.kind),
        outstanding_of(session, subject.id),
    )
    if owed + amount > limit:
        left = format_amount(max(NOTHING, limit - owed))
        raise Refusal(
            f"该主体“信保贷”余额合计不得超过 {format_amount(limit)} 元，最多可提 {left} 元。", "amount"
        )


def _check_paper(session: Session, loan: CreditLoan, subject: Subject, drawn: Drawn) -> None:
    if drawn.method not in dict(CreditMethod.choices()):
        raise Refusal("请选择还款方式。", "method")
    if str(drawn.account.get("account_name") or "") != subject.name:
        raise Refusal("收款账户户名应与借款人一致。", "account_name")
    if not drawn.receipt_number:
        raise Refusal("请填写借据号。", "receipt_number")
    if any(row.receipt_number == drawn.receipt_number for row in draws_of(session, loan)):
        raise Refusal("该借据号已登记。", "receipt_number")


def _draw(session: Session, loan: CreditLoan, drawn: Drawn, actor: User) -> Draw:
    count = session.scalar(select(func.count()).select_from(Draw).where(Draw.loan_id == loan.id)) or 0
    row = Draw(
        loan_id=loan.id,
        number=count + 1,
        receipt_number=drawn.receipt_number,
        amount=drawn.amount,
        drawn_on=drawn.drawn_on,
        months=drawn.months,
        method=drawn.method,
        rate=loan.rate,
        day_count=loan.day_count,
        purpose_text=drawn.purpose_text,
        account=plain(drawn.account),
        recorded_by_id=actor.id,
        recorded_at=now(),
    )
    session.add(row)
    session.flush()
    return row


def _schedule(session: Session, case: CaseFile, loan: CreditLoan, row: Draw) -> None:
    """One instalment a month; the effective day by the contract's roll and the calendar of the region."""
    days = planned_dates(row.drawn_on, row.months)
    parts = principal_parts(row.amount, row.months, row.method)
    for number, (planned_on, part) in enumerate(zip(days, parts, strict=True), 1):
        due_on, is_provisional = effective_date(planned_on, loan.due_date_roll, calendar(region_of(case)))
        session.add(
            Instalment(
                loan_id=loan.id,
                draw_id=row.id,
                number=number,
                planned_on=planned_on,
                due_on=due_on,
                is_provisional=is_provisional,
                principal=part,
                interest=NOTHING,
                principal_paid=NOTHING,
                interest_paid=NOTHING,
            )
        )
    session.flush()


def repay_loan(session: Session, number: str, repaid: Repaid, actor: User) -> Sequence[LedgerEntry]:
    """还款, typed or out of a bank's file. Raises Refusal with the field, also for one entered before."""
    repaid = replace(repaid, reference=plain_number(repaid.reference, "reference"))
    case, loan = managed(session, number, actor)
    check_value_day(session, loan, repaid.value_on)
    _check_repaid(session, loan, repaid)
    draw_id = _draw_id(session, loan, plain_number(repaid.receipt_number, "draw"))
    entered = Entered(
        EntryKind(repaid.kind), repaid.value_on, repaid.reference, repaid.note, batch_id=repaid.batch_id
    )
    entries = repay(session, loan, entered, repaid.amount, actor, draw_id)
    arm(session, loan)
    doubt_missed(session, case, loan, repaid.value_on)
    arrears.settle_if_paid(session, case)
    return entries


def _check_repaid(session: Session, loan: CreditLoan, repaid: Repaid) -> None:
    if repaid.amount <= 0:
        raise Refusal("还款金额应大于 0 元。", "amount")
    if repaid.kind not in (EntryKind.REPAYMENT, EntryKind.PREPAYMENT):
        raise Refusal("请选择还款类型。", "kind")
    if not repaid.reference:
        raise Refusal("请填写银行流水号。", "reference")
    # Two loans of one bank stand in line here, so that a number is entered once.
    session.execute(
        select(Department.id).where(Department.id == loan.bank_id).with_for_update(key_share=True)
    )
    if entered_references(session, loan.bank_id, [repaid.reference]):
        raise Refusal(f"银行流水号“{repaid.reference}”已登记，请勿重复入账。", "reference")


def entered_references(session: Session, bank_id: int | None, references: Collection[str]) -> set[str]:
    """Which of these numbers (as `plain_number`) a payment of any loan of that bank has already."""
    query = (
        select(LedgerEntry.reference)
        .join(CreditLoan, CreditLoan.id == LedgerEntry.loan_id)
        .where(CreditLoan.bank_id == bank_id, LedgerEntry.reference.in_(references))
        .where(LedgerEntry.kind.in_((EntryKind.REPAYMENT, EntryKind.PREPAYMENT)))
    )
    return set(session.scalars(query))


def _draw_id(session: Session, loan: CreditLoan, receipt_number: str) -> int | None:
    if not receipt_number:
        return None
    for row in draws_of(session, loan):
        if row.receipt_number == receipt_number:
            return row.id
    raise Refusal(f"该笔贷款没有借据“{receipt_number}”。", "draw")


def close_loan(session: Session, number: str, closed_on: date, note: str, actor: User) -> CaseFile:
    """结清并注销额度: nothing is owed any more. Raises Refusal at `closed_on`."""
    case, loan = managed(session, number, actor)
    owed = payoff(session, loan, today())
    if owed.total:
        raise Refusal(f"尚有未偿本息 {format_amount(owed.total)} 元，不能注销额度。", "closed_on")
    try:
        check_value_day(session, loan, closed_on)
    except Refusal as refusal:
        raise Refusal(refusal.message.replace("入账日", "注销日"), "closed_on") from refusal
    if loan.signed_on is not None and closed_on < loan.signed_on:
        raise Refusal("注销日不得早于合同签订日。", "closed_on")
    loan.closed_on = closed_on
    arm(session, loan)
    summary = "贷款本息已全部结清，循环额度注销" + (f"：{note}" if note else "")
    noted = {"closed_on": closed_on, "message": "loan_settled"}
    audit.record(session, "loan.closed", summary, actor=actor, case=case, new=noted)
    advance(session, case, lambda instance: instance.send("loan_settled"))
    return case
