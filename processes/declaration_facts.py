"""Room declaration, facts: what the drawing and the table of admission may ask about a declaration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from models.calendar import today
from models.case import CaseFile
from models.credit import barred_keys
from models.credit_policy import CreditRules, credit_rules_on
from models.crypto import keyed_hash
from models.declaration import full_months
from models.document import document_kinds, documents_of
from models.enterprise_size import EnterpriseSize, classify
from models.identity import normalize
from models.refusal import Refusal
from models.review import supplements_of
from models.vocabulary import LicenceStatus
from processes.credit import exclusion
from processes.facts import FACTS, CaseFacts


def _day(facts: CaseFacts, name: str) -> date | None:
    text = str(facts.field(name) or "")
    return date.fromisoformat(text) if text else None


def _declared_on(facts: CaseFacts) -> date | None:
    """The day from which the form check counts: of the receipt, or of the last supplement."""
    rounds = supplements_of(facts.session, facts.case)
    answered = rounds[-1].answered_on if rounds else None
    return answered or facts.case.received_on


def _region_name(facts: CaseFacts) -> str:
    return facts.case.region.name if facts.case.region else ""


def _is_code_local(facts: CaseFacts) -> bool:
    """Characters 3 to 8 of the code are the 旗's."""
    region = facts.case.region
    return region is not None and str(facts.field("uscc", ""))[2:8] == region.code[:6]


def _tax_months(facts: CaseFacts) -> int:
    """Whole months from the first tax payment to the day of receipt; 0 when unknown."""
    first, on = _day(facts, "first_taxed_on"), facts.case.received_on or today()
    return full_months(first, on) if first is not None and first <= on else 0


def _has(facts: CaseFacts, kind: str) -> bool:
    return any(document.kind == kind for document in documents_of(facts.session, facts.case))


def _is_small_enough(facts: CaseFacts) -> bool:
    """中型, 小型 or 微型 by 工信部联企业〔2011〕300号."""
    try:
        size = classify(
            str(facts.field("industry", "")),
            int(facts.field("headcount") or 0),
            facts.amount_of("revenue") / 10000,
            facts.amount_of("assets") / 10000,
        )
    except (Refusal, ValueError):
        return False
    return size is not EnterpriseSize.LARGE


def _report_age(facts: CaseFacts) -> int:
    """Calendar days since the credit report was drawn, today."""
    day = _day(facts, "reported_on")
    return (today() - day).days if day is not None else 0


def _is_excluded(facts: CaseFacts) -> bool:
    code = normalize(str(facts.field("uscc") or ""))
    return bool(exclusion(facts.session, code, [_operator(facts.case)]))


def _operator(case: CaseFile) -> str:
    return keyed_hash(normalize(str(case.application.get("legal_id_number") or "")))


def gathered(session: Session, cases: Sequence[CaseFile]) -> list[CaseFacts]:
    """The facts of many declarations, those that cost a query each asked for all at once."""
    papers: dict[int, set[str]] = {}
    for case_id, kind in document_kinds(session, [case.id for case in cases]):
        papers.setdefault(case_id, set()).add(kind)
    barred = barred_keys(session)
    known: dict[date, CreditRules] = {}
    facts = []
    for case in cases:
        on, has = case.received_on or today(), papers.get(case.id, set())
        if on not in known:
            known[on] = credit_rules_on(session, on)
        given = {
            "credit": known[on],
            "has_premises_proof": "premises_proof" in has,
            "has_tax_opinion": "tax_opinion" in has,
            "is_excluded": not barred.isdisjoint((str(case.application.get("uscc")), _operator(case))),
        }
        facts.append(CaseFacts(session, case, given))
    return facts


FACTS.update(
    {
        "declared_on": _declared_on,
        "result_days": lambda f: f.credit.result_days,
        "is_code_local": _is_code_local,
        "is_address_local": lambda f: _region_name(f) in str(f.field("registered_address", "")),
        "is_tax_local": lambda f: _region_name(f) in str(f.field("tax_authority", "")),
        "has_premises_proof": lambda f: _has(f, "premises_proof"),
        "is_operating": lambda f: f.field("operating_status") == LicenceStatus.ACTIVE,
        "is_medium_or_smaller": _is_small_enough,
        "tax_history_months": _tax_months,
        "tax_months": lambda f: f.credit.tax_months,
        "tax_grade": lambda f: str(f.field("tax_grade", "")),
        "has_tax_opinion": lambda f: _has(f, "tax_opinion"),
        "report_age_days": _report_age,
        "evidence_days": lambda f: f.credit.evidence_days,
        "is_excluded": _is_excluded,
    }
)
