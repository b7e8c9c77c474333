"""Room review: acceptance with 补正, the three reviews, and the notice of a refusal."""

from __future__ import annotations

from datetime import date

from models import audit
from models.calendar import today
from models.deadline import due_for
from models.letter import LetterKind
from models.policy import policy_on
from models.reason import reasons_for
from models.refusal import Refusal
from models.review import Supplement, last_opinion, supplements_of
from models.scheme import Scheme
from processes.deadline import drawn_term, region_of
from processes.facts import CaseFacts
from processes.findings import rows_for
from processes.guarantee import check_counter_guarantee
from processes.letter import issue
from processes.notification import supervisors_of, tell
from processes.steps import Completion, Routing, step

ELIGIBILITY = "eligibility.dmn"


@step("acceptance")
def accept(done: Completion) -> Routing:
    """受理 on the day of the last complete receipt (D-05), or one complete list of what is missing (N2)."""
    if done.answers["result"] == "incomplete":
        ask_supplement(done)
        return {"acceptance_complete": False}
    case = done.case
    if case.received_on is None:
        raise Refusal("该案卷没有收件日期，不能受理。")
    case.accepted_on = case.received_on
    case.policy_set_id = policy_on(done.session, case.scheme, case.accepted_on).id
    term = drawn_term(done.session, case, done.definition.drawing, "qualification")
    done.give_opinion("complete", accepted_on=case.accepted_on, policy_set_id=case.policy_set_id)
    told = {name: term[name] for name in ("length", "due_on", "provisional")}
    content = {"accepted_on": case.accepted_on, **told}
    issue(done.session, case, LetterKind.ACCEPTANCE, content, actor=done.actor)
    return {"acceptance_complete": True}


def ask_supplement(done: Completion) -> None:
    """Write the round of 补正 and its letter; flag a list that should have been in the first (A-16)."""
    items = [dict(row) for row in done.answers["items"]]
    earlier = supplements_of(done.session, done.case)
    asked = {item["material"] for round_ in earlier for item in round_.items}
    is_repeated = bool(earlier) and any(item["material"] not in asked for item in items)
    days = CaseFacts(done.session, done.case)["supplement_days"]
    notified_on = _notified_on(done)
    due = due_for(notified_on, days, region_code=region_of(done.case))
    supplement = Supplement(
        case_id=done.case.id,
        round=len(earlier) + 1,
        items=items,
        notified_on=notified_on,
        is_repeated=is_repeated,
    )
    done.session.add(supplement)
    done.session.flush()  # the drawing asks for the day of the notice in this very knock
    done.give_opinion("incomplete", items=items, is_repeated=is_repeated)
    issue(
        done.session,
        done.case,
        LetterKind.SUPPLEMENT,
        {
            "items": items,
            "submitted_on": done.case.received_on,
            "days": days,
            "due_on": due.due_on,
            "provisional": due.provisional,
        },
        actor=done.actor,
        delivery_method=done.text("delivery_method"),
        delivered_on=notified_on,
    )
    if is_repeated:
        _flag_repeated(done)


def _notified_on(done: Completion) -> date:
    """The day N2 was delivered, from which the applicant's term runs (D-12). Raises Refusal."""
    day: date = done.answers.get("delivered_on") or today()
    if day > today() or (done.case.received_on and day < done.case.received_on):
        raise Refusal("送达日期应在收件日至今日之间。", "delivered_on")
    return day


def _flag_repeated(done: Completion) -> None:
    text = f"{done.case.number}：再次补正的清单含有应在首次一次性告知的材料，请核查。"
    audit.record(done.session, "supplement.repeated", text, actor=done.actor, case=done.case)
    tell(done.session, supervisors_of(done.session, done.task.department_id), "repeated", text, done.case)


@step("supplement")
def supplement(done: Completion) -> Routing:
    """The applicant has answered: the materials are received anew today (D-05); a declaration keeps its day."""
    rounds = supplements_of(done.session, done.case)
    if not rounds:
        # The token was moved here by hand (processes/token_repair.py): nothing was ever asked for.
        raise Refusal("该案卷没有发出过补正告知，无法补正，请联系流程负责人调整流程位置。")
    rounds[-1].answered_on = today()
    rounds[-1].statement = done.text("statement")
    if done.case.kind is Scheme.STARTUP_LOAN:
        done.case.received_on = today()
    return {}


@step("qualification_review")
def review_qualification(done: Completion) -> Routing:
    """资格审核: the findings are shown, the decision is the clerk's; both are kept."""
    facts = CaseFacts(done.session, done.case, drawn=done.definition.drawing.field_names)
    findings = rows_for(done.definition.decisions[ELIGIBILITY], facts)
    broken = [row.outputs["code"] for row in findings if row.matched]
    done.give_opinion(done.text("decision"), findings=broken)
    return {"qualified": done.answers["decision"] == "pass"}


@step("due_diligence")
def diligence(done: Completion) -> Routing:
    """尽职调查 with the guarantor's terms; a counter-guarantee is checked against A-02 and A-05."""
    is_passed = done.answers["decision"] == "pass"
    requested = done.text("counter_guarantee") or "none"
    if is_passed:
        check_counter_guarantee(done.session, done.case, requested, done.text("exception_reason"))
    done.give_opinion(
        done.text("decision"),
        method=done.answers.get("method"),
        first_repayment_source=done.text("first_repayment_source"),
        guarantee_amount=done.answers.get("guarantee_amount"),
        counter_guarantee=requested,
        exception_reason=done.text("exception_reason"),
    )
    return {"due_diligence_passed": is_passed}


@step("pre_loan_investigation")
def investigate(done: Completion) -> Routing:
    """贷前调查 by the bank."""
    done.give_opinion(
        done.text("decision"),
        method=done.answers.get("method"),
        first_repayment_source=done.text("first_repayment_source"),
        credit_queried_on=done.answers.get("credit_queried_on"),
    )
    return {"pre_loan_passed": done.answers["decision"] == "pass"}


@step("refusal_notice")
def notify_refusal(done: Completion) -> Routing:
    """N3: the notice with reason codes, text, clause and the way to complain."""
    codes = list(done.answers["reason_codes"])
    labels = {
        reason.code: reason.label for stage in ("hrss", "guarantor", "bank") for reason in reasons_for(stage)
    }
    decision = last_opinion(
        done.session,
        done.case,
        "qualification_review",
        "due_diligence",
        "pre_loan_investigation",
        "bank_acceptance",
        "disbursement",
    )
    issue(
        done.session,
        done.case,
        LetterKind.REFUSAL,
        {
            "accepted_on": done.case.accepted_on,
            "decided_on": decision.decided_on if decision else today(),
            "reasons": [{"code": code, "label": labels.get(code, code)} for code in codes],
            "reason_text": done.text("reason_text"),
            "clause": done.text("clause"),
            "can_reapply": done.answers.get("can_reapply"),
            "remedy": done.text("remedy"),
        },
        actor=done.actor,
        delivery_method=done.text("delivery_method"),
        delivered_on=done.answers.get("delivered_on"),
    )
    return {}
