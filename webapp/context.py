"""Room context: what a form needs from the tables and the clock before it may be shown or checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.context import FormContext
from forms.registry import TASK_FORMS
from models.calendar import today
from models.case import CaseFile
from models.database import DbSession
from models.material import material_choices
from models.people import Department, DepartmentKind, department_choices, region_choices
from models.policy import Rules, lpr_on, policy_on
from models.reason import reason_choices
from models.refusal import Refusal
from models.vocabulary import ReasonStage
from models.vocabulary_loan import LprTenor
from models.workflow import UserTask
from processes import worklist
from processes.facts import CaseFacts
from processes.guarantee import counter_guarantee_rule

SCHEME = "startup_loan"


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
        reasons=_reasons(session, task),
        limits=_limits(session, facts),
        overdue=worklist.is_late(session, task),
        facts=_guarantee_facts(session, task, case),
    )


def _reasons(session: DbSession, task: UserTask) -> list[tuple[str, str]]:
    """The reasons of the body whose office the task lies with."""
    kind = session.get_one(Department, task.department_id).kind
    return reason_choices(kind) if kind in ReasonStage.__members__.values() else []


def _limits(session: DbSession, facts: CaseFacts) -> Mapping[str, object]:
    """Shown as hints where the form has the question; the verbs check them."""
    rules = facts.rules
    caps = "，".join(_rate_caps(session, rules))
    return {
        "approved_amount": f"{facts['amount_limit']:,.2f} 元",
        "approved_term": f"{facts['term_limit']} 个月",
        "extension_days": f"{rules.extension_days} 个工作日",
        "rate": f"{caps}（LPR 加 {rules.rate_points} 个基点）",
    }


def _rate_caps(session: DbSession, rules: Rules) -> Iterator[str]:
    for tenor in LprTenor:
        try:
            lpr = lpr_on(session, today(), tenor.value)
        except Refusal:
            continue  # no quote of this tenor: no hint
        yield f"{tenor.label} {lpr:.2f}%，上限 {rules.rate_cap(lpr):.2f}%"


def _guarantee_facts(session: DbSession, task: UserTask, case: CaseFile) -> Mapping[str, object]:
    if not hasattr(TASK_FORMS.get(task.form_key), "counter_guarantee"):
        return {}
    rule = counter_guarantee_rule(session, case, "surety")["counter_guarantee_rule"]
    # The exception of A-05 is asked for as soon as a counter-guarantee is chosen (visible_when).
    return {"counter_guarantee_allowed": rule != "forbidden", "exception_required": rule == "waived"}
