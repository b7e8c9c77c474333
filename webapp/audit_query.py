"""Room audit: what a person asks the logs for, as typed: each wrong part with its sentence, and what is right of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models.refusal import Refusal

_LONGEST = 60
_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)
NOT_A_DAY = "请按“2026-03-02”的格式填写日期。"
BACKWARDS = "截止日期不得早于起始日期。"


@dataclass
class Query:
    """The words of an address or a command line; `errors` by field."""

    given: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed, without what no row can hold."""
        return self.given.get(name, "")[:_LONGEST].replace("\0", "").strip()

    def day(self, name: str) -> date | None:
        """A day, or nothing with an error."""
        typed = self.text(name)
        if not typed:
            return None
        try:
            found = date.fromisoformat(typed)
        except ValueError:
            found = None
        if found is None or not _FIRST <= found <= _LAST or len(typed) != 10:
            self.errors[name] = NOT_A_DAY
            return None
        return found

    def period(self, first: str = "from_on", last: str = "to_on") -> tuple[date | None, date | None]:
        """Two days in their order."""
        begin, end = self.day(first), self.day(last)
        if begin and end and end < begin:
            self.errors[last] = BACKWARDS
        return begin, end

    def number(self, name: str) -> int | None:
        """The number of a row chosen from a list."""
        typed = self.text(name)
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            self.errors[name] = "请从列表中选择。"
            return None
        return int(typed)

    def choice(self, name: str, offered: Mapping[str, str]) -> str:
        """One of the offered codes."""
        typed = self.text(name)
        if typed and typed not in offered:
            self.errors[name] = "请从列表中选择。"
            return ""
        return typed

    def check(self) -> None:
        """Raises Refusal at the first wrong field: for doors that do not show the form again."""
        for name, message in self.errors.items():
            raise Refusal(message, name)
