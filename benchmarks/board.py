"""What the pages of managers cost with a thousand and with a hundred thousand cases: statements and medians, side by side."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.big_county import TASKS_A_CASE, fill
from benchmarks.ground import clocked, counted, county, median, servers
from models import case_search, database
from models.calendar import fixed_at
from models.people import User, user_named
from tests.conftest import MONDAY

SIZES = (1_000, 100_000)
ROUNDS = 15
Act = Callable[[Any, User], object]


@dataclass
class Seen:
    """What one page took at each size: milliseconds, and the statements it asked."""

    milliseconds: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)


def main() -> None:
    """Print a line a page: the median at both sizes, their ratio, the number of statements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="100 and 2,000 cases only")
    sizes = (100, 2_000) if parser.parse_args().small else SIZES
    for server in servers():
        seen: dict[str, Seen] = {}
        for size in sizes:
            with fixed_at(MONDAY), county():
                print(f"\n{server}: {size:,} cases, {size * TASKS_A_CASE:,} tasks; filled in "
                      f"{clocked(partial(fill, size)) / 1000:.0f} s", flush=True)  # fmt: skip
                _measure(seen)
        for name, one in seen.items():
            small, large = one.milliseconds
            print(f"  {name:34} {small:9.2f} ms  {large:9.2f} ms  × {large / max(small, 0.01):6.1f}   "
                  f"statements {one.statements[0]} / {one.statements[1]}")  # fmt: skip


def _measure(seen: dict[str, Seen]) -> None:
    for name, (username, act) in PAGES.items():
        with database.reading() as session:
            user = user_named(session, username)
            assert user is not None
            with counted(database.bound().reader) as tally:
                act(session, user)
            times = [clocked(partial(act, session, user)) for _ in range(ROUNDS)]
        one = seen.setdefault(name, Seen())
        one.milliseconds.append(median(times))
        one.statements.append(len(tally.statements))


def _search(text: str) -> Act:
    return lambda session, user: case_search.search(session, user, case_search.Wanted(text))


PAGES: dict[str, tuple[str, Act]] = {
    "search, two characters": ("lingdao", _search("文华")),
    "search, no such name": ("lingdao", _search("欧阳")),
    "search, end of a number": ("lingdao", _search("00000077")),
    "search, one common character": ("lingdao", _search("王")),
    "search, of a clerk": ("u1000_1", _search("文华")),
}


if __name__ == "__main__":
    main()
