"""Room rehearsal, opening: the facts of an ordinary case, with which a rehearsal begins; its owner changes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import fixed_at, local_date, today
from models.credit_policy import credit_rules_on
from models.deadline import due_for
from models.policy import policy_on
from models.refusal import Refusal
from models.scheme import Scheme
from models.vocabulary import ApplicantType
from processes.facts import FACTS, GENERAL_FACTS
from processes.rehearsal_asked import Questions
from processes.rehearsal_values import plain

# A person of working age who asks for 80 000 元 and meets every condition.
_ORDINARY: Mapping[str, Any] = {
    "applicant_type": ApplicantType.PERSON.value,
    "is_person": True,
    "amount": "80000",
    "loan_amount": "80000",
    "term_months": 24,
    "loan_ordinal": 1,
    "age": 35,
    "group_listed": True,
    "is_small_or_micro": True,
    "is_hiring_share_reached": True,
    "is_code_local": True,
    "is_address_local": True,
    "is_tax_local": True,
    "has_premises_proof": True,
    "is_operating": True,
    "is_medium_or_smaller": True,
    "has_tax_opinion": True,
    "tax_history_months": 24,
    "tax_grade": "B",
    "is_excluded": False,
    "other_loans_counted": 0,
    "short_contracts": 0,
    "report_age_days": 5,
}
# What begins a case happened on the first day.
_FIRST_DAY = frozenset(
    (
        *("received_on", "declared_on", "exit_reported_on", "objection_received_on", "blacklist_told_on"),
        *("round_opened_on", "arrears_day_one_on", "arrears_counted_on"),
    )
)
# Their day comes in the course of the case.
_LATER = frozenset(("investigation_opened_on", "refused_on", "supplement_notified_on", "calendar_version"))


def opening_facts(session: Session, questions: Questions, at: datetime) -> dict[str, Any]:
    """Name → value for JSON, of every fact that the drawing reads and an ordinary case knows at its beginning.

    A case that a person starts knows nothing of applications and policies: those are not made up for it.
    """
    drawing = questions.definition.drawing
    names = [field.name for field in questions.facts]
    if drawing.is_startable:
        names = [name for name in names if name in GENERAL_FACTS]
    with fixed_at(at):
        rules = _Ordinary(session, drawing.key)
        found = {name: _value(name, rules) for name in names}
    day = local_date(at).isoformat()
    found |= {name: day for name in _FIRST_DAY & found.keys()}
    with fixed_at(at):
        found |= {name: later(found) for name, later in _DERIVED.items() if name in found}
    return {name: plain(value) for name, value in found.items() if value is not None}


def _opinions_due(found: Mapping[str, Any]) -> date | None:
    days = found.get("opinion_days")
    return due_for(today(), days).due_on if isinstance(days, int) else None


# Days that follow from the first one.
_DERIVED: Mapping[str, Callable[[Mapping[str, Any]], date | None]] = {
    "arrears_sixty_on": lambda _found: today() + timedelta(days=59),
    "opinions_due_on": _opinions_due,
}


class _Ordinary:
    """As much of processes.facts.CaseFacts as an empty application and the policy of the day can answer."""

    def __init__(self, session: Session, key: str) -> None:
        self.is_startup = not key.startswith("credit")
        self.case = SimpleNamespace(applicant_type=ApplicantType.PERSON.value, is_person=True)
        try:
            self.rules = policy_on(session, Scheme.STARTUP_LOAN, today()).rules
            self.credit = credit_rules_on(session, today())
        except Refusal:
            pass  # no policy of that day: its numbers are asked for

    def field(self, _name: str, default: Any = None) -> Any:
        """Nothing was typed."""
        return default


def _value(name: str, rules: Any) -> Any:
    if name in _ORDINARY:
        return _ORDINARY[name]
    if name in _LATER:
        return None
    try:
        return FACTS[name](rules)
    except (AttributeError, TypeError, Refusal):
        return None  # only a case knows it
