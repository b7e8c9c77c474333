"""Room rehearsal: one person's trial run of a drawing in a sandbox with a clock of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.crypto import EncryptedJSON
from models.database import Base


class Rehearsal(Base):
    """A token that belongs to no case: its drawing, its facts, its clock and what has happened so far."""

    __tablename__ = "rehearsal"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("process_draft.id"), index=True)
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    name: Mapped[str] = mapped_column(String(100))
    bpmn: Mapped[str] = mapped_column(Text)
    decisions: Mapped[dict[str, Any]]
    spec_json: Mapped[str] = mapped_column(Text)
    state: Mapped[bytes] = mapped_column(LargeBinary)
    passed: Mapped[dict[str, Any]]
    # What was typed may be somebody's: encrypted like every application.
    facts: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("rehearsal.facts"))
    events: Mapped[list[Any]]
    # What it was begun with (instant, region, facts), and every act since: a step back plays them again.
    opening: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("rehearsal.opening"))
    acts: Mapped[list[Any]] = mapped_column(EncryptedJSON("rehearsal.acts"))
    # Its statutory clocks; nobody's rows.
    clocks: Mapped[list[Any]]
    started_at: Mapped[datetime]
    # What time it is in the sandbox.
    clock_at: Mapped[datetime]
    is_finished: Mapped[bool] = mapped_column(default=False)
    touched_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
