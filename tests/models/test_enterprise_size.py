"""Room enterprise size: the table as printed, every boundary of every industry, and monotony."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enterprise_size import INDUSTRIES, TABLE, EnterpriseSize, classify
from models.refusal import Refusal

# The standard as the specification prints it: upper limit of 中小微, 中型, 小型.
PRINTED = {
    "agriculture": ("Y<20000", "Y≥500", "Y≥50"),
    "industry": ("X<1000 or Y<40000", "X≥300 & Y≥2000", "X≥20 & Y≥300"),
    "construction": ("Y<80000 or Z<80000", "Y≥6000 & Z≥5000", "Y≥300 & Z≥300"),
    "wholesale": ("X<200 or Y<40000", "X≥20 & Y≥5000", "X≥5 & Y≥1000"),
    "retail": ("X<300 or Y<20000", "X≥50 & Y≥500", "X≥10 & Y≥100"),
    "transport": ("X<1000 or Y<30000", "X≥300 & Y≥3000", "X≥20 & Y≥200"),
    "storage": ("X<200 or Y<30000", "X≥100 & Y≥1000", "X≥20 & Y≥100"),
    "post": ("X<1000 or Y<30000", "X≥300 & Y≥2000", "X≥20 & Y≥100"),
    "lodging": ("X<300 or Y<10000", "X≥100 & Y≥2000", "X≥10 & Y≥100"),
    "catering": ("X<300 or Y<10000", "X≥100 & Y≥2000", "X≥10 & Y≥100"),
    "information": ("X<2000 or Y<100000", "X≥100 & Y≥1000", "X≥10 & Y≥100"),
    "software": ("X<300 or Y<10000", "X≥100 & Y≥1000", "X≥10 & Y≥50"),
    "real_estate": ("Y<200000 or Z<10000", "Y≥1000 & Z≥5000", "Y≥100 & Z≥2000"),
    "property": ("X<1000 or Y<5000", "X≥300 & Y≥1000", "X≥100 & Y≥500"),
    "leasing": ("X<300 or Z<120000", "X≥100 & Z≥8000", "X≥10 & Z≥100"),
    "other": ("X<300", "X≥100", "X≥10"),
}
LETTERS = {"X": "staff", "Y": "revenue", "Z": "assets"}
CLASSES = (EnterpriseSize.LARGE, EnterpriseSize.MEDIUM, EnterpriseSize.SMALL)
ORDER = list(EnterpriseSize)
amounts = st.decimals(0, 300000, places=2)
staffs = st.integers(0, 3000)
codes = st.sampled_from(sorted(TABLE))


def limits(text: str) -> dict[str, int]:
    return {LETTERS[letter]: int(number) for letter, number in re.findall(r"([XYZ])[<≥](\d+)", text)}


def size_of(industry: str, values: dict[str, Decimal]) -> EnterpriseSize:
    staff = values.get("staff")
    return classify(
        industry, None if staff is None else int(staff), values.get("revenue"), values.get("assets")
    )


def boundaries() -> list[tuple[str, EnterpriseSize]]:
    return [(code, size) for code in PRINTED for size in CLASSES]


def test_the_data_is_the_printed_table() -> None:
    assert set(PRINTED) == set(TABLE) == {code for code, _ in INDUSTRIES}
    for code, columns in PRINTED.items():
        printed = dict(zip(CLASSES, map(limits, columns), strict=True))
        assert printed == TABLE[code].limits, code


@pytest.mark.parametrize(("code", "size"), boundaries())
def test_exactly_on_the_limits_is_inside(code: str, size: EnterpriseSize) -> None:
    column = limits(PRINTED[code][CLASSES.index(size)])
    assert size_of(code, {name: Decimal(limit) for name, limit in column.items()}) is size


@pytest.mark.parametrize(("code", "size"), boundaries())
def test_any_one_indicator_just_below_is_one_class_lower(code: str, size: EnterpriseSize) -> None:
    column = limits(PRINTED[code][CLASSES.index(size)])
    lower = ORDER[ORDER.index(size) - 1]
    for name, limit in column.items():
        step = Decimal(1) if name == "staff" else Decimal("0.01")
        values = {other: Decimal(number) for other, number in column.items()}
        assert size_of(code, values | {name: limit - step}) is lower


@pytest.mark.parametrize("code", PRINTED)
def test_nothing_at_all_is_micro_and_very_much_is_large(code: str) -> None:
    assert classify(code, 0, Decimal(0), Decimal(0)) is EnterpriseSize.MICRO
    assert classify(code, 10**6, Decimal(10**7), Decimal(10**7)) is EnterpriseSize.LARGE


@given(codes, st.tuples(staffs, amounts, amounts), st.tuples(staffs, amounts, amounts))
def test_growing_never_makes_an_enterprise_smaller(
    code: str, first: tuple[int, Decimal, Decimal], more: tuple[int, Decimal, Decimal]
) -> None:
    before = classify(code, *first)
    after = classify(code, first[0] + more[0], first[1] + more[1], first[2] + more[2])
    assert ORDER.index(after) >= ORDER.index(before)


@given(codes, staffs, amounts, amounts)
def test_micro_if_any_indicator_is_below_and_sme_if_any_upper_limit_is_missed(
    code: str, staff: int, revenue: Decimal, assets: Decimal
) -> None:
    values = {"staff": Decimal(staff), "revenue": revenue, "assets": assets}
    size = classify(code, staff, revenue, assets)
    upper, _, small = PRINTED[code]
    assert (size is EnterpriseSize.MICRO) == any(values[n] < limit for n, limit in limits(small).items())
    assert (size is not EnterpriseSize.LARGE) == any(values[n] < limit for n, limit in limits(upper).items())


def test_large_staff_alone_does_not_lift_an_enterprise() -> None:
    assert classify("industry", 5000, Decimal("299.99"), None) is EnterpriseSize.MICRO
    assert classify("industry", 5000, Decimal(300), None) is EnterpriseSize.SMALL


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "assets", "field"),
    [
        ("unknown", 1, 1, 1, "industry"),
        ("", 1, 1, 1, "industry"),
        ("industry", None, 1, 1, "staff"),
        ("industry", 1, None, 1, "revenue"),
        ("construction", 1, 1, None, "assets"),
        ("industry", -1, 1, 1, "staff"),
        ("industry", 1, "-0.01", 1, "revenue"),
        ("industry", 1, "NaN", 1, "revenue"),
        ("industry", 1, "sNaN", 1, "revenue"),
        ("leasing", 1, 1, "Infinity", "assets"),
    ],
)
def test_refused(
    industry: str, staff: int | None, revenue: str | int | None, assets: str | int | None, field: str
) -> None:
    numbers = [None if value is None else Decimal(value) for value in (revenue, assets)]
    with pytest.raises(Refusal) as refused:
        classify(industry, staff, *numbers)
    assert refused.value.field == field


def test_indicators_that_an_industry_does_not_use_may_be_missing() -> None:
    assert classify("agriculture", None, Decimal(50), None) is EnterpriseSize.SMALL
    assert classify("other", 100, None, None).label == "中型"
    assert TABLE["leasing"].indicators == ("staff", "assets")
