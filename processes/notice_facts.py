"""Room notice, facts: what the drawings of notices and objections ask about their cases."""

from __future__ import annotations

from datetime import date

from models.notice import notice_of_case
from models.objection import objection_of_case
from processes.facts import FACTS, CaseFacts


def _published_on(facts: CaseFacts) -> date | None:
    return notice_of_case(facts.session, facts.case.id).published_on


def _received_on(facts: CaseFacts) -> date:
    return objection_of_case(facts.session, facts.case.id).received_on


FACTS.update(
    {
        "notice_published_on": _published_on,
        "notice_days": lambda f: f.credit.notice_days,
        "objection_received_on": _received_on,
        "objection_days": lambda f: f.credit.objection_days,
    }
)
