"""Room draft: a process owner's private drawing before anybody is asked to publish it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.database import Base
from models.people import User


class ProcessDraft(Base):
    """One drawing with its decision tables (file name → text) and their examples, as one person left it."""

    __tablename__ = "process_draft"
    __table_args__ = (Index("ix_process_draft_owner", "owner_id", "saved_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    key: Mapped[str] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(100))
    bpmn: Mapped[str] = mapped_column(Text)
    decisions: Mapped[dict[str, Any]]
    # Decision id → rows of inputs and what is expected of them.
    tests: Mapped[dict[str, Any]]
    # The published version it was begun from; empty for a new or imported drawing.
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    # When its editor was last open, by real time: two people who draw the same process are warned of one another.
    seen_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()
    owner: Mapped[User] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": revision}


class DraftSnapshot(Base):
    """What a draft was before a saving, so that a step back is possible also after the page was left."""

    __tablename__ = "draft_snapshot"
    __table_args__ = (Index("ix_draft_snapshot_draft", "draft_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("process_draft.id"))
    bpmn: Mapped[str] = mapped_column(Text)
    decisions: Mapped[dict[str, Any]]
    tests: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
