"""Room guarantee: who may be asked for a counter-guarantee (反担保), by the version's decision table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models.case import CaseFile
from models.refusal import Refusal
from models.words import said
from processes.engine.decision import decide
from processes.facts import CaseFacts
from processes.workflow import definition_of, instance_of

COUNTER_GUARANTEE = "counter_guarantee.dmn"


def counter_guarantee_rule(
    session: Session,
    case: CaseFile,
    requested: str = "none",
    exception_reason: str = "",
    amount: Decimal | None = None,
) -> dict[str, Any]:
    """What the table says if `requested` were demanded for `amount` 元 (the applied amount when omitted)."""
    definition = definition_of(session, instance_of(session, case).definition_id)
    given = {
        "counter_guarantee_requested": requested != "none",
        "is_exception_recorded": bool(said(exception_reason)),
        "loan_amount": amount if amount is not None else case.amount,
        "is_registration_needed": False,
    }
    facts = CaseFacts(session, case, given, definition.drawing.field_names)
    return decide(definition.decisions[COUNTER_GUARANTEE], facts)


def check_counter_guarantee(
    session: Session,
    case: CaseFile,
    requested: str,
    exception_reason: str,
    amount: Decimal | None = None,
) -> None:
    """Raises Refusal when A-02 forbids the demand, or A-05 waives it and no reason is recorded."""
    if requested == "none":
        return
    rule = counter_guarantee_rule(session, case, requested, exception_reason, amount)
    if rule["counter_guarantee_rule"] == "forbidden":
        raise Refusal("个人10万元以下（含）创业担保贷款免除反担保，不得要求提供反担保。", "counter_guarantee")
    if rule["counter_guarantee_rule"] == "waived":
        raise Refusal("该申请人属于免除反担保的特定群体，确需要求的，应写明理由。", "exception_reason")
