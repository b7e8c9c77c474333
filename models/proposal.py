"""Room proposal: a drawing that its author asks to have published, and the second person's decision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.database import Base
from models.people import User
from models.vocabulary import Labelled


class ProposalStatus(Labelled):
    """Where a proposal stands."""

    PENDING = "pending", "待审"
    PUBLISHED = "published", "已发布"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class ProcessProposal(Base):
    """What is asked to be published, frozen: later changes of the draft do not reach it."""

    __tablename__ = "process_proposal"
    __table_args__ = (Index("ix_process_proposal_status", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(100))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("process_draft.id"))
    bpmn: Mapped[str] = mapped_column(Text)
    decisions: Mapped[dict[str, Any]]
    tests: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text)
    # The first Shanghai day on which new cases start on it; empty: from the instant of publication.
    effective_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(12), default=ProposalStatus.PENDING)
    submitted_at: Mapped[datetime]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    revision: Mapped[int] = mapped_column()
    author: Mapped[User] = relationship(lazy="raise", foreign_keys=[author_id])
    reviewer: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[reviewer_id])

    __mapper_args__ = {"version_id_col": revision}


class ProcessSetting(Base):
    """What is set for one process, not for a version of it."""

    __tablename__ = "process_setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    # Whether a second person must agree before a version is published.
    is_four_eyes: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # Who asked that nobody else need agree any more, and waits for another owner; empty: nobody.
    off_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    off_reason: Mapped[str] = mapped_column(Text, default="")
