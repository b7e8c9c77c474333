"""Room demo, names: invented people and firms with numbers that nobody bears but that check out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from models.identity import organisation_check_character, resident_check_character, uscc_check_character

SURNAMES = "何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐"
DIGITS = "零一二三四五六七八九"
TOWNSHIPS = {
    "150627": ("阿勒腾席热镇", "札萨克镇", "乌兰木伦镇"),
    "150621": ("树林召镇", "白泥井镇", "吉格斯太镇"),
}
TRADES = (
    ("农畜产品加工", "industry", "加工部"),
    ("餐饮服务", "catering", "餐饮店"),
    ("日用百货零售", "retail", "百货店"),
    ("汽车维修", "other", "汽修部"),
    ("民族服饰制作", "industry", "服饰店"),
    ("果蔬种植销售", "agriculture", "种植园"),
)


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist. The sequence 000 in the number is never given to a real person."""

    name: str
    id_number: str
    phone: str


@dataclass(frozen=True)
class Firm:
    """A business that does not exist."""

    name: str
    uscc: str
    scope: str
    industry: str


class Names:
    """Hands out people and firms, each once, the same in every run."""

    def __init__(self, series: str = "D") -> None:
        # One letter that sets the codes of these firms apart from those of others.
        self._series = series
        self._random = random.Random(2021)  # noqa: S311  the same invented people every time, no secret
        self._people = self._firms = 0
        self._known: dict[str, Person] = {}

    def choose(self, *options: str) -> str:
        """One of the options, the same in every run."""
        return self._random.choice(options)

    def person(self, region: str = "150627", name: str = "") -> Person:
        """A new person, 24 to 44 years old in 2026; one with a given name stays the same person."""
        if name in self._known:
            return self._known[name]
        number = self._people
        self._people += 1
        birth_on = date(1982, 1, 1) + timedelta(days=number * 61 + self._random.randrange(60))
        body = f"{region}{birth_on:%Y%m%d}000"
        surname = SURNAMES[number % len(SURNAMES)]
        shown = name or f"{surname}{numeral(21 + number % 75)}"
        made = Person(shown, body + resident_check_character(body), f"1390000{1000 + number}")
        return self._known.setdefault(name, made) if name else made

    def firm(self, owner: str, kind: str = "92", region: str = "150627") -> Firm:
        """A new business of somebody; kind 91 is a company, 92 a sole trader."""
        number = self._firms
        self._firms += 1
        scope, industry, ending = TRADES[number % len(TRADES)]
        code = f"MA0{self._series}{number:04d}"
        body = f"{kind}{region}{code}{organisation_check_character(code)}"
        name = f"示例{owner}有限公司" if kind == "91" else f"示例{owner}{ending}"
        return Firm(name, body + uscc_check_character(body), scope, industry)


def numeral(number: int) -> str:
    """21 → 廿一, 30 → 三十, 45 → 四五: short, and plainly not a given name."""
    tens, units = divmod(number, 10)
    if tens == 2:
        return f"廿{DIGITS[units] if units else ''}"
    return DIGITS[tens] + (DIGITS[units] if units else "十")
