"""Room statistics, export job: a workbook of records is asked for like one of the board, and written by the same job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

from models.board_export import BoardExport
from models.database import DbSession
from models.people import User
from models.statistics_asked import Asked, asked
from models.statistics_scope import Wanted
from models.statistics_sum import summary
from processes import board_export
from webapp import statistics_book
from webapp.statistics_list import frame, wanted_of
from webapp.statistics_page import asked as period_asked


def read(given: Mapping[str, str]) -> tuple[Wanted, Asked]:
    """What an address, a form or a stored export asks for. Raises Refusal."""
    return wanted_of(period_asked(given)), asked(given)


def ask(session: DbSession, given: Mapping[str, str], actor: User) -> BoardExport:
    """Note a workbook of the records behind a figure. Raises Forbidden, Refusal, Conflict."""
    wanted, records = read(given)
    number = summary(session, actor, wanted, records).number
    kept = frame(wanted) | records.without_page().as_values
    return board_export.ask_rows(session, "统计明细", kept, number, actor)


def write(
    session: DbSession,
    user: User,
    given: Mapping[str, str],
    sink: IO[bytes],
    told: Callable[[int], object],
) -> int:
    """Write one that was asked for; how many rows there were."""
    wanted, records = read(given)
    return statistics_book.write(session, user, (wanted, records.without_page()), sink, told)
