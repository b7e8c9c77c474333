"""Room screening, check: what an answer may say (B-12, D-17), and what a batch of answers would change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.calendar import today
from models.credit_policy import credit_rules_on
from models.refusal import NotFound
from models.screening import Candidate, Result, ScreeningEvidence, ScreeningOpinion

MAX_REASON, MAX_BASIS = 500, 200
# Ids a query: PostgreSQL and SQLite both take far more.
PART = 1000


@dataclass(frozen=True)
class Answer:
    """What a department says about a candidate; an empty `result` takes the answer back.

    `queried_on` is the day of the query (today when empty, D-17); `version` the one that the writer has seen.
    """

    candidate_id: int
    result: str
    reason: str = ""
    basis: str = ""
    queried_on: date | None = None
    version: int | None = None


@dataclass(frozen=True)
class RowResult:
    """One row of a batch: what stood there, what will stand there, and why not."""

    candidate_id: int
    name: str
    uscc: str
    old_result: str
    result: str
    reason: str
    basis: str
    why: str = ""
    field: str = ""
    # Of a sheet: its row as Excel numbers it.
    line: int = 0

    @property
    def old_label(self) -> str:
        """The answer that stood there; empty where there was none."""
        return Result.title_of(self.old_result) if self.old_result else ""

    @property
    def label(self) -> str:
        """The answer of the batch; empty where it is taken back."""
        return Result.title_of(self.result) if self.result else ""


@dataclass
class Outcome:
    """What a batch changes, leaves as it is, and cannot change. `is_repeated`: done before, nothing happens."""

    batch_id: int | None = None
    changed: list[RowResult] = field(default_factory=list)
    same: list[RowResult] = field(default_factory=list)
    refused: list[RowResult] = field(default_factory=list)
    is_repeated: bool = False


@dataclass
class Plan:
    """Checked rows: what is to be written beside what is told."""

    outcome: Outcome
    writes: list[tuple[Any, Answer]] = field(default_factory=list)


def known(session: Session, round_id: int, department_id: int, answers: Iterable[Answer]) -> dict[int, Any]:
    """Candidate id → the department's answer as it stands, with name and outcome; locked where one writes."""
    ids = sorted({row.candidate_id for row in answers})
    has_evidence = exists().where(
        ScreeningEvidence.opinion_id == ScreeningOpinion.id, ScreeningEvidence.removed_at.is_(None)
    )
    shown = (Candidate.name, Candidate.uscc, Candidate.outcome, has_evidence.label("has_evidence"))
    query = (
        select(*ScreeningOpinion.__table__.c, *shown)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .where(ScreeningOpinion.round_id == round_id, ScreeningOpinion.department_id == department_id)
        .order_by(ScreeningOpinion.id)
    )
    if session.info.get("writes"):
        query = query.with_for_update(of=ScreeningOpinion)
    found: dict[int, Any] = {}
    for start in range(0, len(ids), PART):
        part = query.where(ScreeningOpinion.candidate_id.in_(ids[start : start + PART]))
        found |= {row.candidate_id: row for row in session.execute(part)}
    if not found:
        require_asked(session, round_id, department_id)
    return found


def require_asked(session: Session, round_id: int, department_id: int) -> None:
    """Raises NotFound unless the department is asked for answers in the round."""
    query = select(ScreeningOpinion.id).where(
        ScreeningOpinion.round_id == round_id, ScreeningOpinion.department_id == department_id
    )
    if session.scalars(query.limit(1)).first() is None:
        raise NotFound("未找到该轮甄别，或您无权查看。")


def oldest_query(session: Session) -> date:
    """The earliest day of a query that is valid today (D-17)."""
    return today() - timedelta(days=credit_rules_on(session, today()).evidence_days)


