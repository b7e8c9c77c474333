"""Room screening, matrix: candidates by departments, for the lead office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from models.screening import Candidate, GroupDecision, Outcome, Result, ScreeningOpinion
from models.screening_board import has_bad_finding, named
from models.subject import SubjectKind
from models.vocabulary import Labelled

PAGE, CHUNK = 50, 500


class MatrixState(Labelled):
    """What the lead office narrows the matrix by."""

    ALL = "", "全部"
    WAITING = "waiting", "还有部门未提交"
    FAILED = "failed", "有部门不通过"
    UNVERIFIED = "unverified", "有部门无法核实"
    GROUP = "group", "待领导小组审核"
    DONE = "done", "已有结果"
    FINDINGS = "findings", "比对不符合"


@dataclass(frozen=True)
class MatrixFilter:
    """What is looked for; empty means everything. `department`: has not handed in its answer."""

    state: str = ""
    department: int = 0
    kind: str = ""
    text: str = ""
    after: int = 0


@dataclass(frozen=True)
class Cell:
    """What one department has said about one candidate."""

    department_id: int
    result: str = ""
    handed_in_at: datetime | None = None
    is_asked: bool = True

    @property
    def label(self) -> str:
        """通过, 不通过, 无法核实; empty without an answer."""
        return Result.title_of(self.result) if self.result else ""

    @property
    def words(self) -> str:
        """What the lead office reads: a result only once it is handed in."""
        if not self.is_asked:
            return "—"
        if self.handed_in_at:
            return self.label
        return {"": "未答", Result.UNVERIFIED: "无法核实（未提交）"}.get(self.result, "已填未提交")


@dataclass(frozen=True)
class MatrixRow:
    """One candidate with a cell for every department, in the order of the columns."""

    candidate_id: int
    seq: int
    name: str
    uscc: str
    kind: str
    cells: list[Cell]
    state: str

    @property
    def kind_label(self) -> str:
        """中小微企业 or 个体工商户."""
        return SubjectKind.title_of(self.kind)


@dataclass(frozen=True)
class MatrixPage:
    """Some rows, and the candidate after which the next page begins (0: there is none)."""

    rows: list[MatrixRow] = field(default_factory=list)
    after: int = 0


def matrix(
    session: Session, round_id: int, columns: Sequence[int], wanted: MatrixFilter, limit: int = PAGE
) -> MatrixPage:
    """One page of the matrix; two questions. `columns` are the departments from left to right."""
    query = select(Candidate).where(*_looked_for(round_id, wanted), Candidate.id > wanted.after)
    found = list(session.scalars(query.order_by(Candidate.id).limit(limit + 1)))
    kept = found[:limit]
    answers = _answers(session, [one.id for one in kept])
    rows = [_row(one, columns, answers) for one in kept]
    return MatrixPage(rows, kept[-1].id if len(found) > limit else 0)


def matrix_rows(
    session: Session, round_id: int, columns: Sequence[int], wanted: MatrixFilter
) -> Iterator[MatrixRow]:
    """Every row that matches, chunk by chunk: memory stays flat while a sheet is written."""
    after = 0
    while True:
        here = MatrixFilter(wanted.state, wanted.department, wanted.kind, wanted.text, after)
        page = matrix(session, round_id, columns, here, CHUNK)
        yield from page.rows
        session.expunge_all()
        if not page.after:
            return
        after = page.after


def _answers(session: Session, candidates: Sequence[int]) -> dict[tuple[int, int], Any]:
    query = select(
        ScreeningOpinion.candidate_id,
        ScreeningOpinion.department_id,
        ScreeningOpinion.result,
        ScreeningOpinion.handed_in_at,
    ).where(ScreeningOpinion.candidate_id.in_(candidates))
    return {(row.candidate_id, row.department_id): row for row in session.execute(query)}


def _row(one: Candidate, columns: Sequence[int], answers: dict[tuple[int, int], Any]) -> MatrixRow:
    cells = [_cell(office, answers.get((one.id, office))) for office in columns]
    handed = sum(cell.handed_in_at is not None for cell in cells)
    asked = sum(cell.is_asked for cell in cells)
    return MatrixRow(one.id, one.seq, one.name, one.uscc, one.kind, cells, _state(one, handed, asked))


def _cell(office: int, answer: Any | None) -> Cell:
    if answer is None:
        return Cell(office, is_asked=False)
    return Cell(office, answer.result, answer.handed_in_at)


def _state(one: Candidate, handed: int, asked: int) -> str:
    if one.outcome:
        return Outcome.title_of(one.outcome)
    if one.decision:
        return GroupDecision.title_of(one.decision)
    return "待领导小组审核" if one.at_group_on else f"{handed}/{asked} 已提交"


def _looked_for(round_id: int, wanted: MatrixFilter) -> list[ColumnElement[bool]]:
    found = [Candidate.round_id == round_id, *named(wanted.kind, wanted.text)]
    if wanted.department:
        found.append(_any(ScreeningOpinion.department_id == wanted.department, _NOT_SENT))
        found.append(Candidate.outcome == "")
    if wanted.state in _STATES:
        found.append(_STATES[wanted.state])
    return found


def _any(*criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(ScreeningOpinion.candidate_id == Candidate.id, *criteria)


_NOT_SENT = ScreeningOpinion.handed_in_at.is_(None)
_STATES: dict[str, ColumnElement[bool]] = {
    MatrixState.WAITING: and_(_any(_NOT_SENT), Candidate.outcome == ""),
    MatrixState.FAILED: _any(
        ScreeningOpinion.result == Result.FAIL, ScreeningOpinion.handed_in_at.is_not(None)
    ),
    MatrixState.UNVERIFIED: _any(ScreeningOpinion.result == Result.UNVERIFIED),
    MatrixState.GROUP: and_(
        Candidate.at_group_on.is_not(None), Candidate.decision == "", Candidate.outcome == ""
    ),
    MatrixState.DONE: Candidate.outcome != "",
    MatrixState.FINDINGS: has_bad_finding(),
}
