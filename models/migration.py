"""Room migration: the plan by which running cases go over to another version of their drawing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.case import CaseFile
from models.database import Base, BigId
from models.people import User
from models.vocabulary import Labelled


class PlanStatus(Labelled):
    """Where a plan stands."""

    CHECKING = "checking", "试算中"
    CHECKED = "checked", "试算完成"
    APPLYING = "applying", "迁移中"
    APPLIED = "applied", "已迁移"
    DROPPED = "dropped", "已作废"


class Verdict(Labelled):
    """What a plan says of one case, or did to it."""

    WAITING = "waiting", "待试算"
    POSSIBLE = "possible", "可迁移"
    REFUSED = "refused", "不可迁移"
    APPLIED = "applied", "已迁移"
    CHANGED = "changed", "试算后已有变化"
    FAILED = "failed", "迁移失败"


class MigrationPlan(Base):
    """Chosen cases on their way from one version to another of the same process."""

    __tablename__ = "migration_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12), default=PlanStatus.CHECKING)
    # Step of the old drawing → step of the new one, where the id has changed.
    mapping: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revision: Mapped[int] = mapped_column()
    author: Mapped[User] = relationship(lazy="raise", foreign_keys=[author_id])

    __mapper_args__ = {"version_id_col": revision}


class MigrationLine(Base):
    """One case of a plan: whether it can go over and why not; tasks and deadlines before and after."""

    __tablename__ = "migration_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "case_id"),
        Index("ix_migration_line_verdict", "plan_id", "verdict", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("migration_plan.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    verdict: Mapped[str] = mapped_column(String(12), default=Verdict.WAITING)
    why: Mapped[str] = mapped_column(Text, default="")
    # The revision of the token on which the dry run was made; another one asks for a new dry run.
    token_revision: Mapped[int] = mapped_column(default=0)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    # A term of the case would be over as soon as it has gone over; somebody must have said that this is meant.
    is_overdue: Mapped[bool] = mapped_column(default=False)
    applied_at: Mapped[datetime | None]
    case: Mapped[CaseFile] = relationship(lazy="raise")
