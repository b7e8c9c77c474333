"""What the workbook of the stalled board costs: by the job that writes it, watched as its page watches it."""

from __future__ import annotations

import tempfile
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.ground import clocked
from models import database
from models.board_asked import Asked
from models.board_export import BoardExport
from models.people import User, user_named
from processes import board_export, document
from webapp import handlers_board

# Seconds between two looks at how far it is.
LOOK = 0.1
WHO = "lingdao"


@dataclass(frozen=True)
class Workbook:
    """One workbook: its rows, its file, the time of its job, the most memory it held at once, the percentages that were seen."""

    rows: int
    file_megabytes: float
    seconds: float
    megabytes: float
    percents: list[int]

    @property
    def words(self) -> str:
        """One line."""
        seen = f"{len(self.percents)} percentages seen from {self.percents[0]} to {self.percents[-1]}"
        return (f"{self.rows:,} rows, {self.file_megabytes:.1f} MB in {self.seconds:.1f} s; at most "
                f"{self.megabytes:.2f} MB of memory; {seen}")  # fmt: skip


def written() -> Workbook:
    """The workbook of every open step, once by the clock and once with its memory counted."""
    with tempfile.TemporaryDirectory() as folder:
        document.bind_folder(Path(folder))
        first, second = _asked(), _asked()
        percents: list[int] = []
        seconds = clocked(partial(_watched, first, percents)) / 1000
        with database.reading() as session:
            row = session.get_one(BoardExport, first)
            assert row.state == "done" and row.written == row.total, row.fault
            size = (Path(folder) / row.storage_key).stat().st_size
            rows = row.written
        megabytes = _memory(lambda: handlers_board.write_export(second))
    return Workbook(rows, size / 2**20, seconds, megabytes, percents)


def _asked() -> int:
    with database.transaction() as session:
        return board_export.ask(session, Asked(), _reader(session)).id


def _reader(session: database.DbSession) -> User:
    user = user_named(session, WHO)
    assert user is not None
    return user


def _watched(export_id: int, percents: list[int]) -> None:
    """Write it while another reads how far it is; each percentage once, as they come."""
    is_over = threading.Event()

    def look() -> None:
        while True:
            last = is_over.wait(LOOK)
            with database.reading() as session:
                percent = session.get_one(BoardExport, export_id).percent
            if percent not in percents[-1:]:
                percents.append(percent)
            if last:
                return

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        handlers_board.write_export(export_id)
    finally:
        is_over.set()
        watcher.join()
    assert percents == sorted(percents), percents


def _memory(act: Callable[[], object]) -> float:
    tracemalloc.start()
    act()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20
