"""Room conversion: the PDF that the system makes of a Word or Excel material to be read beside a form."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base
from models.vocabulary import Labelled


class ConversionState(Labelled):
    """Where the PDF of a material stands."""

    WAITING = "waiting", "等待转换"
    RUNNING = "running", "正在转换"
    DONE = "done", "已转换"
    FAILED = "failed", "未能转换"
    ABSENT = "absent", "未转换"


class Conversion(Base):
    """The PDF of one material. The original stays the evidence: the hash here is that of the copy for reading."""

    __tablename__ = "conversion"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=ConversionState.WAITING)
    # Tries that have ended; a job carries the number of its try.
    attempts: Mapped[int] = mapped_column(default=0)
    # Why the last try failed, as people read it.
    fault: Mapped[str] = mapped_column(Text, default="")
    # Of the try in hand, then of the PDF.
    storage_key: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    # What made the PDF: the program and its version.
    converter: Mapped[str] = mapped_column(String(100), default="")
    # Real time: when it was asked for last, and when it ended.
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def is_done(self) -> bool:
        """Whether there is a PDF."""
        return self.state == ConversionState.DONE

    @property
    def is_busy(self) -> bool:
        """Whether the background is about to make it."""
        return self.state in (ConversionState.WAITING, ConversionState.RUNNING)
