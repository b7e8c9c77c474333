"""The bank's journeys: counter-guarantee with an extension, separation of duties, the blocks at payout."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.case_status import CaseStatus
from tests.journeys.conftest import Town
from tests.journeys.office import does, opens_task, typed
from tests.world import answers

pytestmark = pytest.mark.browser
LARGE = {"amount": "200000.00", "total_amount": "200000.00", "waiver_claimed": False}


def _investigated(town: Town, **over: object) -> int:
    case_id = town.verbs.submitted(**over)
    for element in ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation"):
        town.verbs.complete(case_id, element, answers(element))
    return case_id


def test_counter_guarantee_with_an_extension(town: Town) -> None:
    case_id = _investigated(town, **LARGE)
    terms = typed("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    does(town, case_id, "bank_acceptance", terms)
    assert town.verbs.status(case_id) == CaseStatus.GUARANTEEING
    extend = {
        "outcome": "extend",
        "procedure": "mortgage",
        "extension_days": "3",
        "extension_reason": "登记机构排期",
    }
    does(town, case_id, "counter_guarantee", extend)
    does(town, case_id, "extension_approval", typed("extension_approval"))
    assert town.verbs.deadlines(case_id)["bank"].due_on == date(2026, 3, 12)
    town.it_is(date(2026, 3, 11))
    does(town, case_id, "counter_guarantee", {**typed("counter_guarantee"), "completed_on": "2026-03-11"})
    paid = typed("disbursement", signed_on="2026-03-11", disbursed_on="2026-03-11")
    cashier = does(town, case_id, "disbursement", paid)
    assert town.verbs.status(case_id) == CaseStatus.DISBURSED
    assert cashier.faults == []


def test_the_investigator_is_refused_the_approval(town: Town) -> None:
    case_id = _investigated(town)
    task_id = town.verbs.open_tasks(case_id)["bank_acceptance"]
    investigator = town.person("yinhang1")
    investigator.goes_to(f"/tasks/{task_id}")
    claim = investigator.page.get_by_role("button", name="签收并办理")
    if claim.count():
        claim.click()
    assert investigator.sees("岗位分离")


@pytest.mark.parametrize(
    ("field", "value"),
    [("licence_status", "cancelled"), ("account_name", "钱二"), ("licence_address", "别处"), ("rate", "9.9")],
)
def test_money_does_not_leave_when_a_block_holds(town: Town, field: str, value: str) -> None:
    case_id = _investigated(town)
    town.verbs.complete(case_id, "bank_acceptance", answers("bank_acceptance"))
    cashier = town.person("yinhang2")
    opens_task(cashier, town, case_id, "disbursement")
    cashier.fills(typed("disbursement", **{field: value}), "#p-form form")
    cashier.submits("提交并转下一步")
    cashier.page.locator("#err-sum").wait_for()
    wrong = cashier.page.locator(f"#p-form [name='{field}'][aria-invalid='true']").first
    wrong.wait_for()
    assert cashier.page.locator("#p-form [name='receipt_number']").input_value() == "JJ-1"
    assert town.verbs.status(case_id) == CaseStatus.BANK_ACCEPTED
