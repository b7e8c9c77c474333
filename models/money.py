"""Room money: amounts in 元 as people type, read and write them (人民币大写)."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from models.refusal import Refusal

FEN = Decimal("0.01")
LARGEST = Decimal("9999999999.99")
LARGEST_IN_WORDS = Decimal("999999999999.99")
TYPED_LENGTH = 40

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
SECTIONS = ("亿", "万", "")

_AMOUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?")
_FINER = re.compile(r"[0-9,]+\.[0-9]{3,}")


def parse_amount(text: str) -> Decimal:
    """The amount in 元, two places, from 50000, 50,000.00 or full-width digits. Raises Refusal.

    Zero is an amount; whether it may be zero is the caller's rule.
    """
    typed = unicodedata.normalize("NFKC", text).strip(" \t\r\n")
    if not typed:
        raise Refusal("请填写金额。")
    if not _AMOUNT.fullmatch(typed):
        raise Refusal(_why_not(typed))
    if len(typed) > TYPED_LENGTH or (amount := Decimal(typed.replace(",", ""))) > LARGEST:
        raise Refusal(f"金额不能超过{format_amount(LARGEST)}元。")
    return amount.quantize(FEN)


def round_fen(amount: Decimal) -> Decimal:
    """The amount in 元 rounded half up to 0.01. ValueError when it is not finite."""
    if not amount.is_finite():
        raise ValueError("an amount must be finite")
    return amount.quantize(FEN, ROUND_HALF_UP) + 0


def format_amount(amount: Decimal) -> str:
    """1,234.00; finer parts are rounded half up. ValueError when it is not finite."""
    return f"{round_fen(amount):,.2f}"


def in_words(amount: Decimal) -> str:
    """人民币大写 by 正确填写票据和结算凭证的基本规定; zero is 人民币零元整.

    ValueError when the amount is negative, finer than 0.01 元, not finite, or too large.
    """
    exact = round_fen(amount)
    if exact != amount or not 0 <= exact <= LARGEST_IN_WORDS:
        raise ValueError("an amount that cannot be written in words")
    yuan, fen = divmod(int(exact * 100), 100)
    whole = f"{_whole(yuan)}元" if yuan or not fen else ""
    return f"人民币{whole}{_cents(yuan, fen)}"


def _why_not(typed: str) -> str:
    if typed[0] in "-−" and _AMOUNT.fullmatch(typed[1:].strip()):
        return "金额不能为负数。"
    if _FINER.fullmatch(typed):
        return "金额最多保留两位小数。"
    return "金额格式不正确，应为数字，例如50000或50,000.00。"


def _whole(yuan: int) -> str:
    if yuan == 0:
        return DIGITS[0]
    digits = f"{yuan:012}"
    words = ""
    for place, section in enumerate(SECTIONS):
        part = digits[place * 4 : place * 4 + 4]
        if int(part):
            words += ("零" if words and part[0] == "0" else "") + _section(part) + section
        elif words and place < len(SECTIONS) - 1 and digits[place * 4 + 4] != "0":
            words += "零"
    return words


def _section(part: str) -> str:
    spelled = "".join(
        DIGITS[int(digit)] + PLACES[place] if digit != "0" else "零" for place, digit in enumerate(part)
    )
    return re.sub("零+", "零", spelled).strip("零")


def _cents(yuan: int, fen: int) -> str:
    jiao, rest = divmod(fen, 10)
    if not fen:
        return "整"
    gap = "零" if yuan and (jiao == 0 or yuan % 10 == 0) else ""
    return gap + (f"{DIGITS[jiao]}角" if jiao else "") + (f"{DIGITS[rest]}分" if rest else "")