def plan_of(session: Session, answers: Sequence[Answer], found: dict[int, Any]) -> Plan:
    oldest = oldest_query(session)
    plan, seen = Plan(Outcome()), set[int]()
    for given in answers:
        row = found.get(given.candidate_id)
        new = _without_old_reason(_clean(given), row)
        problem = _twice(new, seen)
        is_same = not problem and row is not None and _is_same(new, row)
        problem = None if is_same else problem or _problem(new, row, oldest)
        line = _line(new, row, problem)
        if problem:
            plan.outcome.refused.append(line)
        elif is_same:
            plan.outcome.same.append(line)
        else:
            plan.outcome.changed.append(line)
            plan.writes.append(
                (row, replace(new, queried_on=new.queried_on or today()) if new.result else new)
            )
    return plan


def _clean(given: Answer) -> Answer:
    reason, basis = one_line(given.reason), one_line(given.basis)
    if not given.result:
        return Answer(given.candidate_id, "", version=given.version)
    return Answer(given.candidate_id, given.result, reason, basis, given.queried_on, given.version)


def _without_old_reason(new: Answer, row: Any) -> Answer:
    """通过 does not keep the reason that was written for the other result before it (系统维护，无法查询)."""
    is_other = row is not None and row.result not in ("", Result.PASS)
    return (
        replace(new, reason="")
        if is_other and new.result == Result.PASS and new.reason == row.reason
        else new
    )


def one_line(text: str) -> str:
    """A text without line breaks, double blanks and what cannot be printed."""
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())


Problem = tuple[str, str]


def _twice(new: Answer, seen: set[int]) -> Problem | None:
    if new.candidate_id in seen:
        return "该户在本批中重复出现。", "candidate_id"
    seen.add(new.candidate_id)
    return None


def _problem(new: Answer, row: Any, oldest: date) -> Problem | None:
    """Why a row cannot be written: (sentence, field)."""
    if row is None:
        return "本部门在本轮甄别中没有该户。", "candidate_id"
    if row.handed_in_at is not None:
        return "该户意见已提交，不能再修改。", "result"
    if row.outcome:
        return "该户已退出本轮甄别。", "candidate_id"
    if new.version is not None and new.version != row.version:
        return "该户意见已由他人修改，请刷新。", "version"
    return _content_problem(new, row.has_evidence, oldest)


def _content_problem(new: Answer, has_evidence: bool, oldest: date) -> Problem | None:
    """B-12, D-17: a reason unless 通过, a basis or a file for 不通过, a query that is still valid."""
    if not new.result:
        return None
    if new.result not in list(Result):
        return "结果应为通过、不通过或无法核实。", "result"
    if new.result != Result.PASS and not new.reason:
        return f"“{Result.title_of(new.result)}”须写明理由。", "reason"
    if new.result == Result.FAIL and not new.basis and not has_evidence:
        return "“不通过”须写明依据，或上传佐证材料。", "basis"
    if len(new.reason) > MAX_REASON:
        return f"理由不超过 {MAX_REASON} 字。", "reason"
    if len(new.basis) > MAX_BASIS:
        return f"依据不超过 {MAX_BASIS} 字。", "basis"
    return _day_problem(new.queried_on, oldest)


def _day_problem(day: date | None, oldest: date) -> Problem | None:
    if day is None or oldest <= day <= today():
        return None
    if day > today():
        return "查询日期不能晚于今天。", "queried_on"
    return f"查询结果 {(today() - oldest).days} 日内有效，请重新查询。", "queried_on"


def _line(new: Answer, row: Any, problem: Problem | None) -> RowResult:
    why, at = problem or ("", "")
    name, uscc, old = (row.name, row.uscc, row.result) if row is not None else ("", "", "")
    return RowResult(new.candidate_id, name, uscc, old, new.result, new.reason, new.basis, why, at)


def _is_same(new: Answer, row: Any) -> bool:
    """An answer that is given again without a new day of query is not a change."""
    is_said = all(getattr(new, name) == getattr(row, name) for name in ("result", "reason", "basis"))
    return is_said and new.queried_on in (None, row.queried_on)
