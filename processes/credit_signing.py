"""Room loan of 信保贷, from investigation to contract: two opinions (B-16), the rules of signing (B-02…B-05), refusal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import today
from models.case import CaseFile
from models.credit_loan import CreditLoan, credit_loan_of
from models.credit_policy import SCHEME, CreditRules, credit_rules
from models.identity import add_months
from models.letter import LetterKind
from models.policy import lpr_on, policy_on
from models.refusal import Refusal
from models.review import Opinion, last_opinion
from models.subject import Subject
from models.vocabulary_credit_loan import DueDateRoll, RateMode
from models.words import said
from models.workflow import UserTask
from processes.acts import act
from processes.credit import require_listed
from processes.credit_ledger import require_nothing_overdue
from processes.credit_loan import check_caps, plain
from processes.facts import FACTS, CaseFacts
from processes.letter import issue
from processes.notification import tell_departments
from processes.prefilling import prefill
from processes.steps import ROUTING, Completion, Routing, step

BANK_OPINION, GUARANTOR_OPINION = "credit_bank_opinion", "credit_guarantor_opinion"
SIGNING = "credit_signing"
ROUTING |= {"bank_agreed", "guarantor_agreed", "credit_signed"}


@step(BANK_OPINION)
def bank_opinion(done: Completion) -> Routing:
    """银行调查意见: the bank's own, whatever the guarantor says."""
    return {"bank_agreed": _opinion(done)}


@step(GUARANTOR_OPINION)
def guarantor_opinion(done: Completion) -> Routing:
    """担保公司调查意见."""
    return {"guarantor_agreed": _opinion(done)}


def _opinion(done: Completion) -> bool:
    is_agreed = done.text("decision") == "pass"
    if not is_agreed and not said(done.text("reason_text")):
        raise Refusal("不同意的，请写明理由。", "reason_text")
    looked = {key: done.answers.get(key) for key in ("method", "first_repayment_source")}
    done.give_opinion("pass" if is_agreed else "fail", **looked)
    return is_agreed


@step(SIGNING)
def sign(done: Completion) -> Routing:
    """签订合同: status checked live, caps, rate, fee and no security; or the contract does not come about."""
    if done.answers["outcome"] != "signed":
        if not said(done.text("reason_text")):
            raise Refusal("不予签约的，请写明理由。", "reason_text")
        done.give_opinion("fail")
        return {"credit_signed": False}
    loan = _loan_of(done.session, done.case)
    _check_dates(done)
    subject = done.session.get_one(Subject, loan.subject_id)
    listing = require_listed(done.session, subject.id)
    require_nothing_overdue(done.session, subject.id, "签订合同")
    policy = policy_on(done.session, SCHEME, done.answers["signed_on"])
    rules = credit_rules(policy)
    _check_line(done, loan, rules, subject)
    _check_security(done, subject)
    _set_rate(done, loan, rules)
    loan.listing_number, loan.policy_set_id, loan.day_count = listing.number, policy.id, rules.day_count
    loan.contract_number, loan.guarantee_number = done.text("contract_number"), done.text("guarantee_number")
    loan.signed_on, loan.line_amount = done.answers["signed_on"], done.answers["amount"]
    loan.line_until = add_months(done.answers["signed_on"], done.answers["months"])
    loan.due_date_roll = done.text("due_date_roll") or DueDateRoll.NEXT_WORKDAY
    loan.account = plain(done.answers)
    done.case.amount, done.case.term_months = loan.line_amount, done.answers["months"]
    done.give_opinion("signed", **_signed(loan), **_total(loan, rules))
    return {"credit_signed": True}


@prefill(SIGNING)
def _begun(session: Session, case: CaseFile, _task: UserTask) -> dict[str, Any]:
    """What the contract starts from: the application, LPR, no security, the borrower's own account."""
    loan = _loan_of(session, case)
    return {
        "amount": loan.requested_amount,
        "months": loan.requested_months,
        "signed_on": today(),
        "rate_mode": RateMode.LPR.value,
        "has_security": False,
        "due_date_roll": DueDateRoll.NEXT_WORKDAY.value,
        "account_name": case.applicant_name,
    }


def _signed(loan: CreditLoan) -> dict[str, Any]:
    return {
        "amount": loan.line_amount,
        "rate": loan.rate,
        "base_rate": loan.base_rate,
        "rate_cap": loan.rate_cap,
        "fee_rate": loan.fee_rate,
        "line_until": loan.line_until,
    }


def _total(loan: CreditLoan, rules: CreditRules) -> dict[str, Any]:
    """D-24: rate and fee together against the target are information, never a stop."""
    total = (loan.rate or Decimal(0)) + (loan.fee_rate or Decimal(0))
    return {"total_rate": total, "is_above_target": total > rules.total_rate_target}


def _loan_of(session: Session, case: CaseFile) -> CreditLoan:
    loan = credit_loan_of(session, case)
    if loan is None:
        raise Refusal("该案卷没有贷款申请。")
    return loan


def _check_dates(done: Completion) -> None:
    signed_on: date = done.answers["signed_on"]
    last = last_opinion(done.session, done.case, BANK_OPINION, GUARANTOR_OPINION)
    if signed_on > today():
        raise Refusal("合同签订日不得晚于今日。", "signed_on")
    if last is not None and signed_on < last.decided_on:
        raise Refusal("合同签订日不得早于双方调查意见出具之日。", "signed_on")


