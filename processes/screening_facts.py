"""Room screening, facts: what the drawings of a round and of a candidate ask."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select

from models.deadline import due_for
from models.screening import (
    Candidate,
    GroupDecision,
    Result,
    ScreeningOpinion,
    candidate_of_case,
    round_of_case,
)
from processes.deadline import region_of
from processes.facts import FACTS, CaseFacts


def _opened_on(facts: CaseFacts) -> date | None:
    round_ = round_of_case(facts.session, facts.case)
    return round_.opened_on if round_ else None


def _opinions_due_on(facts: CaseFacts) -> date | None:
    """The last day of the departments' term; from it the daily reminders count."""
    start = facts["round_opened_on"]
    if start is None:
        return None
    return due_for(start, facts.credit.opinion_days, region_code=region_of(facts.case)).due_on


def _has_failing_opinion(facts: CaseFacts) -> bool:
    """One 不通过 that was handed in is enough (D-25)."""
    failing = exists().where(
        Candidate.case_id == facts.case.id,
        ScreeningOpinion.candidate_id == Candidate.id,
        ScreeningOpinion.result == Result.FAIL,
        ScreeningOpinion.handed_in_at.is_not(None),
    )
    return bool(facts.session.scalar(select(failing)))


def _is_group_approved(facts: CaseFacts) -> bool:
    candidate = candidate_of_case(facts.session, facts.case)
    return candidate is not None and candidate.decision == GroupDecision.APPROVE


FACTS.update(
    {
        "opinion_days": lambda f: f.credit.opinion_days,
        "round_opened_on": _opened_on,
        "opinions_due_on": _opinions_due_on,
        "has_failing_opinion": _has_failing_opinion,
        "is_group_approved": _is_group_approved,
    }
)
