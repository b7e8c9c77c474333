"""Room screening, history: the versions of a department's answers, and the batches in which they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from models.people import User
from models.refusal import NotFound
from models.screening import (
    AnswerBatch,
    BatchState,
    Candidate,
    OpinionVersion,
    Result,
    ScreeningOpinion,
    Source,
)

_Undoer = aliased(User)
_Before = aliased(OpinionVersion)


@dataclass(frozen=True)
class VersionLine:
    """One change of an answer: what it was and what it became, who and how."""

    version: int
    at: datetime
    by: str
    source: str
    old_result: str
    result: str
    basis: str
    reason: str
    queried_on: date | None

    @property
    def source_label(self) -> str:
        """逐户, 批量, Excel, 接口 or 撤销."""
        return Source.title_of(self.source)

    @property
    def old_label(self) -> str:
        """The answer before; empty where there was none."""
        return Result.title_of(self.old_result) if self.old_result else ""

    @property
    def label(self) -> str:
        """The answer that it became; empty where it was taken back."""
        return Result.title_of(self.result) if self.result else ""


def versions(session: Session, opinion_id: int) -> list[VersionLine]:
    """Every change of one answer, newest first."""
    query = (
        select(
            OpinionVersion.version,
            AnswerBatch.made_at.label("at"),
            User.name.label("by"),
            AnswerBatch.source,
            func.coalesce(_Before.result, "").label("old_result"),
            OpinionVersion.result,
            OpinionVersion.basis,
            OpinionVersion.reason,
            OpinionVersion.queried_on,
        )
        .join(AnswerBatch, AnswerBatch.id == OpinionVersion.batch_id)
        .join(User, User.id == AnswerBatch.made_by_id)
        .outerjoin(_Before, _is_before())
        .where(OpinionVersion.opinion_id == opinion_id)
        .order_by(OpinionVersion.version.desc())
    )
    return [VersionLine(**row._mapping) for row in session.execute(query)]


def _is_before() -> ColumnElement[bool]:
    return and_(
        _Before.opinion_id == OpinionVersion.opinion_id, _Before.version == OpinionVersion.version - 1
    )


@dataclass(frozen=True)
class BatchLine:
    """Answers that came together, as the department's own list shows them."""

    id: int
    source: str
    state: str
    made_at: datetime
    made_by: str
    changed: int
    same: int
    refused: int
    proposal: list[Any]
    undone_at: datetime | None
    undone_by: str

    @property
    def source_label(self) -> str:
        """逐户, 批量, Excel, 接口 or 撤销."""
        return Source.title_of(self.source)


def batches(session: Session, round_id: int, department_id: int, limit: int = 100) -> list[BatchLine]:
    """The newest bulk answers and sheets of a department; single rows are in the history of their answer."""
    query = _batches(round_id, department_id).where(AnswerBatch.source != Source.GRID)
    found = session.execute(query.order_by(AnswerBatch.id.desc()).limit(limit))
    return [BatchLine(**row._mapping) for row in found]


def batch_line(session: Session, round_id: int, department_id: int, batch_id: int) -> BatchLine:
    """One batch of the department. Raises NotFound, also for those of others."""
    query = _batches(round_id, department_id).where(AnswerBatch.id == batch_id)
    row = session.execute(query).first()
    if row is None:
        raise NotFound("未找到这批填写，或不是本部门的。")
    return BatchLine(**row._mapping)


def _batches(round_id: int, department_id: int) -> Any:
    return (
        select(
            AnswerBatch.id,
            AnswerBatch.source,
            AnswerBatch.state,
            AnswerBatch.made_at,
            User.name.label("made_by"),
            AnswerBatch.changed,
            AnswerBatch.same,
            AnswerBatch.refused,
            AnswerBatch.proposal,
            AnswerBatch.undone_at,
            func.coalesce(_Undoer.name, "").label("undone_by"),
        )
        .join(User, User.id == AnswerBatch.made_by_id)
        .outerjoin(_Undoer, _Undoer.id == AnswerBatch.undone_by_id)
        .where(
            AnswerBatch.round_id == round_id,
            AnswerBatch.department_id == department_id,
            AnswerBatch.state != BatchState.PROPOSED,
        )
    )


@dataclass(frozen=True)
class ChangeLine:
    """One candidate of a batch: what it was and what it became."""

    candidate_id: int
    name: str
    uscc: str
    old_result: str
    result: str
    basis: str
    reason: str
    # A later change has taken the place of this one.
    is_replaced: bool

    @property
    def old_label(self) -> str:
        """The answer before; empty where there was none."""
        return Result.title_of(self.old_result) if self.old_result else ""

    @property
    def label(self) -> str:
        """The answer that the batch gave."""
        return Result.title_of(self.result) if self.result else ""


def batch_changes(session: Session, batch_id: int, limit: int) -> Sequence[ChangeLine]:
    """The first `limit` candidates whose answer a batch changed, in the order of the round."""
    query = (
        select(
            Candidate.id.label("candidate_id"),
            Candidate.name,
            Candidate.uscc,
            func.coalesce(_Before.result, "").label("old_result"),
            OpinionVersion.result,
            OpinionVersion.basis,
            OpinionVersion.reason,
            (ScreeningOpinion.version > OpinionVersion.version).label("is_replaced"),
        )
        .join(ScreeningOpinion, ScreeningOpinion.id == OpinionVersion.opinion_id)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .outerjoin(_Before, _is_before())
        .where(OpinionVersion.batch_id == batch_id)
        .order_by(Candidate.id)
        .limit(limit)
    )
    return [ChangeLine(**row._mapping) for row in session.execute(query)]
