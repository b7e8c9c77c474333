"""Room group_review: what lies before the leading group, and what it has decided (B-13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from models.meeting import Meeting
from models.screening import Candidate, GroupDecision, Result, ScreeningOpinion
from models.screening_board import named
from models.screening_matrix import CHUNK, PAGE, MatrixFilter
from models.subject import SubjectKind
from models.vocabulary import Labelled


class GroupState(Labelled):
    """What the group narrows its list by."""

    OPEN = "open", "待审核"
    APPROVE = "approve", "审核通过"
    REFUSE = "refuse", "审核不通过"
    ALL = "all", "全部"


@dataclass(frozen=True)
class GroupRow:
    """One candidate before the leading group, with what it has decided."""

    candidate_id: int
    name: str
    uscc: str
    kind: str
    findings: list[dict[str, Any]]
    opinions: str
    decision: str
    decision_reason: str
    decided_on: date | None
    meeting: str

    @property
    def kind_label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)

    @property
    def remarks(self) -> str:
        """What of the automated comparison the group should hear about."""
        return "；".join(
            f"{found['text']}：{found['name']}" for found in self.findings if found["result"] != "pass"
        )

    @property
    def decision_label(self) -> str:
        """审核通过 or 审核不通过; empty while it waits."""
        return GroupDecision.title_of(self.decision) if self.decision else ""


def group_rows(
    session: Session, round_id: int, wanted: MatrixFilter, limit: int = PAGE
) -> tuple[list[GroupRow], int]:
    """Candidates before the group, and after which the next page begins (0: none); two questions."""
    query = (
        select(Candidate, func.coalesce(Meeting.number, ""))
        .outerjoin(Meeting, Meeting.id == Candidate.meeting_id)
        .where(*_before_group(round_id, wanted), Candidate.id > wanted.after)
        .order_by(Candidate.id)
        .limit(limit + 1)
    )
    found = session.execute(query).all()
    kept = [(row[0], row[1]) for row in found[:limit]]
    said = _said(session, [one.id for one, _ in kept])
    rows = [_group_row(one, meeting, said.get(one.id, "")) for one, meeting in kept]
    return rows, rows[-1].candidate_id if len(found) > limit else 0


def all_group_rows(session: Session, round_id: int, wanted: MatrixFilter) -> Iterator[GroupRow]:
    """Every candidate before the group that matches, chunk by chunk."""
    after = 0
    while True:
        here = MatrixFilter(wanted.state, 0, wanted.kind, wanted.text, after)
        rows, after = group_rows(session, round_id, here, CHUNK)
        yield from rows
        session.expunge_all()
        if not after:
            return


def group_matching(session: Session, round_id: int, wanted: MatrixFilter) -> list[int]:
    """The ids of the candidates before the group that match, in the order of the round."""
    query = select(Candidate.id).where(*_before_group(round_id, wanted))
    return list(session.scalars(query.order_by(Candidate.id)))


def group_counts(session: Session, round_id: int) -> dict[str, int]:
    """State → how many candidates; one question."""
    states = {state.value: _decided(state.value) for state in GroupState}
    sums = [func.coalesce(func.sum(case((part, 1), else_=0)), 0).label(name) for name, part in states.items()]
    query = select(*sums).where(Candidate.round_id == round_id, Candidate.at_group_on.is_not(None))
    row = session.execute(query).one()
    return {name: int(row._mapping[name]) for name in states}


def _before_group(round_id: int, wanted: MatrixFilter) -> list[ColumnElement[bool]]:
    return [
        Candidate.round_id == round_id,
        Candidate.at_group_on.is_not(None),
        _decided(wanted.state),
        *named(wanted.kind, wanted.text),
    ]


def _decided(state: str) -> ColumnElement[bool]:
    if state == GroupState.OPEN:
        return and_(Candidate.decision == "", Candidate.outcome == "")
    if state in (GroupState.APPROVE, GroupState.REFUSE):
        return Candidate.decision == state
    return Candidate.id.is_not(None)


def _said(session: Session, candidates: Sequence[int]) -> dict[int, str]:
    """Candidate → “9 个部门均通过”."""
    is_pass = case((ScreeningOpinion.result == Result.PASS, 1), else_=0)
    query = (
        select(ScreeningOpinion.candidate_id, func.count().label("all"), func.sum(is_pass).label("passed"))
        .where(ScreeningOpinion.candidate_id.in_(candidates))
        .group_by(ScreeningOpinion.candidate_id)
    )
    return {row.candidate_id: _words(row.all, int(row.passed)) for row in session.execute(query)}


def _words(asked: int, passed: int) -> str:
    return f"{asked} 个部门均通过" if passed == asked else f"{asked} 个部门中 {passed} 个通过"


def _group_row(one: Candidate, meeting: str, said: str) -> GroupRow:
    return GroupRow(
        one.id,
        one.name,
        one.uscc,
        one.kind,
        one.findings,
        said,
        one.decision,
        one.decision_reason,
        one.decided_on,
        meeting,
    )
