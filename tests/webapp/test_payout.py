"""The day of the payout: everything that stands in the way is said at once, on the page and to programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from forms.base import to_json
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, number_of, post
from tests.world import World, answers

BEFORE = ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation", "bank_acceptance")
WRONG = {"licence_status": "cancelled", "account_name": "他人", "rate": Decimal("9.9")}


@pytest.fixture
def case_id(world: World) -> int:
    """A case whose money is about to be paid out."""
    found = world.submitted()
    for element in BEFORE:
        world.complete(found, element, answers(element))
    return found


def test_the_page_shows_every_block_at_its_field(world: World, sign_in: SignIn, case_id: int) -> None:
    page = post(sign_in, world, case_id, "disbursement", **WRONG)
    assert page.status_code == 422
    assert "请更正 3 处" in page.text
    for field, words in (("licence_status", "注销"), ("account_name", "与借款人一致"), ("rate", "4.50%")):
        at_field = re.search(rf'id="{field}-err">([^<]*)<', page.text)
        assert at_field is not None, field
        assert words in at_field[1]
    assert "disbursement" in world.open_tasks(case_id)


def test_a_program_reads_every_block(world: World, caller: Callable[[str], Caller], case_id: int) -> None:
    task_id = world.open_tasks(case_id)["disbursement"]
    body = {"answers": to_json(answers("disbursement", **WRONG))}
    bank = caller("yinhang2")
    assert bank.task(number_of(case_id), "disbursement") == task_id
    problem = bank.post(f"/tasks/{task_id}/complete", body, 422)
    assert set(problem["errors"]) == set(WRONG)
    assert problem["message"] in problem["errors"]["licence_status"]
