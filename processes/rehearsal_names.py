"""Room rehearsal, names: what a person is asked for each name that drawings read, and what a form says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import processes.catalogue  # noqa: F401  registers every fact and step
from models.drawn_field import DrawnField, FieldKind
from models.vocabulary import ApplicantType
from processes import words
from processes.engine.drawing import Drawing
from processes.facts import FACTS
from processes.steps import ROUTING

# The kind of every fact; what steps decide (processes/words.py: RESULTS) is yes or no.
_KINDS: Mapping[FieldKind, str] = {
    FieldKind.YES_NO: """
        is_person group_listed is_past_working_age is_past_working_age_at_maturity counter_guarantee_offered
        is_small_or_micro is_hiring_share_reached wage_arrears insurance_arrears counter_guarantee_requested
        is_special_group is_exception_recorded is_registration_needed is_code_local is_address_local
        is_tax_local has_premises_proof is_operating is_medium_or_smaller has_tax_opinion is_excluded
        exit_is_cancelled exit_has_lender exit_has_guarantor has_failing_opinion is_group_approved
    """,
    FieldKind.INTEGER: """
        term_months loan_ordinal supplement_days age minimum_age term_limit subsidised_loans
        other_loans_counted short_contracts calendar_version arrears_wait_days arrears_report_days
        arrears_consent_days arrears_payment_days result_days tax_history_months tax_months report_age_days
        evidence_days investigation_days loan_result_days notice_days objection_days exit_days
        statement_days opinion_days
    """,
    FieldKind.MONEY: "amount amount_limit loan_amount counter_guarantee_free",
    FieldKind.DATE: """
        received_on accepted_on bank_accepted_on investigation_opened_on refused_on supplement_notified_on
        arrears_day_one_on arrears_counted_on arrears_sixty_on arrears_applied_on arrears_consented_on
        declared_on loan_refused_on notice_published_on objection_received_on exit_reported_on
        exit_cancelled_on blacklist_told_on blacklist_decided_on round_opened_on opinions_due_on
    """,
    FieldKind.TEXT: "tax_grade",
    FieldKind.CHOICE: "applicant_type",
}


def _declared() -> Iterator[DrawnField]:
    for kind, names in _KINDS.items():
        for name in names.split():
            choices = tuple(ApplicantType.choices()) if name == "applicant_type" else ()
            yield DrawnField(name, words.FACTS.get(name, name), kind, choices=choices)
    for name, label in words.RESULTS.items():
        yield DrawnField(name, label, FieldKind.YES_NO)


NAMES: Mapping[str, DrawnField] = {field.name: field for field in _declared()}

# The question of a built-in form that decides, with the answers that mean yes.
_DECISION = ("decision", ("pass", "approve", "upheld"))
_RESULT = ("result", ("complete", "in_order"))
_OUTCOME = ("outcome", ("done", "paid", "signed"))
DECIDES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "acceptance": ("acceptance_complete", *_RESULT),
    "form_check": ("declaration_complete", *_RESULT),
    "qualification_review": ("qualified", *_DECISION),
    "due_diligence": ("due_diligence_passed", *_DECISION),
    "pre_loan_investigation": ("pre_loan_passed", *_DECISION),
    "bank_acceptance": ("bank_approved", *_DECISION),
    "counter_guarantee": ("procedure_done", *_OUTCOME),
    "disbursement": ("paid", *_OUTCOME),
    "credit_bank_opinion": ("bank_agreed", *_DECISION),
    "credit_guarantor_opinion": ("guarantor_agreed", *_DECISION),
    "credit_signing": ("credit_signed", *_OUTCOME),
    "exit_check": ("exit_confirmed", *_DECISION),
    "compensation_consent": ("compensation_consented", *_DECISION),
    "blacklist_decision": ("blacklist_approved", *_DECISION),
    "objection_decision": ("upheld", *_DECISION),
    "group_decision": ("is_group_approved", *_DECISION),
}
# The days that the completion of a built-in form leaves in the tables: (fact, only when it decides so, the fact
# whose day it takes; empty: the day of the completion).
DATES: Mapping[str, tuple[tuple[str, bool | None, str], ...]] = {
    "acceptance": (("accepted_on", True, "received_on"), ("supplement_notified_on", False, "")),
    # The materials are received anew on that day (D-05).
    "supplement": (("received_on", None, ""), ("declared_on", None, "")),
    "form_check": (("supplement_notified_on", False, ""),),
    "qualification_review": (("investigation_opened_on", True, ""), ("refused_on", False, "")),
    "due_diligence": (("refused_on", False, ""),),
    "pre_loan_investigation": (("refused_on", False, ""),),
    "bank_acceptance": (("bank_accepted_on", None, ""), ("refused_on", False, "")),
    "disbursement": (("refused_on", False, ""),),
    "credit_bank_opinion": (("loan_refused_on", False, ""),),
    "credit_guarantor_opinion": (("loan_refused_on", False, ""),),
    "exit_check": (("exit_cancelled_on", True, ""),),
    "compensation_application": (("arrears_applied_on", None, ""),),
    "compensation_consent": (("arrears_consented_on", True, ""),),
    "notice_publication": (("notice_published_on", None, ""),),
    "blacklist_decision": (("blacklist_decided_on", None, ""),),
}


def field_of(name: str, drawing: Drawing) -> DrawnField:
    """How a person is asked for a name; one that no table knows is asked for as text."""
    if name in drawing.drawn_fields:
        return drawing.drawn_fields[name]
    return NAMES.get(name) or DrawnField(name, name, FieldKind.TEXT)


def is_known(name: str, drawing: Drawing) -> bool:
    """Whether a name is declared at all."""
    return name in FACTS or name in ROUTING or name in drawing.field_names


def is_decided(form_key: str, answers: Mapping[str, Any]) -> dict[str, bool]:
    """What the decision of a built-in form means for the gateways; empty when it decides nothing."""
    if form_key not in DECIDES:
        return {}
    name, question, yes = DECIDES[form_key]
    given = answers.get(question)
    return {name: str(given) in yes} if given else {}


def dates_of(form_key: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The facts that the completion of a built-in form dates: fact → the fact whose day it takes, or its own day."""
    decided = values.get(DECIDES[form_key][0]) if form_key in DECIDES else None
    return {name: source for name, only, source in DATES.get(form_key, ()) if only is None or only is decided}
