"""Room screening, rounds: who may see a round, how far each department is, and what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from models.case import CaseFile, visible_to
from models.case_status import CaseStatus
from models.deadline import Deadline
from models.people import LEADING, SCREENING, Department, DepartmentKind, Permission, User
from models.refusal import NotFound
from models.screening import DECIDED, Candidate, ScreeningOpinion, ScreeningRound, window_label
from models.supervision import Supervision
from models.working_days import Light

_LEFT = ScreeningOpinion.handed_in_at.is_(None)


@dataclass(frozen=True)
class RoundLine:
    """One round in the list. `mine`: answers that the reader's own office owes; None: it does not screen."""

    id: int
    number: str
    window_month: str
    opened_on: date
    closed_on: date | None
    prepared: int
    status: str
    asked: int
    owed: int

    @property
    def label(self) -> str:
        """E.g. 2026年上半年信用甄别."""
        return f"{window_label(self.window_month)}信用甄别"

    @property
    def state(self) -> str:
        """The status of the round's case in Chinese."""
        return CaseStatus(self.status).label

    @property
    def mine(self) -> int | None:
        """Answers that the reader's own office still owes; None where it does not screen."""
        return self.owed if self.asked else None


@dataclass(frozen=True)
class Waiting:
    """A line of the inbox: candidates of a round that wait for an office; `ready`: answered, not handed in."""

    number: str
    window_month: str
    count: int
    ready: int
    is_group: bool

    @property
    def label(self) -> str:
        """E.g. 2026年上半年."""
        return window_label(self.window_month)


@dataclass(frozen=True)
class OfficeProgress:
    """How far one department is in a round."""

    id: int
    kind: str
    name: str
    total: int
    answered: int
    decided: int
    handed_in: int
    supervised: int
    light: Light | str
    words: str

    @property
    def short(self) -> str:
        """The head of its column: what kind of office it is."""
        return DepartmentKind(self.kind).label

    @property
    def missing(self) -> int:
        """Answers that it has not handed in."""
        return self.total - self.handed_in


def round_numbered(session: Session, number: str, user: User) -> ScreeningRound:
    """The round if the user may see it. Raises NotFound, also when it exists for others."""
    query = select(ScreeningRound).join(CaseFile, CaseFile.id == ScreeningRound.case_id)
    is_number = number.isascii() and number.isalnum()
    query = query.where(ScreeningRound.number == number, _seen_by(user))
    found = session.scalars(query).first() if is_number else None
    if found is None:
        raise NotFound("未找到该轮甄别，或您无权查看。")
    return found


def state_of(session: Session, round_: ScreeningRound) -> CaseStatus:
    """Where the round stands."""
    return session.get_one(CaseFile, round_.case_id).state


def rounds_of(session: Session, user: User, limit: int = 40) -> list[RoundLine]:
    """The newest rounds that a user may see, with what his office owes in each."""
    mine = [
        ScreeningOpinion.round_id == ScreeningRound.id,
        ScreeningOpinion.department_id == user.department_id,
    ]
    asked = select(func.count()).select_from(ScreeningOpinion).where(*mine)
    owed = _owed().where(*mine)
    query = (
        select(
            ScreeningRound.id,
            ScreeningRound.number,
            ScreeningRound.window_month,
            ScreeningRound.opened_on,
            ScreeningRound.closed_on,
            ScreeningRound.prepared,
            CaseFile.status,
            asked.correlate(ScreeningRound).scalar_subquery().label("asked"),
            owed.correlate(ScreeningRound).scalar_subquery().label("owed"),
        )
        .join(CaseFile, CaseFile.id == ScreeningRound.case_id)
        .where(_seen_by(user))
        .order_by(ScreeningRound.id.desc())
        .limit(limit)
    )
    return [RoundLine(**row._mapping) for row in session.execute(query)]


def _seen_by(user: User) -> ColumnElement[bool]:
    kind = user.department.kind if user.department else ""
    region_id = user.department.region_id if user.department and kind in LEADING else None
    takes_part = exists().where(
        ScreeningOpinion.round_id == ScreeningRound.id,
        ScreeningOpinion.department_id == user.department_id,
    )
    if not user.may(Permission.CREDIT_READ):
        return false()
    return or_(visible_to(user), ScreeningRound.region_id == region_id, takes_part)


def _owed() -> Any:
    return (
        select(func.count())
        .select_from(ScreeningOpinion)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .where(_LEFT, ScreeningOpinion.result.not_in(DECIDED), Candidate.outcome == "")
    )


