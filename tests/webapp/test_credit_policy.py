"""The parameters of 信保贷 as dated sets: shown, copied and added with their own form; contracts follow their day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.credit_policy import SCHEME, credit_rules_from, credit_rules_on
from models.database import reading
from models.policy import PolicySet, policy_on
from models.refusal import Refusal
from tests import credit_loans as loans
from tests.world import World, on

SignIn = Callable[[str], FlaskClient]
FIRST_DAY = date(2026, 4, 1)


def _typed(row: PolicySet) -> dict[str, Any]:
    """A copy with other months, exceptions and 100 points."""
    values: dict[str, Any] = {key: str(value) for key, value in row.values.items()}
    head = {
        "code": "2026-xbd",
        "name": "新参数",
        "source": "测试文号",
        "effective_from": FIRST_DAY.isoformat(),
    }
    return {
        **values,
        **head,
        "window_months": ["6", "12"],
        "has_rate_exceptions": "yes",
        "rate_points": "100",
    }


def test_a_set_of_the_credit_scheme_is_copied_and_holds_from_its_day(world: World, sign_in: SignIn) -> None:
    """Every number stands on the page and in the copy; a contract takes the set of its signing day (D-43)."""
    client = sign_in("liucheng")
    with reading() as session:
        row = policy_on(session, SCHEME, date(2026, 3, 2))
    shown = client.get(f"/admin/policies/{row.id}").text
    for words in (
        "5,000,000.00",
        "5月、12月",
        "利率可以例外超上限</dt><dd>否",
        "代偿付款时限（工作日）</dt><dd>10",
    ):
        assert words in shown, words
    assert "支持的人群" not in shown
    # The help of every page has a tick box of its own.
    copied = client.get(f"/admin/policies/{row.id}/copy").text.partition("<main")[2].partition("</main>")[0]
    assert 'value="5000000.00"' in copied and copied.count("checked") == 3
    typed = _typed(row)
    for wrong in ({"fee_cap": "x"}, {"window_months": []}, {"demand_day": "1"}, {"day_count": "361"}):
        assert client.post(f"/admin/policies/{row.id}/copy", data={**typed, **wrong}).status_code == 422, (
            wrong
        )
    assert client.post(f"/admin/policies/{row.id}/copy", data=typed).status_code == 302
    with reading() as session:
        before, after = (credit_rules_on(session, day) for day in (date(2026, 3, 31), FIRST_DAY))
    assert (before.rate_points, before.window_months) == (130, [5, 12])
    assert (after.rate_points, after.window_months, after.has_rate_exceptions) == (100, [6, 12], 1)
    assert before == credit_rules_from(row.values) and after.fee_cap == Decimal("1.00")
    first, second = loans.agreed(world), loans.agreed(world)
    with on(FIRST_DAY):
        world.complete(first, "signing", loans.signing(signed_on=date(2026, 3, 31)), "yinhang2")
        with pytest.raises(Refusal, match=r"不得超过 4%"):
            world.complete(second, "signing", loans.signing(), "yinhang2")
        world.complete(second, "signing", loans.signing(rate_exception="经批准"), "yinhang2")
    assert loans.loan_of(second).rate_exception == "经批准"
