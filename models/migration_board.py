"""Room migration: what pages, programs and workbooks read of plans: a page at a time, a fixed number of questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models.case import CaseFile
from models.migration import MigrationLine, MigrationPlan, PlanStatus, Verdict
from models.people import User
from models.refusal import NotFound
from models.workflow import ProcessDefinition

PAGE = 50
# Reasons that are named in a summary.
REASONS = 20


@dataclass(frozen=True)
class PlanRow:
    """One plan as pages show it."""

    id: int
    key: str
    name: str
    version: int
    to_id: int
    reason: str
    status: str
    mapping: Mapping[str, str]
    created_at: datetime
    checked_at: datetime | None
    applied_at: datetime | None
    author_id: int
    author: str
    applied_by: str | None
    revision: int

    @property
    def label(self) -> str:
        """Its state in Chinese."""
        return PlanStatus(self.status).label

    @property
    def is_busy(self) -> bool:
        """The background works on it."""
        return self.status in (PlanStatus.CHECKING, PlanStatus.APPLYING)


@dataclass(frozen=True)
class LineRow:
    """One case of a plan."""

    id: int
    number: str
    version: int
    verdict: str
    why: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    applied_at: datetime | None

    @property
    def label(self) -> str:
        """The verdict in Chinese."""
        return Verdict(self.verdict).label

    @property
    def is_overdue(self) -> bool:
        """A term of the case would be over at once."""
        return bool(self.after.get("overdue"))

    @property
    def tasks(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Each open task, before and after; without an after where it cannot go over."""
        later = {task["id"]: task for task in self.after.get("tasks", ())}
        return [(task, later.get(task["id"], {})) for task in self.before.get("tasks", ())]

    @property
    def timers(self) -> list[tuple[str, datetime | None, datetime | None]]:
        """(name, due before, due after) of what no clock holds, where it changes."""
        was = {timer["event"]: timer for timer in self.before.get("timers", ())}
        will = {timer["event"]: timer for timer in self.after.get("timers", ())}
        both = [(name, was.get(name), will.get(name)) for name in dict.fromkeys([*was, *will])]
        shown = [((b or a or {}).get("name", ""), _due(b), _due(a)) for _name, b, a in both]
        return [line for line in shown if line[1] != line[2]] if self.after else []


def _due(timer: Mapping[str, Any] | None) -> datetime | None:
    return datetime.fromisoformat(timer["due"]) if timer and timer["due"] else None


@dataclass(frozen=True)
class Lines:
    """Some cases, and the line after which the next page begins (0: there is none)."""

    rows: list[LineRow]
    after: int = 0


@dataclass(frozen=True)
class Counts:
    """How many cases have which verdict; how many would be over at once; why others cannot go."""

    verdicts: Mapping[str, int]
    reasons: list[tuple[str, int]]
    overdue: int

    @property
    def total(self) -> int:
        """All cases of the plan."""
        return sum(self.verdicts.values())

    def of(self, *verdicts: str) -> int:
        """How many have one of these verdicts."""
        return sum(self.verdicts.get(one, 0) for one in verdicts)


def _plans() -> Any:
    author, applier = aliased(User), aliased(User)
    row, to = MigrationPlan, ProcessDefinition
    return (
        select(
            row.id, row.key, to.name, to.version, row.to_id, row.reason, row.status, row.mapping,
            row.created_at, row.checked_at, row.applied_at, row.author_id,
            author.name.label("author"), applier.name.label("applied_by"), row.revision,
        )
        .join(to, to.id == row.to_id)
        .join(author, author.id == row.author_id)
        .outerjoin(applier, applier.id == row.applied_by_id)
    )  # fmt: skip


def plans(session: Session, before: int = 0) -> tuple[list[PlanRow], int]:
    """A page of plans, newest first, and the id before which the next page begins (0: there is none)."""
    query = _plans().order_by(MigrationPlan.id.desc()).limit(PAGE + 1)
    if before:
        query = query.where(MigrationPlan.id < before)
    found = [PlanRow(**row._mapping) for row in session.execute(query)]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0


def plan_row(session: Session, plan_id: int) -> PlanRow:
    """One plan. Raises NotFound."""
    row = session.execute(_plans().where(MigrationPlan.id == plan_id)).first()
    if row is None:
        raise NotFound("未找到该迁移方案。")
    return PlanRow(**row._mapping)


def counts(session: Session, plan_id: int) -> Counts:
    """The summary of a plan; three questions."""
    row, of_plan = MigrationLine, MigrationLine.plan_id == plan_id
    by_verdict = select(row.verdict, func.count()).where(of_plan).group_by(row.verdict)
    by_reason = (
        select(row.why, func.count())
        .where(of_plan, row.verdict.in_((Verdict.REFUSED, Verdict.FAILED, Verdict.CHANGED)))
        .group_by(row.why)
        .order_by(func.count().desc(), row.why)
        .limit(REASONS)
    )
    over = select(func.count()).where(of_plan, row.verdict == Verdict.POSSIBLE, row.is_overdue.is_(True))
    return Counts(
        dict(session.execute(by_verdict).all()),
        [(why, count) for why, count in session.execute(by_reason)],
        session.scalar(over) or 0,
    )


def _lines(plan_id: int, verdict: str) -> Any:
    row = MigrationLine
    shown = (row.id, CaseFile.number, ProcessDefinition.version, row.verdict, row.why, row.before, row.after)
    query = (
        select(*shown, row.applied_at)
        .join(CaseFile, CaseFile.id == row.case_id)
        .join(ProcessDefinition, ProcessDefinition.id == row.from_id)
        .where(row.plan_id == plan_id)
        .order_by(row.id)
    )
    return query.where(row.verdict == verdict) if verdict else query


def lines(session: Session, plan_id: int, verdict: str = "", after: int = 0) -> Lines:
    """A page of the cases of a plan."""
    query = _lines(plan_id, verdict).where(MigrationLine.id > after).limit(PAGE + 1)
    found = [LineRow(**row._mapping) for row in session.execute(query)]
    return Lines(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0)


def all_lines(session: Session, plan_id: int) -> Iterator[LineRow]:
    """Every case of a plan, for a workbook; constant memory."""
    query = _lines(plan_id, "").execution_options(yield_per=500)
    for row in session.execute(query):
        yield LineRow(**row._mapping)


def versions_of(session: Session, plan_id: int) -> list[int]:
    """The ids of the versions from which the cases of a plan come, newest first."""
    query = select(MigrationLine.from_id).where(MigrationLine.plan_id == plan_id).distinct()
    return sorted(session.scalars(query), reverse=True)


def standing(session: Session, plan_id: int) -> dict[str, int]:
    """Step of the target → how many cases of the plan will stand, or stand, there."""
    found: dict[str, int] = {}
    query = select(MigrationLine.after).where(
        MigrationLine.plan_id == plan_id, MigrationLine.verdict.in_((Verdict.POSSIBLE, Verdict.APPLIED))
    )
    for after in session.scalars(query.execution_options(yield_per=500)):
        for step in {task["step"] for task in after.get("tasks", ())}:
            found[step] = found.get(step, 0) + 1
    return found
