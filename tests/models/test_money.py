"""Room money: what may be typed, how it is shown, and 人民币大写 with the examples of the official rules."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money import DIGITS, LARGEST, format_amount, in_words, parse_amount, round_fen
from models.refusal import Refusal

amounts = st.decimals(0, LARGEST, places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50000", "50000.00"),
        ("50,000.00", "50000.00"),
        (" 100000.5 ", "100000.50"),
        ("１００，０００．００", "100000.00"),
        ("0", "0.00"),
        ("007", "7.00"),
        ("9999999999.99", "9999999999.99"),
        ("9,999,999,999.99", "9999999999.99"),
        ("0.01", "0.01"),
    ],
)
def test_typed_amounts(text: str, amount: str) -> None:
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "请填写金额"),
        ("  ", "请填写金额"),
        ("-1", "负数"),
        ("−1.00", "负数"),
        ("1.005", "两位小数"),
        ("50,000.001", "两位小数"),
        ("NaN", "格式不正确"),
        ("sNaN", "格式不正确"),
        ("Infinity", "格式不正确"),
        ("1e309", "格式不正确"),
        ("1E5", "格式不正确"),
        ("1_000", "格式不正确"),
        ("+5", "格式不正确"),
        (".5", "格式不正确"),
        ("5.", "格式不正确"),
        ("1,00", "格式不正确"),
        ("1000,000", "格式不正确"),
        ("1 000", "格式不正确"),
        ("10万", "格式不正确"),
        ("¥100", "格式不正确"),
        ("0x10", "格式不正确"),
        ("١٠٠", "格式不正确"),
        ("100\x00", "格式不正确"),
        ("1\n00", "格式不正确"),
        ("-", "格式不正确"),
        ("10000000000", "不能超过9,999,999,999.99元"),
        ("9999999999.991", "两位小数"),
        ("9" * 5000, "不能超过"),
    ],
)
def test_refused_amounts(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        parse_amount(text)


@given(st.text(st.sampled_from("0123456789.,-+eE_ NaInf０９．，\x00"), max_size=20))
def test_whatever_is_accepted_is_finite_exact_and_within_bounds(text: str) -> None:
    try:
        amount = parse_amount(text)
    except Refusal:
        return
    assert Decimal(0) <= amount <= LARGEST
    assert amount.as_tuple().exponent == -2


@given(amounts)
def test_what_is_shown_can_be_typed(amount: Decimal) -> None:
    assert parse_amount(format_amount(amount)) == amount
    assert parse_amount(str(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1234", "1,234.00"),
        ("0", "0.00"),
        ("0.005", "0.01"),
        ("2.675", "2.68"),
        ("-1234.5", "-1,234.50"),
        ("-0.001", "0.00"),
        ("1E+6", "1,000,000.00"),
    ],
)
def test_shown_amounts(amount: str, shown: str) -> None:
    assert format_amount(Decimal(amount)) == shown


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_never_shown(amount: str) -> None:
    for show in (format_amount, in_words, round_fen):
        with pytest.raises(ValueError, match="finite"):
            show(Decimal(amount))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # 正确填写票据和结算凭证的基本规定
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10.00", "壹拾元整"),
        ("100000", "壹拾万元整"),
        ("100005", "壹拾万零伍元整"),
        ("5000000", "伍佰万元整"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("100001000", "壹亿零壹仟元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000.01", "壹拾亿元零壹分"),
        ("9999999999.99", "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == f"人民币{words}"


def read_words(words: str) -> Decimal:
    """The oracle: reads 大写 back, place by place."""
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = 0
    cents = Decimal(0)
    for character in words.removeprefix("人民币").removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in units:
            section, digit = section + digit * units[character], 0
        elif character in "亿万元":
            total += (section + digit) * {"亿": 10**8, "万": 10**4, "元": 1}[character]
            section = digit = 0
        else:
            cents += digit * {"角": Decimal("0.1"), "分": Decimal("0.01")}[character]
            digit = 0
    return total + cents


@given(st.one_of(amounts, st.decimals(0, 200000, places=2), st.integers(0, 10**10 - 1).map(Decimal)))
def test_words_can_be_read_back(amount: Decimal) -> None:
    words = in_words(amount)
    assert read_words(words) == amount
    assert not re.search("零零|零[拾佰仟万亿]|零元(?!整)", words)
    assert words.endswith("整") == (amount == amount.to_integral_value())


@given(st.sets(st.integers(0, 9), max_size=4), st.sampled_from([Decimal(0), Decimal("0.5"), Decimal("0.07")]))
def test_words_of_numbers_full_of_zeros(places: set[int], cents: Decimal) -> None:
    amount = sum((Decimal(10) ** place for place in places), cents)
    words = in_words(amount)
    assert read_words(words) == amount
    assert "零零" not in words


@pytest.mark.parametrize("amount", ["-1", "0.001", "1000000000000"])
def test_what_cannot_be_written_in_words(amount: str) -> None:
    with pytest.raises(ValueError, match="words"):
        in_words(Decimal(amount))
