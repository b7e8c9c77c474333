"""Room payout: what must be true on the day money leaves the bank (Doc A prohibitions, S-5.x)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from models.calendar import today
from models.identity import normalize
from models.loan import Loan
from models.policy import lpr_on
from models.refusal import Refusal, refuse
from models.vocabulary import LicenceStatus
from processes.facts import CaseFacts
from processes.party import blacklisted
from processes.steps import Completion


def check_payout(done: Completion, loan: Loan) -> None:
    """The four blocks, the dates and the rate cap. Raises one Refusal with all that stands in the way."""
    refuse(_blocks(done, loan))


def _blocks(done: Completion, loan: Loan) -> Iterator[Refusal]:
    yield from _check_dates(done)
    yield from _check_licence(done)
    yield from _check_account(done)
    yield from _check_guarantee(done, loan)
    yield from _check_rate(done, loan)
    if reason := blacklisted(done.session, done.case):
        yield Refusal(reason, "licence_status")


def _check_dates(done: Completion) -> Iterator[Refusal]:
    signed_on, disbursed_on = _day(done, "signed_on"), _day(done, "disbursed_on")
    if disbursed_on is None:
        yield Refusal("请填写日期。", "disbursed_on")
    elif disbursed_on != today():
        yield Refusal("放款日应为办理当日；放款条件须在放款当日复核。", "disbursed_on")
    if signed_on is None:
        yield Refusal("请填写日期。", "signed_on")
        return
    if disbursed_on and signed_on > disbursed_on:
        yield Refusal("合同签订日不得晚于放款日。", "signed_on")
    if done.case.bank_accepted_on and signed_on < done.case.bank_accepted_on:
        yield Refusal("合同签订日不得早于银行受理日。", "signed_on")


def _day(done: Completion, name: str) -> date | None:
    value = done.answers.get(name)
    return value if isinstance(value, date) else None


def _check_licence(done: Completion) -> Iterator[Refusal]:
    """S-5.1 and S-5.4: a closed business, or licence data that differ from the application."""
    status = done.text("licence_status")
    if status != LicenceStatus.ACTIVE:
        label = LicenceStatus.title_of(status)
        yield Refusal(f"放款当日营业执照状态为“{label}”，不得放款。", "licence_status")
    case = done.case
    compared = {
        "licence_name": case.application.get("business_name" if case.is_person else "enterprise_name"),
        "licence_operator": _operator(done),
        "licence_address": case.application.get("business_address"),
    }
    for field, applied in compared.items():
        if normalize(done.text(field)) != normalize(str(applied or "")):
            yield Refusal(f"营业执照信息与申请内容（{applied}）不符，不得放款。", field)
    valid_until = done.answers.get("licence_valid_until")
    if isinstance(valid_until, date) and valid_until < today():
        yield Refusal("营业执照已过有效期，不得放款。", "licence_valid_until")


def _operator(done: Completion) -> object:
    """The person on the licence; with the spouse's licence it is the spouse (caa126)."""
    application = done.case.application
    if not done.case.is_person:
        return application.get("legal_name")
    return application.get("spouse_name" if application.get("uses_spouse_licence") else "name")


def _check_account(done: Completion) -> Iterator[Refusal]:
    """S-5.3: the money goes to the borrower's own account."""
    if normalize(done.text("account_name")) != normalize(done.case.applicant_name):
        yield Refusal("收款账户户名应与借款人一致，不得向他人账户放款。", "account_name")
    if not done.text("account_number"):
        yield Refusal("请填写收款账号。", "account_number")


def _check_guarantee(done: Completion, loan: Loan) -> Iterator[Refusal]:
    """S-3.1: no counter-guarantee of any kind on a personal loan up to the free amount."""
    free = CaseFacts(done.session, done.case).rules.counter_guarantee_free
    if done.case.is_person and loan.approved_amount <= free and loan.counter_guarantee != "none":
        yield Refusal("个人10万元以下（含）贷款存在反担保记录，不得放款。", "outcome")


def _check_rate(done: Completion, loan: Loan) -> Iterator[Refusal]:
    """At most the approved rate, and the LPR of the signing day plus the points of the policy set, inclusive."""
    rate, signed_on = done.answers.get("rate"), _day(done, "signed_on")
    if rate is None:
        yield Refusal("请填写执行利率。", "rate")
    if rate is None or signed_on is None:
        return
    try:
        loan_lpr = lpr_on(done.session, signed_on, loan.lpr_tenor)
    except Refusal as unknown:
        yield Refusal(unknown.message, "rate")
        return
    cap = CaseFacts(done.session, done.case).rules.rate_cap(loan_lpr)
    if rate > cap:
        yield Refusal(f"执行利率不得超过 {cap:.2f}%（签订日 LPR {loan_lpr:.2f}% 加政策规定的基点）。", "rate")
    elif rate > loan.rate:
        yield Refusal(f"执行利率不得高于批准利率 {loan.rate:.2f}%。", "rate")
