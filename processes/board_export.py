"""Room board, exports: a person asks for the list as a workbook, the background writes it, the night throws it away."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import audit
from models.board_asked import Asked
from models.board_export import BoardExport, ExportState, export_of
from models.board_list import count
from models.board_pace import pace
from models.calendar import now, real_now
from models.people import Permission, User
from models.refusal import Conflict, Refusal
from processes import background, document
from processes.sealed_file import SealedWriter, unsealed

EXPORT = "board_export"
MOST_ROWS, MOST_WAITING = 1_000_000, 3
KEPT = timedelta(days=1)


def ask(session: Session, given: Asked, actor: User) -> BoardExport:
    """Note a workbook of the board's list. Raises Refusal, Conflict."""
    actor.require(Permission.BOARD_READ)
    total = count(session, actor, given.without_page(), pace(session))
    return ask_rows(session, "督查清单", given.without_page().as_values, total, actor)


def ask_rows(session: Session, title: str, given: dict[str, str], total: int, actor: User) -> BoardExport:
    """Note a workbook and put its job in; how many rows it will have is promised now. Raises Refusal, Conflict."""
    actor.require(Permission.BOARD_READ)
    busy = (ExportState.WAITING.value, ExportState.RUNNING.value)
    mine = select(func.count()).where(BoardExport.user_id == actor.id, BoardExport.state.in_(busy))
    if (session.scalar(mine) or 0) >= MOST_WAITING:
        raise Conflict("您已有正在生成的导出任务，请稍候再试。")
    if total > MOST_ROWS:
        raise Refusal(f"共 {total} 行，超过 {MOST_ROWS} 行，请先缩小范围。")
    row = BoardExport(user_id=actor.id, asked=given, total=total, made_at=now(), storage_key="")
    session.add(row)
    session.flush()
    background.enqueue(session, EXPORT, [row.id], str(row.id))
    new = {"export": row.id, "rows": total, "asked": row.asked}
    audit.record(session, "board.exported", f"导出{title} {total} 行", actor=actor, new=new)
    return row


def begin(session: Session, export_id: int) -> BoardExport | None:
    """The background takes a workbook in hand, also one that another worker left; None when it is done or gone."""
    row = session.get(BoardExport, export_id, with_for_update=True)
    if row is None or row.state == ExportState.DONE:
        return None
    row.state, row.written, row.fault, row.storage_key = ExportState.RUNNING, 0, "", secrets.token_hex(24)
    return row


def note(session: Session, export_id: int, storage_key: str, written: int) -> bool:
    """How far it is; False when another worker has taken it over."""
    mine = (BoardExport.id == export_id, BoardExport.storage_key == storage_key)
    return _touched(session, update(BoardExport).where(*mine).values(written=written))


def finish(session: Session, export_id: int, storage_key: str, fault: str = "") -> None:
    """It is written, or could not be."""
    state = ExportState.FAILED if fault else ExportState.DONE
    mine = (BoardExport.id == export_id, BoardExport.storage_key == storage_key)
    done = update(BoardExport).where(*mine)
    session.execute(done.values(state=state.value, fault=fault[:500], finished_at=now()))


def target(storage_key: str) -> SealedWriter:
    """The file of a workbook, encrypted, beside the materials."""
    return SealedWriter(document.folder() / storage_key)


def content(session: Session, export_id: int, actor: User) -> Iterator[bytes]:
    """A person's own finished workbook in blocks. Raises NotFound, Conflict while it is not done."""
    row = export_of(session, export_id, actor)
    if row.state != ExportState.DONE:
        raise Conflict("该导出尚未完成。")
    blocks = unsealed(document.folder() / row.storage_key)
    # A lost file is told before anything is sent.
    return chain([next(blocks)], blocks)


def forget_old(session: Session) -> None:
    """Throw away what is older than KEPT, rows and files; by the real clock, which no training moves."""
    ended = (ExportState.DONE.value, ExportState.FAILED.value)
    query = select(BoardExport.id, BoardExport.storage_key).where(BoardExport.state.in_(ended))
    gone = list[int]()
    for row_id, storage_key in session.execute(query):
        path: Path = document.folder() / (storage_key or "-")
        age = real_now().timestamp() - path.stat().st_mtime if path.is_file() else KEPT.total_seconds() * 2
        if age > KEPT.total_seconds():
            path.unlink(missing_ok=True)
            gone.append(row_id)
    session.execute(delete(BoardExport).where(BoardExport.id.in_(gone)))


def _touched(session: Session, statement: object) -> bool:
    changed = session.execute(statement)  # type: ignore[call-overload]  # an update
    return bool(changed.rowcount)
