"""Room context: what a form needs from the tables and the clock before it may be shown or checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.context import FormContext
from forms.declaration_rules import is_declared
from forms.registry import TASK_FORMS
from models.calendar import today
from models.case import CaseFile
from models.credit_policy import credit_rules_on
from models.database import DbSession
from models.material import material_choices
from models.meeting import MeetingKind, meetings
from models.people import Department, DepartmentKind, User, department_choices, region_choices
from models.policy import Rules, lpr_on, policy_on
from models.reason import reason_choices
from models.refusal import Refusal
from models.scheme import DECLARED
from models.vocabulary import ReasonStage
from models.vocabulary_loan import LprTenor
from models.workflow import UserTask
from processes import worklist
from processes.credit_signing import SIGNING, caps
from processes.facts import CaseFacts
from processes.general import Business, served_regions
from processes.guarantee import counter_guarantee_rule

SCHEME = "startup_loan"
DECIDED_IN_MEETINGS = ("group_decision", "blacklist_decision")


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


def declaration_context(session: DbSession, form_kind: str) -> FormContext:
    """What a declaration of 信保贷 may choose from today, and its cap as a hint."""
    limit = credit_rules_on(session, today()).limit_for(form_kind.removeprefix(DECLARED))
    return FormContext(
        today=today(),
        regions=region_choices(session, DepartmentKind.FINANCE_CENTER),
        limits={"amount": f"{limit:,.2f} 元"},
    )


def context_of(session: DbSession, case: CaseFile) -> FormContext:
    """What the application form of a case may choose from."""
    if is_declared(case.form_kind):
        return declaration_context(session, case.form_kind)
    return application_context(session)


def start_context(session: DbSession, business: Business, actor: User) -> FormContext:
    """Where an applicant may start a case; an office is not asked."""
    regions = [] if actor.department_id else served_regions(session, business.drawing)
    return FormContext(today=today(), regions=regions)


def task_context(session: DbSession, task: UserTask, case: CaseFile) -> FormContext:
    """What the form of a task may choose from, and the facts of its case."""
    facts = CaseFacts(session, case)
    return FormContext(
        today=today(),
        materials=material_choices(case.form_kind),
        reasons=_reasons(session, task),
        limits=_limits(session, facts) if facts.is_startup else _credit_limits(session, task, facts),
        overdue=worklist.is_late(session, task),
        facts=_guarantee_facts(session, task, case),
        meetings=_meetings(session, task, case),
    )


def _meetings(session: DbSession, task: UserTask, case: CaseFile) -> list[tuple[str, str]]:
    """The meetings of the leading group that a decision may rest on (B-13)."""
    if task.form_key not in DECIDED_IN_MEETINGS or case.region_id is None:
        return []
    held = meetings(session, case.region_id, MeetingKind.LEADING_GROUP)
    return [(str(one.id), f"{one.number}（{one.held_on:%Y-%m-%d}）") for one in held]


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


def _credit_limits(session: DbSession, task: UserTask, facts: CaseFacts) -> Mapping[str, object]:
    """信保贷: the caps of a contract; a day without LPR shows none, and signing says so."""
    try:
        return caps(session, facts.credit) if task.form_key == SIGNING else {}
    except Refusal:
        return {}


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
