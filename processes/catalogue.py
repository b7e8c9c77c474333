"""Room catalogue: one import that registers every step, fact, act and message of the house.

Who checks a drawing, or completes a task, needs all of them; the rooms do not need one another.
"""

from __future__ import annotations

import processes.arrears
import processes.arrears_facts
import processes.blacklisting
import processes.compensation
import processes.credit_due
import processes.credit_exit
import processes.credit_signing
import processes.declaration
import processes.declaration_facts
import processes.drawn_step
import processes.notice_facts
import processes.notice_prefill
import processes.notice_result
import processes.objection
import processes.recovery
import processes.register_facts
import processes.review
import processes.screening_facts
import processes.screening_steps  # noqa: F401  registers its steps

# Messages that somebody in the house sends; a drawing may wait for no other.
MESSAGES: set[str] = {
    "withdrawal",
    # to a declaration of 信保贷, about its candidate
    "round_opened",
    "screening_passed",
    "screening_failed",
    "notice_published",
    "listed",
    "not_listed",
    # to a loan of 信保贷, and to the arrears of one
    "loan_settled",
    "loan_compensated",
    "arrears_paid",
    "arrears_moved",
}