def _check_line(done: Completion, loan: CreditLoan, rules: CreditRules, subject: Subject) -> None:
    """B-02, D-20, D-21: not more than was asked for, within the caps, not longer than a line may be."""
    amount, months = done.answers["amount"], done.answers["months"]
    if amount > loan.requested_amount:
        raise Refusal("授信额度不得超过申请金额。", "amount")
    check_caps(done.session, rules, subject, amount)
    if not 1 <= months <= rules.line_months:
        raise Refusal(f"额度期限应为 1 至 {rules.line_months} 个月。", "months")


def _check_security(done: Completion, subject: Subject) -> None:
    """B-05: no mortgage or pledge when the loan is granted; and the money goes to the borrower himself."""
    if done.answers.get("has_security"):
        raise Refusal("“信保贷”为免抵押信用保证贷款，签约时不得要求抵押、质押。", "has_security")
    if done.text("account_name") != subject.name:
        raise Refusal("放款账户户名应与借款人一致。", "account_name")


def _set_rate(done: Completion, loan: CreditLoan, rules: CreditRules) -> None:
    """B-04, D-22, D-23: the 1-year LPR of the signing day is kept; the caps include their number."""
    mode, rate, fee = done.text("rate_mode"), done.answers["rate"], done.answers["fee_rate"]
    base = done.answers.get("benchmark_rate")
    if mode == RateMode.LPR:
        base = lpr_on(done.session, done.answers["signed_on"])
    if base is None:
        raise Refusal("请填写合同签订日的基准贷款利率。", "benchmark_rate")
    cap, exception = rules.rate_cap(base, mode), said(done.text("rate_exception"))
    if rate > cap and not (rules.has_rate_exceptions and exception):
        raise Refusal(f"贷款利率不得超过 {_percent(cap)}%（{_words(rules, base, mode)}）。", "rate")
    if fee > rules.fee_cap:
        raise Refusal(f"年化担保费率不得超过 {_percent(rules.fee_cap)}%。", "fee_rate")
    loan.rate_mode, loan.rate, loan.base_rate, loan.rate_cap = mode, rate, base, cap
    loan.fee_rate, loan.rate_exception = fee, exception if rate > cap else ""


def caps(session: Session, rules: CreditRules) -> dict[str, str]:
    """The caps of a contract signed today, in words, by field."""
    lpr = lpr_on(session, today())
    cap = _percent(rules.rate_cap(lpr, RateMode.LPR))
    return {
        "rate": f"{cap}%（{_words(rules, lpr, RateMode.LPR)}）",
        "fee_rate": f"{_percent(rules.fee_cap)}%",
        "months": f"{rules.line_months} 个月",
    }


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _words(rules: CreditRules, base: Decimal, mode: str) -> str:
    if mode == RateMode.LPR:
        return f"1年期LPR {_percent(base)}% 加 {rules.rate_points} 个基点"
    return f"基准贷款利率 {_percent(base)}% 的 {rules.benchmark_percent}%"


@step("credit_loan_refusal")
def refuse(done: Completion) -> Routing:
    """告知不予办理: one letter with the reasons of whoever did not agree."""
    reasons = [{"office": row.step, "text": row.reason_text} for row in _refusing(done.session, done.case)]
    content = {
        "reasons": reasons,
        "explanation": done.text("opinion"),
        "listing": _loan_of(done.session, done.case).listing_number,
        "can_reapply": True,
    }
    issue(
        done.session,
        done.case,
        LetterKind.LOAN_REFUSAL,
        content,
        actor=done.actor,
        delivery_method=done.text("delivery_method"),
        delivered_on=done.answers.get("delivered_on"),
    )
    return {}


def _refusing(session: Session, case: CaseFile) -> list[Opinion]:
    counting = select(Opinion).join(UserTask, UserTask.id == Opinion.task_id)
    query = counting.where(UserTask.superseded_at.is_(None), Opinion.case_id == case.id)
    return list(session.scalars(query.where(Opinion.result == "fail").order_by(Opinion.id)))


@act("remind_bank")
def remind_bank(session: Session, case: CaseFile) -> None:
    """D-28: no legal term; the bank is reminded after some working days."""
    _remind(session, case, case.bank_id)


@act("remind_guarantor")
def remind_guarantor(session: Session, case: CaseFile) -> None:
    """D-28, for the guarantor."""
    _remind(session, case, case.guarantor_id)


def _remind(session: Session, case: CaseFile, department_id: int | None) -> None:
    text = f"{case.number} {case.applicant_name}：“信保贷”贷款调查意见尚未出具，请尽快办理。"
    tell_departments(session, [department_id], text, case)
    audit.record(session, "investigation.reminded", "提醒尽快出具贷款调查意见", actor=None, case=case)


def _refused_on(facts: CaseFacts) -> date:
    row = last_opinion(facts.session, facts.case, BANK_OPINION, GUARANTOR_OPINION, SIGNING)
    return row.decided_on if row else today()


FACTS.update(
    {
        "investigation_days": lambda f: f.credit.investigation_days,
        "loan_result_days": lambda f: f.credit.result_days,
        "loan_refused_on": _refused_on,
    }
)
