"""Room prefill: form key → what a step's form may start with; the person still reads and decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.calendar import today
from models.case import CaseFile
from models.deadline import Deadline
from models.drawn_answer import last_given
from models.loan import loan_of
from models.people import Department
from models.reason import reason_by_code
from models.refusal import Refusal
from models.review import Opinion, last_opinion
from models.vocabulary_loan import LprTenor
from models.workflow import UserTask
from processes.case import missing_materials
from processes.drawn_answer import asked_as
from processes.engine.drawing import Step
from processes.given_before import Sight, is_carried
from processes.prefilling import PREFILLS, Values, prefill
from processes.worklist import drawn_step

_ACCOUNT = ("account_bank", "account_name", "account_number")


def prefilled(session: Session, case: CaseFile, task: UserTask, step: Step, may_see: Sight) -> Values:
    """Question name → starting value: what the form brings, and what was last answered to its drawn fields.

    Of the answers those that the reader may see in full and need not state anew (given_before.py). 超期原因 starts
    with what has been said of the same clock, so that nobody is asked twice for one lateness.
    """
    function = PREFILLS.get(task.form_key)
    values = dict(function(session, case, task)) if function else {}
    known = last_given(session, case) if step.fields else {}
    for field in step.fields:
        row = known.get(field.name)
        is_known = row is not None and is_carried(field, row) and may_see(row)
        values[asked_as(step, field.name)] = row.value if row is not None and is_known else None
    clock = session.get(Deadline, task.deadline_id) if task.deadline_id else None
    return {**values, "late_reason": clock.late_reason} if clock is not None and clock.late_reason else values


@prefill("form_check")
@prefill("acceptance")
def _acceptance(session: Session, case: CaseFile, _task: UserTask) -> Values:
    """The materials that are not in the file, so that the one list is complete at once (A-16)."""
    items = [
        {"material": kind.code, "problem": "未提交", "requirement": kind.note}
        for kind in missing_materials(session, case)
    ]
    return {"items": items, "delivered_on": today()}


@prefill("bank_acceptance")
def _bank_acceptance(_session: Session, case: CaseFile, _task: UserTask) -> Values:
    return {
        # Done again after 退回: the day of the first time, from which the term goes on.
        "accepted_on": case.bank_accepted_on or today(),
        "approved_amount": case.amount,
        "approved_term": case.term_months,
        "lpr_tenor": LprTenor.ONE_YEAR.value,
    }


@prefill("counter_guarantee")
def _counter_guarantee(_session: Session, _case: CaseFile, _task: UserTask) -> Values:
    return {"completed_on": today()}


@prefill("disbursement")
def _disbursement(session: Session, case: CaseFile, _task: UserTask) -> Values:
    """The account that was applied for; what the register says of the licence is never copied (S-5.4)."""
    loan = loan_of(session, case)
    terms: Values = {"rate": loan.rate.normalize()} if loan else {}
    account = {name: case.application.get(name) for name in _ACCOUNT}
    return {**terms, **account, "signed_on": today(), "disbursed_on": today()}


@prefill("refusal_notice")
def _refusal_notice(session: Session, case: CaseFile, task: UserTask) -> Values:
    """Reasons and clause of the opinion that refused, and the office to which one may complain."""
    department = session.get_one(Department, task.department_id)
    office = f"{department.name}（电话：{department.phone}）" if department.phone else department.name
    values: Values = {"delivered_on": today(), "remedy": f"如有异议，可向{office}咨询或申诉。"}
    opinion = _refusing_opinion(session, case, task)
    if opinion is not None:
        values["reason_codes"] = list(opinion.reason_codes)
        values["reason_text"] = opinion.reason_text
        values["clause"] = "；".join(dict.fromkeys(_clauses(opinion.reason_codes)))[:200]
    return values


def _refusing_opinion(session: Session, case: CaseFile, task: UserTask) -> Opinion | None:
    """The drawing names the steps whose refusal this notice announces."""
    named = drawn_step(session, task).properties.get("refused_by", "")
    return last_opinion(session, case, *(part for part in named.split(",") if part))


def _clauses(codes: list[Any]) -> list[str]:
    found = []
    for code in codes:
        try:
            found.append(reason_by_code(str(code)).clause)
        except Refusal:
            continue  # a code of an older list
    return found
