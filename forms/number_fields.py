"""Room fields, counted and measured: money, percentages, counts, sizes and dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import widgets

from forms.fields import Asked, half_width
from models.money import parse_amount
from models.refusal import Refusal

_LONGEST = 40
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_COUNT = re.compile(r"[0-9]{1,9}")
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)


class ShortInput(Asked):
    """A value of few characters: refuses long text before any parser sees it."""

    blank: ClassVar[object] = None
    mode: ClassVar[str] = "decimal"
    widget: Any = widgets.TextInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, **{"render_kw": {"inputmode": self.mode}, **kwargs})
        self.flags.maxlength = _LONGEST

    def parse(self, text: str) -> object:
        """Half-width, at most forty characters, not below zero; then the kind's own rule."""
        clean = half_width(text) if len(text) <= _LONGEST * 4 else text
        if len(clean) > _LONGEST:
            raise Refusal("内容过长，请重新填写")
        if re.fullmatch(r"[-−]\s*[0-9][0-9.,]*", clean):
            raise Refusal("不能为负数")
        if unicodedata.normalize("NFKC", clean) != clean:  # NFKC would read 5² as 52
            raise Refusal("含有无法识别的字符，请用普通数字和字母填写")
        return self.read(clean)

    def read(self, text: str) -> object:
        """The value of a short half-width text; raises `Refusal`."""
        raise NotImplementedError


class MoneyField(ShortInput):
    """An amount in 元 with at most two decimals, as `models.money.parse_amount` reads it."""

    kind = "money"

    def __init__(self, label: str, *, positive: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.positive = positive

    def read(self, text: str) -> object:
        """The exact amount, in 元."""
        amount = parse_amount(text)
        if self.positive and not amount:
            raise Refusal("应当大于0元")
        return amount


class NumberField(ShortInput):
    """A measured number ≥ 0 with at most `places` decimals and at most `maximum`."""

    kind = "number"

    def __init__(
        self, label: str, *, places: int = 2, maximum: Decimal = Decimal("9999999999"), **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.places, self.maximum = places, maximum

    def read(self, text: str) -> object:
        """The exact number."""
        if not re.fullmatch(rf"[0-9]{{1,12}}(\.[0-9]{{1,{self.places}}})?", text):
            raise Refusal(f"应当是数字，小数不超过{self.places}位")
        number = Decimal(text)
        if number > self.maximum:
            raise Refusal(f"不能大于{self.maximum}")
        return number


class PercentField(NumberField):
    """A percentage, stored as the number before the % sign with at most four decimals (%/yr for rates)."""

    kind = "percent"

    def __init__(self, label: str, *, maximum: Decimal = Decimal("99.9999"), **kwargs: Any) -> None:
        super().__init__(label, places=4, maximum=maximum, **kwargs)

    def read(self, text: str) -> object:
        """The number before the sign; a typed % sign is accepted."""
        return super().read(text.removesuffix("%").strip())


class CountField(ShortInput):
    """A whole number between `minimum` and `maximum`."""

    kind = "count"
    mode = "numeric"

    def __init__(self, label: str, *, minimum: int = 0, maximum: int = 999_999_999, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def read(self, text: str) -> object:
        """The whole number."""
        if not _COUNT.fullmatch(text):
            raise Refusal("应当是整数，最多9位数字")
        number = int(text)
        if not self.minimum <= number <= self.maximum:
            raise Refusal(f"应当在{self.minimum}到{self.maximum}之间")
        return number


class StrictDateField(ShortInput):
    """A real day written YYYY-MM-DD, from 1900 to 2100; `past=True` refuses days after today."""

    kind = "date"
    mode = "none"
    widget = widgets.DateInput()

    def __init__(self, label: str, *, past: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **{"render_kw": {}, **kwargs})
        self.past = past
        self.today: date | None = None

    def take(self, context: Any) -> None:
        """Remember today for `past`."""
        self.today = context.today

    def read(self, text: str) -> object:
        """The day."""
        match = _DATE.fullmatch(text)
        if not match:
            raise Refusal("日期应当写作“年-月-日”，例如 2026-03-09")
        try:
            day = date(*map(int, match.groups()))
        except ValueError:
            raise Refusal("这一天不存在，请核对年月日") from None
        if not EARLIEST <= day <= LATEST:
            raise Refusal("年份应当在1900年到2100年之间")
        if self.past and self.today and day > self.today:
            raise Refusal("不能晚于今天")
        return day
