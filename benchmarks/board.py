"""What the pages of officials and managers cost with a thousand and with a hundred thousand cases, side by side.

Statements, medians and best times of every page, and the workbook of the list: its memory and how its progress is seen.
Ends non-zero when a page asks more of the database because there are more rows, or a workbook needs more memory.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from benchmarks.beside import put_beside
from benchmarks.big_county import TASKS_A_CASE, fill, fill_cases
from benchmarks.copies import BASE, CASES, STEPS, multiply
from benchmarks.figures import close_all, record
from benchmarks.ground import clocked, counted, county, load, median, servers
from benchmarks.pages import SEARCHES, Pages, pages
from benchmarks.workbook import Workbook, written
from models import board_cache, board_list, database
from models.calendar import fixed_at
from models.people import User, user_named
from tests.conftest import MONDAY

SIZES, MILLION = (1_000, 100_000), 1_000_000
# The workbook is written at one size more.
BETWEEN = 10_000
# So often is a page asked for, unless that takes longer than so many milliseconds.
ROUNDS, PATIENCE = 15, 6_000
# Names that very many cases have are looked for in up to four statements (decision 0034).
MOST_OF_A_SEARCH = 4
# A workbook may not hold more than so many times what a short one holds; what it writes is a hundred times as long.
GROWTH = 1.5


@dataclass
class Seen:
    """What one page took at each size: milliseconds, and the statements it asked."""

    medians: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)


def main() -> None:
    """A table a database: a line a page; then what must hold and does not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="100 and 2,000 cases only")
    parser.add_argument(
        "--million", action="store_true", help="the search alone, at 1,000 and at 1,000,000 cases"
    )
    given = parser.parse_args()
    faults: list[str] = []
    # What is kept for a minute would run out between one page and the next, and be asked for again.
    vars(board_cache)["KEPT"] = math.inf
    for server in servers():
        with fixed_at(MONDAY):
            if given.million:
                faults += _searched((SIZES[0], 20_000 if given.small else MILLION), server)
            else:
                faults += _all(
                    (100, 2_000) if given.small else SIZES, 500 if given.small else BETWEEN, server
                )
    for fault in faults:
        print(f"FAULT: {fault}", flush=True)
    sys.exit(1 if faults else 0)


def _all(sizes: tuple[int, int], between: int, server: str) -> list[str]:
    seen: dict[str, Seen] = {}
    books: list[Workbook] = []
    for size in (sizes[0], between, sizes[1]):
        with county():
            spent = clocked(partial(_filled, size))
            print(f"\n{server}: {size:,} cases, {size * TASKS_A_CASE:,} tasks; filled in {spent / 1000:.0f} s; "
                  f"load {load()}", flush=True)  # fmt: skip
            if size != between:
                measure(pages(), seen)
            books.append(written())
            print(f"  workbook: {books[-1].words}; load {load()}", flush=True)
    _print(server, sizes, seen)
    return [*grown(seen), *_swollen(books)]


def _filled(size: int) -> None:
    few = min(size, BASE)
    fill(few)
    put_beside(few)
    record(few)
    multiply(size, {**CASES, **STEPS})
    close_all()


def _cases_alone(size: int) -> None:
    fill_cases(min(size, BASE))
    multiply(size, CASES)


def _searched(sizes: tuple[int, int], server: str) -> list[str]:
    seen: dict[str, Seen] = {}
    for size in sizes:
        with county():
            spent = clocked(partial(_cases_alone, size))
            print(f"\n{server}: {size:,} cases filled in {spent / 1000:.0f} s; load {load()}", flush=True)
            measure(SEARCHES, seen)
    _print(server, sizes, seen)
    return [f"{name} asks {max(one.statements)} statements"
            for name, one in seen.items() if max(one.statements) > MOST_OF_A_SEARCH]  # fmt: skip


def measure(wanted: Pages, seen: dict[str, Seen]) -> None:
    """Each page some times, and what it asks."""
    look(wanted, seen)
    for name, (username, act) in wanted.items():
        with database.reading() as session:
            times = _times(partial(act, session, _reader(session, username)))
        seen[name].medians.append(median(times))
        seen[name].best.append(min(times))


def look(wanted: Pages, seen: dict[str, Seen]) -> None:
    """The statements that each page asks once what may be kept of it is kept."""
    for name, (username, act) in wanted.items():
        with database.reading() as session:
            user = _reader(session, username)
            act(session, user)
            with counted(database.bound().reader) as tally:
                act(session, user)
        seen.setdefault(name, Seen()).statements.append(len(tally.statements))


def _reader(session: database.DbSession, username: str) -> User:
    user = user_named(session, username)
    assert user is not None, username
    return user


def _times(act: Callable[[], object]) -> list[float]:
    times = [clocked(act) for _ in range(3)]
    while len(times) < ROUNDS and sum(times) < PATIENCE:
        times.append(clocked(act))
    return times


def grown(seen: Mapping[str, Seen]) -> list[str]:
    """The pages that asked another number of statements with other numbers of rows."""
    return [f"{name} asks {' / '.join(map(str, one.statements))} statements"
            for name, one in seen.items() if len(set(one.statements)) > 1]  # fmt: skip


def _swollen(books: list[Workbook]) -> list[str]:
    """The workbooks that hold more than one does that is a chunk long: less than a chunk is no measure."""
    first, *longer = (one for one in books if one.rows >= board_list.CHUNK)
    found = [one for one in longer if one.megabytes > first.megabytes * GROWTH]
    return [
        f"a workbook of {one.rows:,} rows holds {one.megabytes:.1f} MB, not {first.megabytes:.1f}"
        for one in found
    ]


def _print(server: str, sizes: tuple[int, int], seen: Mapping[str, Seen]) -> None:
    """Ready for docs/benchmarks.md: median (best) at both sizes, how much more, statements."""
    print(f"\n| {server}, ms | {sizes[0]:,} | {sizes[1]:,} | × | statements |\n|---|---|---|---|---|")
    for name, one in seen.items():
        (few, many), (least, less) = one.medians, one.best
        asked = " / ".join(map(str, dict.fromkeys(one.statements)))
        print(
            f"| {name} | {few:.1f} ({least:.1f}) | {many:.1f} ({less:.1f}) | {many / max(few, 0.01):.1f} | {asked} |"
        )
    print(f"load {load()}", flush=True)


if __name__ == "__main__":
    main()
