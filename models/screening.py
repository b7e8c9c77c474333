"""Room screening: half-yearly rounds (B-12), their candidates, and what each department answers for each of them.

An answer is a plain row; each change of it is a version. What a department has handed in never changes again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case import CaseFile
from models.database import Base, BigId
from models.meeting import half_of
from models.vocabulary import Labelled

_PENDING = text("handed_in_at IS NOT NULL AND completed_at IS NULL")
_DECIDED = text("decided_on IS NOT NULL AND completed_at IS NULL")


class Result(Labelled):
    """What a department may answer (B-12); no answer, and 无法核实, are never 通过 (D-25)."""

    PASS = "pass", "通过"
    FAIL = "fail", "不通过"
    UNVERIFIED = "unverified", "无法核实"


# With these an answer can be handed in; 无法核实 stays with the department.
DECIDED = (Result.PASS.value, Result.FAIL.value)


class Source(Labelled):
    """How a batch of answers came."""

    GRID = "grid", "逐户"
    BULK = "bulk", "批量"
    EXCEL = "excel", "Excel"
    API = "api", "接口"
    UNDO = "undo", "撤销"


class GroupDecision(Labelled):
    """What the leading group decides on a candidate (B-13)."""

    APPROVE = "approve", "审核通过"
    REFUSE = "refuse", "审核不通过"


class Outcome(Labelled):
    """How a candidate has left the round; empty while it is in it."""

    FAILED = "failed", "甄别不通过"
    APPROVED = "approved", "领导小组审核通过"
    REFUSED = "refused", "领导小组审核不通过"
    LEFT = "left", "申报人已撤回"


class BatchState(Labelled):
    """A proposal changes nothing yet; an applied batch may be undone until something of it is handed in."""

    PROPOSED = "proposed", "待确认"
    APPLIED = "applied", "已生效"
    UNDONE = "undone", "已撤销"


class ScreeningRound(Base):
    """One 集中信用甄别 of a region, for the declarations of one window (May, December)."""

    __tablename__ = "screening_round"
    __table_args__ = (UniqueConstraint("region_id", "window_month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # Year and month of the window, e.g. 2026-05.
    window_month: Mapped[str] = mapped_column(String(7))
    opened_on: Mapped[date]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # Progress of the preparation: candidates expected when it was (last) started, and ready.
    expected: Mapped[int] = mapped_column(default=0)
    prepared: Mapped[int] = mapped_column(default=0)
    is_ready: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]

    @property
    def label(self) -> str:
        """E.g. 2026年上半年信用甄别."""
        return f"{window_label(self.window_month)}信用甄别"


def window_label(window: str) -> str:
    """The half-year of a window: 2026-05 is 2026年上半年, 2026-12 is 2026年下半年."""
    return half_of(date.fromisoformat(f"{window}-01"))


class Candidate(Base):
    """A declaration in a round, on a case of its own; what a list of candidates shows is copied here."""

    __tablename__ = "screening_candidate"
    __table_args__ = (
        UniqueConstraint("round_id", "seq"),
        Index("ix_screening_candidate_decided", "id", postgresql_where=_DECIDED, sqlite_where=_DECIDED),
        Index("ix_screening_candidate_name", "round_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("screening_round.id"))
    seq: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    # A declaration is screened once; it may be declared anew in the next window (D-25).
    application_case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    number: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(100))
    uscc: Mapped[str] = mapped_column(String(18))
    kind: Mapped[str] = mapped_column(String(20))
    # What the decision table found when the round was opened: {code, name, result, text}.
    findings: Mapped[list[Any]]
    outcome: Mapped[str] = mapped_column(String(20), default="")
    # At the leading group: reached by the token, decided with meeting, and carried out by the token.
    at_group_on: Mapped[date | None]
    decision: Mapped[str] = mapped_column(String(20), default="")
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    completed_at: Mapped[datetime | None]


class ScreeningOpinion(Base):
    """What one department says about one candidate. `version` 0: never answered; `result` empty: no answer."""

    __tablename__ = "screening_opinion"
    __table_args__ = (
        UniqueConstraint("candidate_id", "department_id"),
        Index("ix_screening_opinion_board", "round_id", "department_id", "candidate_id"),
        Index(
            "ix_screening_opinion_pending", "candidate_id", postgresql_where=_PENDING, sqlite_where=_PENDING
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("screening_candidate.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("screening_round.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    # The step of the drawing that this answer completes.
    element_id: Mapped[str] = mapped_column(String(80))
    result: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    queried_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=0)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    completed_at: Mapped[datetime | None]


class AnswerBatch(Base):
    """Answers that came together: one click, one selection, one sheet. The same key again changes nothing."""

    __tablename__ = "answer_batch"
    __table_args__ = (
        UniqueConstraint("round_id", "department_id", "key"),
        Index("ix_answer_batch_department", "round_id", "department_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("screening_round.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    source: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=BatchState.APPLIED)
    # Digest of a sheet, or the key of a form or a request; empty (NULL) where there is none, or once undone.
    key: Mapped[str | None] = mapped_column(String(64))
    # Of answers that came with a key: what they were, so that another content under it is no repetition.
    digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # Of a sheet: its name, and where its content lies (processes/document.py).
    file_name: Mapped[str] = mapped_column(String(200), default="")
    storage_key: Mapped[str] = mapped_column(String(64), default="")
    # What the page of the batch tells of rows that could not be taken; of a proposal how many rows are blank.
    proposal: Mapped[list[Any]]
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ProposedPart(Base):
    """Some hundred checked rows of a sheet, in its order, until it is applied: no page and no act needs all of them at once."""

    __tablename__ = "proposed_part"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("answer_batch.id"), index=True)
    rows: Mapped[list[Any]]


class OpinionVersion(Base):
    """One change of one answer, by one batch."""

    __tablename__ = "opinion_version"

    opinion_id: Mapped[int] = mapped_column(ForeignKey("screening_opinion.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("answer_batch.id"), index=True)
    result: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    queried_on: Mapped[date | None]


class ScreeningEvidence(Base):
    """A file that a department puts beside its answer (D-17), encrypted like every material."""

    __tablename__ = "screening_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    opinion_id: Mapped[int] = mapped_column(ForeignKey("screening_opinion.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


def candidate_of_case(session: Session, case: CaseFile) -> Candidate | None:
    """The candidate whose case this is; asked in the middle of many knocks, so that it flushes none of them."""
    with session.no_autoflush:
        return session.scalars(select(Candidate).where(Candidate.case_id == case.id)).first()


def candidates_of_cases(session: Session, case_ids: Collection[int]) -> dict[int, Candidate]:
    """Case → candidate as it stands, locked until the commit; the cases are locked before (one order of locks)."""
    query = select(Candidate).where(Candidate.case_id.in_(case_ids)).order_by(Candidate.id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True))
    return {one.case_id: one for one in found}


def round_of_case(session: Session, case: CaseFile) -> ScreeningRound | None:
    """The round whose case this is."""
    return session.scalars(select(ScreeningRound).where(ScreeningRound.case_id == case.id)).first()
