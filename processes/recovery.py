"""Room recovery: what the guarantor gets back after 代偿 (追偿), until nothing is left or it ends with a reason (F7)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from models.arrears import file_of, loan_behind
from models.calendar import now, today
from models.case import locked
from models.compensation import Compensation, Recovery, RecoveryStep, compensation_of, left_of, recoveries_of
from models.identity import plain_number
from models.money import format_amount
from models.refusal import Conflict, Refusal
from models.vocabulary_credit_loan import EntryKind
from processes import credit_ledger
from processes.steps import ROUTING, Completion, Routing, step

ROUTING |= {"is_recovered"}


@step("recovery")
def record(done: Completion) -> Routing:
    """One sum that came back, or the end of recovery; ends by itself when nothing is left."""
    file = file_of(done.session, done.case)
    row = compensation_of(done.session, file)
    if row is None or row.closed_on is not None:
        raise Conflict("没有待追偿的代偿款。")
    if done.text("step") == RecoveryStep.RECEIVED:
        is_over = not _receive(done, row)
    else:
        row.closed_reason, row.closed_text = done.text("closing_reason"), done.text("reason_text")
        is_over = True
        done.give_opinion("closed", step=done.text("step"), closing_reason=row.closed_reason)
    if is_over:
        row.closed_on = file.ended_on = today()
    return {"is_recovered": is_over}


def _receive(done: Completion, row: Compensation) -> Decimal:
    """Write one sum down; what is left after it, 元."""
    amount, recovered_on = done.answers["amount"], done.answers["recovered_on"]
    left = left_of(done.session, row)
    _check(row, left, amount, recovered_on)
    _check_once(done, row)
    locked(done.session, done.case.parent_id or 0)
    line = Recovery(
        compensation_id=row.id,
        recovered_on=recovered_on,
        way=done.text("way"),
        amount=amount,
        balance=left - amount,
        voucher=done.text("voucher"),
        note=done.text("opinion"),
        recorded_by_id=done.actor.id,
        recorded_at=now(),
    )
    done.session.add(line)
    entered = credit_ledger.Entered(EntryKind.RECOVERY, recovered_on, line.voucher, line.note, case=done.case)
    credit_ledger.enter(done.session, loan_behind(done.session, done.case), entered, amount, done.actor)
    done.give_opinion(
        "recovered",
        step=done.text("step"),
        recovered_on=recovered_on,
        way=line.way,
        amount=amount,
        balance=line.balance,
    )
    return line.balance


def _check(row: Compensation, left: Decimal, amount: Decimal, recovered_on: date) -> None:
    if not row.paid_on <= recovered_on <= today():
        raise Refusal(f"追回日期应在代偿之日（{row.paid_on}）至今日之间。", "recovered_on")
    if amount > left:
        raise Refusal(f"追回金额不得超过未追回余额 {format_amount(left)} 元。", "amount")


def _check_once(done: Completion, row: Compensation) -> None:
    """A voucher is one sum; without a voucher the same sum of the same day and way is taken for a second sending."""
    said = (done.answers["recovered_on"], done.text("way"), done.answers["amount"])
    number = plain_number(done.text("voucher"), "voucher")
    for line in recoveries_of(done.session, row):
        known = plain_number(line.voucher)
        if number and number == known:
            raise Refusal(f"凭证号“{line.voucher}”已登记，请勿重复入账。", "voucher")
        if not number and not known and said == (line.recovered_on, line.way, line.amount):
            raise Refusal("同日、同方式、同金额的追偿已登记；确有两笔的，请分别填写凭证号。", "voucher")
