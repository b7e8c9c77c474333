"""The forms of arrears and 代偿: what must be there, and that no sum of a letter can be typed."""

from __future__ import annotations

import pytest

from forms.base import errors_by_field
from forms.number_fields import MoneyField
from forms.registry import TASK_FORMS
from tests.arrears import FORMS
from tests.forms.test_tasks import answer


@pytest.mark.parametrize(
    ("key", "over", "field"),
    [
        ("compensation_application", {"proofs": ["contract", "receipt", "statement"]}, "proofs"),
        ("compensation_payment", {"amount": "0"}, "amount"),
        ("compensation_payment", {"paid_on": "2030-01-01"}, "paid_on"),
        ("compensation_confirmation", {"confirmed": False}, "confirmed"),
        ("arrears_demand", {"payment_days": 0}, "payment_days"),
        ("arrears_demand", {"account_number": "12"}, "account_number"),
        ("arrears_collection", {"measures": ["pray"]}, "measures"),
    ],
)
def test_what_is_missing_or_wrong_stands_at_its_field(key: str, over: dict[str, object], field: str) -> None:
    body = next(body for name, body in FORMS if name == key)
    assert set(errors_by_field(answer(key, {**body, **over}))) == {field}


def test_a_refusal_of_compensation_asks_for_its_reason_and_a_consent_for_the_flag() -> None:
    refused = errors_by_field(answer("compensation_consent", {"decision": "refuse"}))
    agreed = errors_by_field(answer("compensation_consent", {"decision": "approve"}))
    assert set(refused) == {"reason_text"} and set(agreed) == {"is_risk_shared", "opinion"}


def test_only_payments_are_typed_as_sums() -> None:
    """F4 and F7: what is owed comes from the ledger; a payment is typed, and checked against it."""
    keys = {key for key, _body in FORMS}
    typed = {
        key for key in keys for field in TASK_FORMS[key](None, csrf=False) if isinstance(field, MoneyField)
    }
    assert typed == {"compensation_payment", "recovery"}
