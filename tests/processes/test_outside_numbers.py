"""Numbers from outside that a few letters make endless, at every door that reads one."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, errors_by_field
from forms.dynamic import DrawnForm, drawn_form
from forms.number_fields import CountField, MoneyField, NumberField, PercentField
from models.drawn_field import DrawnField, FieldKind
from models.money import parse_amount
from models.refusal import Refusal
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.expression_functions import FUNCTIONS
from processes.engine.expression_values import Fault
from processes.engine.tables_examples import _exact
from processes.rehearsal_values import read_value
from processes.sheet import amount_of
from tests.drawn import GOOD, every_kind
from tests.examples import example_context

pytestmark = pytest.mark.once
ENDLESS = (
    "1e-999999999", "1e-499999999", "1e999999999", "1E+400", "0." + "0" * 5000 + "1", "9" * 5000,
    "NaN", "sNaN", "Infinity", "-Infinity", "1_000", "0x10",
)  # fmt: skip
NUMBERS = (FieldKind.INTEGER, FieldKind.MONEY, FieldKind.PERCENT)


class Fields(BaseForm):
    """One field of each kind that takes a number."""

    money = MoneyField("金额")
    number = NumberField("数")
    percent = PercentField("比例")
    count = CountField("件数")


def _fields(text: str) -> None:
    form: Any = Fields(MultiDict(dict.fromkeys(("money", "number", "percent", "count"), text)), csrf=False)
    form.bind(example_context()).validate()
    assert set(errors_by_field(form)) == {"money", "number", "percent", "count"}


def _drawn(text: str) -> None:
    typed = {f"of_{kind.value}": text for kind in NUMBERS}
    form: Any = drawn_form(DrawnForm, every_kind())(MultiDict({**GOOD, **typed}), csrf=False)
    form.bind(example_context()).validate()
    assert typed.keys() <= errors_by_field(form).keys()


def _rehearsed(text: str) -> None:
    for kind in NUMBERS:
        with pytest.raises(Refusal):
            read_value(DrawnField("given", "所给", kind), text)


def _refused(read: Callable[[str], Any]) -> Callable[[str], None]:
    def check(text: str) -> None:
        with pytest.raises((Refusal, Fault, ExpressionError, ArithmeticError)):
            read(text)

    return check


DOORS: dict[str, Callable[[str], Any]] = {
    "the fields of forms": _fields,
    "drawn fields": _drawn,
    "facts and answers of a rehearsal": _rehearsed,
    "an amount": _refused(parse_amount),
    "a cell of Excel": _refused(amount_of),
    "an example of a decision": _refused(_exact),
    "a text as a number": _refused(FUNCTIONS["number"]),
}


@pytest.mark.parametrize("door", DOORS)
def test_an_endless_number_is_refused_at_once(door: str) -> None:
    begun = time.thread_time()
    for text in ENDLESS:
        DOORS[door](text)
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize("text", ENDLESS[:5])
def test_an_expression_takes_no_endless_number(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(f"{text} > 0")


def test_a_rehearsal_takes_what_the_fields_take() -> None:
    given = [read_value(DrawnField("given", "所给", kind), "12") for kind in NUMBERS]
    assert given == [12, Decimal(12), Decimal(12)]
    assert read_value(DrawnField("rate", "利率", FieldKind.PERCENT), "4.3501") == Decimal("4.3501")
    with pytest.raises(Refusal):
        read_value(DrawnField("rate", "利率", FieldKind.PERCENT), "4.35011")
