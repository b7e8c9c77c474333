"""What the offices read of each other's opinions, and what the clerk is told before deciding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.database import transaction
from processes import worklist
from tests.webapp.knock import SignIn, number_of
from tests.world import World, answers

LARGE: dict[str, Any] = {"amount": "200000.00", "total_amount": "200000.00", "waiver_claimed": False}
INVESTIGATED = ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation")


def test_an_opinion_says_what_was_decided_and_nothing_that_was_only_preset(
    world: World, sign_in: SignIn
) -> None:
    case_id = world.submitted(**LARGE)
    for element in INVESTIGATED:
        world.complete(case_id, element, answers(element))
    terms = answers("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    world.complete(case_id, "bank_acceptance", terms)
    more = {"outcome": "extend", "procedure": "mortgage", "extension_days": 3, "extension_reason": "登记排期"}
    world.complete(case_id, "counter_guarantee", more)
    page = sign_in("yinhang0").get(f"/cases/{number_of(case_id)}").text
    opinions = page[page.index("各环节意见") : page.index('id="p-materials"')]
    for shown in ("<dd>抵押</dd>", "<dd>1年期LPR</dd>", "<dd>登记排期</dd>", "<dd>抵押登记</dd>"):
        assert shown in opinions, shown
    assert "信用（无）" not in opinions


def test_an_opinion_against_a_loan_states_no_terms(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    for element in INVESTIGATED:
        world.complete(case_id, element, answers(element))
    against = answers(
        "bank_acceptance", decision="fail", reason_codes=["B01"], reason_text="逾期", approved_amount=None
    )
    world.complete(case_id, "bank_acceptance", against)
    page = sign_in("yinhang2").get(f"/cases/{number_of(case_id)}").text
    assert "批准金额" not in page
    assert "贷款方式" not in page[page.index("各环节意见") : page.index('id="p-materials"')]


def test_the_window_is_told_what_the_list_lacks_where_it_decides(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    with transaction() as session:
        worklist.claim(session, task_id, world.user(session, "renshe1"))
    page = sign_in("renshe1").get(f"/tasks/{task_id}", follow_redirects=True).text
    desk = page[page.index('id="p-form"') : page.index('id="p-materials"')]
    assert "清单中尚缺" in desk
    assert "户口簿" in desk
