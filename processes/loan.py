"""Room loan: the bank's acceptance and terms, the counter-guarantee procedure, extension, payout."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile
from models.crypto import keyed_hash
from models.deadline import Deadline
from models.letter import LetterKind
from models.loan import Extension, Loan, extensions_of, loan_of
from models.people import Permission, User, colleagues
from models.policy import lpr_on
from models.refusal import Refusal
from models.review import last_opinion
from models.vocabulary_loan import LprTenor
from models.workflow import OPEN, UserTask
from processes.deadline import extend, running
from processes.facts import CaseFacts
from processes.guarantee import check_counter_guarantee, counter_guarantee_rule
from processes.letter import issue
from processes.notification import tell, tell_departments
from processes.payout import check_payout
from processes.steps import Completion, Routing, step
from processes.task_hands import hands
from processes.undoing import let_go_of_terms

BANK_CLOCK = "bank"
PROCEDURE, EXTENSION_APPROVAL = "counter_guarantee", "extension_approval"
_DECIDED = (
    "approved_amount", "approved_term", "lpr_tenor", "rate", "guarantee_type", "counter_guarantee",
    "exception_reason",
)  # fmt: skip
_FIRST = "退回重办不重新起算，受理日仍为首次受理日 {day}；首次登记有误的，请在“案卷修复”中提出更正。"


@step("bank_acceptance")
def accept(done: Completion) -> Routing:
    """银行受理: fixes the 受理日 from which the 5 working days run, and the approved terms."""
    accepted_on: date = done.answers["accepted_on"]
    _check_accepted_on(done, accepted_on)
    is_approved = done.answers["decision"] == "pass"
    kept = let_go_of_terms(done.session, done.case)
    if is_approved:
        loan = _terms(done, accepted_on)
        for name, value in kept.items():
            setattr(loan, name, value)
        done.session.add(loan)
        done.session.flush()  # the decision table asks for the terms in this very knock
    done.case.bank_accepted_on = accepted_on
    done.give_opinion(
        done.text("decision"),
        accepted_on=accepted_on,
        **({name: done.answers.get(name) for name in _DECIDED} if is_approved else {}),
    )
    return {"bank_approved": is_approved}


def _check_accepted_on(done: Completion, accepted_on: date) -> None:
    """Done again after 退回 it is still the day from which the term runs: nothing restarts."""
    if (first := done.case.bank_accepted_on) is not None:
        if accepted_on != first:
            raise Refusal(_FIRST.format(day=first), "accepted_on")
        return
    opened = last_opinion(done.session, done.case, "qualification_review")
    if accepted_on > today():
        raise Refusal("受理日不得晚于今日。", "accepted_on")
    if opened is not None and accepted_on < opened.decided_on:
        raise Refusal("受理日不得早于资格审核通过之日。", "accepted_on")


def _terms(done: Completion, accepted_on: date) -> Loan:
    """The loan with approved terms; every cap is checked against the policy set of the case (D-43)."""
    answers, case = done.answers, done.case
    amount, term = _required(answers, "approved_amount"), _required(answers, "approved_term")
    rate, tenor = _required(answers, "rate"), done.text("lpr_tenor") or "1y"
    rules = CaseFacts(done.session, case).rules
    if case.amount is not None and amount > case.amount:
        raise Refusal("批准金额不得超过申请金额。", "approved_amount")
    if term > rules.term_for(case.applicant_type):
        raise Refusal(f"期限不得超过 {rules.term_for(case.applicant_type)} 个月。", "approved_term")
    if tenor != LprTenor.ONE_YEAR and term <= 12:
        raise Refusal("期限一年以内（含）的贷款应参照1年期LPR。", "lpr_tenor")
    lpr = lpr_on(done.session, accepted_on, tenor)
    _check_rate(rate, lpr, rules.rate_cap(lpr))
    requested = done.text("counter_guarantee") or "none"
    guarantee_type = done.text("guarantee_type") or "credit"
    check_counter_guarantee(done.session, case, requested, done.text("exception_reason"), amount)
    _check_security(case, rules.counter_guarantee_free, amount, guarantee_type)
    if requested == "none":
        _check_waived(done, amount, guarantee_type)
    return Loan(
        case_id=case.id,
        bank_id=done.task.department_id,
        approved_amount=amount,
        term_months=term,
        rate=rate,
        lpr=lpr,
        lpr_tenor=tenor,
        guarantee_type=guarantee_type,
        counter_guarantee=requested,
        exception_reason=done.text("exception_reason"),
        exception_by_id=done.actor.id if done.text("exception_reason") else None,
    )


def _required(answers: Any, name: str) -> Any:
    if answers.get(name) is None:
        raise Refusal("请填写此项。", name)
    return answers[name]


def _check_rate(rate: Decimal, lpr: Decimal, cap: Decimal) -> None:
    """The rate cap is a hard stop, inclusive (D-09)."""
    if rate > cap:
        raise Refusal(f"利率不得超过 {cap:.2f}%（LPR {lpr:.2f}% 加政策规定的基点）。", "rate")


def _check_security(case: CaseFile, free: Decimal, amount: Decimal, guarantee_type: str) -> None:
    """A-02: a personal loan up to the free amount carries no security that needs a procedure."""
    if case.is_person and amount <= free and guarantee_type != "credit":
        raise Refusal(
            "个人10万元以下（含）贷款应以信用方式发放，不得要求保证、抵押或质押。", "guarantee_type"
        )


def _check_waived(done: Completion, amount: Decimal, guarantee_type: str) -> None:
    """A-05: security under another name is a demand too; it needs the recorded reason."""
    if guarantee_type == "credit":
        return
    rule = counter_guarantee_rule(done.session, done.case, guarantee_type, "", amount)
    if rule["counter_guarantee_rule"] == "waived":
        raise Refusal(
            "该申请人属于免除反担保的特定群体；确需担保的，应填写反担保要求并写明理由。", "guarantee_type"
        )


@step(PROCEDURE)
def register_guarantee(done: Completion) -> Routing:
    """The procedure is finished, or an extension is asked for (A-15)."""
    loan = _loan(done)
    if done.answers["outcome"] == "extend":
        _request_extension(done)
        return {"procedure_done": False}
    loan.procedure = done.text("procedure")
    loan.procedure_certificate = done.text("certificate_number")
    loan.procedure_done_on = done.answers.get("completed_on") or today()
    done.give_opinion(
        "done",
        procedure=loan.procedure,
        certificate_number=loan.procedure_certificate,
        completed_on=loan.procedure_done_on,
    )
    return {"procedure_done": True}


def _request_extension(done: Completion) -> None:
    """D-08: once, 1–10 working days, asked before the old end."""
    days, limit = _required(done.answers, "extension_days"), CaseFacts(done.session, done.case).rules
    clock = running(done.session, done.case, BANK_CLOCK)
    if any(extension.decision == "approve" for extension in extensions_of(done.session, done.case)):
        raise Refusal("每件贷款只能延期一次，该案卷已延期。", "outcome")
    if not 1 <= days <= limit.extension_days:
        raise Refusal(f"延期应为 1 至 {limit.extension_days} 个工作日。", "extension_days")
    if clock.is_over and not clock.provisional:
        raise Refusal("原时限已届满，不能再申请延期。", "outcome")
    if not done.text("extension_reason").strip():
        raise Refusal("请写明延期理由。", "extension_reason")
    _require_approver(done)
    done.session.add(
        Extension(
            case_id=done.case.id,
            deadline_id=clock.id,
            procedure=done.text("procedure"),
            reason=done.text("extension_reason"),
            working_days=days,
            old_due_on=clock.due_on,
            requested_by_id=done.actor.id,
            requested_at=now(),
        )
    )
    reason = done.text("extension_reason")
    procedure = done.text("procedure")
    done.give_opinion("extend", procedure=procedure, extension_days=days, extension_reason=reason)


def _require_approver(done: Completion) -> None:
    """Who had the procedure in hand may not approve its extension: somebody else must be there who can."""
    query = select(UserTask.done_by_id).where(
        UserTask.case_id == done.case.id, UserTask.form_key == PROCEDURE, UserTask.done_by_id.is_not(None)
    )
    barred = {done.actor.id, *done.session.scalars(query)}
    heads = colleagues(done.session, done.task.department_id, Permission.EXTENSION_APPROVE)
    if not any(head.id not in barred for head in heads):
        raise Refusal("本机构没有其他有审批权限的人员可以审批本次延期，请改由其他经办人申请延期。", "outcome")


@step(EXTENSION_APPROVAL)
def decide_extension(done: Completion) -> Routing:
    """The supervisor decides before the old end; an approval moves the end and tells the applicant (N4)."""
    extension = next(iter(extensions_of(done.session, done.case)[::-1]), None)
    if extension is None or extension.decision:
        # The token was moved here by hand (processes/token_repair.py): nothing waits for a decision.
        raise Refusal("该案卷没有待审批的延期申请，请联系流程负责人调整流程位置。")
    extension.decision = done.text("decision")
    extension.decided_by_id, extension.decided_at = done.actor.id, now()
    extension.decision_text = done.text("opinion")
    if extension.decision == "approve":
        clock = done.session.get_one(Deadline, extension.deadline_id)
        extend(done.session, done.case, clock, extension, done.actor)
        content = {
            "old_due_on": extension.old_due_on,
            "new_due_on": extension.new_due_on,
            "provisional": clock.provisional,
            "procedure": extension.procedure,
            "reason": extension.reason,
            "working_days": extension.working_days,
            "approved_by": done.actor.name,
        }
        issue(done.session, done.case, LetterKind.EXTENSION, content, actor=done.actor)
    done.give_opinion(extension.decision, working_days=extension.working_days)
    _tell_asker(done, extension)
    return {}


def _tell_asker(done: Completion, extension: Extension) -> None:
    """What became of his request."""
    text = f"未获批准：{extension.decision_text}。时限照常计算。"
    if extension.new_due_on is not None:
        text = f"已批准，新的截止日为 {extension.new_due_on.isoformat()}。"
    about = f"{done.case.number} {done.case.applicant_name}：延期申请"
    tell(done.session, {extension.requested_by_id} - {done.actor.id}, "task", about + text, done.case)


def give_back(session: Session, case: CaseFile, tasks: Iterable[UserTask], actor: User) -> None:
    """The procedure that an extension was asked for goes on with whoever asked, if he may still do it."""
    asker = session.get_one(User, extensions_of(session, case)[-1].requested_by_id)
    for task in tasks:
        is_waiting = task.form_key == PROCEDURE and task.status == OPEN and task.assignee_id is None
        is_his = asker.is_active and asker.department_id == task.department_id
        if is_waiting and is_his and asker.may(Permission(task.permission)):
            task.assignee_id, task.claimed_at = asker.id, now()
            summary = f"“{task.name}”由原经办人{asker.name}继续办理"
            audit.record(session, "task.assigned", summary, actor=actor, case=case, new=hands(task))


@step("disbursement")
def disburse(done: Completion) -> Routing:
    """放款: the four blocks are checked again on the day; money out ends the bank's clock."""
    loan = _loan(done)
    if done.answers["outcome"] == "refused":
        done.give_opinion("fail", licence_status=done.text("licence_status"))
        return {"paid": False}
    check_payout(done, loan)
    answers = done.answers
    loan.contract_number, loan.signed_on = done.text("contract_number"), answers["signed_on"]
    loan.disbursed_on, loan.receipt_number = answers["disbursed_on"], done.text("receipt_number")
    loan.rate, loan.repayment_method = answers["rate"], done.text("repayment_method")
    loan.lpr = lpr_on(done.session, answers["signed_on"], loan.lpr_tenor)
    loan.account = {key: done.text(key) for key in ("account_bank", "account_name", "account_number")}
    loan.account_hash = keyed_hash(done.text("account_number"))
    loan.registry_check = {"licence_status": done.text("licence_status"), "checked_on": today().isoformat()}
    done.give_opinion("paid", amount=loan.approved_amount, rate=loan.rate, disbursed_on=loan.disbursed_on)
    _tell_payout(done, loan)
    return {"paid": True}


def _tell_payout(done: Completion, loan: Loan) -> None:
    """N6 to 人社 and the guarantor, and the letter to the borrower."""
    case = done.case
    content = {
        "amount": format(loan.approved_amount, "f"),
        "term_months": loan.term_months,
        "rate": format(loan.rate, "f"),
        "disbursed_on": loan.disbursed_on,
        "contract_number": loan.contract_number,
    }
    issue(done.session, case, LetterKind.DISBURSEMENT, content, actor=done.actor)
    text = f"{case.number} {case.applicant_name}：贷款已发放（{loan.disbursed_on}）。"
    tell_departments(done.session, [case.hrss_id, case.guarantor_id], text, case)


def _loan(done: Completion) -> Loan:
    loan = loan_of(done.session, done.case)
    if loan is None:
        raise Refusal("该案卷没有银行批准的贷款条件。")
    return loan
