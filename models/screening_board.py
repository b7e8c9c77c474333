"""Room screening, board: what one department reads of a round: its candidates, its own answers, their history.

Nothing here ever reads another department's answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from models.keyset import containing
from models.people import User
from models.refusal import NotFound
from models.screening import DECIDED, Candidate, Result, ScreeningOpinion
from models.subject import SubjectKind
from models.vocabulary import Labelled

PAGE = 50


class BoardState(Labelled):
    """What a department narrows its list by."""

    ALL = "", "全部"
    UNANSWERED = "unanswered", "未答"
    PASS = "pass", "通过"
    FAIL = "fail", "不通过"
    UNVERIFIED = "unverified", "无法核实"
    READY = "ready", "可提交"
    HANDED_IN = "handed_in", "已提交"
    FINDINGS = "findings", "比对不符合"


@dataclass(frozen=True)
class BoardFilter:
    """What is looked for; empty means everything. `after` is the candidate after which a page begins."""

    state: str = ""
    kind: str = ""
    text: str = ""
    after: int = 0


@dataclass(frozen=True)
class BoardRow:
    """One candidate with the department's own answer."""

    candidate_id: int
    opinion_id: int
    number: str
    name: str
    uscc: str
    kind: str
    findings: list[dict[str, str]]
    outcome: str
    result: str
    basis: str
    reason: str
    queried_on: date | None
    version: int
    answered_at: datetime | None
    answered_by: str
    handed_in_at: datetime | None

    @property
    def kind_label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)

    @property
    def result_label(self) -> str:
        """通过, 不通过, 无法核实; empty without an answer."""
        return Result.title_of(self.result) if self.result else ""

    @property
    def is_open(self) -> bool:
        """Whether the answer may still be changed."""
        return self.handed_in_at is None and not self.outcome


@dataclass(frozen=True)
class BoardPage:
    """Some rows, and the candidate after which the next page begins (0: there is none)."""

    rows: list[BoardRow] = field(default_factory=list)
    after: int = 0


def board(
    session: Session, round_id: int, department_id: int, wanted: BoardFilter, limit: int = PAGE
) -> BoardPage:
    """One page of the department's candidates, in the order of the round."""
    query = _rows().where(*_narrowed(round_id, department_id, wanted), Candidate.id > wanted.after)
    found = session.execute(query.order_by(Candidate.id).limit(limit + 1)).all()
    rows = [BoardRow(**row._mapping) for row in found[:limit]]
    return BoardPage(rows, rows[-1].candidate_id if len(found) > limit else 0)


def row_of(session: Session, round_id: int, department_id: int, candidate_id: int) -> BoardRow:
    """One candidate of the department. Raises NotFound, also for those of other rounds."""
    query = _rows().where(*_narrowed(round_id, department_id, BoardFilter()), Candidate.id == candidate_id)
    row = session.execute(query).first()
    if row is None:
        raise NotFound("未找到该企业（户），或不在本部门的甄别名单中。")
    return BoardRow(**row._mapping)


def matching(session: Session, round_id: int, department_id: int, wanted: BoardFilter) -> list[int]:
    """The ids of all candidates that match, in the order of the round; `after` is not looked at."""
    query = (
        select(Candidate.id)
        .join(ScreeningOpinion, ScreeningOpinion.candidate_id == Candidate.id)
        .where(*_narrowed(round_id, department_id, wanted))
    )
    return list(session.scalars(query.order_by(Candidate.id)))


def board_counts(
    session: Session, round_id: int, department_id: int, wanted: BoardFilter | None = None
) -> dict[str, int]:
    """State → how many candidates, and `matching`: how many match the filter; one question for all."""
    parts = {state.value or "total": _in_state(state.value) for state in BoardState}
    # Those that the department has still to hand in.
    parts["open"] = and_(ScreeningOpinion.handed_in_at.is_(None), Candidate.outcome == "")
    if wanted is not None:
        parts["matching"] = and_(*_looked_for(wanted))
    sums = [func.coalesce(func.sum(case((part, 1), else_=0)), 0).label(name) for name, part in parts.items()]
    row = session.execute(
        select(*sums)
        .select_from(ScreeningOpinion)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .where(ScreeningOpinion.round_id == round_id, ScreeningOpinion.department_id == department_id)
    ).one()
    return {name: int(row._mapping[name]) for name in parts}