def waiting_for(session: Session, user: User) -> list[Waiting]:
    """What waits for the user's office in open rounds: a department's answers, the group's decisions; one question."""
    if not user.may(Permission.CREDIT_WORK) or user.department is None:
        return []
    is_group = user.department.kind == DepartmentKind.LEADING_GROUP
    if not is_group and user.department.kind not in SCREENING:
        return []
    query = _for_group(user.department) if is_group else _for_department(user.department)
    query = query.where(ScreeningRound.closed_on.is_(None), Candidate.outcome == "")
    grouped = query.group_by(ScreeningRound.id, ScreeningRound.number, ScreeningRound.window_month)
    rows = session.execute(grouped.order_by(ScreeningRound.id))
    return [Waiting(**row._mapping, is_group=is_group) for row in rows]


def _for_group(office: Department) -> Any:
    return (
        select(
            ScreeningRound.number,
            ScreeningRound.window_month,
            func.count().label("count"),
            literal(0).label("ready"),
        )
        .join(Candidate, Candidate.round_id == ScreeningRound.id)
        .where(
            ScreeningRound.region_id == office.region_id,
            Candidate.at_group_on.is_not(None),
            Candidate.decision == "",
        )
    )


def _for_department(office: Department) -> Any:
    is_decided = ScreeningOpinion.result.in_(DECIDED)
    return (
        select(
            ScreeningRound.number,
            ScreeningRound.window_month,
            _sum(not_(is_decided)).label("count"),
            _sum(is_decided).label("ready"),
        )
        .join(ScreeningOpinion, ScreeningOpinion.round_id == ScreeningRound.id)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .where(ScreeningOpinion.department_id == office.id, _LEFT)
    )


def offices(session: Session, round_: ScreeningRound) -> list[OfficeProgress]:
    """The departments of a round in drawn order, each with its counts and its light; two questions."""
    clock = running_clock(session, round_)
    rows = session.execute(
        select(
            Department.id,
            Department.kind,
            Department.name,
            func.count().label("total"),
            _sum(ScreeningOpinion.result != "").label("answered"),
            _sum(ScreeningOpinion.result.in_(DECIDED)).label("decided"),
            _sum(ScreeningOpinion.handed_in_at.is_not(None)).label("handed_in"),
            _open_supervisions(round_.id).label("supervised"),
        )
        .select_from(ScreeningOpinion)
        .join(Department, Department.id == ScreeningOpinion.department_id)
        .where(ScreeningOpinion.round_id == round_.id)
        .group_by(Department.id, Department.kind, Department.name)
        .order_by(func.min(ScreeningOpinion.id))
    )
    return [OfficeProgress(**row._mapping, **_light(row, clock)) for row in rows]


def _sum(criterion: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((criterion, 1), else_=0))


def _open_supervisions(round_id: int) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(Supervision)
        .where(
            Supervision.round_id == round_id,
            Supervision.department_id == Department.id,
            Supervision.closed_on.is_(None),
        )
        .correlate(Department)
        .scalar_subquery()
    )


def _light(row: Any, clock: Deadline | None) -> dict[str, Any]:
    if row.handed_in == row.total:
        return {"light": "done", "words": "已全部提交"}
    if clock is None:
        return {"light": "none", "words": "未提交完"}
    return {"light": clock.light, "words": clock.words}


def running_clock(session: Session, round_: ScreeningRound) -> Deadline | None:
    """The clock of the round that runs: the term within which departments answer (D-25)."""
    query = select(Deadline).where(
        Deadline.case_id == round_.case_id, Deadline.done_on.is_(None), Deadline.cancelled_on.is_(None)
    )
    return session.scalars(query.order_by(Deadline.id.desc()).limit(1)).first()


@dataclass(frozen=True)
class SupervisionLine:
    """One 督办 with the office that it is about."""

    row: Supervision
    department: str


def supervisions(session: Session, round_id: int, department_id: int | None = None) -> list[SupervisionLine]:
    """The 督办 of a round, newest first; of one department when it is given."""
    query = select(Supervision, Department.name).join(Department, Department.id == Supervision.department_id)
    query = query.where(Supervision.round_id == round_id)
    if department_id is not None:
        query = query.where(Supervision.department_id == department_id)
    rows = session.execute(query.order_by(Supervision.id.desc()))
    return [SupervisionLine(row[0], row[1]) for row in rows]
