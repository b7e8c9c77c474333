"""Room screening, sight: whose answers a person may read: a department judges before it sees what others said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from models.case import CaseFile, visible_to
from models.people import Department, DepartmentKind, Permission, User
from models.refusal import NotFound
from models.screening import Candidate, Result, ScreeningEvidence, ScreeningOpinion

_Own = aliased(ScreeningOpinion)


def opinions_visible_to(user: User) -> ColumnElement[bool]:
    """Criterion on ScreeningOpinion: the lead office and those who oversee see all, the leading group what was
    handed in, a department its own and, once its own is handed in, what others handed in for that candidate.

    It says nothing about which candidates: their cases are loaded by `visible_to`.
    """
    kind = user.department.kind if user.department else ""
    if not user.may(Permission.CREDIT_READ):
        return false()
    if kind == DepartmentKind.FINANCE_CENTER or user.may(Permission.CASE_OVERSEE):
        return true()
    if kind == DepartmentKind.LEADING_GROUP:
        return ScreeningOpinion.handed_in_at.is_not(None)
    has_handed_in = exists().where(
        _Own.candidate_id == ScreeningOpinion.candidate_id,
        _Own.department_id == user.department_id,
        _Own.handed_in_at.is_not(None),
    )
    is_sent = ScreeningOpinion.handed_in_at.is_not(None)
    return or_(ScreeningOpinion.department_id == user.department_id, and_(is_sent, has_handed_in))


@dataclass(frozen=True)
class OpinionLine:
    """What a department says about a candidate, as far as the reader may know it."""

    opinion_id: int
    department_id: int
    department: str
    result: str
    reason: str
    basis: str
    queried_on: date | None
    handed_in_at: datetime | None
    evidence: int

    @property
    def result_label(self) -> str:
        """通过, 不通过, 无法核实; empty without an answer."""
        return Result.title_of(self.result) if self.result else ""


def opinions_of(session: Session, candidate_id: int, user: User) -> list[OpinionLine]:
    """The answers for a candidate that the person may read, in drawn order. Raises NotFound for strangers."""
    candidate_in_sight(session, candidate_id, user)
    evidence = (
        select(func.count())
        .where(ScreeningEvidence.opinion_id == ScreeningOpinion.id, ScreeningEvidence.removed_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(
            ScreeningOpinion.id.label("opinion_id"),
            ScreeningOpinion.department_id,
            Department.name.label("department"),
            ScreeningOpinion.result,
            ScreeningOpinion.reason,
            ScreeningOpinion.basis,
            ScreeningOpinion.queried_on,
            ScreeningOpinion.handed_in_at,
            evidence.label("evidence"),
        )
        .join(Department, Department.id == ScreeningOpinion.department_id)
        .where(ScreeningOpinion.candidate_id == candidate_id, opinions_visible_to(user))
        .order_by(ScreeningOpinion.id)
    )
    return [OpinionLine(**row._mapping) for row in session.execute(query)]


def candidate_in_sight(session: Session, candidate_id: int, user: User) -> Candidate:
    """A candidate whose case the person may see. Raises NotFound."""
    query = select(Candidate).join(CaseFile, CaseFile.id == Candidate.case_id)
    found = session.scalars(query.where(Candidate.id == candidate_id, visible_to(user))).first()
    if found is None:
        raise NotFound("未找到该企业（户），或您无权查看。")
    return found