def _rows() -> Any:
    return (
        select(
            Candidate.id.label("candidate_id"),
            ScreeningOpinion.id.label("opinion_id"),
            Candidate.number,
            Candidate.name,
            Candidate.uscc,
            Candidate.kind,
            Candidate.findings,
            Candidate.outcome,
            ScreeningOpinion.result,
            ScreeningOpinion.basis,
            ScreeningOpinion.reason,
            ScreeningOpinion.queried_on,
            ScreeningOpinion.version,
            ScreeningOpinion.answered_at,
            func.coalesce(User.name, "").label("answered_by"),
            ScreeningOpinion.handed_in_at,
        )
        .join(ScreeningOpinion, ScreeningOpinion.candidate_id == Candidate.id)
        .outerjoin(User, User.id == ScreeningOpinion.answered_by_id)
    )


def _narrowed(round_id: int, department_id: int, wanted: BoardFilter) -> list[ColumnElement[bool]]:
    return [
        ScreeningOpinion.round_id == round_id,
        ScreeningOpinion.department_id == department_id,
        *_looked_for(wanted),
    ]


def _looked_for(wanted: BoardFilter) -> list[ColumnElement[bool]]:
    return [_in_state(wanted.state), *named(wanted.kind, wanted.text)]


def named(kind: str, words: str) -> list[ColumnElement[bool]]:
    """Candidates of a kind whose name or code contains the words."""
    found: list[ColumnElement[bool]] = [Candidate.kind == kind] if kind else []
    if words.strip():
        pattern = containing(words.strip())
        found.append(
            or_(
                Candidate.name.like(pattern, escape="\\"),
                Candidate.uscc.like(containing(words.strip().upper()), escape="\\"),
            )
        )
    return found


def has_bad_finding() -> ColumnElement[bool]:
    """Something of the automated comparison does not fit; the list is stored without spaces."""
    return cast(Candidate.findings, String).like('%"result":"fail"%')


def _in_state(state: str) -> ColumnElement[bool]:
    is_left = ScreeningOpinion.handed_in_at.is_(None)
    states: dict[str, ColumnElement[bool]] = {
        BoardState.UNANSWERED: and_(ScreeningOpinion.result == "", is_left, Candidate.outcome == ""),
        BoardState.PASS: ScreeningOpinion.result == Result.PASS,
        BoardState.FAIL: ScreeningOpinion.result == Result.FAIL,
        BoardState.UNVERIFIED: ScreeningOpinion.result == Result.UNVERIFIED,
        BoardState.READY: and_(ScreeningOpinion.result.in_(DECIDED), is_left, Candidate.outcome == ""),
        BoardState.HANDED_IN: ScreeningOpinion.handed_in_at.is_not(None),
        BoardState.FINDINGS: has_bad_finding(),
    }
    return states.get(state, ScreeningOpinion.id.is_not(None))


def seen_versions(session: Session, round_id: int, department_id: int) -> dict[int, int]:
    """Candidate → version of the department's answer, for what a preview pins down."""
    query = select(ScreeningOpinion.candidate_id, ScreeningOpinion.version).where(
        ScreeningOpinion.round_id == round_id, ScreeningOpinion.department_id == department_id
    )
    return {row.candidate_id: row.version for row in session.execute(query)}


def followed(session: Session, round_id: int, department_id: int) -> tuple[int, int]:
    """How many answers the department has handed in, and behind how many the token has moved on."""
    mine = (ScreeningOpinion.round_id == round_id, ScreeningOpinion.department_id == department_id)
    done = case((ScreeningOpinion.completed_at.is_not(None), 1), else_=0)
    query = select(func.count(), func.coalesce(func.sum(done), 0)).where(
        *mine, ScreeningOpinion.handed_in_at.is_not(None)
    )
    total, moved = session.execute(query).one()
    return int(total), int(moved)
