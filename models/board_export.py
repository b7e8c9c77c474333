"""Room board, exports: workbooks of the stalled board that the background writes, with how far each of them is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.database import Base
from models.people import User
from models.refusal import NotFound
from models.vocabulary import Labelled

SHOWN = 20


class ExportState(Labelled):
    """How far a workbook is."""

    WAITING = "waiting", "等待后台生成"
    RUNNING = "running", "正在生成"
    DONE = "done", "已生成"
    FAILED = "failed", "未能生成"


class BoardExport(Base):
    """One workbook that a person asked for: by which filters, how many rows, where the encrypted file lies."""

    __tablename__ = "board_export"
    __table_args__ = (Index("ix_board_export_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=ExportState.WAITING)
    # Rows promised when it was asked for, and rows written so far.
    total: Mapped[int]
    written: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")
    storage_key: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def state_label(self) -> str:
        """Its state as people read it."""
        return ExportState(self.state).label

    @property
    def is_of_figures(self) -> bool:
        """It holds the records behind a figure of the statistics, not rows of the board."""
        return "figure" in self.asked

    @property
    def title(self) -> str:
        """What it holds, as people call it."""
        return "统计明细" if self.is_of_figures else "督查清单"

    @property
    def is_busy(self) -> bool:
        """The background has not finished it."""
        return self.state in (ExportState.WAITING, ExportState.RUNNING)

    @property
    def percent(self) -> int:
        """How much of the promised rows is written, 0 to 100."""
        if self.state == ExportState.DONE:
            return 100
        return min(99, self.written * 100 // self.total) if self.total else 0


def exports_of(session: Session, user: User) -> list[BoardExport]:
    """The workbooks of a person, newest first, SHOWN at most."""
    query = select(BoardExport).where(BoardExport.user_id == user.id).order_by(BoardExport.id.desc())
    return list(session.scalars(query.limit(SHOWN)))


def export_of(session: Session, export_id: int, user: User) -> BoardExport:
    """A person's own workbook. Raises NotFound."""
    found = session.get(BoardExport, export_id)
    if found is None or found.user_id != user.id:
        raise NotFound("未找到该导出任务。")
    return found
