"""Room arrears, facts: what the drawing of a loan past due may ask about its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.arrears import ArrearsFile, file_of
from processes.facts import FACTS, CaseFacts


def _of_file(read: Callable[[ArrearsFile], Any]) -> Callable[[CaseFacts], Any]:
    return lambda facts: read(file_of(facts.session, facts.case))


FACTS.update(
    {
        "arrears_day_one_on": _of_file(lambda file: file.day_one_on),
        "arrears_counted_on": _of_file(lambda file: file.counted_from),
        # Calendar days whose last one ends where day 60 begins (D-32).
        "arrears_wait_days": _of_file(lambda file: file.demand_day - 1),
        "arrears_sixty_on": _of_file(lambda file: file.demand_on),
        "arrears_report_days": lambda f: f.credit.report_days,
        "arrears_applied_on": _of_file(lambda file: file.applied_on),
        "arrears_consent_days": lambda f: f.credit.consent_days,
        "arrears_consented_on": _of_file(lambda file: file.consented_on),
        "arrears_payment_days": lambda f: f.credit.payment_days,
    }
)
