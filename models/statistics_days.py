"""Room statistics, days: how long things took: medians and shares out of counted days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# Upper ends of the classes of a distribution, in working days; the last one is open.
CLASSES = (0, 1, 2, 3, 5, 7, 10, 15, 20)


@dataclass
class Days:
    """Used days → how often."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, days: int | None, number: int) -> None:
        """So many more took so many days; unknown days are left out."""
        if days is not None:
            self.counts[days] += number

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        """All days together."""
        return sum(days * number for days, number in self.counts.items())

    def share(self, percent: int) -> int | None:
        """The least number of days within which `percent` of them were done; None without any."""
        wanted, reached = self.number * percent, 0
        for days in sorted(self.counts):
            reached += self.counts[days]
            if reached * 100 >= wanted and reached:
                return days
        return None

    @property
    def median(self) -> int | None:
        """Half of them took no longer."""
        return self.share(50)

    @property
    def p90(self) -> int | None:
        """Nine of ten took no longer."""
        return self.share(90)

    def classes(self) -> list[int]:
        """How many fall into each class of CLASSES, and above."""
        found = [0] * (len(CLASSES) + 1)
        for days, number in self.counts.items():
            found[next((n for n, upper in enumerate(CLASSES) if days <= upper), len(CLASSES))] += number
        return found


def class_titles() -> list[str]:
    """当日, 1日, 2日, 3日, 4至5日, …, 20日以上."""
    titles, below = [], -1
    for upper in CLASSES:
        titles.append(
            "当日" if upper == 0 else f"{upper}日" if upper == below + 1 else f"{below + 1}至{upper}日"
        )
        below = upper
    return [*titles, f"{CLASSES[-1]}日以上"]


def percent(part: int, whole: int) -> float | None:
    """`part` of `whole` in percent with one place; None of nothing."""
    return round(part * 100 / whole, 1) if whole else None
