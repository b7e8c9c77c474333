"""Room replay: finished cases of a period run again through another drawing, and what would have differed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, cast, select
from sqlalchemy.orm import Mapped, Session, defer, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.database import Base, BigId
from models.vocabulary import Labelled


class ReplayStatus(Labelled):
    """Where a replay stands."""

    QUEUED = "queued", "等待中"
    RUNNING = "running", "回放中"
    DONE = "done", "已完成"
    FAILED = "failed", "未能完成"


class Finding(Labelled):
    """What a replay finds about a case; a case without any would have been the same."""

    WAY = "way", "走向不同"
    DEPARTMENT = "department", "增加部门办理"
    DROPPED = "dropped", "减少环节"
    LATE = "late", "新超期"
    KEPT = "kept", "不再超期"
    RESULT = "result", "结果不同"
    STUCK = "stuck", "不能走完"
    LACKING = "lacking", "记录不足"
    # Sent back, recalled, moved or corrected on its way: no run through a drawing is what happened.
    DETOUR = "detour", "曾退回或更正，未回放"


class ReplayRun(Base):
    """One drawing run against the finished cases of a period."""

    __tablename__ = "replay_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    key: Mapped[str] = mapped_column(String(60))
    # A version is named with its number behind it.
    name: Mapped[str] = mapped_column(String(120))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("process_draft.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    bpmn: Mapped[str] = mapped_column(Text)
    decisions: Mapped[dict[str, Any]]
    spec_json: Mapped[str] = mapped_column(Text)
    # Days on which the cases were closed, both included.
    from_on: Mapped[date]
    to_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(12), default=ReplayStatus.QUEUED)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]]
    fault: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}


class ReplayLine(Base):
    """One finished case in a replay: what would have differed, and both ways."""

    __tablename__ = "replay_line"
    __table_args__ = (UniqueConstraint("run_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("replay_run.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    # Codes of what differs; empty: the same way, the same deadlines.
    findings: Mapped[list[Any]]
    details: Mapped[dict[str, Any]]
    case: Mapped[CaseFile] = relationship(lazy="raise")


PAGE, SAME = 50, "same"


@dataclass(frozen=True)
class LinePage:
    """Some lines of a run, and the id after which the next page begins (0: there is none)."""

    lines: list[ReplayLine]
    after: int


def runs_of(session: Session, owner_id: int, limit: int = 100) -> list[ReplayRun]:
    """The runs of a person, newest first, without their drawings."""
    heavy = (defer(ReplayRun.bpmn), defer(ReplayRun.spec_json), defer(ReplayRun.decisions))
    query = select(ReplayRun).where(ReplayRun.owner_id == owner_id).options(*heavy)
    return list(session.scalars(query.order_by(ReplayRun.id.desc()).limit(limit)))


def lines_of(session: Session, run_id: int, finding: str = "", after: int = 0, limit: int = PAGE) -> LinePage:
    """One page of the cases of a run, all or those with one finding, in the order of their ids."""
    query = select(ReplayLine).where(ReplayLine.run_id == run_id, ReplayLine.case_id > after)
    found = cast(ReplayLine.findings, Text)
    if finding == SAME:
        query = query.where(found == "[]")
    elif finding:
        query = query.where(found.like(f'%"{finding}"%'))
    parts = joinedload(ReplayLine.case).load_only(*_SHOWN).joinedload(CaseFile.region)
    rows = list(session.scalars(query.options(parts).order_by(ReplayLine.case_id).limit(limit + 1)))
    kept = rows[:limit]
    return LinePage(kept, kept[-1].case_id if len(rows) > limit else 0)


def line_of(session: Session, run_id: int, line_id: int) -> ReplayLine | None:
    """One line with what may be shown of its case."""
    parts = joinedload(ReplayLine.case).load_only(*_SHOWN).joinedload(CaseFile.region)
    query = select(ReplayLine).where(ReplayLine.id == line_id, ReplayLine.run_id == run_id)
    return session.scalars(query.options(parts)).first()


# What a process owner may see of a case: no applicant, no amount, nothing that was typed.
_SHOWN = (
    CaseFile.number,
    CaseFile.scheme,
    CaseFile.applicant_type,
    CaseFile.process_key,
    CaseFile.region_id,
    CaseFile.submitted_at,
    CaseFile.closed_at,
    CaseFile.status,
)
