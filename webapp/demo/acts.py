"""Room demo, acts: the words of the plan, each with the step it completes and who does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.demo import answers
from webapp.demo.applications import Wish

Answer = Callable[[Wish, date], dict[str, Any]]
CLAIM, WITHDRAW, ANSWER = "claim", "withdraw", "answer"
# The clock of the qualification review: “pause:a,b” for missing materials, a request for an inspection, the end.
PAUSE, INSPECT, RESUME = "pause", "inspect", "resume"


@dataclass(frozen=True)
class Act:
    """Complete `element` as the `post` of the place, with these answers."""

    element: str
    post: str
    answer: Answer


_SIMPLE = {
    "accept": Act("acceptance", "window", answers.accept),
    ANSWER: Act("supplement", "applicant", answers.supplement),
    "qualify": Act("qualification_review", "reviewer", answers.qualify),
    "guarantee": Act("due_diligence", "guarantor", answers.guarantee),
    "investigate": Act("pre_loan_investigation", "lender", answers.investigate),
    "approve": Act("bank_acceptance", "approver", answers.approve_loan),
    "register": Act("counter_guarantee", "lender", answers.register),
    "extend": Act("counter_guarantee", "lender", answers.extend),
    "allow": Act("extension_approval", "banker", answers.approve_extension),
    "deny": Act("bank_acceptance", "approver", answers.refuse("reject_bank")),
    "reject_hrss": Act("qualification_review", "reviewer", answers.refuse("reject_hrss")),
    "reject_guarantor": Act("due_diligence", "guarantor", answers.refuse("reject_guarantor")),
    "reject_bank": Act("pre_loan_investigation", "lender", answers.refuse("reject_bank")),
    "reject_payout": Act("disbursement", "approver", answers.refuse("reject_payout")),
    "notify_hrss": Act("refusal_notice_hrss", "window", answers.notify("reject_hrss")),
    "notify_guarantor": Act("refusal_notice_guarantor", "guarantor", answers.notify("reject_guarantor")),
    "notify_bank": Act("refusal_notice_bank", "lender", answers.notify("reject_bank")),
    "notify_payout": Act("refusal_notice_bank", "lender", answers.notify("reject_payout")),
}
POSTS = {
    "bank": {
        "window": "renshe1", "reviewer": "renshe2", "guarantor": "danbao1",
        "lender": "yinhang1", "approver": "yinhang2", "banker": "yinhang0",
    },
    "bank2": {
        "window": "renshe2", "reviewer": "renshe1", "guarantor": "danbao1",
        "lender": "youchu1", "approver": "youchu2", "banker": "youchu0",
    },
    "bank_dlt": {
        "window": "dlt_renshe1", "reviewer": "dlt_renshe1", "guarantor": "dlt_danbao1",
        "lender": "dlt_yinhang1", "approver": "dlt_yinhang2", "banker": "dlt_yinhang2",
    },
}  # fmt: skip
CLAIMED_BY = {
    "acceptance": "window",
    "qualification_review": "reviewer",
    "due_diligence": "guarantor",
    "bank_acceptance": "approver",
    "disbursement": "approver",
}


def act_for(word: str, application: Mapping[str, Any]) -> Act:
    """The act behind a word of the plan; what is paid out repeats the application."""
    if asked_by(word):
        return Act("acceptance", "window", answers.ask(*asked_by(word)))
    if word == "pay":
        return Act("disbursement", "approver", answers.pay(application))
    return _SIMPLE[word]


def asked_by(word: str) -> tuple[str, ...]:
    """The materials that “ask:a,b” or “pause:a,b” says are missing."""
    verb, _, materials = word.partition(":")
    return tuple(materials.split(",")) if verb in ("ask", PAUSE) else ()


def parse(acts: str) -> list[tuple[str, int]]:
    """“accept+1 qualify+3” → (word, working days after the act before)."""
    pairs = [part.rsplit("+", 1) for part in acts.split()]
    return [(word, int(days)) for word, days in pairs]
