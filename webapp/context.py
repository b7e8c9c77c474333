"""Room context: what a form needs from the tables and the clock before it may be shown or checked."""

from __future__ import annotations

from collections.abc import Mapping

from forms.context import FormContext
from models.calendar import today
from models.case import CaseFile
from models.database import DbSession
from models.material import material_choices
from models.people import DepartmentKind, department_choices, region_choices
from models.policy import policy_on
from models.workflow import UserTask
from processes import worklist
from processes.facts import CaseFacts
from processes.guarantee import counter_guarantee_rule

SCHEME = "startup_loan"
_COUNTERED = ("due_diligence", "bank_acceptance")


def application_context(session: DbSession) -> FormContext:
    """What an application may choose from today: banks, regions, the groups and limits of the policy set."""
    rules = policy_on(session, SCHEME, today()).rules
    return FormContext(
        today=today(),
        banks=department_choices(session, DepartmentKind.BANK),
        regions=region_choices(session),
        groups=[(code, label) for code, label in rules.groups],
        limits={"loan_ordinal": f"{rules.subsidised_loans} 次"},
    )


def task_context(session: DbSession, task: UserTask, case: CaseFile) -> FormContext:
    """What the form of a task may choose from, and the facts of its case."""
    facts = CaseFacts(session, case)
    return FormContext(
        today=today(),
        materials=material_choices(case.applicant_type),
        limits=_limits(task, facts),
        overdue=worklist.is_late(session, task),
        facts=_guarantee_facts(session, task, case),
    )


def _limits(task: UserTask, facts: CaseFacts) -> Mapping[str, object]:
    if task.form_key != "bank_acceptance":
        return {}
    return {
        "approved_amount": f"{facts['amount_limit']:,.2f} 元",
        "approved_term": f"{facts['term_limit']} 个月",
    }


def _guarantee_facts(session: DbSession, task: UserTask, case: CaseFile) -> Mapping[str, object]:
    if task.form_key not in _COUNTERED:
        return {}
    rule = counter_guarantee_rule(session, case, "surety")["counter_guarantee_rule"]
    # The exception of A-05 is asked for as soon as a counter-guarantee is chosen (visible_when).
    return {"counter_guarantee_allowed": rule != "forbidden", "exception_required": rule == "waived"}
