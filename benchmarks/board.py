"""What the pages of managers cost with a thousand and with a hundred thousand cases: statements and medians, side by side."""

from __future__ import annotations

import argparse
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import IO, Any, cast

from benchmarks.big_county import TASKS_A_CASE, fill
from benchmarks.figures import FIGURES, record
from benchmarks.ground import clocked, counted, county, median, servers
from models import board_cache, board_list, board_totals, case_search, database
from models.board_asked import Asked
from models.board_pace import pace
from models.calendar import fixed_at
from models.people import User, user_named
from tests.conftest import MONDAY
from webapp import board_book

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
                record(size)
                _measure(seen)
                print(f"  workbook: {_workbook()}", flush=True)
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


class _Nowhere(BytesIO):
    """Counts what is written and keeps none of it, so that the memory is the writer's own."""

    size = 0

    def write(self, piece: Any) -> int:
        self.size += len(piece)
        return len(piece)


def _workbook() -> str:
    """The workbook of all rows: how long it takes, and in a second round the most memory that it holds at once."""
    sink, rows = _Nowhere(), 0

    def write() -> None:
        nonlocal rows
        with database.reading() as session:
            user = user_named(session, "shenji")
            assert user is not None
            rows = board_book.write(session, user, Asked(), cast(IO[bytes], sink), lambda _written: None)

    seconds = clocked(write) / 1000
    size = sink.size
    tracemalloc.start()
    write()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"{rows:,} rows, {size / 2**20:.1f} MB in {seconds:.1f} s; at most {peak / 2**20:.1f} MB of memory"


def _totals(session: Any, user: User) -> object:
    return board_totals.totals(session, user, pace(session))


def _counted_anew(session: Any, user: User) -> object:
    board_cache.forget()
    return _totals(session, user)


def _list(given: Asked) -> Act:
    return lambda session, user: board_list.page(session, user, given, pace(session))


def _forecast(session: Any, user: User) -> object:
    return board_list.counted(session, user, Asked(forecast=True), pace(session))


def _search(text: str) -> Act:
    return lambda session, user: case_search.search(session, user, case_search.Wanted(text))


PAGES: dict[str, tuple[str, Act]] = {
    "search, two characters": ("lingdao", _search("文华")),
    "search, no such name": ("lingdao", _search("欧阳")),
    "search, end of a number": ("lingdao", _search("00000077")),
    "search, one common character": ("lingdao", _search("王")),
    "search, of a clerk": ("u1000_1", _search("文华")),
    # The leader's region has none of the invented townships below it: the auditor sees them all.
    "board, counted anew": ("shenji", _counted_anew),
    "board, kept": ("shenji", _totals),
    "board of a head, counted anew": ("u1000_0", _counted_anew),
    "list, by due day": ("shenji", _list(Asked())),
    "list, late ones": ("shenji", _list(Asked(window="over"))),
    "list, by a name": ("shenji", _list(Asked(text="文华"))),
    "forecast, counted": ("shenji", _forecast),
    "statistics, 12 months": ("shenji", FIGURES["manager, 12 months"][1]),
    "heat picture, 12 months": ("shenji", FIGURES["heat, 12 months"][1]),
}


if __name__ == "__main__":
    main()
