"""Room jobs, handlers of the board: workbooks of the list, and reminders of orders that nobody answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import IO, cast

from models.board_asked import asked
from models.database import DbSession, reading, transaction
from models.people import Permission, User
from processes import board_export
from processes.background import job, schedule
from webapp import board_book, statistics_export_job
from webapp.reminders import remind_orders

log = logging.getLogger(__name__)
# Rows between two notes of progress.
STEP = 2_000


class TakenOver(Exception):  # noqa: N818  nothing is wrong: another worker writes it now
    """Another worker has begun the workbook anew."""


@job(board_export.EXPORT)
def write_export(export_id: int) -> None:
    """Write the workbook of a person, with his sight of today; begun again from the first row when it was broken off."""
    with transaction() as session:
        row = board_export.begin(session, export_id)
    if row is None:
        return
    fault = "后台任务出错，请重新导出"
    try:
        fault = _write(
            row.id, row.user_id, row.storage_key, {name: str(one) for name, one in row.asked.items()}
        )
    except TakenOver:
        log.info("workbook %s is written by another worker", export_id)
    finally:
        with transaction() as session:
            board_export.finish(session, export_id, row.storage_key, fault)


def _write(export_id: int, user_id: int, key: str, wanted: dict[str, str]) -> str:
    """Why it could not be written; empty when it is."""
    noted = 0

    def told(written: int) -> None:
        nonlocal noted
        if written - noted >= STEP:
            noted = written
            with transaction() as session:
                if not board_export.note(session, export_id, key, written):
                    raise TakenOver

    with reading() as session:
        user = session.get_one(User, user_id)
        if not user.is_active or not user.may(Permission.BOARD_READ):
            return "您已没有查看督查看板的权限"
        with board_export.target(key) as sink:
            written = _written(session, user, wanted, cast(IO[bytes], sink), told)
    with transaction() as session:
        board_export.note(session, export_id, key, written)
    return ""


def _written(
    session: DbSession, user: User, wanted: dict[str, str], sink: IO[bytes], told: Callable[[int], object]
) -> int:
    if "figure" in wanted:
        return statistics_export_job.write(session, user, wanted, sink, told)
    return board_book.write(session, user, asked(wanted), sink, told)


@schedule("supervisions", "35 * * * * *")
def supervisions() -> None:
    """Orders whose reminder has come."""
    for line in remind_orders():
        log.info(line)
